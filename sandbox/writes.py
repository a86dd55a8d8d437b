"""What happens, in order, when an object is created, updated, deleted or voided?

Read the body, merge it with what is there, check required fields and references, apply the
entity's rules, number and total it, stage it, then let linked transactions follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox import errors, lines, links, names, numbers, references, rules
from sandbox.company import Draft
from sandbox.entities import Entity
from sandbox.fields import read_body
from sandbox.records import DELETED, LIVE, VOIDED, ZERO, Record
from sandbox.switches import Switches
from sandbox.wire import Body, cents, copy_of, filled

TOTALLED = {
    *lines.SALES,
    "Purchase",
    "Bill",
    "Deposit",
    "JournalEntry",
    "VendorCredit",
    "PurchaseOrder",
}
ALWAYS_SENT = {"Bill": "VendorRef", "Purchase": "PaymentType"}
MEMO_VOIDED = "Voided"
SERVER_SET = {"Balance", "LinkedTxn", "UnappliedAmt", "RemainingCredit", "Level", "CurrentBalance"}


@dataclass(frozen=True)
class Options:
    """What stands in the query string of a write, or in a batch item's `optionsData`."""

    allow_duplicate_number: bool = False


def create(
    draft: Draft, entity: Entity, payload: Body, switches: Switches, options: Options
) -> Record:
    """Raises Refusal; nothing is staged for good before `draft.commit()`."""
    if not entity.creatable:
        raise errors.unsupported(f"create {entity.name}")
    body = filled(_read(entity, payload, None))
    body.pop("Id", None)
    body.pop("LinkedTxn", None)
    _complete(draft, entity, body, None, payload, switches, options)
    record = draft.add(entity, body)
    _follow(draft, record, None, switches)
    return draft.latest(record)


def update(
    draft: Draft, entity: Entity, payload: Body, switches: Switches, options: Options
) -> Record:
    """Full (what is left out becomes empty) or sparse (what is left out stays).

    A void is no more than zeroes and a memo, so an amount brings a voided transaction back."""
    before = _current(draft, entity, payload)
    _refuse_locked(draft, before)
    if not payload.get(ALWAYS_SENT.get(entity.name, "Id")):
        raise errors.required(ALWAYS_SENT[entity.name])
    sent = _read(entity, payload, before)
    sent.pop("Id", None)
    sent.pop("LinkedTxn", None)
    body = _merged(entity, before, sent, payload.get("sparse") in (True, "true"))
    _complete(draft, entity, body, before, payload, switches, options)
    revived = before.state == VOIDED and body.get("TotalAmt")
    record = draft.change(before, body, state=LIVE if revived else before.state)
    _follow(draft, record, before, switches)
    if entity.name_field and "FullyQualifiedName" in entity.fields:
        names.rename_descendants(draft, entity, record)
    return draft.latest(record)


def delete(draft: Draft, entity: Entity, payload: Body) -> Record:
    if not entity.deletable:
        raise errors.unsupported(f"delete {entity.name}")
    before = _current(draft, entity, payload)
    _refuse_locked(draft, before)
    rules.open_books(draft, None, before)
    _release(draft, before)
    return draft.change(draft.latest(before), {}, "Delete", DELETED)


def void(draft: Draft, entity: Entity, payload: Body, anything: bool = False) -> Record:
    """Amounts and quantities become 0; it stays readable. Intuit: invoice and payment pages.

    `anything`: a person can void what the API cannot."""
    if not entity.voidable and not (anything and entity.is_transaction):
        raise errors.unsupported(f"void {entity.name}")
    before = _current(draft, entity, payload)
    _refuse_locked(draft, before)
    rules.open_books(draft, None, before)
    _release(draft, before)
    latest = draft.latest(before)
    return draft.change(latest, voided_body(latest), "Void", VOIDED)


def voided_body(record: Record) -> Body:
    body: Body = copy_of(record.body)
    for name in ("TotalAmt", "Balance", "UnappliedAmt"):
        if name in body:
            body[name] = ZERO
    if record.entity in links.PAYERS:
        body["Line"] = []
    for line in body.get("Line") or []:
        _zero_line(line)
    if "TxnTaxDetail" in body:
        body["TxnTaxDetail"] = {"TotalTax": ZERO}
    note = str(body.get("PrivateNote") or "")
    body["PrivateNote"] = f"{MEMO_VOIDED} - {note}"[:4000] if note else MEMO_VOIDED
    return body


