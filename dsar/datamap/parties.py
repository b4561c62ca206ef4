"""Who answers, what was promised, why things are held, where they came from and who received them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dsar.datamap.words import Text


@dataclass(frozen=True)
class Purpose:
    """Why something is held."""

    name: str
    title: Text
    legal_basis: Text
    retention: Text


@dataclass(frozen=True)
class Source:
    """Where the records came from: a column that says so, or the same words for all."""

    column: str | None = None
    text: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Channel:
    """How a recipient is asked: by a letter with a link, or by signed messages to its address."""

    kind: Literal["mail", "http"]
    to: str = ""  # mail: the address; the recipient's contact unless given
    lang: str = "zh-CN"  # mail: the language of the letter
    url: str = ""  # http: where asks are sent; ${NAME} unresolved
    key: str = ""  # http: ${NAME} of the shared secret
    known_as: str = ""  # http: what we are called there
    identifiers: Mapping[str, str] = field(default_factory=dict)  # http: kind -> form in which it is sent


@dataclass(frozen=True)
class Recipient:
    """Someone who received records: a store of this map, or someone to write to."""

    name: str
    title: Text
    legal_name: str
    contact: str
    abroad: bool
    store: str | None
    got: Text  # what it received
    why: Text
    consent: Text
    answer_days: int = 7  # calendar days it is given to answer
    channel: Channel | None = None  # None: staff writes to it


@dataclass(frozen=True)
class Sender:
    """Another controller that may ask us to erase, by signed messages, whom it has proven."""

    name: str
    title: Text
    key: str  # ${NAME} of the shared secret
    callback: str  # where it is told what came of it; ${NAME} unresolved
    proof: Literal["sender", "staff"]  # whose word proves the person: the sender's, or our staff's


@dataclass(frozen=True)
class CollectionPoint:
    """One field of a form that the controller fills from people, and where it lands."""

    name: str  # of the form
    title: Text
    field: str
    field_title: Text
    state: Literal["held", "not_kept", "withheld"] | None  # None: tied to nothing
    place: str | None  # "store.collection.field" where held or withheld
    reason: Text


@dataclass(frozen=True)
class Promise:
    """The period that the published policy promises."""

    n: int
    unit: str  # calendar_days business_days months


@dataclass(frozen=True)
class Controller:
    """The organisation that answers."""

    name: Text
    legal_name: Text
    contact: str
    address: Text
    phone: str
    officer: Text
    laws: tuple[str, ...]
    zone: str  # IANA time zone of its days
