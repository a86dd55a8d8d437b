"""A file of clients or services on its way in: what it says, what was decided, what became of it.

The rows stand here from the upload on, so that nothing depends on the session that brought them:
whoever comes back finds the preview, a worker that dies leaves the rest to the next one, and what
an import made can be taken back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import change
from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, FirmKey, Key, utc_now
from webapp.models.person import Person

PREVIEW, RUNNING, DONE, UNDOING, UNDONE = "preview", "running", "done", "undoing", "undone"

CREATE, UPDATE, SAME, SKIP, REFUSE = "create", "update", "same", "skip", "refuse"
"""What the preview says of a row. Only the first two write anything."""
CREATED, UPDATED, LEFT = "created", "updated", "left"
"""What became of it. A row is left when what the preview said of it no longer holds."""
REMOVED, KEPT = "removed", "kept"
"""What undoing did with a record that the row had made."""


class CsvImport(Model):
    __tablename__ = "csv_import"
    __table_args__ = (Index("ix_csv_import_firm", "firm_id", "state", "id"),)

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    kind: Mapped[str] = mapped_column(String(10))
    """``account`` or ``service``."""
    file_name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5))
    """In which the reasons of its rows are written: that of who brought it."""
    fields: Mapped[list[str]] = mapped_column(JSON)
    """The intake's names of the columns, in the file's order."""
    ignored: Mapped[list[str]] = mapped_column(JSON)
    """The headings of columns that are not imported."""
    empty: Mapped[int] = mapped_column(default=0)
    """Rows without any value."""
    state: Mapped[str] = mapped_column(String(10), default=PREVIEW)
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL")
    )
    created_at: Mapped[Created]
    touched_at: Mapped[Created]
    """When somebody last worked on it."""
    finished_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()

    @classmethod
    def in_firm(cls, firm_id: int, import_id: int) -> CsvImport | None:
        return db.session.scalar(select(cls).where(cls.id == import_id, cls.firm_id == firm_id))

    @property
    def working(self) -> bool:
        return self.state in (RUNNING, UNDOING)

    def move(self, before: str, after: str) -> bool:
        """From one state to the next, once: False if somebody else has done it."""
        moved = change(
            db.session(),
            db.update(CsvImport)
            .where(CsvImport.id == self.id, CsvImport.state == before)
            .values(state=after, touched_at=utc_now()),
        )
        db.session.refresh(self)
        return moved == 1

    def row_count(self) -> int:
        of_it = select(func.count()).select_from(CsvRow).where(CsvRow.import_id == self.id)
        return db.session.scalar(of_it) or 0

    def counts(self) -> dict[str, int]:
        """How many rows have each verdict, outcome and fate; words that never mean two things."""
        found: dict[str, int] = {}
        for column in (CsvRow.verdict, CsvRow.outcome, CsvRow.undone):
            rows = db.session.execute(
                select(column, func.count()).where(CsvRow.import_id == self.id).group_by(column)
            )
            found |= {word: number for word, number in rows if word is not None}
        return found


class CsvRow(Model):
    __tablename__ = "csv_row"
    __table_args__ = (
        Index("ix_csv_row_verdict", "import_id", "verdict", "line"),
        Index("ix_csv_row_outcome", "import_id", "outcome", "line"),
    )

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(BigId, ForeignKey("csv_import.id", ondelete="CASCADE"))
    line: Mapped[int]
    """Where the row begins in the file, counted from 1."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Field to text, to the letter; cells without a value are absent."""
    verdict: Mapped[str] = mapped_column(String(8))
    reasons: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    """Pairs of a field ("" for the whole row) and a sentence."""
    outcome: Mapped[str | None] = mapped_column(String(8))
    record_id: Mapped[int | None] = mapped_column(BigId)
    record_version: Mapped[int | None]
    """Of the record as the preview saw it; once the row is imported, as the row left it."""
    undone: Mapped[str | None] = mapped_column(String(8))
    kept_because: Mapped[str | None] = mapped_column(String(8))
    """``gone``, ``changed`` or ``used``."""
