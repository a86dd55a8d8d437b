"""Taking back the link of a client to a customer, as a wrong choice is found out.

What was already sent under that customer is sent again, under the right one, once it is chosen.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Update, and_, select, update

from webapp.extensions import db
from webapp.models import (
    Account,
    Attempt,
    Entry,
    Invoice,
    Issue,
    Link,
    MirrorObject,
    Payment,
    Record,
    Refund,
    outbox,
)
from webapp.models import attempt as attempts
from webapp.models import issue as issue_states
from webapp.quickbooks import issues, links

CAUSE = "link_undone"


def undo_link(account: Account, person_id: int | None) -> bool:
    """Cut the link and ask for the right customer; False where nothing can be undone now, as while
    the account's own update is on its way. Commits."""
    entry, link = Entry.of(account), Link.of(account)
    if entry is None or link is None or entry.unsettled:
        db.session.rollback()
        return False
    customer = MirrorObject.find(account.firm_id, "Customer", link.quickbooks_id)
    links.cut(account)
    _hold_back(account)
    facts = {"client": account.name, "customer": customer.name if customer else None}
    issues.open_issue(account, CAUSE, facts)
    entry.rest(outbox.REJECTED)
    db.session.add(_noted(account, f"Customer {link.quickbooks_id}", person_id))
    db.session.commit()
    return True


def undone(firm_id: int, account_ids: list[int]) -> set[int]:
    """Those of the accounts whose link a person took back: none is to be found for them."""
    return set(
        db.session.scalars(
            select(Issue.record_id).where(
                Issue.firm_id == firm_id,
                Issue.kind == "account",
                Issue.cause == CAUSE,
                Issue.state != issue_states.CLOSED,
                Issue.record_id.in_(account_ids),
            )
        )
    )


def _hold_back(account: Account) -> None:
    """The client's documents that are there name the wrong customer: each gets a new version.

    What had arrived waits: invoices for the client, a payment for its invoice, a refund for its
    payment, since QuickBooks applies no payment to another customer's invoice.
    """
    invoices = _renew(account, Invoice)
    _wait(account, Invoice, invoices, "account", account.id)
    payments = _renew(account, Payment)
    _wait(account, Payment, payments, "account", account.id)
    applied = _applied(payments, invoices)
    _wait(account, Payment, applied, "invoice", Payment.invoice_id)
    _expect_unapplied(account, applied)
    refunds = _renew(account, Refund)
    _wait(account, Refund, refunds, "payment", Refund.payment_id)


def _renew(account: Account, model: type[Record]) -> list[int]:
    """The ids of those that are there, each of which wants to be sent anew."""
    linked = select(Link.record_id).where(
        Link.firm_id == account.firm_id, Link.kind == model.kind, Link.gone.is_(False)
    )
    theirs = and_(_of_account(model, account), model.removed_at.is_(None), model.id.in_(linked))
    ids = list(db.session.scalars(select(model.id).where(theirs)))
    _change(update(model).where(model.id.in_(ids)).values(version=model.version + 1))
    _change(_entries(account, model, ids).values(wanted=Entry.wanted + 1))
    return ids


def _applied(payments: list[int], invoices: list[int]) -> list[int]:
    """Those of the payments that pay one of these invoices."""
    return list(
        db.session.scalars(
            select(Payment.id).where(Payment.id.in_(payments), Payment.invoice_id.in_(invoices))
        )
    )


def _expect_unapplied(account: Account, payments: list[int]) -> None:
    """An invoice that goes to another customer loses its payments over there: that is not an edit
    by a person, and the payment's own update applies it again."""
    for link in Link.of_records(account.firm_id, Payment.kind, payments).values():
        link.known = {name: value for name, value in link.known.items() if name != "links"}


def _wait(account: Account, model: type[Record], ids: list[int], kind: str, needed: Any) -> None:
    """``needed`` is an id, or the model's column that has it."""
    if not isinstance(needed, int):
        needed = select(needed).where(model.id == Entry.record_id).scalar_subquery()
    arrived = Entry.state.in_((outbox.DONE, outbox.WAITING))
    waiting = {"state": outbox.WAITING, "waits_kind": kind, "waits_id": needed}
    _change(_entries(account, model, ids).where(arrived).values(waiting))


def _entries(account: Account, model: type[Record], ids: list[int]) -> Update:
    return Entry.changing(
        Entry.firm_id == account.firm_id, Entry.kind == model.kind, Entry.record_id.in_(ids)
    )


def _change(statement: Update) -> None:
    db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.expire_all()


def _of_account(model: type[Record], account: Account) -> ColumnElement[bool]:
    if issubclass(model, Refund):
        payments = select(Payment.id).where(Payment.account_id == account.id)
        return model.payment_id.in_(payments)
    assert issubclass(model, Invoice | Payment)
    return model.account_id == account.id


def _noted(account: Account, message: str, person_id: int | None) -> Attempt:
    return Attempt(
        firm_id=account.firm_id,
        kind=account.kind,
        record_id=account.id,
        operation="unlink",
        outcome=attempts.ACCEPTED,
        person_id=person_id,
        message=message,
    )
