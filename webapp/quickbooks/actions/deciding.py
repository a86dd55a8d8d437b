"""Deciding about what was edited or deleted in QuickBooks: ours, theirs, anew, or not at all."""

from __future__ import annotations

from flask_babel import gettext

from webapp.models import outbox
from webapp.quickbooks import links
from webapp.quickbooks.actions.case import ActionRefused, Case
from webapp.quickbooks.agreed import agreed, ours_in
from webapp.quickbooks.facts import facts_of
from webapp.quickbooks.news import newer
from webapp.quickbooks.payloads import ENTITIES


def send_ours(case: Case) -> None:
    """Overwrite what the person has seen there, and nothing newer."""
    seen = _seen(case)
    if case.link is None or case.issue.theirs is None or not seen:
        raise ActionRefused("", gettext("There is nothing to compare with. Reload the page."))
    case.link.sync_token = seen
    theirs = facts_of(ENTITIES[case.record.kind], case.issue.theirs)
    said = ours_in(case.link.known)
    edited = [name for name in theirs | said if theirs.get(name) != said.get(name)]
    case.link.known = agreed(theirs, theirs, except_for=edited)  # so that all of ours is new
    case.send_again()


def keep_theirs(case: Case) -> None:
    """Accepted as it is there; ours stays as it is.

    Where a change of ours was refused (a payment in a deposit), what we know of theirs holds.
    """
    _seen(case)
    if case.link is None:
        raise ActionRefused("", gettext("There is nothing to compare with. Reload the page."))
    if case.issue.theirs is not None:
        case.link.sync_token = str(case.issue.theirs["SyncToken"])
        case.link.known = case.as_it_is(case.issue.theirs)
    else:
        case.link.known = case.as_both_are(case.link.known)
    case.settle(outbox.DONE)


def recreate(case: Case) -> None:
    links.cut(case.record)
    case.send_again()


def leave_out(case: Case) -> None:
    if case.link is not None:
        case.link.left_out = True
    case.settle(outbox.OFF)


def _seen(case: Case) -> str:
    """The version over there that the person decides about. Raises ActionRefused if we have heard
    of a later one since: nobody has looked at that."""
    theirs = case.issue.theirs or {}
    seen = case.text("sync_token")
    if seen and newer(theirs, seen):
        again = gettext("It was changed in QuickBooks once more. Compare both again, then choose.")
        raise ActionRefused("", again)
    return seen or str(theirs.get("SyncToken", ""))
