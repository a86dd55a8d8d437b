"""Asking QuickBooks, or putting something right there, at a person's click and while they wait."""

from __future__ import annotations

import re
from typing import Any

import structlog
from flask_babel import gettext

from webapp.extensions import db
from webapp.models import Connection, MirrorObject
from webapp.models.connection import CONNECTED
from webapp.models.record import Record
from webapp.quickbooks import mirror
from webapp.quickbooks.errors import QuickBooksError, Rejected
from webapp.quickbooks.facts import DELETED_SUFFIX
from webapp.quickbooks.methods import CARD_TYPE, Methods
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.session import company_of, write_now

CARD_METHOD_NAME = "Credit Card"
_ID = re.compile(r"[0-9A-Za-z-]{1,30}")
"""What may stand in an address."""

log = structlog.get_logger(__name__)


class RepairFailed(Exception):
    """QuickBooks did not do it; the message says why, in the reader's language."""


def reactivate(record: Record, quickbooks_id: str) -> dict[str, Any]:
    """Make a customer or item active again; the object as it then is. Commits.

    Raises RepairFailed.
    """
    entity = ENTITIES[record.kind]
    name_field = "DisplayName" if entity == "Customer" else "Name"
    connection = _connected(record.firm_id)
    try:
        present = company_of(connection).read(entity, quickbooks_id)
        body = _sparse(present, Active=True)
        name = str(present.get(name_field, ""))
        if name.endswith(DELETED_SUFFIX):
            body[name_field] = name.removesuffix(DELETED_SUFFIX)
        found = write_now(connection, entity, "update", body)
    except QuickBooksError as error:
        raise _failed(record.firm_id, error) from error
    mirror.keep(record.firm_id, entity, found)
    return found


def look_up(firm_id: int, entity: str, quickbooks_id: str) -> MirrorObject | None:
    """An object of a list that our copy does not know yet; None if there is none. Commits.

    Raises RepairFailed.
    """
    if not _ID.fullmatch(quickbooks_id):
        return None
    connection = _connected(firm_id)
    try:
        found = company_of(connection).read(entity, quickbooks_id)
    except Rejected:
        return None
    except QuickBooksError as error:
        raise _failed(firm_id, error) from error
    mirror.keep(firm_id, entity, found)
    return MirrorObject.find(firm_id, entity, quickbooks_id)


def enable_card_method(firm_id: int) -> None:
    """Mark the method "Credit card" as a credit card, or make one. Commits. Raises RepairFailed."""
    unmarked = Methods.of(firm_id).unmarked_card
    connection = _connected(firm_id)
    try:
        if unmarked:
            present = company_of(connection).read("PaymentMethod", unmarked)
            body, operation = _sparse(present, Type=CARD_TYPE, Name=present["Name"]), "update"
        else:
            body, operation = {"Name": CARD_METHOD_NAME, "Type": CARD_TYPE}, "create"
        found = write_now(connection, "PaymentMethod", operation, body)
    except QuickBooksError as error:
        raise _failed(firm_id, error) from error
    mirror.keep(firm_id, "PaymentMethod", found)


def _sparse(present: dict[str, Any], **changes: object) -> dict[str, Any]:
    return {
        "Id": present["Id"],
        "SyncToken": present["SyncToken"],
        "sparse": True,
        **changes,
    }


def _connected(firm_id: int) -> Connection:
    """The firm's connection, its transaction ended. Raises RepairFailed while it is not usable."""
    connection = Connection.of(firm_id)
    db.session.commit()
    if connection.state != CONNECTED:
        raise RepairFailed(gettext("QuickBooks is not connected. Reconnect first."))
    return connection


def _failed(firm_id: int, error: QuickBooksError) -> RepairFailed:
    log.warning("repair_failed", firm_id=firm_id, error=type(error).__name__)
    if isinstance(error, Rejected):
        said = error.fault.detail or error.fault.message
        return RepairFailed(gettext("QuickBooks refused: %(said)s", said=said))
    return RepairFailed(gettext("QuickBooks did not answer. Try again in a minute."))
