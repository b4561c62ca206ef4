"""Recipients that are no stores of the shop's map, and what became of them."""

from dataclasses import dataclass
from pathlib import Path

from dsar import db
from dsar.services import alerting, mailing
from tests.shop import MAP, Shop

RECIPIENTS = """
recipients:
  ally:
    title: {zh: 合作方, en: The ally}
    legal_name: 联盟有限公司
    contact: privacy@ally.example
    got: {zh: 手机号码, en: Mobile number}
    answer_within: {days: 8}
    channel: {kind: mail, lang: en}
  press:
    title: {zh: 印刷厂, en: The press}
    legal_name: 印刷有限公司
    contact: 江宁路 8 号
"""


def recipients_map(names: str, recipients: str = RECIPIENTS, more: str = "") -> str:
    """The shop's map, whose customers were given to these recipients."""
    text = MAP.read_text(encoding="utf-8")
    line = "        source: {zh: 本人注册时提供, en: Given at registration}\n"
    assert line in text
    return text.replace(line, f"{line}        recipients: [{names}]\n") + recipients + more


def apply(shop: Shop, file: Path, text: str, **settings: str) -> Shop:
    """The shop with another map."""
    file.write_text(text, encoding="utf-8")
    said = shop.run("map", "apply", file, **settings)
    assert said.code == 0, said.err
    return shop


@dataclass(frozen=True)
class Sent:
    """One letter, opened."""

    kind: str
    to: str
    facts: dict[str, str]

    @property
    def link(self) -> str:
        return f"/confirm/{self.facts['token']}"


def letters(shop: Shop) -> list[Sent]:
    """Every letter that was raised, oldest first."""
    with shop.office() as office, db.read() as session:
        found = mailing.letters(session, office.vault)
    return [Sent(one.kind, one.to, one.facts) for one in reversed(found)]


def alerts(shop: Shop) -> list[tuple[str, str | None, str | None]]:
    with shop.office(), db.read() as session:
        return [(one.kind, one.reference, one.store) for one in alerting.unsettled(session, limit=9)]


def recipient(shop: Shop, reference: str, name: str) -> dict:
    """How one recipient stands, as scripts read it."""
    return next(one for one in shop.erasure(reference)["recipients"] if one["name"] == name)


def acts(shop: Shop, reference: str) -> list[str]:
    return [act.partition(".")[2] for act in shop.acts(reference) if act.startswith("recipient.")]
