"""Which open issues may be over, after what changed over there?

The table names, for each cause that can end in QuickBooks, what a change has to be about. A record
whose issue may be over is tried again, as a person's resync would; whether it is over shows then,
and most of what is still wrong is found in the mirror, without a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import (
    Account,
    Connection,
    Entry,
    Expense,
    Firm,
    Invoice,
    Issue,
    Link,
    MirrorObject,
    Payment,
    Record,
    Refund,
    Service,
    outbox,
)
from webapp.models import issue as issue_states
from webapp.models.mirror import match_key
from webapp.quickbooks import issues, numbering, roles
from webapp.quickbooks.methods import Methods
from webapp.quickbooks.news import News, Object
from webapp.quickbooks.payloads import ENTITIES

Remedy = Callable[[News, Record, Connection], bool]


def try_again(connection: Connection, news: News) -> int:
    """Make due every record whose issue may be over; how many. The caller commits."""
    if not news:
        return 0
    tried = 0
    open_issues = db.session.scalars(
        select(Issue)
        .where(
            Issue.firm_id == connection.firm_id,
            Issue.state == issue_states.OPEN,
            Issue.cause.in_(_possible(news)),
        )
        .order_by(Issue.kind, Issue.record_id)
    ).all()
    for issue in open_issues:
        record = issue.record
        if MAY_BE_OVER[issue.cause](news, record, connection):
            entry = Entry.of(record)
            if entry is not None and entry.state == outbox.REJECTED:
                entry.try_now(outbox.ORDINARY)
                tried += 1
    return tried


def _possible(news: News) -> list[str]:
    """The causes that such news can end at all, so that few issues are looked at."""
    subjects = {entity for entity, _id in news.changed} | news.names.keys()
    return [
        cause
        for cause, about in SUBJECTS.items()
        if (subjects & about)
        or (news.freed_numbers and cause == "dup_number")
        or (news.books and cause == "closed")
    ]


# -- what a change has to be about -----------------------------------------------------------------


def _number_is_free(news: News, record: Record, connection: Connection) -> bool:
    if not isinstance(record, Invoice) or record.number not in news.freed_numbers:
        return False
    firm = db.session.get_one(Firm, connection.firm_id)
    return numbering.check(firm, record.number, record).where != numbering.QUICKBOOKS


def _name_changed_hands(news: News, record: Record, _connection: Connection) -> bool:
    """Somebody over there got, changed or gave up the very name. People share theirs: a vendor's
    may be what a customer is refused for."""
    if not isinstance(record, Account | Service):
        return False
    entities = ("Item",) if isinstance(record, Service) else ("Customer", "Vendor", "Employee")
    key = match_key(record.display_name)
    return any(key in news.names.get(entity, ()) for entity in entities)


def _rests_on_what_changed(news: News, record: Record, connection: Connection) -> bool:
    return any(thing in news.changed for thing in _rests_on(record, connection))


def _methods_are_right(news: News, _record: Record, connection: Connection) -> bool:
    touched = any(entity == "PaymentMethod" for entity, _id in news.changed)
    return touched and Methods.of(connection.firm_id).card is not None


def _day_is_open(news: News, record: Record, connection: Connection) -> bool:
    closed_to = connection.books_closed_to
    day = getattr(record, "date", None)
    return news.books and day is not None and (closed_to is None or day > closed_to)


_PEOPLE = frozenset({"Customer", "Vendor", "Employee"})
_CAUSES: dict[str, tuple[Remedy, frozenset[str]]] = {
    "dup_number": (_number_is_free, frozenset()),
    "closed": (_day_is_open, frozenset()),
    "payment_method": (_methods_are_right, frozenset({"PaymentMethod"})),
    "method_inactive": (_methods_are_right, frozenset({"PaymentMethod"})),
    "no_customer": (_name_changed_hands, _PEOPLE),
    "customer_twice": (_name_changed_hands, _PEOPLE),
    "customer_linked_elsewhere": (_name_changed_hands, _PEOPLE),
    "account_conflict": (_name_changed_hands, _PEOPLE),
    "name_taken": (_name_changed_hands, _PEOPLE),
    "service_name_taken": (_name_changed_hands, frozenset({"Item"})),
    "customer_inactive": (_rests_on_what_changed, frozenset({"Customer"})),
    "customer_deleted": (_rests_on_what_changed, frozenset({"Customer"})),
    "currency_mismatch": (_rests_on_what_changed, frozenset({"Customer"})),
    "inactive_service": (_rests_on_what_changed, frozenset({"Item"})),
    "item_without_income_account": (_rests_on_what_changed, frozenset({"Item"})),
    "income_account": (_rests_on_what_changed, frozenset({"Account"})),
    "account_inactive": (_rests_on_what_changed, frozenset({"Account"})),
    "wrong_account_type": (_rests_on_what_changed, frozenset({"Account"})),
    "vendor_inactive": (_rests_on_what_changed, frozenset({"Vendor"})),
    "inactive": (_rests_on_what_changed, frozenset({"Customer", "Item", "Account", "Vendor"})),
    "cannot_link": (_rests_on_what_changed, frozenset({"Invoice"})),
    "exceeds_balance": (_rests_on_what_changed, frozenset({"Invoice"})),
    "invoice_paid": (_rests_on_what_changed, frozenset({"Invoice"})),
    "void_paid": (_rests_on_what_changed, frozenset({"Invoice"})),
}
MAY_BE_OVER = {cause: remedy for cause, (remedy, _about) in _CAUSES.items()}
"""Cause to the question whether it may be over."""
SUBJECTS = {cause: about for cause, (_remedy, about) in _CAUSES.items()}
"""Cause to the entities whose change can end it."""


# -- what a record rests on ------------------------------------------------------------------------


def _rests_on(record: Record, connection: Connection) -> Iterable[Object]:
    """The objects over there that QuickBooks looks at when it takes the record."""
    for role, chosen in connection.accounts.items():
        yield roles.ROLES[role].entity, str(chosen)
    if isinstance(record, Service) and record.income_account_id:
        yield "Account", record.income_account_id
    for part in (record, issues.client_of(record), *_parts(record)):
        link = Link.of(part) if part is not None else None
        if part is not None and link is not None and link.quickbooks_id:
            yield ENTITIES[part.kind], link.quickbooks_id
            if isinstance(part, Service):
                yield from _income_account(part.firm_id, link.quickbooks_id)


def _parts(record: Record) -> list[Record | None]:
    if isinstance(record, Invoice):
        return [line.service for line in record.lines]
    if isinstance(record, Payment):
        return [record.invoice]
    if isinstance(record, Refund | Expense):
        return [record.payment]
    return []


def _income_account(firm_id: int, item: str) -> Iterable[Object]:
    found = MirrorObject.find(firm_id, "Item", item)
    account = found.detail.get("income_account") if found else None
    if account:
        yield "Account", str(account)
