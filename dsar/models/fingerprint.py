"""What each record was before it went, as keyed digests: what comes back is known again, and nothing can be read."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dsar.db import Base, Id


class Fingerprint(Base):
    """One record that an erasure acted on; destroyed with the proof, and before that once no look is to come."""

    __tablename__ = "fingerprint"
    __table_args__ = (UniqueConstraint("reference", "store", "collection", "record"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), ForeignKey("request.reference"))
    store: Mapped[str] = mapped_column(String(80))
    collection: Mapped[str] = mapped_column(String(120))
    record: Mapped[str] = mapped_column(String(64))  # of its key
    content: Mapped[str] = mapped_column(String(64))  # of everything else it held
