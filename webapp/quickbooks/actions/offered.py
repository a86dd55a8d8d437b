"""What may be done with an issue now, and why not something else?"""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Entry, Issue, Link
from webapp.models import issue as issues
from webapp.quickbooks import causes

IGNORE, RESTORE = "ignore", "restore"
WHILE_UNSETTLED = frozenset({causes.RESYNC, IGNORE, RESTORE})
"""What leaves a request alone whose answer is not known: a wish for later, or about telling. All
else would forget the request, and with it the object that it may have made."""


def available(
    issue: Issue, linked: bool | None = None, unsettled: bool | None = None
) -> tuple[str, ...]:
    """The names of the acts that this issue offers now, the most helpful first.

    ``linked`` says whether its record is in QuickBooks, ``unsettled`` whether a request of the
    record is still without an answer; None looks it up.
    """
    if issue.state == issues.CLOSED:
        return ()
    if issue.state == issues.IGNORED:
        return (RESTORE,)
    linked = _is_linked(issue) if linked is None else linked
    unsettled = _is_unsettled(issue) if unsettled is None else unsettled
    offered = (*causes.actions_of(issue.cause, issue.kind, linked or unsettled), IGNORE)
    return tuple(name for name in offered if not unsettled or name in WHILE_UNSETTLED)


def why_not(issue: Issue, action: str) -> str:
    """Why the act is not possible now, as a sentence; "" when it is."""
    linked, unsettled = _is_linked(issue), _is_unsettled(issue)
    if action in available(issue, linked, unsettled):
        return ""
    is_open = issue.state == issues.OPEN
    if is_open and unsettled and action in causes.actions_of(issue.cause, issue.kind, linked):
        return still_out()
    return no_longer()


def unsettled_among(firm_id: int, kind: str, record_ids: Collection[int]) -> set[int]:
    """The ids of those records that have a request out whose answer is not known."""
    return set(
        db.session.scalars(
            select(Entry.record_id).where(
                Entry.firm_id == firm_id,
                Entry.kind == kind,
                Entry.record_id.in_(record_ids),
                Entry.sent_at.is_not(None),
            )
        )
    )


def still_out() -> str:
    """Why nothing can be decided about a record that has a request out."""
    return gettext(
        "It was sent, and it is not known yet whether it arrived. You can decide once we have "
        "looked for it in QuickBooks."
    )


def no_longer() -> str:
    return gettext("This is not possible any more. Reload the page.")


def _is_linked(issue: Issue) -> bool:
    return Link.find(issue.firm_id, issue.kind, issue.record_id) is not None


def _is_unsettled(issue: Issue) -> bool:
    return bool(unsettled_among(issue.firm_id, issue.kind, [issue.record_id]))
