"""The tables.  Importing this package loads them all."""

from dsar.models.erasure import Erasure, ErasureItem, Look, Relook, Stop
from dsar.models.fingerprint import Fingerprint
from dsar.models.gap import Gap, StoreSeen
from dsar.models.inspection import InspectedStore, Inspection
from dsar.models.ledger import Book, Checkpoint, LedgerEntry
from dsar.models.paper import Copy, PaperFile
from dsar.models.recipient import Nonce, RecipientAsk, RecipientStep, SenderAsk
from dsar.models.request import Code, Evidence, Once, Request, RequestIdentifier, RequestKey
from dsar.models.search import Mention, Probe, StoreWork, UnmappedPlace, Weight
from dsar.models.self_test import SelfTest
from dsar.models.suppression import Asker, Replay, ReplayPart, Tombstone
from dsar.models.system import Alert, MapVersion, User
from dsar.models.work import Mail, Sweeping, Work

__all__ = [
    "Alert", "Asker", "Book", "Checkpoint", "Code", "Copy", "Erasure", "ErasureItem", "Evidence", "Fingerprint", "Gap",
    "InspectedStore", "Inspection", "LedgerEntry", "Look", "Mail", "MapVersion", "Mention", "Nonce", "Once",
    "PaperFile", "Probe", "RecipientAsk", "RecipientStep", "Relook", "Replay", "ReplayPart", "Request",
    "RequestIdentifier", "RequestKey", "SelfTest", "SenderAsk", "Stop", "StoreSeen", "StoreWork", "Sweeping",
    "Tombstone", "UnmappedPlace", "User", "Weight", "Work",
]  # fmt: skip
