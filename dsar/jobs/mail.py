"""Send mail: raised once, sent at least once under the same Message-ID."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from dsar import clock, db, faults
from dsar.config import Config
from dsar.errors import DsarError
from dsar.jobs import job
from dsar.jobs.office import Office
from dsar.jobs.perform import held
from dsar.render.letters import written
from dsar.services import answering, intake, mailing, maps, recipients
from dsar.services.mailing import Letter
from dsar.services.work import Claim

TELLING = ("ready", "erased", "nothing", "confirmed")  # kinds that say: the whole answer is there
SECONDS = 30


class MailProblem(DsarError):
    """The mail server did not take a message.  It stays due."""

    status = 503


@job
def send_mail(office: Office, claim: Claim, *, mail: int) -> None:
    """Send one mail; in the local outbox, where no mail server is set, it is there to be read."""
    with db.read() as session:
        letter = mailing.letter(session, office.vault, mail)
        request = intake.get(session, letter.reference)
        datamap = maps.get(session, request.map_version)
    message = _message(
        office.config, letter, written(letter, datamap, request.due_on, office.config.public_url)
    )
    with faults.effect("mail.send"):
        _send(office.config, message)
    with faults.effect("mail.write"), held(claim) as session:
        first = mailing.sent(session, mail, at=clock.now())
        if first in TELLING:
            answering.told(session, intake.get(session, letter.reference), at=clock.now())
        elif first == "ask":
            request = intake.get(session, letter.reference)
            recipients.left(session, request, letter.facts["name"], at=clock.now())


def _message(config: Config, letter: Letter, text: tuple[str, str]) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = (
        f"<{letter.kind}-{letter.id}.{letter.reference}@{config.mail_from.rsplit('@', 1)[-1]}>"
    )
    message["From"] = config.mail_from
    message["To"] = _address(config, letter)
    message["Subject"] = text[0]
    message.set_content(text[1])
    message["Content-Language"] = letter.lang  # set_content forgets what was set before
    return message


def _address(config: Config, letter: Letter) -> str:
    """The person's e-mail address, or his number at the mail-to-text gateway."""
    return letter.to if "@" in letter.to else config.text_gateway.replace("{number}", letter.to.lstrip("+"))


def _send(config: Config, message: EmailMessage) -> None:
    if not config.smtp_url:
        if config.env == "production":
            raise MailProblem("DSAR_SMTP_URL is not set, so no mail can be sent; set it")
        return
    url = urlsplit(config.smtp_url)
    try:
        with _server(url) as server:
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailProblem(f"the mail server did not take a message: {type(error).__name__}") from error


def _server(url: SplitResult) -> smtplib.SMTP:
    host, secure = url.hostname or "localhost", ssl.create_default_context()
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, url.port or 465, timeout=SECONDS, context=secure)
    server = smtplib.SMTP(host, url.port or 25, timeout=SECONDS)
    try:
        if url.query == "starttls":
            server.starttls(context=secure)
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server
