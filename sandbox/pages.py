"""What does a person see and do in QuickBooks, with a browser?

Companies, their lists, one object. A form posts an act, `person` carries it out, and the browser is
sent back to the page (303), or shown what QuickBooks said (400).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import InvalidOperation
from urllib.parse import quote, urlencode

from sandbox import forms, person, wire
from sandbox.company import STATUSES, Company, render
from sandbox.entities import ENTITIES, Entity
from sandbox.errors import Refusal
from sandbox.forms import Problem
from sandbox.messages import Request, Response, page, redirect
from sandbox.records import DELETED, Record
from sandbox.templates import render as html
from sandbox.wire import Body
from sandbox.world import World

LISTS = (
    "Customer",
    "Item",
    "Invoice",
    "Payment",
    "RefundReceipt",
    "Purchase",
    "Deposit",
    "Account",
    "PaymentMethod",
    "Vendor",
    "SalesReceipt",
    "CreditMemo",
    "Estimate",
    "Bill",
    "BillPayment",
    "JournalEntry",
    "Employee",
    "Term",
    "Class",
    "Department",
    "TaxCode",
)
PAGE_SIZE = 50
DEEP_LINKS = {
    "invoice": ("Invoice", "txnId"),
    "recvpayment": ("Payment", "txnId"),
    "refundreceipt": ("RefundReceipt", "txnId"),
    "expense": ("Purchase", "txnId"),
    "customerdetail": ("Customer", "nameId"),
    "item": ("Item", "itemId"),
}


def handle(world: World, request: Request) -> Response | None:
    """The page, or None if the path is no page."""
    segments = [part for part in request.path.split("/") if part]
    if not segments:
        return _companies(world, request)
    if segments[0] == "app" and len(segments) == 2:
        return _deep_link(world, request, segments[1])
    if segments[0] != "company" or len(segments) < 2 or segments[1] not in world.companies:
        return None
    company = world.companies[segments[1]]
    if len(segments) == 2:
        return _company(world, request, company)
    entity = next((e for e in ENTITIES.values() if e.path == segments[2]), None)
    if entity is None or len(segments) > 4:
        return None
    if len(segments) == 3:
        return _list(world, request, company, entity)
    return _object(world, request, company, entity, segments[3])


def _deep_link(world: World, request: Request, name: str) -> Response | None:
    """`/app/invoice?txnId=12`, as in QuickBooks' own addresses; the default company is meant."""
    entity, parameter = DEEP_LINKS.get(name, ("", ""))
    identifier = request.query.get(parameter, "")
    if not entity or not identifier:
        return None
    path = f"/company/{world.default_realm}/{entity.lower()}"
    return redirect(f"{path}/{quote(identifier, safe='')}")


def _attempt(act: Callable[[], str]) -> tuple[str, str]:
    """Where to go next and what went wrong, one of them empty."""
    try:
        return act(), ""
    except Refusal as refusal:
        return "", f"{refusal.detail} ({refusal.code})"
    except (Problem, ValueError) as problem:
        return "", str(problem)
    except InvalidOperation:
        return "", "That is not an amount."


def _after(target: str, note: str) -> Response:
    response = redirect(f"{target}?{urlencode({'note': note})}")
    response.status = 303
    return response


# -- companies ----------------------------------------------------------------------------------


def _companies(world: World, request: Request) -> Response:
    problem = ""
    if request.method == "POST":
        target, problem = _attempt(lambda: _add_company(world, request.form))
        if target:
            return _after(target, "Company added.")
    shown = html(
        "companies.html",
        title="Companies",
        companies=list(world.companies.values()),
        problem=problem,
        note=request.query.get("note", ""),
    )
    return page(shown, 400 if problem else 200)


def _add_company(world: World, form: dict[str, str]) -> str:
    name = form.get("name", "").strip()
    if not name:
        raise Problem("A company needs a name.")
    return f"/company/{world.add_company(world.next_realm(), name).realm_id}"


def _company(world: World, request: Request, company: Company) -> Response:
    problem = ""
    if request.method == "POST":
        note, problem = _attempt(lambda: _company_act(world, company, request.form))
        if note:
            return _after(request.path, note)
    shown = html(
        "company.html",
        title=company.name,
        company=company,
        lists=_list_links(company),
        connections=len(list(world.tokens.live_grants(company.realm_id))),
        custom_numbers=company.preference("SalesFormsPrefs", "CustomTxnNumbers"),
        statuses=STATUSES,
        closed=company.preference("AccountingInfoPrefs", "BookCloseDate") or "",
        problem=problem,
        note=request.query.get("note", ""),
    )
    return page(shown, 400 if problem else 200)


