"""What the six kinds of record have in common, and how a change of one reaches the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from webapp import failpoints
from webapp.extensions import Model, db
from webapp.models.columns import Created, FirmKey, Key, utc_now

if TYPE_CHECKING:
    from webapp.models.outbox import Entry

KINDS = ("account", "service", "invoice", "payment", "refund", "expense")

_models: dict[str, type[Record]] = {}


def model_of(kind: str) -> type[Record]:
    """The model of one of KINDS. Raises KeyError for anything else."""
    return _models[kind]


class Record(Model):
    """A row that Cuadra copies into QuickBooks.

    ``version`` counts the changes that QuickBooks has to hear of; the outbox entry remembers which
    version it wants and which it has reached.
    """

    __abstract__ = True
    kind: ClassVar[str]
    level: ClassVar[int]
    """Where the kind stands in the order of sending: a record needs only lower levels."""

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    external_id: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Created]
    updated_at: Mapped[Created]
    removed_at: Mapped[datetime | None]

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            _models[cls.kind] = cls

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:
        return (UniqueConstraint("firm_id", "external_id"),)

    @property
    def title(self) -> str:
        """How a person names this record: a client's name, ``#1042``."""
        raise NotImplementedError

    @property
    def live(self) -> bool:
        return self.removed_at is None

    def save(self, *, hurry: bool = True) -> Entry:
        """Add or change the record and ask, in the same transaction, for it to be sent.

        ``hurry`` says that a person is waiting for it; recurring invoices and imports are not.
        """
        from webapp.models.outbox import ORDINARY, PERSON, Entry

        failpoints.reach("begun", self.kind)
        new = self.id is None
        if not new:
            self.version += 1
            self.updated_at = utc_now()
        db.session.add(self)
        db.session.flush()
        failpoints.reach("row", self.kind)
        entry = Entry.ask(self, priority=PERSON if hurry else ORDINARY, new=new)
        failpoints.reach("outbox", self.kind)
        return entry

    def remove(self) -> Entry:
        """Take the record out of Cuadra; what that does in QuickBooks depends on the kind."""
        self.removed_at = utc_now()
        return self.save()

    def entry(self) -> Entry | None:
        from webapp.models.outbox import Entry

        return Entry.of(self)

    @classmethod
    def in_firm(cls, firm_id: int, record_id: int) -> Record | None:
        """The firm's own live record with this id, or None: never another firm's."""
        return db.session.scalar(
            select(cls).where(cls.id == record_id, cls.firm_id == firm_id, cls.removed_at.is_(None))
        )
