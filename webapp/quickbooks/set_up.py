"""Keeping what set-up chose, the first time or later, and moving what the choices concern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, true

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Account, Connection, Entry, Issue, MirrorObject, outbox
from webapp.models.connection import CREATE
from webapp.quickbooks import bulk, roles
from webapp.quickbooks import connection as connecting

KINDS_WITH_ROLES = ("service", "invoice", "payment", "refund", "expense")

ENDED_BY_A_CHOICE = (
    "set_up_missing",
    "account_inactive",
    "vendor_inactive",
    "wrong_account_type",
)
"""Causes that another account or vendor ends."""


@dataclass(frozen=True)
class Choices:
    start_date: date | None
    unmatched: str
    roles: Mapping[str, str]
    """QuickBooks ids by role."""
    accounts: set[int] | None = None
    """Ids of the accounts to copy; None: all, as each account's own switch says."""


def fits(firm_id: int, role: str, quickbooks_id: str) -> bool:
    """Can this object play the part?"""
    wanted = roles.ROLES[role]
    found = MirrorObject.find(firm_id, wanted.entity, quickbooks_id)
    if found is None or not found.active:
        return False
    return not wanted.types or found.detail.get("account_type") in wanted.types


def accept(connection: Connection, chosen: Choices, person_id: int | None) -> None:
    """Keep the choices and let the records go that may go by them. Commits."""
    firm_id = connection.firm_id
    moved_earlier = _earlier(chosen.start_date, connection.start_date)
    connection.start_date, connection.unmatched = chosen.start_date, chosen.unmatched
    if chosen.accounts is not None:
        _choose_accounts(firm_id, chosen.accounts, person_id)
    if moved_earlier:
        _look_at_old_ones_again(firm_id)
    if chosen.unmatched == CREATE and connection.set_up_at is not None:
        bulk.create_customers(firm_id, true(), person_id)
    for kind in KINDS_WITH_ROLES:
        bulk.resync(firm_id, kind, Issue.cause.in_(ENDED_BY_A_CHOICE), person_id)
    connecting.finish_set_up(connection, chosen.roles)


def _earlier(now: date | None, before: date | None) -> bool:
    return before is not None and (now is None or now < before)


def _choose_accounts(firm_id: int, wanted: set[int], person_id: int | None) -> None:
    accounts = db.session.scalars(
        select(Account).where(Account.firm_id == firm_id, Account.removed_at.is_(None))
    ).all()
    for account in accounts:
        account.set_sync(account.id in wanted, person_id)


def _look_at_old_ones_again(firm_id: int) -> None:
    """What lay before the first day may be in now; what still stays out goes back by itself."""
    db.session.execute(
        Entry.changing(Entry.firm_id == firm_id, Entry.state == outbox.OFF).values(
            state=outbox.READY, due_at=database_now(db.session())
        ),
        execution_options={"synchronize_session": False},
    )
