"""What does paying, crediting or depositing do to the other transaction?

A Payment's lines say what it applies to which invoice; the invoice's `Balance` and `LinkedTxn`
follow, and its SyncToken moves. BillPayments do the same to bills, deposits lock what lies in
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sandbox import errors
from sandbox.company import Draft
from sandbox.records import DELETED, VOIDED, ZERO, Record
from sandbox.switches import Switches
from sandbox.wire import Body

PAYERS = {"Payment": "CustomerRef", "BillPayment": "VendorRef"}
CREDITS = {"CreditMemo"}
OPEN = {"Invoice", "CreditMemo", "Bill"}
TARGETS = {
    "Payment": {"Invoice", "CreditMemo", "JournalEntry", "Expense"},
    "BillPayment": {"Bill", "JournalEntry"},
}
DEPOSITABLE = {"Payment", "SalesReceipt", "RefundReceipt", "JournalEntry"}
STORED_AS = {"Expense": "Purchase"}
UNDEPOSITED = "UndepositedFunds"


@dataclass(frozen=True, slots=True)
class Application:
    """So much of a payment is for that transaction."""

    kind: str
    id: str
    amount: Decimal


def applications(body: Body) -> Iterator[Application]:
    for line in body.get("Line") or []:
        for link in line.get("LinkedTxn") or []:
            yield Application(link["TxnType"], link["TxnId"], line["Amount"])


def applied_by(payer: Record, target: Record) -> Decimal:
    return sum(
        (
            a.amount
            for a in applications(payer.body)
            if (a.kind, a.id) == (target.entity, target.id)
        ),
        ZERO,
    )


# -- payments --------------------------------------------------------------------------------


def settle_payment(draft: Draft, payer: Record, before: Record | None, switches: Switches) -> None:
    """Check what a payment applies, and move the balances of all it touches or used to touch.

    Raises Refusal 610, 620, 2500 or 6000."""
    _check_targets(draft, payer)
    touched = {(a.kind, a.id) for a in applications(payer.body)}
    touched |= {(a.kind, a.id) for a in applications(before.body)} if before else set()
    for kind, identifier in sorted(touched):
        if kind in OPEN:
            target = draft.find(kind, identifier)
            if target is not None and target.state != DELETED:
                _move_balance(draft, target, draft.latest(payer), switches)
    set_unapplied(draft, draft.latest(payer))


def _check_targets(draft: Draft, payer: Record) -> None:
    party = PAYERS[payer.entity]
    for application in applications(payer.body):
        if application.kind not in TARGETS[payer.entity]:
            raise errors.invalid_enumeration(application.kind, "Line.LinkedTxn.TxnType")
        if application.amount < 0:
            raise errors.business("The amount applied must be 0 or greater.", "Line.Amount")
        kind = STORED_AS.get(application.kind, application.kind)
        target = draft.find(kind, application.id)
        if target is None:
            raise errors.invalid_reference("Line.LinkedTxn")
        if target.state == DELETED:
            raise errors.deleted_transaction()
        mismatch = (
            kind in OPEN and target.body.get(party, {}).get("value") != payer.body[party]["value"]
        )
        if target.state == VOIDED or mismatch:
            raise errors.cannot_link(target.id)


def _move_balance(draft: Draft, target: Record, payer: Record, switches: Switches) -> None:
    """Recompute `target` from all that pays it; `payer` is the one that has just changed."""
    link = {"TxnId": payer.id, "TxnType": payer.entity}
    before = target.body.get("LinkedTxn") or []
    pays = payer.state not in (DELETED, VOIDED) and bool(applied_by(payer, target))
    links = [item for item in before if pays or item != link]
    if pays and link not in links:
        links.append(link)
    balance = target.amount("TotalAmt") - _paid(draft, target, links)
    if balance < 0:
        balance = _over_applied(draft, payer, target, balance, switches)
    if links == before and balance == target.amount("Balance"):
        return  # nothing moved, so neither does the SyncToken
    body = {**target.body, "LinkedTxn": links, "Balance": balance}
    if target.entity == "CreditMemo":
        body["RemainingCredit"] = balance
    draft.change(target, body)


def _paid(draft: Draft, target: Record, links: list[Body]) -> Decimal:
    payers = (draft.find(i["TxnType"], i["TxnId"]) for i in links if i["TxnType"] in PAYERS)
    return sum((applied_by(payer, target) for payer in payers if payer), ZERO)


def _over_applied(
    draft: Draft, payer: Record, target: Record, balance: Decimal, switches: Switches
) -> Decimal:
    """More than the open balance: refused, or (a switch) cut down to it."""
    if switches.over_application == "refuse":
        raise errors.business(
            "The amount applied is more than the open balance of the transaction.", "Line.Amount"
        )
    reduce(draft, payer, target, -balance)
    return ZERO


def reduce(draft: Draft, payer: Record, target: Record, excess: Decimal) -> None:
    """Take `excess` off what `payer` applies to `target`, last line first."""
    lines = [dict(line) for line in payer.body.get("Line") or []]
    for line in reversed(lines):
        linked = any(link["TxnId"] == target.id for link in line.get("LinkedTxn") or [])
        if linked and excess > 0:
            cut = min(excess, line["Amount"])
            line["Amount"] -= cut
            excess -= cut
    kept = [line for line in lines if line["Amount"] or not line.get("LinkedTxn")]
    set_unapplied(draft, draft.change(payer, {**payer.body, "Line": kept}))


def set_unapplied(draft: Draft, payer: Record) -> None:
    """`UnappliedAmt` = TotalAmt + credits used - what is applied. Read-only."""
    if payer.entity != "Payment":
        return
    used = ZERO
    for application in applications(payer.body):
        used += -application.amount if application.kind in CREDITS else application.amount
    unapplied = payer.amount("TotalAmt") - used
    if unapplied < 0:
        raise errors.business("You can't apply more than the amount of the payment.", "Line.Amount")
    draft.change(payer, {**payer.body, "UnappliedAmt": unapplied}, draft.operations[_key(payer)])


def _key(record: Record) -> tuple[str, str]:
    return record.entity, record.id


# -- the other side changes ------------------------------------------------------------------


def payers_of(draft: Draft, target: Record) -> list[Record]:
    links = target.body.get("LinkedTxn") or []
    found = (draft.find(i["TxnType"], i["TxnId"]) for i in links if i["TxnType"] in PAYERS)
    return [payer for payer in found if payer is not None]


def settle_open(draft: Draft, target: Record, before: Record | None) -> None:
    """Set the balance of a written invoice, credit memo or bill.

    A smaller total, or another customer, gives the surplus back to the payments."""
    party = "VendorRef" if target.entity == "Bill" else "CustomerRef"
    if before is not None and before.body[party]["value"] != target.body[party]["value"]:
        unlink_payers(draft, target)
        target = draft.latest(target)
    excess = sum((applied_by(p, target) for p in payers_of(draft, target)), ZERO)
    excess -= target.amount("TotalAmt")
    for payer in reversed(payers_of(draft, target)):
        if excess > 0:
            cut = min(excess, applied_by(payer, target))
            reduce(draft, payer, target, cut)
            excess -= cut
    _refresh(draft, draft.latest(target))


def _refresh(draft: Draft, target: Record) -> None:
    payers = [p for p in payers_of(draft, target) if applied_by(p, target)]
    kept = {(p.entity, p.id) for p in payers}
    links = [
        link
        for link in target.body.get("LinkedTxn") or []
        if link["TxnType"] not in PAYERS or (link["TxnType"], link["TxnId"]) in kept
    ]
    balance = target.amount("TotalAmt") - sum((applied_by(p, target) for p in payers), ZERO)
    body = {**target.body, "LinkedTxn": links, "Balance": balance}
    if target.entity == "CreditMemo":
        body["RemainingCredit"] = balance
    draft.change(target, body, draft.operations[_key(target)])


def unlink_payers(draft: Draft, target: Record) -> None:
    """Void or delete: the paid part returns to each payment's `UnappliedAmt`."""
    for payer in payers_of(draft, target):
        lines = [
            line
            for line in payer.body.get("Line") or []
            if not any(link["TxnId"] == target.id for link in line.get("LinkedTxn") or [])
        ]
        set_unapplied(draft, draft.change(payer, {**payer.body, "Line": lines}))
    others = [i for i in target.body.get("LinkedTxn") or [] if i["TxnType"] not in PAYERS]
    latest = draft.latest(target)
    draft.change(latest, {**latest.body, "LinkedTxn": others})


