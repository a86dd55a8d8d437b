"""What does one company (realm) hold, and how does a change become visible all at once?

A write stages its records in a `Draft`; only `commit` shows them to others, so a refusal half-way
leaves no trace. Committed records are never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.clock import stamp, whole_seconds
from sandbox.entities import ENTITIES, Entity
from sandbox.errors import deleted_transaction, not_found
from sandbox.records import DELETED, ZERO, Event, Record, id_sequence, number_space, record_to_json
from sandbox.storage import Storage
from sandbox.wire import Body

STATUSES = ("active", "lapsed", "no_access", "locked", "maintenance")


@dataclass
class Company:
    """All objects of one realm, with the look-ups that writing needs."""

    realm_id: str
    name: str
    storage: Storage
    tables: dict[str, dict[str, Record]] = field(
        default_factory=lambda: {name: {} for name in ENTITIES}
    )
    last_ids: dict[str, int] = field(default_factory=dict)
    last_numbers: dict[str, str] = field(default_factory=dict)
    numbers: dict[tuple[str, str], dict[tuple[str, str], Record]] = field(default_factory=dict)
    names: dict[tuple[str, str], dict[tuple[str, str], Record]] = field(default_factory=dict)
    children: dict[tuple[str, str], dict[tuple[str, str], Record]] = field(default_factory=dict)
    receivable: dict[str, Decimal] = field(default_factory=dict)
    status: str = STATUSES[0]
    sales_tax_percent: Decimal = Decimal(8)
    refuses_grants_to: float = 0.0
    """Sign-ins from before this instant (epoch seconds) are refused: the company was reset."""

    # -- reading ------------------------------------------------------------------------------

    def find(self, entity: str, identifier: str) -> Record | None:
        return self.tables[entity].get(identifier)

    def read(self, entity: str, identifier: str) -> Record:
        """Raises Refusal 610 if it is not there or has been deleted."""
        record = self.find(entity, identifier)
        if record is None:
            raise not_found()
        if record.state == DELETED:
            raise deleted_transaction()
        return record

    def live(self, entity: str) -> Iterator[Record]:
        return (r for r in self.tables[entity].values() if r.state != DELETED)

    def below(self, entity: str, identifier: str) -> list[Record]:
        """The sub-customers, sub-items or sub-accounts of one."""
        return list(self.children.get((entity, identifier), {}).values())

    def preference(self, group: str, name: str) -> Any:
        record = self.find("Preferences", "1")
        return record.body.get(group, {}).get(name) if record else None

    @property
    def home_currency(self) -> str:
        return str(self.preference("CurrencyPrefs", "HomeCurrency")["value"])

    def draft(self, now: datetime, actor: str) -> Draft:
        return Draft(self, whole_seconds(now), actor)

    # -- what commit keeps up to date ---------------------------------------------------------

    def place(self, record: Record) -> None:
        before = self.find(record.entity, record.id)
        if before is not None:
            self._unindex(before)
        self.tables[record.entity][record.id] = record
        self._index(record)

    def forget(self, entity: str) -> None:
        for record in list(self.tables[entity].values()):
            self._unindex(record)
        self.tables[entity].clear()

    def _index(self, record: Record) -> None:
        sequence = id_sequence(ENTITIES[record.entity])
        if record.id.isdigit():
            self.last_ids[sequence] = max(self.last_ids.get(sequence, 0), int(record.id))
        for index, key in self._index_keys(record):
            index.setdefault(key, {})[record.entity, record.id] = record
        self._move_receivable(record, 1)

    def _unindex(self, record: Record) -> None:
        for index, key in self._index_keys(record):
            holders = index.get(key, {})
            holders.pop((record.entity, record.id), None)
            if not holders:
                index.pop(key, None)
        self._move_receivable(record, -1)

    def _index_keys(self, record: Record) -> Iterator[tuple[dict[Any, Any], tuple[str, str]]]:
        entity = ENTITIES[record.entity]
        if record.state == DELETED:
            return
        if entity.name_field:
            name = str(record.body.get(entity.name_field, ""))
            yield self.names, (entity.names_with, name.casefold())
        if record.body.get("ParentRef"):
            yield self.children, (record.entity, record.body["ParentRef"]["value"])
        if record.body.get("DocNumber"):
            yield self.numbers, (number_space(record.entity), record.body["DocNumber"].casefold())

    def _move_receivable(self, record: Record, sign: int) -> None:
        """A customer's balance: open invoices less unapplied payments and open credits."""
        share = {"Invoice": "Balance", "Payment": "UnappliedAmt", "CreditMemo": "Balance"}
        name = share.get(record.entity)
        customer = record.body.get("CustomerRef", {}).get("value")
        if name is None or customer is None or record.state == DELETED:
            return
        amount = record.amount(name) * (sign if record.entity == "Invoice" else -sign)
        self.receivable[customer] = self.receivable.get(customer, ZERO) + amount

    def next_id(self, entity: Entity) -> str:
        sequence = id_sequence(entity)
        self.last_ids[sequence] = self.last_ids.get(sequence, 0) + 1
        return str(self.last_ids[sequence])

    # -- storage ------------------------------------------------------------------------------

    def save(self) -> None:
        self.storage.put(
            "company",
            self.realm_id,
            lambda: {
                "name": self.name,
                "status": self.status,
                "last_ids": self.last_ids,
                "last_numbers": self.last_numbers,
                "sales_tax_percent": str(self.sales_tax_percent),
                "refuses_grants_to": self.refuses_grants_to,
            },
        )

    def save_record(self, record: Record) -> None:
        self.storage.put(
            "record", f"{self.realm_id}/{record.entity}/{record.id}", lambda: record_to_json(record)
        )


