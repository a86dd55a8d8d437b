"""Who asked for a new password, and the link that was mailed to them.

Asking only writes down the address that was typed: nothing is looked up, so neither the answer nor
its time tells whether anybody has it. The link is made when the letter is written; only its hash is
kept, and it is good once, for an hour.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, delete, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import change
from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, Key, utc_now
from webapp.models.digest import digest
from webapp.models.person import Person, address_of

LASTS = timedelta(hours=1)


class PasswordReset(Model):
    __tablename__ = "password_reset"
    __table_args__ = (
        Index(
            "ix_password_reset_due",
            "id",
            sqlite_where=text("person_id IS NULL"),
            postgresql_where=text("person_id IS NULL"),
        ),
    )

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[Created]
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    """Set when the letter is written."""
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    good_until: Mapped[datetime | None]

    @classmethod
    def ask(cls, email: str) -> None:
        """The caller commits."""
        db.session.add(cls(email=address_of(email)[:254]))

    @classmethod
    def due(cls) -> list[PasswordReset]:
        """Those whose letter is not written yet; of several askings for one address the last."""
        waiting = select(cls).where(cls.person_id.is_(None)).order_by(cls.id)
        latest: dict[str, PasswordReset] = {}
        for asked in db.session.scalars(waiting):
            if asked.email in latest:
                db.session.delete(latest[asked.email])
            latest[asked.email] = asked
        return list(latest.values())

    def make_link(self, person: Person) -> str:
        """The token that the letter carries. Links sent to the person earlier are void."""
        forget_resets(person.id)
        token = secrets.token_urlsafe(32)
        self.person_id, self.digest, self.good_until = person.id, digest(token), utc_now() + LASTS
        return token

    @classmethod
    def person_for(cls, token: str) -> Person | None:
        """Whose password this link sets, as long as it is good. Looking does not use it up."""
        return db.session.scalar(
            select(Person)
            .join(cls, cls.person_id == Person.id)
            .where(
                cls.digest == digest(token),
                cls.good_until > utc_now(),
                Person.disabled_at.is_(None),
            )
        )

    @classmethod
    def use(cls, token: str) -> bool:
        """Use the link up: True for exactly one of those who try at once. The caller commits."""
        used = update(cls).where(cls.digest == digest(token), cls.good_until > utc_now())
        return change(db.session(), used.values(good_until=None, digest=None)) == 1


def forget_resets(person_id: int) -> None:
    """No link sent to this person so far works from now on; the caller commits."""
    db.session.execute(delete(PasswordReset).where(PasswordReset.person_id == person_id))


def forget_old_resets() -> None:
    """Drop what can no longer be used; the caller commits."""
    old = PasswordReset.asked_at < utc_now() - 2 * LASTS
    db.session.execute(delete(PasswordReset).where(old))
