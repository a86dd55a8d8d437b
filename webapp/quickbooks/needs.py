"""Which records must be in QuickBooks before a given one can go?"""

from __future__ import annotations

from collections.abc import Iterable

from webapp.models import Account, Expense, Invoice, Payment, Record, Refund

Need = tuple[str, int]
"""Kind and id of a record."""


def needs(record: Record) -> Iterable[Need]:
    """In the order they go. What was removed never arrives, so nothing waits for it."""
    account = account_of(record)
    if account is not None and not isinstance(record, Account | Expense):
        yield "account", account.id
    if isinstance(record, Invoice):
        for line in record.lines:
            if line.service is not None and line.service.live:
                yield "service", line.service.id
    if isinstance(record, Payment) and record.invoice is not None and record.invoice.live:
        yield "invoice", record.invoice.id
    if isinstance(record, Refund | Expense) and record.payment is not None and record.payment.live:
        yield "payment", record.payment.id


def account_of(record: Record) -> Account | None:
    """The client that a record is of, which may be itself."""
    if isinstance(record, Account):
        return record
    if isinstance(record, Invoice | Payment):
        return record.account
    if isinstance(record, Refund | Expense) and record.payment is not None:
        return record.payment.account
    return None