def _company_act(world: World, company: Company, form: dict[str, str]) -> str:
    act = form.get("act")
    if act == "close":
        person.close_books(world, company, form.get("date") or None)
        return "Closing date saved."
    if act == "numbers":
        values = {"CustomTxnNumbers": form.get("custom") == "on"}
        person.prefer(world, company, "SalesFormsPrefs", values)
        return "Custom transaction numbers saved."
    if act == "disconnect":
        world.tokens.disconnect(company.realm_id)
        return "The app is disconnected."
    if act == "status" and form.get("status") in STATUSES:
        company.status = form["status"]
        company.save()
        return "Subscription saved."
    raise Problem("That cannot be done here.")


def _list_links(company: Company) -> list[tuple[Entity, int]]:
    return [(ENTITIES[n], sum(1 for r in company.live(n) if r.active)) for n in LISTS]


# -- a list -------------------------------------------------------------------------------------


def _list(world: World, request: Request, company: Company, entity: Entity) -> Response:
    problem = ""
    if request.method == "POST":
        target, problem = _attempt(lambda: forms.create(world, company, entity, request.form))
        if target:
            return _after(target, "Saved.")
    sought = request.query.get("q", "").casefold()
    rows = [row(company, record) for record in company.tables[entity.name].values()]
    rows = [r for r in reversed(rows) if sought in f"{r['label']} {r['who']}".casefold()]
    number = max(1, _whole(request.query.get("page", "")))
    shown = html(
        "list.html",
        title=f"{entity.name} list",
        company=company,
        entity=entity,
        lists=_list_links(company),
        rows=rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        number=number,
        more=len(rows) > number * PAGE_SIZE,
        sought=request.query.get("q", ""),
        choices=_choices(company),
        today=world.clock.today().isoformat(),
        problem=problem,
        note=request.query.get("note", ""),
    )
    return page(shown, 400 if problem else 200)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 1


def row(company: Company, record: Record) -> Body:
    """What a list shows of an object."""
    body = record.body
    entity = ENTITIES[record.entity]
    label = body.get(entity.name_field) or body.get("DocNumber") or body.get("PaymentRefNum")
    who = body.get("CustomerRef") or body.get("VendorRef") or body.get("EntityRef") or {}
    shown = render(company, record) if record.entity == "Customer" else body
    return {
        "id": record.id,
        "label": label or f"#{record.id}",
        "who": who.get("name", ""),
        "date": body.get("TxnDate", ""),
        "kind": body.get("AccountType") or body.get("Type") or "",
        "amount": body.get("TotalAmt", body.get("UnitPrice")),
        "balance": shown.get("Balance", body.get("UnappliedAmt")),
        "state": _state(record),
        "gone": not record.active or record.state == "voided",
    }


def _state(record: Record) -> str:
    if record.state != "live":
        return record.state
    return "" if record.active else "inactive"


def _choices(company: Company) -> dict[str, list[tuple[str, str]]]:
    """Customers, items and income accounts to choose from in a form."""
    income = (r for r in company.live("Account") if r.body["AccountType"] == "Income")
    return {
        "customers": [(r.id, r.body["DisplayName"]) for r in company.live("Customer") if r.active],
        "items": [(r.id, r.body["Name"]) for r in company.live("Item") if r.active],
        "accounts": [(r.id, r.body["Name"]) for r in income],
    }


# -- one object -----------------------------------------------------------------------------------


def _object(
    world: World, request: Request, company: Company, entity: Entity, identifier: str
) -> Response | None:
    found = company.find(entity.name, identifier)
    if found is None:
        return None
    record, problem = found, ""
    if request.method == "POST":
        note, problem = _attempt(lambda: forms.act_on(world, company, found, request.form))
        if note:
            return _after(request.path, note)
    others = (r for r in company.live(entity.name) if r.active and r.id != identifier)
    shown = html(
        "object.html",
        title=f"{entity.name} {row(company, record)['label']}",
        company=company,
        entity=entity,
        record=record,
        lists=_list_links(company),
        others=[(r.id, r.body.get(entity.name_field)) for r in others] if entity.name_field else [],
        raw=_pretty(company, record),
        is_deposited=any(
            link["TxnType"] == "Deposit" for link in record.body.get("LinkedTxn") or []
        ),
        gone=record.state == DELETED,
        problem=problem,
        note=request.query.get("note", ""),
    )
    return page(shown, 400 if problem else 200)


def _pretty(company: Company, record: Record) -> str:
    plain = json.loads(wire.dumps(render(company, record)))
    return json.dumps(plain, indent=2, ensure_ascii=False)