class Draft:
    """The changes of one request to one company, shown to nobody until `commit`."""

    def __init__(self, company: Company, now: datetime, actor: str) -> None:
        self.company = company
        self.now = now
        self.actor = actor
        self.staged: dict[tuple[str, str], Record] = {}
        self.operations: dict[tuple[str, str], str] = {}
        self.on_commit: list[Callable[[], None]] = []
        self.deleted_ids: dict[tuple[str, str], str] = {}
        self.silent: set[tuple[str, str]] = set()

    def find(self, entity: str, identifier: str) -> Record | None:
        return self.staged.get((entity, identifier)) or self.company.find(entity, identifier)

    def read(self, entity: str, identifier: str) -> Record:
        return self.staged.get((entity, identifier)) or self.company.read(entity, identifier)

    def add(self, entity: Entity, body: Body, identifier: str = "") -> Record:
        identifier = identifier or self.company.next_id(entity)
        record = Record(entity.name, identifier, body, self.now, self.now)
        return self._stage(record, "Create")

    def change(
        self, record: Record, body: Body, operation: str = "Update", state: str | None = None
    ) -> Record:
        """Stage a new version; several changes in one draft bump the SyncToken once."""
        committed = self.company.find(record.entity, record.id)
        token = committed.sync_token + 1 if committed else 0
        changed = replace(
            record, body=body, updated=self.now, sync_token=token, state=state or record.state
        )
        return self._stage(changed, operation)

    def _stage(self, record: Record, operation: str) -> Record:
        key = (record.entity, record.id)
        self.staged[key] = record
        if operation != "Update" or key not in self.operations:
            self.operations[key] = operation
        return record

    def latest(self, record: Record) -> Record:
        """The version of `record` this draft ends with."""
        return self.staged.get((record.entity, record.id), record)

    def commit(self) -> list[Event]:
        events = []
        for key, record in self.staged.items():
            operation = self.operations[key]
            self._place(record, operation)
            if key not in self.silent:
                deleted_id = self.deleted_ids.get(key, "")
                events.append(Event(record.entity, record.id, operation, self.now, deleted_id))
        for action in self.on_commit:
            action()
        self.company.save()
        return events

    def _place(self, record: Record, operation: str) -> None:
        before = self.company.find(record.entity, record.id)
        entry = (record.sync_token, stamp(self.now), f"{operation} by {self.actor}")
        placed = replace(
            record,
            history=(*(before.history if before else ()), entry),
            previous=replace(before, previous=None) if before else None,
        )
        self.company.place(placed)
        self.company.save_record(placed)
        self.staged[record.entity, record.id] = placed


def _line_ex(company: Company, line: Body) -> Body:
    """What QuickBooks adds to a payment's line: the other side's Id, open balance and number."""
    link = line["LinkedTxn"][0]
    target = company.find(link["TxnType"], link["TxnId"]) if link["TxnType"] in ENTITIES else None
    facts = {"txnId": link["TxnId"]}
    if target is not None:
        facts["txnOpenBalance"] = f"{target.amount('Balance'):.2f}"
        facts["txnReferenceNumber"] = str(target.body.get("DocNumber", ""))
    return {
        "any": [
            {
                "name": "{http://schema.intuit.com/finance/v3}NameValue",
                "declaredType": "com.intuit.schema.finance.v3.NameValue",
                "scope": "javax.xml.bind.JAXBElement$GlobalScope",
                "value": {"Name": name, "Value": value},
                "nil": False,
                "globalScope": True,
                "typeSubstituted": False,
            }
            for name, value in facts.items()
        ]
    }


def render(company: Company, record: Record) -> Body:
    """The object as QuickBooks shows it: what is stored, plus Id, SyncToken and stamps.

    Its parts are those of the record, so they are for reading."""
    body: Body = dict(record.body)
    if record.entity == "Customer":
        body["Balance"] = company.receivable.get(record.id, ZERO)
        body["BalanceWithJobs"] = body["Balance"] + sum(
            company.receivable.get(child.id, ZERO) for child in company.below("Customer", record.id)
        )
    if record.entity == "Payment":
        body["Line"] = [
            {**line, "LineEx": _line_ex(company, line)} if line.get("LinkedTxn") else line
            for line in body["Line"]
        ]
    body["domain"] = "QBO"
    body["sparse"] = False
    body["Id"] = record.id
    body["SyncToken"] = str(record.sync_token)
    body["MetaData"] = {
        "CreateTime": stamp(record.created),
        "LastUpdatedTime": stamp(record.updated),
    }
    return body