# -- deposits --------------------------------------------------------------------------------


def refuse_deposited(record: Record) -> None:
    """Raises Refusal 6540 for a transaction that lies in a deposit."""
    if any(link["TxnType"] == "Deposit" for link in record.body.get("LinkedTxn") or []):
        raise errors.deposited()


def settle_deposit(draft: Draft, deposit: Record, before: Record | None) -> None:
    """Lock what the deposit holds and free what it no longer holds."""
    held = {(a.kind, a.id): a.amount for a in applications(deposit.body)}
    earlier = {(a.kind, a.id) for a in applications(before.body)} if before else set()
    for kind, identifier in sorted(set(held) - earlier):
        _put_in(draft, deposit, kind, identifier, held[kind, identifier])
    for kind, identifier in sorted(earlier - set(held)):
        _take_out(draft, deposit, kind, identifier)


def _put_in(draft: Draft, deposit: Record, kind: str, identifier: str, amount: Decimal) -> None:
    if kind not in DEPOSITABLE:
        raise errors.invalid_enumeration(kind, "Line.LinkedTxn.TxnType")
    target = draft.find(kind, identifier)
    if target is None:
        raise errors.invalid_reference("Line.LinkedTxn")
    if target.state == DELETED:
        raise errors.deleted_transaction()
    refuse_deposited(target)
    if target.state == VOIDED or not _is_undeposited(draft, target):
        raise errors.cannot_link(identifier)
    if abs(amount) != target.amount("TotalAmt"):
        raise errors.business(
            "The amount of a deposited transaction can't be changed.", "Line.Amount"
        )
    link = {"TxnId": deposit.id, "TxnType": "Deposit"}
    links = [*(target.body.get("LinkedTxn") or []), link]
    draft.change(target, {**target.body, "LinkedTxn": links})


def _is_undeposited(draft: Draft, target: Record) -> bool:
    account = draft.find("Account", target.body.get("DepositToAccountRef", {}).get("value", ""))
    return account is None or account.body.get("AccountSubType") == UNDEPOSITED


def _take_out(draft: Draft, deposit: Record, kind: str, identifier: str) -> None:
    target = draft.find(kind, identifier)
    if target is not None and target.state != DELETED:
        links = [i for i in target.body.get("LinkedTxn") or [] if i["TxnId"] != deposit.id]
        draft.change(target, {**target.body, "LinkedTxn": links})
