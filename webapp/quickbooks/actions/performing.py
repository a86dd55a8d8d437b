"""Doing one act in a person's name, as one transaction."""

from __future__ import annotations

from collections.abc import Callable

from webapp.extensions import db
from webapp.models import Entry, Firm, Issue
from webapp.quickbooks import causes, repairs
from webapp.quickbooks.actions import content, deciding, matching, repairing, retrying
from webapp.quickbooks.actions.case import ActionRefused, Arguments, Case
from webapp.quickbooks.actions.offered import IGNORE, RESTORE, no_longer, why_not


def perform(
    issue: Issue, action: str, person_id: int | None, arguments: Arguments | None = None
) -> None:
    """Do it in the name of the person (None: a program of the firm). Commits.

    Raises ActionRefused, which leaves everything as it was.
    """
    if action == causes.USE_NUMBER:
        Firm.take_turn(issue.firm_id)
    entry = Entry.find(issue.firm_id, issue.kind, issue.record_id)
    db.session.refresh(issue)
    refusal = why_not(issue, action)
    if entry is None or refusal:
        db.session.rollback()
        raise ActionRefused("", refusal or no_longer())
    try:
        _ACTS[action](Case(issue, entry, person_id, arguments or {}))
    except ActionRefused:
        db.session.rollback()
        raise
    except repairs.RepairFailed as error:
        db.session.rollback()
        raise ActionRefused("", str(error)) from error
    db.session.commit()


_ACTS: dict[str, Callable[[Case], None]] = {
    causes.RESYNC: retrying.resync,
    IGNORE: retrying.ignore,
    RESTORE: retrying.restore,
    causes.SEND_OURS: deciding.send_ours,
    causes.KEEP_THEIRS: deciding.keep_theirs,
    causes.RECREATE: deciding.recreate,
    causes.LEAVE_OUT: deciding.leave_out,
    causes.USE_NUMBER: content.use_number,
    causes.LINK: matching.link,
    causes.CREATE_CUSTOMER: matching.create_customer,
    causes.REACTIVATE: repairing.reactivate,
    causes.STOP_SYNCING: matching.stop_syncing,
    causes.RENAME: content.rename,
    causes.SET_INCOME_ACCOUNT: content.set_income_account,
    causes.ENABLE_CARD_METHOD: repairing.enable_card_method,
    causes.DELETE: matching.delete,
}