def _zero_line(line: Body) -> None:
    line["Amount"] = ZERO
    for detail in line.values():
        if isinstance(detail, dict) and "Qty" in detail:
            detail["Qty"] = ZERO


def _current(draft: Draft, entity: Entity, payload: Body) -> Record:
    """The object the payload means, if its SyncToken is the current one (5010)."""
    identifier = payload.get("Id")
    if entity.name in ("Preferences", "CompanyInfo"):
        identifier = "1"
    if identifier in (None, "") or not isinstance(identifier, str | int):
        raise errors.required("Id")
    if not str(identifier).isalnum():
        raise errors.invalid_id(str(identifier))
    record = draft.read(entity.name, str(identifier))
    token = payload.get("SyncToken")
    if token in (None, ""):
        raise errors.required("SyncToken")
    if str(token) != str(record.sync_token):
        raise errors.stale()
    return record


def _refuse_locked(draft: Draft, record: Record) -> None:
    links.refuse_deposited(record)


def _read(entity: Entity, payload: Body, before: Record | None) -> Body:
    body = read_body(entity.fields, payload, entity.name)
    if body.get("Line") is not None:
        body["Line"] = lines.read_lines(body["Line"], entity.name, before)
    return body


def _merged(entity: Entity, before: Record, sent: Body, sparse: bool) -> Body:
    kept: Body = copy_of(before.body)
    if not sparse:
        kept = {k: v for k, v in kept.items() if _survives_full_update(entity, k)}
    if sparse and entity.names_with == "people":
        sent = {
            k: v
            for k, v in sent.items()
            if v is not None or k not in ("DisplayName", "PrintOnCheckName")
        }
    if entity.name == "Preferences":
        sent = {k: {**before.body.get(k, {}), **(v or {})} for k, v in sent.items()}
        kept = copy_of(before.body)
    return filled({**kept, **sent})


def _survives_full_update(entity: Entity, name: str) -> bool:
    field = entity.fields.get(name)
    if name in SERVER_SET or name == "Active":
        return True
    return field is None or (field.read_only and name != "FullyQualifiedName")


def _complete(
    draft: Draft,
    entity: Entity,
    body: Body,
    before: Record | None,
    payload: Body,
    switches: Switches,
    options: Options,
) -> None:
    for field in entity.required:
        if not body.get(field.name) and body.get(field.name) != 0:
            raise errors.required(field.name)
    references.resolve_all(draft, entity, body, before, switches.inactive_reference)
    rules.apply(draft, entity, body, before)
    if entity.name_field:
        names.settle(draft, entity, body, before, switches)
    if entity.is_transaction:
        numbers.settle(draft, entity, body, before, switches, options.allow_duplicate_number)
        rules.open_books(draft, body, before)
    if entity.name in TOTALLED and body.get("Line"):
        lines.total(draft.company, entity.name, body, "TxnTaxDetail" in payload)
    if entity.name == "BillPayment":
        body["TotalAmt"] = cents(body["TotalAmt"])


def _follow(draft: Draft, record: Record, before: Record | None, switches: Switches) -> None:
    """Let everything linked to what was written follow."""
    if record.entity in links.PAYERS:
        links.settle_payment(draft, record, before, switches)
    elif record.entity in links.OPEN:
        links.settle_open(draft, record, before)
    elif record.entity == "Deposit":
        links.settle_deposit(draft, record, before)


def _release(draft: Draft, record: Record) -> None:
    """Before a delete or a void: undo what this transaction did to others."""
    if record.entity in links.PAYERS:
        emptied = draft.change(record, {**record.body, "Line": []})
        links.settle_payment(draft, emptied, record, Switches())
    elif record.entity in links.OPEN:
        links.unlink_payers(draft, record)
    elif record.entity == "Deposit":
        emptied = draft.change(record, {**record.body, "Line": []})
        links.settle_deposit(draft, emptied, record)
