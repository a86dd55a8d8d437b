"""The people of a firm, the operators of the installation, and their signed-in sessions."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import CheckConstraint, ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, Key, utc_now
from webapp.models.firm import Firm

OWNER, ADMIN, MEMBER, OPERATOR = "owner", "admin", "member", "operator"
MINIMUM_PASSWORD_LENGTH = 8
IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
OAUTH_STATE_LASTS = timedelta(minutes=10)

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

    @classmethod
    def by_email(cls, email: str) -> Person | None:
        return db.session.scalar(select(cls).where(cls.email == email.strip().lower()))

    @classmethod
    def with_credentials(cls, email: str, password: str) -> Person | None:
        """The person who signs in so, or None. Takes as long for an address nobody has."""
        person = cls.by_email(email)
        if person is None or person.disabled_at is not None:
            _verify_in_vain(password)
            return None
        return person if person.has_password(password) else None


def _verify_in_vain(password: str) -> None:
    try:
        _hasher.verify(_NOBODY, password)
    except VerificationError:
        return


class SignIn(Model):
    """A signed-in session of ours: the cookie holds its token, the row only the token's hash."""

    __tablename__ = "sign_in"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str | None] = mapped_column(String(64))
    agent: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[Created]
    seen_at: Mapped[Created]
    oauth_state: Mapped[str | None] = mapped_column(String(64))
    oauth_state_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    # Flask-Login's protocol: what is signed in is the session, and through it the person.
    is_active = is_authenticated = True
    is_anonymous = False
    token: str = ""

    def get_id(self) -> str:
        return self.token

    @classmethod
    def start(cls, person: Person, address: str | None, agent: str | None) -> SignIn:
        token = secrets.token_urlsafe(32)
        session = cls(person=person, digest=_digest(token), address=address, agent=agent)
        session.token = token
        db.session.add(session)
        return session

    @classmethod
    def find(cls, token: str) -> SignIn | None:
        """The living session with this token: not idle for 30 minutes, not older than 12 hours."""
        session = db.session.scalar(select(cls).where(cls.digest == _digest(token)))
        if session is None or session.expired or session.person.disabled_at is not None:
            return None
        session.token = token
        return session

    def new_oauth_state(self) -> str:
        """A state for one trip to Intuit and back, bound to this session; kept as a hash."""
        state = secrets.token_urlsafe(32)
        self.oauth_state, self.oauth_state_at = _digest(state), utc_now()
        return state

    def take_oauth_state(self, state: str) -> bool:
        """Is it the state of this session's trip, at most ten minutes old? Good for one asking."""
        known, since = self.oauth_state, self.oauth_state_at
        self.oauth_state = self.oauth_state_at = None
        if known is None or since is None or utc_now() - since > OAUTH_STATE_LASTS:
            return False
        return secrets.compare_digest(known, _digest(state))

    @classmethod
    def end_all(cls, person_id: int, besides: int | None = None) -> None:
        """Sign the person out everywhere, or everywhere but in one session."""
        sessions = delete(cls).where(cls.person_id == person_id)
        if besides is not None:
            sessions = sessions.where(cls.id != besides)
        db.session.execute(sessions)

    @property
    def expired(self) -> bool:
        now = utc_now()
        return now - self.seen_at > IDLE_LIMIT or now - self.created_at > ABSOLUTE_LIMIT

    @property
    def seen_long_ago(self) -> bool:
        return utc_now() - self.seen_at > SEEN_EVERY


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
