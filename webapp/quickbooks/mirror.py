"""Keeps the mirror of the company's lists: filled at connect, then by every answer we get.

Reads of QuickBooks are metered, writes are not; with the mirror a first copy asks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Delete, Select, bindparam, delete, select, true

from webapp.database import add_rows, database_now
from webapp.extensions import db
from webapp.models import Connection, Invoice, MirrorNumber, MirrorObject
from webapp.models.columns import utc_now
from webapp.models.mirror import match_key, search_key
from webapp.quickbooks.client import Company
from webapp.quickbooks.errors import Rejected
from webapp.quickbooks.facts import created_at, facts_of

LISTS = ("Account", "PaymentMethod", "Item", "Customer", "Vendor", "Employee")
NUMBERED = ("Invoice",)
NAME_FIELDS = {"Customer": "DisplayName", "Vendor": "DisplayName", "Employee": "DisplayName"}
DISPENSABLE = ("PaymentMethod", "Vendor", "Employee")
ANY_STATE = "Active IN (true, false)"
DIGITS = 22

log = structlog.get_logger(__name__)

_OBJECTS = select(MirrorObject).where(
    MirrorObject.firm_id == bindparam("firm_id"),
    MirrorObject.entity == bindparam("entity"),
    MirrorObject.quickbooks_id.in_(bindparam("ids")),
)
_FORGET_NUMBERS = (
    delete(MirrorNumber)
    .where(
        MirrorNumber.firm_id == bindparam("of_firm"),
        MirrorNumber.txn_type == bindparam("of_type"),
        MirrorNumber.quickbooks_id.in_(bindparam("ids")),
    )
    .execution_options(synchronize_session=False)
)
_TRAILING_DIGITS = re.compile(r"^(.*?)(\d+)$", re.ASCII | re.DOTALL)


def fill(company: Company, connection: Connection) -> None:
    """Read every list and number of the company, in pages of 1,000. Commits, also at the start.

    Raises any QuickBooksError; what was read before stays.
    """
    firm_id = connection.firm_id
    began_at = database_now(db.session())
    db.session.commit()
    _company_facts(company, firm_id)
    for entity in LISTS:
        _replace(firm_id, entity, whole_list(company, entity) or ())
    for txn_type in NUMBERED:
        _replace_numbers(firm_id, txn_type, company.query_all(txn_type))
    connection = Connection.of(firm_id)
    connection.mirrored_at = began_at
    if connection.changes_read_to is None:  # else what happened to our records is still to be read
        connection.changes_read_to, connection.changes_due_at = began_at, None
    db.session.commit()


def whole_list(company: Company, entity: str) -> list[dict[str, Any]] | None:
    """Every object of a list, in use or not; None where the company refuses a list that we can do
    without, as some plan or country may.

    Raises any other QuickBooksError.
    """
    try:
        return company.query_all(entity, ANY_STATE)
    except Rejected as error:
        if entity not in DISPENSABLE:
            raise
        log.warning("list_refused", realm_id=company.realm_id, entity=entity, fault=str(error))
        return None


def _company_facts(company: Company, firm_id: int) -> None:
    info, preferences = company.company_info(), company.preferences()
    connection = Connection.of(firm_id)
    connection.company_name = info.get("CompanyName")
    connection.plan = _name_value(info, "OfferingSku")
    keep_preferences(connection, preferences)
    _use_home_currency(connection)
    db.session.commit()


def keep_preferences(connection: Connection, preferences: Mapping[str, Any]) -> None:
    """The preferences that decide what QuickBooks accepts."""
    sales = preferences.get("SalesFormsPrefs") or {}
    closed = (preferences.get("AccountingInfoPrefs") or {}).get("BookCloseDate")
    home = (preferences.get("CurrencyPrefs") or {}).get("HomeCurrency")
    currency = home.get("value") if isinstance(home, dict) else home
    connection.custom_numbers = bool(sales.get("CustomTxnNumbers"))
    connection.books_closed_to = date.fromisoformat(closed[:10]) if closed else None
    if currency:
        connection.home_currency = currency


def _use_home_currency(connection: Connection) -> None:
    """What is typed without a currency is in the company's, unless the firm has begun in its own:
    QuickBooks takes no other (see ``obstacles``)."""
    begun = select(Invoice.id).where(Invoice.firm_id == connection.firm_id).limit(1)
    if db.session.scalar(begun) is None:
        connection.firm.currency = connection.home_currency


def _name_value(info: Mapping[str, Any], name: str) -> str | None:
    for pair in info.get("NameValue") or ():
        if pair.get("Name") == name:
            return str(pair.get("Value"))
    return None


def _keep_workers_out(firm_id: int) -> None:
    """Until the transaction ends: a worker's begins with this row, and notes the same objects."""
    db.session.execute(select(Connection.id).where(Connection.firm_id == firm_id).with_for_update())


def _replace(firm_id: int, entity: str, rows: Iterable[Mapping[str, Any]]) -> None:
    _keep_workers_out(firm_id)
    known = {row.quickbooks_id: row for row in db.session.scalars(_objects(firm_id, entity))}
    for row in rows:
        _keep_object(firm_id, entity, row, known.pop(str(row["Id"]), None))
    for vanished in known.values():
        db.session.delete(vanished)
    db.session.commit()


