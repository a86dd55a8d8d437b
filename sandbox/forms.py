"""What does a form on a page do?

A form for something new becomes the fields of the API; an act on one object (edit, void, merge ...)
is carried out by `person`, and a sentence says that it was done.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sandbox import person
from sandbox.company import Company
from sandbox.entities import ENTITIES, Entity
from sandbox.records import Record
from sandbox.wire import Body
from sandbox.world import World


class Problem(Exception):
    """Something to tell the person; the page says it."""


Form = dict[str, str]


def create(world: World, company: Company, entity: Entity, form: Form) -> str:
    fields = _NEW.get(entity.name, _new_named)(form, entity)
    created = person.create(world, company, entity, fields)
    return f"/company/{company.realm_id}/{entity.path}/{created['Id']}"


def _new_invoice(form: Form, entity: Entity) -> Body:
    amount = Decimal(form.get("amount") or "0")
    detail = {"Qty": 1, "UnitPrice": amount, "ItemRef": {"value": form.get("item", "")}}
    line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    return {
        "CustomerRef": {"value": form.get("customer", "")},
        "TxnDate": form.get("date", ""),
        "DocNumber": form.get("number", ""),
        "Line": [line],
    }


def _new_payment(form: Form, entity: Entity) -> Body:
    return {
        "CustomerRef": {"value": form.get("customer", "")},
        "TxnDate": form.get("date", ""),
        "TotalAmt": Decimal(form.get("amount") or "0"),
    }


def _new_item(form: Form, entity: Entity) -> Body:
    account = {"value": form.get("account", "")}
    return {"Name": form.get("name", ""), "Type": "Service", "IncomeAccountRef": account}


def _new_named(form: Form, entity: Entity) -> Body:
    if not entity.name_field or not form.get("name"):
        raise Problem("A name is needed.")
    more = {"AccountType": form.get("kind") or "Income"} if entity.name == "Account" else {}
    return {entity.name_field: form["name"], **more}


_NEW: dict[str, Callable[[Form, Entity], Body]] = {
    "Invoice": _new_invoice,
    "Payment": _new_payment,
    "Item": _new_item,
}


def act_on(world: World, company: Company, record: Record, form: Form) -> str:
    """The sentence to show. Raises Problem, ValueError or Refusal."""
    act = _ACTS.get(form.get("act", ""))
    if act is None:
        raise Problem("That cannot be done here.")
    return act(world, company, record, form)


def _edit(world: World, company: Company, record: Record, form: Form) -> str:
    entity = ENTITIES[record.entity]
    fields: Body = {}
    for name in (entity.name_field, "DocNumber", "TxnDate", "PaymentRefNum", "PrivateNote"):
        if name and name in form and form[name] != str(record.body.get(name, "")):
            fields[name] = form[name]
    if form.get("email", "") != record.body.get("PrimaryEmailAddr", {}).get("Address", ""):
        fields["PrimaryEmailAddr"] = {"Address": form["email"]}
    if form.get("amount"):
        amount = Decimal(form["amount"])
        if amount != record.amount("TotalAmt"):
            fields |= person.amount_fields(record, amount)
    if not fields:
        raise Problem("Nothing was changed.")
    person.update(world, company, entity, record.id, fields)
    return "Saved."


def _delete(world: World, company: Company, record: Record, form: Form) -> str:
    person.delete(world, company, ENTITIES[record.entity], record.id)
    return "Deleted."


def _void(world: World, company: Company, record: Record, form: Form) -> str:
    person.void(world, company, ENTITIES[record.entity], record.id)
    return "Voided."


def _inactivate(world: World, company: Company, record: Record, form: Form) -> str:
    person.set_active(world, company, ENTITIES[record.entity], record.id, False)
    return "Made inactive."


def _activate(world: World, company: Company, record: Record, form: Form) -> str:
    person.set_active(world, company, ENTITIES[record.entity], record.id, True)
    return "Made active."


def _merge(world: World, company: Company, record: Record, form: Form) -> str:
    person.merge(world, company, ENTITIES[record.entity], record.id, form.get("into", ""))
    return "Merged."


def _set_type(world: World, company: Company, record: Record, form: Form) -> str:
    kind = "CREDIT_CARD" if form.get("card") == "on" else "NON_CREDIT_CARD"
    person.update(world, company, ENTITIES[record.entity], record.id, {"Type": kind})
    return "Saved."


def _pay(world: World, company: Company, record: Record, form: Form) -> str:
    if record.entity != "Invoice":
        raise Problem("Only an invoice is paid here.")
    amount = Decimal(form.get("amount") or "0")
    link = {"TxnId": record.id, "TxnType": record.entity}
    fields = {
        "CustomerRef": record.body["CustomerRef"],
        "TotalAmt": amount,
        "Line": [{"Amount": amount, "LinkedTxn": [link]}],
    }
    person.create(world, company, ENTITIES["Payment"], fields)
    return "Payment received."


def _deposit(world: World, company: Company, record: Record, form: Form) -> str:
    if record.entity != "Payment":
        raise Problem("Only a payment is deposited here.")
    bank = next(r for r in company.live("Account") if r.body["AccountType"] == "Bank")
    link = {"TxnId": record.id, "TxnType": record.entity}
    fields = {
        "DepositToAccountRef": {"value": bank.id},
        "Line": [{"Amount": record.amount("TotalAmt"), "LinkedTxn": [link]}],
    }
    person.create(world, company, ENTITIES["Deposit"], fields)
    return "Deposited."


Act = Callable[[World, Company, Record, Form], str]
_ACTS: dict[str, Act] = {
    "edit": _edit,
    "delete": _delete,
    "void": _void,
    "inactivate": _inactivate,
    "activate": _activate,
    "merge": _merge,
    "type": _set_type,
    "pay": _pay,
    "deposit": _deposit,
}
