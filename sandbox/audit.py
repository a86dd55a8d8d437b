"""Are one company's books in order?

What a test asks at the end: nothing twice, nothing over-applied, no link to nowhere, every
balance equal to what was billed less what was paid, every name once, every SyncToken a step from
the last.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from sandbox.company import Company
from sandbox.entities import ENTITIES
from sandbox.links import CREDITS, OPEN, PAYERS, applications
from sandbox.records import DELETED, VOIDED, ZERO, Record
from sandbox.wire import Body


def audit(company: Company) -> Body:
    """`problems` is empty when the books are in order; `duplicates` may be intended."""
    return {
        "realm_id": company.realm_id,
        "problems": [*_balances(company), *_links(company), *_names(company), *_tokens(company)],
        "duplicates": {
            "DocNumber": _duplicates(company, "DocNumber"),
            "PrivateNote": _duplicates(company, "PrivateNote"),
            "PaymentRefNum": _duplicates(company, "PaymentRefNum"),
        },
        "counts": _counts(company),
        "sums": _sums(company),
        "customers": _customers(company),
    }


def _transactions(company: Company, *entities: str) -> Iterator[Record]:
    for name in entities or [e.name for e in ENTITIES.values() if e.is_transaction]:
        yield from company.live(name)


def _balances(company: Company) -> Iterator[str]:
    applied: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for payer in _transactions(company, *PAYERS):
        used = ZERO
        for application in applications(payer.body):
            applied[application.kind, application.id] += application.amount
            used += -application.amount if application.kind in CREDITS else application.amount
        if payer.entity == "Payment":
            yield from _unapplied(payer, used)
    for record in _transactions(company, *sorted(OPEN)):
        paid = applied[record.entity, record.id]
        if record.amount("Balance") != record.amount("TotalAmt") - paid:
            yield f"{_called(record)}: Balance {record.amount('Balance')} is not total - applied"
        if record.amount("Balance") < 0:
            yield f"{_called(record)}: over-applied by {-record.amount('Balance')}"


def _unapplied(payer: Record, used: Decimal) -> Iterator[str]:
    left = payer.amount("TotalAmt") - used
    if payer.amount("UnappliedAmt") != left:
        yield f"{_called(payer)}: UnappliedAmt {payer.amount('UnappliedAmt')} is not {left}"
    if left < 0:
        yield f"{_called(payer)}: applies {-left} more than it has"


def _links(company: Company) -> Iterator[str]:
    for record in _transactions(company):
        for link in record.body.get("LinkedTxn") or []:
            other = company.find(link["TxnType"], link["TxnId"])
            if other is None or other.state == DELETED:
                yield f"{_called(record)}: linked to {link['TxnType']} {link['TxnId']}, not there"
        for application in applications(record.body):
            yield from _application(company, record, application.kind, application.id)


def _application(company: Company, record: Record, kind: str, identifier: str) -> Iterator[str]:
    target = company.find("Purchase" if kind == "Expense" else kind, identifier)
    if target is None or target.state in (DELETED, VOIDED):
        yield f"{_called(record)}: applies to {kind} {identifier}, which is gone"
    elif kind in OPEN or record.entity == "Deposit":
        back = {"TxnId": record.id, "TxnType": record.entity}
        if back not in (target.body.get("LinkedTxn") or []):
            yield f"{_called(target)}: does not know of {_called(record)}"


def _names(company: Company) -> Iterator[str]:
    for (space, name), holders in company.names.items():
        siblings = Counter(
            "" if space == "people" else str(r.body.get("ParentRef", {}).get("value", ""))
            for r in holders.values()
            if r.active
        )
        if any(count > 1 for count in siblings.values()):
            yield f"name {name!r} is held {sum(siblings.values())} times in {space}"


def _tokens(company: Company) -> Iterator[str]:
    for table in company.tables.values():
        for record in table.values():
            tokens = [token for token, _, _ in record.history]
            if tokens != list(range(record.sync_token + 1)):
                yield f"{_called(record)}: SyncTokens went {tokens}"


def _duplicates(company: Company, name: str) -> list[Body]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in _transactions(company):
        value = record.body.get(name)
        if value and record.state != VOIDED:
            found[record.entity, str(value)].append(record.id)
    return [
        {"entity": entity, "value": value, "ids": ids}
        for (entity, value), ids in sorted(found.items())
        if len(ids) > 1
    ]


def _counts(company: Company) -> dict[str, dict[str, int]]:
    counts = {}
    for name, table in company.tables.items():
        states = Counter(record.state for record in table.values())
        if states:
            counts[name] = dict(states)
    return counts


def _sums(company: Company) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for record in _transactions(company):
        sums[record.entity] += record.amount("TotalAmt")
    return dict(sums)


def _customers(company: Company) -> dict[str, dict[str, Decimal]]:
    """By customer Id: the sum of each kind, and the balance."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for record in _transactions(company):
        customer = record.body.get("CustomerRef", {}).get("value")
        if customer:
            sums[customer][record.entity] += record.amount("TotalAmt")
    for customer, balance in company.receivable.items():
        sums[customer]["balance"] = balance
    return {customer: dict(kinds) for customer, kinds in sorted(sums.items())}


def _called(record: Record) -> str:
    return f"{record.entity} {record.id}"
