"""What each claimed entry needs: a request, a link, something to wait for, or a person.

A whole claim is planned at once, so that the number of queries does not grow with it. Nothing here
calls QuickBooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.database import database_now
from webapp.extensions import db
from webapp.models import (
    Account,
    Connection,
    Entry,
    Expense,
    Firm,
    Invoice,
    InvoiceLine,
    Link,
    MirrorNumber,
    MirrorObject,
    Payment,
    Record,
    Refund,
    Service,
    model_of,
    outbox,
)
from webapp.models.payment import CREDIT_CARD
from webapp.quickbooks import links, matching, numbering, outcomes, payloads, relinking, roles
from webapp.quickbooks.client import dumps
from webapp.quickbooks.flight import Request
from webapp.quickbooks.methods import Methods
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.strays import Strays

GONE = {"account": "customer_deleted", "service": "inactive_service"}
"""What it is called that a record's counterpart is gone, where not simply deleted."""

Need = tuple[str, int]


class _Known(NamedTuple):
    """What planning has to know of a record's link."""

    quickbooks_id: str
    sync_token: str
    gone: bool
    left_out: bool


@dataclass
class Plan:
    """Entries that need a call, with their requests; the others have been dealt with."""

    requests: list[Request] = field(default_factory=list)
    numbers_to_check: list[tuple[Entry, str]] = field(default_factory=list)
    """Invoices whose number the mirror gives to another object: entry and that object's id."""


