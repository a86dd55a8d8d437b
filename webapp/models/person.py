"""The people of a firm, and the operators of the installation."""

from __future__ import annotations

from datetime import date, datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, Key
from webapp.models.firm import Firm

OWNER, ADMIN, MEMBER, OPERATOR = "owner", "admin", "member", "operator"

# OWASP's floor for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")


class Person(Model):
    __table_args__ = (
        CheckConstraint("(role = 'operator') = (firm_id IS NULL)", name="operators_have_no_firm"),
        CheckConstraint("role IN ('owner', 'admin', 'member', 'operator')", name="role"),
    )

    id: Mapped[Key]
    firm_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("firm.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10))
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(2))
    theme: Mapped[str | None] = mapped_column(String(5))
    cause_email: Mapped[bool] = mapped_column(default=True)
    digest_email: Mapped[bool] = mapped_column(default=True)
    digest_sent_on: Mapped[date | None]
    """The day, in the firm's zone, of the last digest."""
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[Created]

    firm: Mapped[Firm | None] = relationship()

    def set_password(self, password: str) -> None:
        self.password_hash = _hasher.hash(password)

    def has_password(self, password: str) -> bool:
        """Also renews a hash that was made with older parameters."""
        try:
            _hasher.verify(self.password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        if _hasher.check_needs_rehash(self.password_hash):
            self.set_password(password)
        return True

    @property
    def fixes_sync(self) -> bool:
        """Owner and admins are told of sync errors and can fix them; members are not."""
        return self.role in (OWNER, ADMIN)

    @property
    def connects(self) -> bool:
        return self.role == OWNER

    @property
    def is_operator(self) -> bool:
        return self.role == OPERATOR

    @property
    def initials(self) -> str:
        words = self.name.split() or [self.email]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()

    @property
    def own_words(self) -> list[str]:
        """What somebody who knows of the person would try first as a password."""
        return [self.email, self.name, self.firm.name if self.firm else ""]

    @classmethod
    def by_email(cls, email: str) -> Person | None:
        return db.session.scalar(select(cls).where(cls.email == address_of(email)))

    @classmethod
    def with_credentials(cls, email: str, password: str) -> Person | None:
        """The person who signs in so, or None. Takes as long for an address nobody has."""
        person = cls.by_email(email)
        if person is None or person.disabled_at is not None:
            _verify_in_vain(password)
            return None
        return person if person.has_password(password) else None


def address_of(typed: str) -> str:
    """As addresses are kept. PostgreSQL cannot look for a NUL, and no address holds a space."""
    return typed.replace("\0", " ").strip().lower()


def _verify_in_vain(password: str) -> None:
    try:
        _hasher.verify(_NOBODY, password)
    except VerificationError:
        return
