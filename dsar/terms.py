"""The words of the field, each defined once.

Every other module, every template and every migration uses these words and no
synonyms.  A word that is not here is not a word of this product.
"""

from collections.abc import Iterable
from enum import StrEnum


class Right(StrEnum):
    """What a data subject may ask of a controller."""

    ACCESS = "access"  # know what is held (PIPL 45)
    COPY = "copy"  # have a copy of it (PIPL 45)
    PORTABILITY = "portability"  # have it transferred (PIPL 45(3))
    RECTIFICATION = "rectification"  # have it put right (PIPL 46)
    ERASURE = "erasure"  # have it erased (PIPL 47)
    WITHDRAW_CONSENT = "withdraw_consent"  # PIPL 15
    RESTRICT = "restrict"  # PIPL 44
    OBJECT = "object"  # PIPL 44
    EXPLAIN_RULES = "explain_rules"  # PIPL 48
    EXPLAIN_AUTOMATED = "explain_automated"  # PIPL 24(3)
    ACCOUNT_CANCEL = "account_cancel"  # E-Commerce Law 24
    OPT_OUT_MARKETING = "opt_out_marketing"  # PIPL 24(2)
    OPT_OUT_PROFILING = "opt_out_profiling"  # PIPL 24(2)
    DELETE_LABELS = "delete_labels"  # Network Data Security Regulations 42
    SOURCE_OF_DATA = "source_of_data"  # GB/T 35273 8.1 b)
    RECIPIENTS = "recipients"  # PIPL 23
    NEVER_REGISTERED = "never_registered"


COPIED = frozenset({Right.ACCESS, Right.COPY})  # answered by a copy
ERASED = frozenset({Right.ERASURE})  # answered by a certificate
SERVED = COPIED | ERASED  # the rights that can be asked today


class Status(StrEnum):
    """Where a request stands.  The moves between them are in models/request.py."""

    RECEIVED = "received"
    VERIFYING = "verifying"  # waiting for proof of identity
    WORKING = "working"  # stores are being searched or erased
    ANSWERED = "answered"  # the whole answer is available and the person was told
    CLOSED = "closed"  # answered, and no verdict open
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({Status.RECEIVED, Status.VERIFYING, Status.WORKING})


class StoreState(StrEnum):
    """Where the search of one store stands."""

    WAITING = "waiting"
    WORKING = "working"
    SEARCHED = "searched"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    PAUSED = "paused"


class Stage(StrEnum):
    """Where an erasure stands."""

    PLANNED = "planned"
    FROZEN = "frozen"
    ERASING = "erasing"
    LOOKING = "looking"
    DONE = "done"
    HELD = "held"


class CopyState(StrEnum):
    """Where a copy stands."""

    MAKING = "making"
    READY = "ready"
    DELIVERED = "delivered"
    EXPIRED = "expired"


class Verdict(StrEnum):
    """What an erasure came to, worst first; a whole's verdict is the worst of its parts."""

    RESIDUE = "RESIDUE"  # records are still there
    UNREACHABLE = "UNREACHABLE"  # the store did not answer
    UNCONFIRMED = "UNCONFIRMED"  # a recipient has not answered
    PENDING = "PENDING"  # at work
    CANNOT = "CANNOT"  # the store cannot, for a ground
    KEPT = "KEPT"  # a law wants it kept (PIPL 47(2))
    ERASED = "ERASED"
    NOTHING_HELD = "NOTHING_HELD"


OPEN_VERDICTS = frozenset({Verdict.RESIDUE, Verdict.UNREACHABLE, Verdict.UNCONFIRMED, Verdict.PENDING})


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several verdicts; NOTHING_HELD when there are none."""
    order = list(Verdict)
    return min(verdicts, key=order.index, default=Verdict.NOTHING_HELD)


class Outcome(StrEnum):
    """What a recipient answers that was asked to erase what it received (PIPL 21, 23, 47)."""

    ERASED = "erased"
    NOTHING_HELD = "nothing_held"
    KEPT_BY_LAW = "kept_by_law"  # erased, but for what a law obliges it to keep (PIPL 47(2))
    OWN_BASIS = "own_basis"  # refused: it holds this on a basis of its own
    TECHNICALLY_HARD = "technically_hard"  # refused: it cannot be erased, only locked (PIPL 47(2))
    OTHERS_TOO = "others_too"  # refused: the records are other people's as well
    NO_GROUND = "no_ground"  # refused, and it does not say why


CONFIRMING = frozenset(
    {Outcome.ERASED, Outcome.NOTHING_HELD, Outcome.KEPT_BY_LAW}
)  # every other is a refusal


class KeyClass(StrEnum):
    """What a key of a request seals; each class has its own day of destruction."""

    FOUND = "found"  # what the stores hold of the person
    COPY = "copy"  # the package made of it
    IDENTITY = "identity"  # the identifiers
    CASE = "case"  # messages, evidence, decisions


class Role(StrEnum):
    """What a member of staff may do."""

    HANDLER = "handler"
    LEAD = "lead"
    OFFICER = "officer"
    AUDITOR = "auditor"
    INSPECTOR = "inspector"


class Seen(StrEnum):
    """How a look was made."""

    LOCATOR = "locator"  # by the place where the records were
    VALUE = "value"  # every column, by value
    PREFIX = "prefix"  # typed into the search box, as a person would


class GapKind(StrEnum):
    """How a place differs from what the data map says of it."""

    NEW_TABLE = "new_table"  # the map does not name it
    NEW_COLUMN = "new_column"  # of a table that it names
    MEANING = "meaning"  # what stands in a mapped column is not what stood there
    TYPE = "type"  # a mapped column has another type than it had
    MISSING = "missing"  # the map names it, and the store does not have it
    UNTIED = "untied"  # a field of a form that is tied to no place, and not said not to be kept


class Dismissal(StrEnum):
    """Why a person says that a place is not personal; a closed list, so that no words hold personal data."""

    TECHNICAL = "technical"  # of the machines: logs, versions, settings
    REFERENCE = "reference"  # codes, products, prices
    ORGANISATION = "organisation"  # the controller's own addresses and numbers
    TEST_DATA = "test_data"  # invented people
    KNOWN = "known"  # what the map says of it is still right


LANGUAGES = ("zh-CN", "en")


def language(tag: str) -> str:
    """The language meant by a tag: `zh`, `zh-CN`, `en`.

    Raises ValueError for any other.
    """
    known = {"zh": "zh-CN", "zh-cn": "zh-CN", "en": "en"}
    try:
        return known[tag.strip().lower()]
    except KeyError:
        raise ValueError(f"language {tag!r} is not known; use zh-CN or en") from None