class Planner:
    """Plans one claim of one kind or level. The caller commits."""

    def __init__(self, connection: Connection, entries: Sequence[Entry]):
        self.connection = connection
        self.firm_id = connection.firm_id
        self.firm = db.session.get_one(Firm, self.firm_id)
        self.entries = entries
        self.records = _load_records(entries)
        self.links = _load_links(self.firm_id, self._linked_with())
        self.methods = self._load_methods()
        self.references = payloads.References(
            links={need: link.quickbooks_id for need, link in self.links.items()},
            roles=connection.accounts,
            card_method=self.methods.card,
            cash_method=self.methods.cash,
            check_method=self.methods.check,
        )
        self.holders = _number_holders(self.firm_id, self._invoices())
        self.candidates = self._load_candidates()
        self.numbers_used = _numbers_under_way(self.firm_id, self._invoices())
        self.strays = Strays(self.firm_id, entries[0].kind)
        accounts = [record.id for record in self.records.values() if isinstance(record, Account)]
        self.undone = relinking.undone(self.firm_id, accounts) if accounts else set()

    def plan(self) -> Plan:
        plan = Plan()
        for entry in self.entries:
            record = self.records[entry.kind, entry.record_id]
            if entry.picked > outbox.CRASHES_ALLOWED:
                outcomes.reject(entry, record, outcomes.STOPPED_WORKER, {})
            elif entry.action == outbox.REMOVE:
                self._remove(entry, record, plan)
            else:
                self._save(entry, record, plan)
        return plan

    # -- removing ----------------------------------------------------------------------------

    def _remove(self, entry: Entry, record: Record, plan: Plan) -> None:
        """An invoice is voided, other documents deleted; a client or service only unlinked."""
        from webapp.quickbooks import issues

        link = self.links.get((record.kind, record.id))
        if isinstance(record, Account | Service):
            links.cut(record)
        elif link is not None and not link.gone:
            operation = "void" if isinstance(record, Invoice) else "delete"
            body = payloads.removal_of(link.quickbooks_id, link.sync_token)
            plan.requests.append(self._request(entry, record, operation, body, link))
            return
        issues.close_all([record])
        entry.reached = entry.wanted
        entry.rest(outbox.DONE)
        Entry.release(self.firm_id, record.kind, [record.id])

    # -- saving ------------------------------------------------------------------------------

    def _save(self, entry: Entry, record: Record, plan: Plan) -> None:
        if self._stays_out(record):
            entry.rest(outbox.OFF)
            return
        link = self.links.get((record.kind, record.id))
        if link is not None and link.left_out:
            entry.rest(outbox.OFF)
            return
        if link is not None and link.gone:
            outcomes.reject(entry, record, GONE.get(record.kind, "record_deleted"), {})
            return
        if link is None and isinstance(record, Account | Service):
            if not self._match(entry, record):
                return
        elif link is not None and entry.reached >= entry.wanted:
            entry.rest(outbox.DONE)
            return
        missing = self._first_missing(record)
        if missing is not None:
            entry.wait_for(*missing)
            return
        trouble = self._trouble(record)
        if trouble is not None:
            outcomes.reject(entry, record, trouble[0], trouble[1])
            return
        if link is None and self.strays and self._is_there_already(entry, record):
            return
        if isinstance(record, Invoice) and not self._number_is_free(entry, record, link, plan):
            return
        body = payloads.body_of(record, self.references, entry.uid)
        if link is not None:
            body = payloads.update_of(body, link.quickbooks_id, link.sync_token)
        operation = "create" if link is None else "update"
        plan.requests.append(self._request(entry, record, operation, body, link))

    def _is_there_already(self, entry: Entry, record: Record) -> bool:
        body = payloads.body_of(record, self.references, entry.uid)
        return self.strays.take_back(entry, record, body)

    def _stays_out(self, record: Record) -> bool:
        account = _account_of(record)
        if account is not None and not account.sync:
            return True
        start, day = self.connection.start_date, getattr(record, "date", None)
        return start is not None and day is not None and day < start

    def _match(self, entry: Entry, record: Account | Service) -> bool:
        """True when it has to be created; else it was linked, or a person is asked."""
        if isinstance(record, Account):
            match = matching.match_account(record, self.candidates, self.connection.unmatched)
            if match.verdict == matching.LINK and record.id in self.undone:
                match = matching.Match(matching.ISSUE, cause=relinking.CAUSE)
        else:
            match = matching.match_service(record, self.candidates)
        decided = entry.create_anyway and match.verdict != matching.LINK
        if match.verdict == matching.CREATE or decided:
            return True
        if match.verdict == matching.ISSUE:
            outcomes.reject(entry, record, match.cause, match.facts)
            return False
        assert match.found is not None
        self.candidates.take(match.found)
        link_to(entry, record, match.found)
        return False

    def _first_missing(self, record: Record) -> Need | None:
        for needed in needs(record):
            if needed not in self.links:
                return needed
        return None

    def _trouble(self, record: Record) -> tuple[str, dict[str, Any]] | None:
        """What QuickBooks would refuse, or take and get wrong: the cause and its facts."""
        currency = getattr(record, "currency", self.connection.home_currency)
        if currency != self.connection.home_currency:
            return "currency", {"ours": currency, "theirs": self.connection.home_currency}
        role = _missing_role(record, self.connection.accounts)
        if role is not None:
            return "set_up_missing", {"account": role}
        if isinstance(record, Invoice):
            for line in record.lines:
                if line.service is None or not self._synced(line.service):
                    return "line_without_service", {"line": line.position + 1}
        payment = record if isinstance(record, Payment) else getattr(record, "payment", None)
        by_card = payment is not None and payment.method == CREDIT_CARD
        if by_card and self.methods.card is None and not isinstance(record, Expense):
            return "payment_method", {}
        return None

    def _synced(self, service: Service) -> bool:
        return ("service", service.id) in self.links

    def _number_is_free(
        self, entry: Entry, invoice: Invoice, link: _Known | None, plan: Plan
    ) -> bool:
        """Numbers are compared exactly. A number that the mirror says is taken is asked about."""
        if invoice.number in self.numbers_used:
            entry.set_ready(database_now(db.session()) + outbox.RETRY_PLAN[0])
            entry.picked = 0
            return False
        holder = self.holders.get(invoice.number)
        if holder is None or (link is not None and holder == link.quickbooks_id):
            self.numbers_used.add(invoice.number)
            return True
        ours = invoice.number_assigned and self.firm.sync_invoice_numbers and link is None
        if ours and numbering.renumber(invoice):
            entry.wanted = invoice.version
            self.numbers_used.add(invoice.number)
            return True
        plan.numbers_to_check.append((entry, holder))
        return False

    def _request(
        self,
        entry: Entry,
        record: Record,
        operation: str,
        body: payloads.Body,
        link: _Known | None,
    ) -> Request:
        entry.compose(operation, dumps(body))
        entry.planned()
        return request_of(entry, link.quickbooks_id if link else None)

    # -- loading -----------------------------------------------------------------------------

    def _invoices(self) -> list[Invoice]:
        return [record for record in self.records.values() if isinstance(record, Invoice)]

    def _linked_with(self) -> set[Need]:
        """The entries' own records and all they name."""
        return {
            need
            for record in self.records.values()
            for need in ((record.kind, record.id), *needs(record))
        }

    def _load_methods(self) -> Methods:
        by_method = any(isinstance(r, Payment | Refund) for r in self.records.values())
        return Methods.of(self.firm_id) if by_method else Methods()

    def _load_candidates(self) -> matching.Candidates:
        unlinked = [
            record
            for key, record in self.records.items()
            if key not in self.links and isinstance(record, Account | Service)
        ]
        kind = self.entries[0].kind
        names = [record.display_name for record in unlinked]
        return matching.Candidates(self.firm_id, kind, ENTITIES[kind], names)


