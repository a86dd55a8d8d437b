"""Who is asking, and what they may do.

A record of another firm is not found (404); an act above one's role is forbidden (403); who is not
signed in is sent to sign in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from flask import abort, g, has_request_context, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.extensions import db, login_manager
from webapp.models.firm import Firm
from webapp.models.person import Person
from webapp.models.sign_in import SignIn

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_ID = 2**63 - 1
"""What the databases can look for; an address can hold more."""


@login_manager.user_loader
def _load(token: str) -> SignIn | None:
    """Nobody, once the database has gone away in this request: its page must not ask again."""
    return None if g.get("database_away") else SignIn.find(token)


@login_manager.unauthorized_handler
def sign_in_first() -> Response:
    """To the sign-in, and from there back. A fetch is told to go there as a page, since it would
    put a redirect's answer into the page that asked; it comes back to that page."""
    if request.headers.get("HX-Request") == "true":
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = f"{here.path or '/'}{'?' if here.query else ''}{here.query}"
        answer = Response(status=204)
        answer.headers["HX-Redirect"] = url_for("auth.sign_in", next=back)
        return answer
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")), 303)


def current_person() -> Person | None:
    if not has_request_context() or g.get("database_away"):
        return None
    if not current_user or not current_user.is_authenticated:
        return None
    return cast(SignIn, current_user).person


def current_firm() -> Firm | None:
    """The firm of the signed-in person, or of the API token of this request."""
    if has_request_context() and g.get("database_away"):
        return None
    token_firm = g.get("api_firm") if has_request_context() else None
    if token_firm is not None:
        return cast(Firm, token_firm)
    person = current_person()
    return person.firm if person else None


def asking_firm() -> Firm:
    """The firm that asks. Only behind one of the decorators below, or the API's."""
    firm = current_firm()
    if firm is None:
        abort(403)
    return firm


def firm_id() -> int:
    return asking_firm().id


def person_id() -> int | None:
    person = current_person()
    return person.id if person else None


def _guard(allowed: Callable[[Person], bool]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            person = current_person()
            if person is None:
                return login_manager.unauthorized()
            if not allowed(person):
                abort(403)
            return view(*args, **kwargs)

        return cast(View, guarded)

    return decorate


for_signed_in = _guard(lambda _person: True)
"""Operators too."""
for_firm = _guard(lambda person: person.firm_id is not None)
"""Anyone of a firm."""
for_fixers = _guard(lambda person: person.fixes_sync)
"""Owner and admins."""
for_owner = _guard(lambda person: person.connects)
for_operators = _guard(lambda person: person.is_operator)


class OfFirm(Protocol):
    """What belongs to a firm, and is found by its id there."""

    @classmethod
    def in_firm(cls, firm_id: int, record_id: int, /) -> Any: ...


Owned = TypeVar("Owned", bound=OfFirm)


def own(model: type[Owned], record_id: int) -> Owned:
    """The asking firm's own, or 404: also for another firm's, or a removed record."""
    record = model.in_firm(firm_id(), record_id) if record_id <= LARGEST_ID else None
    if record is None:
        abort(404)
    return cast(Owned, record)


def note_seen() -> None:
    """Keep the session from idling out; at most once a minute, in a transaction of its own."""
    if not current_user or not current_user.is_authenticated:
        return
    session = cast(SignIn, current_user)
    if session.seen_long_ago:
        from webapp.models.columns import utc_now

        session_id = session.id
        # Reading the sign-in took SQLite's lock, and the note would wait for it in vain.
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(
                db.update(SignIn).where(SignIn.id == session_id).values(seen_at=utc_now())
            )
