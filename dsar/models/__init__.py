"""The tables.  Importing this package loads them all."""

from dsar.models.erasure import Erasure, ErasureItem, Look, RecipientAsk, Relook, Stop
from dsar.models.ledger import Book, Checkpoint, LedgerEntry
from dsar.models.paper import Copy, PaperFile
from dsar.models.request import Code, Evidence, Once, Request, RequestIdentifier, RequestKey
from dsar.models.search import Mention, Probe, StoreWork, UnmappedPlace
from dsar.models.system import Alert, MapVersion, User
from dsar.models.work import Mail, Work

__all__ = [
    "Alert", "Book", "Checkpoint", "Code", "Copy", "Erasure", "ErasureItem", "Evidence", "LedgerEntry", "Look", "Mail",
    "MapVersion", "Mention", "Once", "PaperFile",
    "Probe", "RecipientAsk", "Relook", "Request", "RequestIdentifier", "RequestKey", "Stop", "StoreWork",
    "UnmappedPlace", "User", "Work",
]  # fmt: skip