def request_of(entry: Entry, quickbooks_id: str | None) -> Request:
    """The entry's composed request, as it is (re)sent."""
    assert entry.request_id
    assert entry.operation
    assert entry.body
    return Request(
        entry.id,
        ENTITIES[entry.kind],
        entry.operation,
        entry.body,
        entry.request_id,
        entry.sent_version or entry.wanted,
        quickbooks_id,
    )


def link_to(entry: Entry, record: Record, found: MirrorObject) -> None:
    """Take an object that is there already as the record's own; nothing is overwritten."""
    from webapp.quickbooks import issues

    links.take(record, found)
    outcomes.linked_by_itself(entry, record, found.quickbooks_id)
    issues.close_all([record])
    entry.reached = entry.wanted
    entry.rest(outbox.DONE)


def needs(record: Record) -> Iterable[Need]:
    """The records that must be in QuickBooks before this one, in the order they go.

    What was removed never arrives, so nothing waits for it.
    """
    account = _account_of(record)
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


def _account_of(record: Record) -> Account | None:
    if isinstance(record, Account):
        return record
    if isinstance(record, Invoice | Payment):
        return record.account
    if isinstance(record, Refund | Expense) and record.payment is not None:
        return record.payment.account
    return None


def _missing_role(record: Record, chosen: dict[str, Any]) -> str | None:
    wanted: list[str] = []
    if isinstance(record, Service) and not record.income_account_id:
        wanted = [roles.INCOME]
    if isinstance(record, Payment | Refund):
        payment = record if isinstance(record, Payment) else record.payment
        wanted = [roles.CLEARING if payment.method == CREDIT_CARD else roles.DEPOSIT]
    if isinstance(record, Refund):
        wanted.append(roles.REFUND_ITEM)
    if isinstance(record, Expense):
        wanted = [roles.CLEARING, roles.FEE_ACCOUNT]
    return next((role for role in wanted if not chosen.get(role)), None)


_LOADING = {
    "account": (),
    "service": (),
    "invoice": (
        joinedload(Invoice.account),
        selectinload(Invoice.lines).joinedload(InvoiceLine.service),
    ),
    "payment": (joinedload(Payment.account), joinedload(Payment.invoice)),
    "refund": (joinedload(Refund.payment).joinedload(Payment.account),),
    "expense": (joinedload(Expense.payment).joinedload(Payment.account),),
}


def _load_records(entries: Sequence[Entry]) -> dict[Need, Record]:
    by_kind: dict[str, list[int]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(entry.record_id)
    records: dict[Need, Record] = {}
    for kind, ids in by_kind.items():
        model = model_of(kind)
        statement = (
            select(model)
            .where(model.id.in_(ids))
            .options(*_LOADING[kind])
            .execution_options(populate_existing=True)
        )
        for record in db.session.scalars(statement):
            records[kind, record.id] = record
    return records


def _load_links(firm_id: int, wanted: set[Need]) -> dict[Need, _Known]:
    by_kind: dict[str, list[int]] = {}
    for kind, record_id in wanted:
        by_kind.setdefault(kind, []).append(record_id)
    of_these = [(Link.kind == kind) & Link.record_id.in_(ids) for kind, ids in by_kind.items()]
    rows = db.session.execute(
        select(
            Link.kind,
            Link.record_id,
            Link.quickbooks_id,
            Link.sync_token,
            Link.gone,
            Link.left_out,
        ).where(Link.firm_id == firm_id, or_(*of_these))
    )
    return {(row.kind, row.record_id): _Known(*row[2:]) for row in rows}


def _number_holders(firm_id: int, invoices: Sequence[Invoice]) -> dict[str, str]:
    """The numbers of these invoices that QuickBooks has, and the object that holds each."""
    if not invoices:
        return {}
    rows = db.session.execute(
        select(MirrorNumber.number, MirrorNumber.quickbooks_id).where(
            MirrorNumber.firm_id == firm_id,
            MirrorNumber.txn_type == "Invoice",
            MirrorNumber.number.in_([invoice.number for invoice in invoices]),
        )
    )
    return dict(rows.all())


def _numbers_under_way(firm_id: int, invoices: Sequence[Invoice]) -> set[str]:
    """Those of these numbers that an unanswered request of another invoice carries."""
    if not invoices:
        return set()
    return set(
        db.session.scalars(
            select(Invoice.number)
            .join(Entry, (Entry.kind == "invoice") & (Entry.record_id == Invoice.id))
            .where(
                Entry.firm_id == firm_id,
                Entry.state == outbox.SENT,
                Invoice.firm_id == firm_id,
                Invoice.number.in_([invoice.number for invoice in invoices]),
            )
        )
    )
