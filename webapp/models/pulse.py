"""Is this database being worked on, and was it until just now? One row, renewed every few seconds.

A database that was put back from a backup, or taken over from a copy that lagged behind, betrays
itself: its last beat is older than it could be if somebody had been at work on it all the time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped

from webapp.database import database_now
from webapp.extensions import Model, db
from webapp.models.columns import Key

GAP = timedelta(seconds=15)
"""Three beats missed: everything was stopped, or this is not the database of a moment ago."""
THE_ONE = 1


class Pulse(Model):
    id: Mapped[Key]
    at: Mapped[datetime]
    alarmed_at: Mapped[datetime | None]
    """The operators were told then that firms are silent, and not yet that it is over."""

    @classmethod
    def of_database(cls) -> Pulse:
        """The row, locked until the transaction ends; made on first use."""
        locked = (
            select(cls)
            .where(cls.id == THE_ONE)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        pulse = db.session.scalar(locked)
        if pulse is None:
            dialect = db.session.get_bind().dialect.name
            insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
            first = {"id": THE_ONE, "at": database_now(db.session())}
            db.session.execute(insert(cls).values(first).on_conflict_do_nothing())
            pulse = db.session.scalars(locked).one()
        return pulse

    def beat(self) -> bool:
        """Renew it; whether there was a gap. The caller commits."""
        now = database_now(db.session())
        gap = now - self.at > GAP
        self.at = max(now, self.at)
        return gap