def _replace_numbers(firm_id: int, txn_type: str, rows: Iterable[Mapping[str, Any]]) -> None:
    _keep_workers_out(firm_id)
    db.session.execute(_delete_numbers(firm_id, txn_type, true()))
    _add_numbers(firm_id, txn_type, rows)
    db.session.commit()


def keep(firm_id: int, entity: str, body: Mapping[str, Any]) -> None:
    """As ``keep_all``, for one object."""
    keep_all(firm_id, entity, [body])


def keep_all(firm_id: int, entity: str, bodies: Sequence[Mapping[str, Any]]) -> None:
    """Remember what answers or changes say of objects of one list; the caller commits."""
    ids = [str(body["Id"]) for body in bodies]
    if entity in LISTS:
        rows = db.session.scalars(_OBJECTS, {"firm_id": firm_id, "entity": entity, "ids": ids})
        known = {row.quickbooks_id: row for row in rows}
        for body in bodies:
            _keep_object(firm_id, entity, body, known.get(str(body["Id"])))
    elif entity in NUMBERED:
        db.session.execute(_FORGET_NUMBERS, {"of_firm": firm_id, "of_type": entity, "ids": ids})
        _add_numbers(firm_id, entity, bodies)


def forget(firm_id: int, entity: str, quickbooks_id: str) -> None:
    """The object is gone from QuickBooks; the caller commits."""
    db.session.execute(
        delete(MirrorObject).where(
            MirrorObject.firm_id == firm_id,
            MirrorObject.entity == entity,
            MirrorObject.quickbooks_id == quickbooks_id,
        )
    )
    db.session.execute(
        _delete_numbers(firm_id, entity, MirrorNumber.quickbooks_id == quickbooks_id)
    )


def forget_number(firm_id: int, txn_type: str, number: str) -> None:
    """No object has this number any more; the caller commits."""
    db.session.execute(_delete_numbers(firm_id, txn_type, MirrorNumber.number == number))


def _objects(firm_id: int, entity: str) -> Select[MirrorObject]:
    return select(MirrorObject).where(
        MirrorObject.firm_id == firm_id, MirrorObject.entity == entity
    )


def _delete_numbers(firm_id: int, txn_type: str, which: ColumnElement[bool]) -> Delete:
    return delete(MirrorNumber).where(
        MirrorNumber.firm_id == firm_id, MirrorNumber.txn_type == txn_type, which
    )


def _keep_object(
    firm_id: int, entity: str, body: Mapping[str, Any], known: MirrorObject | None
) -> None:
    if known is None:
        known = MirrorObject(firm_id=firm_id, entity=entity, quickbooks_id=str(body["Id"]))
        db.session.add(known)
    name = str(body.get(NAME_FIELDS.get(entity, "Name")) or "")
    known.sync_token = str(body.get("SyncToken", "0"))
    known.name, known.name_key, known.search_key = name, match_key(name), search_key(name)
    email = body.get("PrimaryEmailAddr")
    known.email = str(email.get("Address") or "").lower() or None if email else None
    known.active = bool(body.get("Active", True))
    known.detail = _detail(entity, body)


def _detail(entity: str, body: Mapping[str, Any]) -> dict[str, Any]:
    if entity == "Account":
        return {"account_type": body.get("AccountType"), "subtype": body.get("AccountSubType")}
    if entity == "Item":
        return {"type": body.get("Type"), **facts_of("Item", body)}
    if entity == "PaymentMethod":
        return {"type": body.get("Type")}
    address = body.get("BillAddr") or {}
    place = [address.get("City"), address.get("CountrySubDivisionCode")]
    balance = body.get("Balance")
    return {
        **facts_of("Customer", body),
        "place": ", ".join(part for part in place if part) or None,
        "balance": None if balance is None else str(balance),
        "parent": (body.get("ParentRef") or {}).get("value"),
        "currency": (body.get("CurrencyRef") or {}).get("value"),
    }


def _add_numbers(firm_id: int, txn_type: str, bodies: Iterable[Mapping[str, Any]]) -> None:
    rows = [_number(firm_id, txn_type, body) for body in bodies if body.get("DocNumber")]
    add_rows(db.session(), MirrorNumber, rows)


def _number(firm_id: int, txn_type: str, body: Mapping[str, Any]) -> dict[str, Any]:
    number = str(body["DocNumber"])
    prefix, value = split_number(number)
    day = body.get("TxnDate")
    return {
        "firm_id": firm_id,
        "txn_type": txn_type,
        "quickbooks_id": str(body["Id"]),
        "number": number,
        "prefix": prefix,
        "value": None if value is None else value.zfill(DIGITS),
        "created_at": created_at(body) or utc_now(),
        "txn_date": date.fromisoformat(str(day)[:10]) if day else None,
    }


def split_number(number: str) -> tuple[str, str | None]:
    """``INV-0099`` to ``("INV-", "0099")``; the digits are None where there are none."""
    found = _TRAILING_DIGITS.match(number)
    return (found[1], found[2]) if found else (number, None)
