"""Has a firm's work stood still for too long? Its owner and the operators are told, once.

Still means: at every look there was something to send, and for ``SILENT_AFTER_S`` seconds nothing
got a sensible answer. Whoever is to blame (no worker, a hanging Redis, QuickBooks down), somebody
must learn of it. A lost sign-in and a pause are told elsewhere and are no silence.

The scheduler looks every minute, and also while it cannot ask Redis whether it is in charge: the
lock on the pulse lets one look at a time, and what was told is kept in the database.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from flask import current_app
from flask_babel import gettext, ngettext
from sqlalchemy import ColumnElement, and_, select

from webapp.database import database_now
from webapp.extensions import db
from webapp.mailing import Letter, send
from webapp.models import Connection, Entry, Firm, Person, Pulse, outbox
from webapp.models.connection import CONNECTED
from webapp.models.person import OPERATOR
from webapp.quickbooks import notices

EVERY_S = 60.0
NAMED = 10
"""So many firms are named in a letter to operators."""

log = structlog.get_logger(__name__)


def watch() -> None:
    """Look at every firm with work, then tell the operators of what changed. Commits."""
    pulse, now = Pulse.of_database(), database_now(db.session())
    for connection in db.session.scalars(select(Connection).where(_has_work(now))):
        _look(connection, now)
    for connection in db.session.scalars(
        select(Connection).where(Connection.work_since.is_not(None), ~_has_work(now))
    ):
        connection.work_since = None
        _break_silence(connection)
    db.session.commit()
    _tell_operators(pulse)


def _has_work(now: datetime) -> ColumnElement[bool]:
    """Something is to be sent or settled soon, and nothing but us could keep it from it."""
    soon = now + outbox.RETRY_PLAN[-1]
    return and_(
        Connection.state == CONNECTED,
        Connection.set_up_at.is_not(None),
        Entry.most_urgent(
            Entry.firm_id == Connection.firm_id,
            Entry.due_at <= soon,
            Entry.state.in_((outbox.READY, outbox.SENT)),
        ).is_not(None),
    )


def _look(connection: Connection, now: datetime) -> None:
    limit = timedelta(seconds=current_app.config["SILENT_AFTER_S"])
    connection.work_since = connection.work_since or now
    heard = connection.last_success_at
    quiet_since = max(connection.work_since, heard or connection.work_since)
    if connection.silent_since is None:
        if now - quiet_since >= limit:
            connection.silent_since = quiet_since
            notices.fell_silent(connection.firm_id)
            log.error("firm_silent", firm_id=connection.firm_id, since=quiet_since.isoformat())
    elif heard is not None and heard > connection.silent_since:
        _break_silence(connection)


def _break_silence(connection: Connection) -> None:
    if connection.silent_since is None:
        return
    connection.silent_since = None
    if connection.state == CONNECTED:
        notices.heard_again(connection.firm_id)
    log.warning("firm_heard_again", firm_id=connection.firm_id)


# -- operators -------------------------------------------------------------------------------------


def silent_firms() -> list[tuple[str, datetime]]:
    """Name of each silent firm, and since when; the longest silence first."""
    rows = db.session.execute(
        select(Firm.name, Connection.silent_since)
        .join(Firm, Firm.id == Connection.firm_id)
        .where(Connection.silent_since.is_not(None))
        .order_by(Connection.silent_since, Firm.id)
    )
    return [(name, since) for name, since in rows if since is not None]


def _tell_operators(pulse: Pulse) -> None:
    """One letter when the first firm falls silent, one when the last is heard again. A letter that
    nobody could be handed is tried again at the next look."""
    silent = silent_firms()
    alarmed = pulse.alarmed_at is not None
    db.session.commit()
    if bool(silent) == alarmed or not _hand_over(silent):
        return
    pulse = Pulse.of_database()
    pulse.alarmed_at = database_now(db.session()) if silent else None
    db.session.commit()


def _hand_over(silent: list[tuple[str, datetime]]) -> bool:
    operators = db.session.scalars(
        select(Person).where(Person.role == OPERATOR, Person.disabled_at.is_(None))
    ).all()
    handed = [send(person, lambda: _letter(silent)) for person in operators]
    return all(handed)


def _letter(silent: list[tuple[str, datetime]]) -> Letter:
    if not silent:
        return Letter(gettext("Every firm reaches QuickBooks again"), "silence", {"firms": []})
    subject = ngettext(
        "Nothing of %(num)s firm reaches QuickBooks",
        "Nothing of %(num)s firms reaches QuickBooks",
        len(silent),
    )
    firms, more = silent[:NAMED], max(0, len(silent) - NAMED)
    return Letter(subject, "silence", {"firms": firms, "more": more, "subject": subject})
