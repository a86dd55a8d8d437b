"""A signed-in session of ours: the cookie holds its token, the row only the token's hash."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import change
from webapp.extensions import Model, db
from webapp.models.columns import BigId, Created, Key, utc_now
from webapp.models.digest import digest
from webapp.models.person import Person

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
OAUTH_STATE_LASTS = timedelta(minutes=10)
CONFIRMED_LASTS = timedelta(minutes=10)
"""For how long a shown password opens what asks for it again."""
CODE_WAITS = timedelta(minutes=10)
WRONG_CODES = 5
"""After so many the password has to be given again."""


class SignIn(Model):
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
    awaits_code: Mapped[bool] = mapped_column(default=False)
    """The password was right and the second factor is still due: nobody is signed in yet."""
    wrong_codes: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=utc_now)
    """When the password, and the code where there is one, were shown last."""
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
    def start(
        cls, person: Person, address: str | None, agent: str | None, awaits_code: bool = False
    ) -> SignIn:
        token = secrets.token_urlsafe(32)
        session = cls(
            person=person,
            digest=digest(token),
            address=address,
            agent=agent,
            awaits_code=awaits_code,
        )
        session.token = token
        db.session.add(session)
        return session

    @classmethod
    def find(cls, token: str) -> SignIn | None:
        """The living session with this token: not idle for 30 minutes, not older than 12 hours."""
        session = cls._with(token)
        return None if session is None or session.awaits_code or session.expired else session

    @classmethod
    def waiting(cls, token: str) -> SignIn | None:
        """The sign-in with this token whose code is still due."""
        session = cls._with(token)
        if session is None or not session.awaits_code:
            return None
        late = utc_now() - session.created_at > CODE_WAITS
        return None if late or session.wrong_codes >= WRONG_CODES else session

    @classmethod
    def _with(cls, token: str) -> SignIn | None:
        session = db.session.scalar(select(cls).where(cls.digest == digest(token)))
        if session is None or session.person.disabled_at is not None:
            return None
        session.token = token
        return session

    @classmethod
    def of(cls, person_id: int) -> list[SignIn]:
        """Where the person is signed in, the latest first."""
        own = select(cls).where(cls.person_id == person_id, cls.awaits_code.is_(False))
        return [one for one in db.session.scalars(own.order_by(cls.id.desc())) if not one.expired]

    def count_wrong_code(self) -> None:
        """Counted in the database, so that guesses made at once all count; the caller commits."""
        guesses = update(SignIn).where(SignIn.id == self.id)
        change(db.session(), guesses.values(wrong_codes=SignIn.wrong_codes + 1))

    def new_oauth_state(self) -> str:
        """A state for one trip to Intuit and back, bound to this session; kept as a hash."""
        state = secrets.token_urlsafe(32)
        self.oauth_state, self.oauth_state_at = digest(state), utc_now()
        return state

    def take_oauth_state(self, state: str) -> bool:
        """Is it the state of this session's trip, at most ten minutes old? Good for one asking."""
        known, since = self.oauth_state, self.oauth_state_at
        self.oauth_state = self.oauth_state_at = None
        if known is None or since is None or utc_now() - since > OAUTH_STATE_LASTS:
            return False
        return secrets.compare_digest(known, digest(state))

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

    @property
    def confirmed_lately(self) -> bool:
        return self.confirmed_at is not None and utc_now() - self.confirmed_at <= CONFIRMED_LASTS
