"""What a page tells of a record and QuickBooks: where it stands, and every try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Attempt, Connection, Record, model_of
from webapp.models import attempt as attempts
from webapp.quickbooks.addresses import open_url
from webapp.quickbooks.standing import Standing, standing
from webapp.rights import current_person
from webapp.views.naming import error_url, name_of, url_of

SHOWN = 50


@dataclass(frozen=True)
class Panel:
    """The QuickBooks side of one record. ``attempts`` is None for who may not read them."""

    kind: str
    standing: Standing
    connection: str
    waits_for: Record | None
    waits_for_name: str
    waits_for_url: str
    waits_for_ignored: bool
    open_url: str
    error_url: str
    attempts: Sequence[Attempt] | None


def panel_of(record: Record) -> Panel:
    """Members see where the record stands; what QuickBooks said is for those who can act on it."""
    at = standing(record)
    person = current_person()
    fixes = person is not None and person.fixes_sync
    needed = _needed(at)
    return Panel(
        kind=record.kind,
        standing=at,
        connection=connection_state(record.firm_id),
        waits_for=needed,
        waits_for_name=name_of(needed) if needed else "",
        waits_for_url=url_of(needed) if needed and needed.live else "",
        waits_for_ignored=needed is not None and standing(needed).state == "ignored",
        open_url=open_url(record.kind, at.quickbooks_id) if at.quickbooks_id else "",
        error_url=_error_url(record, at) if fixes else "",
        attempts=Attempt.latest_of(record, SHOWN) if fixes else None,
    )


def connection_state(firm_id: int) -> str:
    """``none, connected, sign_in_again, paused``."""
    state = select(Connection.state).where(Connection.firm_id == firm_id)
    return db.session.scalar(state) or "none"


def sentence(attempt: Attempt) -> str:
    """What one try came to: ``Created in QuickBooks``."""
    if attempt.outcome == attempts.ACCEPTED:
        return _accepted().get(attempt.operation, gettext("Accepted by QuickBooks"))
    return {
        attempts.REJECTED: gettext("Rejected by QuickBooks"),
        attempts.UNKNOWN: gettext("No answer from QuickBooks"),
        attempts.LINKED: gettext("Linked to the one in QuickBooks"),
    }[attempt.outcome]


def _accepted() -> dict[str, str]:
    return {
        "create": gettext("Created in QuickBooks"),
        "update": gettext("Updated in QuickBooks"),
        "void": gettext("Voided in QuickBooks"),
        "delete": gettext("Deleted in QuickBooks"),
        "link": gettext("Linked to the one in QuickBooks"),
        "unlink": gettext("Link undone"),
        "renumber": gettext("Renumbered"),
        "reactivate": gettext("Made active in QuickBooks"),
        "mark-card": gettext("“Credit card” marked as a credit card"),
    }


def _error_url(record: Record, at: Standing) -> str:
    """Nothing to review while the record is on its way again."""
    if at.issue_id is None or at.state not in ("failed", "ignored"):
        return ""
    return error_url(record.kind, at.issue_id)


def _needed(at: Standing) -> Record | None:
    if at.waits_for is None:
        return None
    kind, record_id = at.waits_for
    return db.session.get(model_of(kind), record_id)
