"""An installation as it is after years: many firms, all their records synced but for the issues."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from flask import Flask

FIRST_ID = 1_000_000
"""Far from the ids that records made in the usual way get beside them."""
BIG_SHARE = 10
"""The first firm has so large a part of everything: one in ten of the invoices and issues."""
PER_ACCOUNT = 10
AT_ONCE = 5_000
CAUSES = ("dup_number", "closed", "customer_deleted", "edited", "currency")

Row = dict[str, Any]


@dataclass(frozen=True)
class Crowd:
    firms: int
    invoices: int
    issues: int

    def of_firm(self, position: int) -> int:
        """How many invoices the firm at this position has."""
        big = self.invoices // BIG_SHARE
        return big if position == 0 else (self.invoices - big) // max(1, self.firms - 1)

    def issues_of(self, position: int) -> int:
        big = self.issues // BIG_SHARE
        rest, others = self.issues - big, max(1, self.firms - 1)
        return big if position == 0 else rest // others + (position <= rest % others)


def firm_id(position: int) -> int:
    return FIRST_ID + position


def token_of(position: int) -> str:
    """What the owner's session of the firm is known by."""
    return f"bench-session-{position}"


def settle(app: Flask, crowd: Crowd) -> None:
    """Write it all into an empty database."""
    from sqlalchemy import insert, text

    from webapp import models
    from webapp.extensions import db

    tables = {
        "Firm": models.Firm,
        "Person": models.Person,
        "SignIn": models.SignIn,
        "Connection": models.Connection,
        "Account": models.Account,
        "Service": models.Service,
        "Invoice": models.Invoice,
        "InvoiceLine": models.InvoiceLine,
        "Entry": models.Entry,
        "Link": models.Link,
        "Issue": models.Issue,
    }
    with app.app_context():
        for name, model in tables.items():
            rows = _rows(name, crowd)
            while some := list(islice(rows, AT_ONCE)):
                db.session.execute(insert(model), some)
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()


def _rows(name: str, crowd: Crowd) -> Iterator[Row]:
    if name in _OF_FIRM:
        for position in range(crowd.firms):
            yield _OF_FIRM[name](position)
        return
    number = FIRST_ID
    for position in range(crowd.firms):
        wanted = crowd.issues_of(position)
        for invoice in range(crowd.of_firm(position)):
            number += 1
            account = number - invoice % PER_ACCOUNT  # the first of ten invoices lends it its id
            yield from _of_invoice(name, firm_id(position), number, account, invoice < wanted)


def _of_invoice(name: str, firm: int, id_: int, account: int, failed: bool) -> Iterator[Row]:
    invoice = {"firm_id": firm, "kind": "invoice", "record_id": id_}
    client = {"firm_id": firm, "kind": "account", "record_id": account}
    if name == "Account" and account == id_:
        yield {"id": id_, "firm_id": firm, "name": f"Client {id_}", "sync": True}
    elif name == "Invoice":
        yield {
            "id": id_,
            "firm_id": firm,
            "account_id": account,
            "number": str(id_),
            "date": date(2026, 1, 1) + timedelta(days=id_ % 300),
            "currency": "USD",
            "total_minor": 24_000,
        }
    elif name == "InvoiceLine":
        yield {
            "invoice_id": id_,
            "service_id": firm,
            "position": 0,
            "quantity": 2,
            "rate_minor": 12_000,
            "amount_minor": 24_000,
        }
    elif name == "Entry":
        state = "rejected" if failed else "done"
        yield {**invoice, "level": 1, "state": state, "reached": 0 if failed else 1}
        if account == id_:
            yield {**client, "level": 0, "state": "done", "reached": 1}
    elif name == "Link":
        if not failed:
            yield {**invoice, "quickbooks_id": str(id_), "sync_token": "0"}
        if account == id_:
            yield {**client, "quickbooks_id": str(id_), "sync_token": "0"}
    elif name == "Issue" and failed:
        yield {
            **invoice,
            "cause": CAUSES[id_ % len(CAUSES)],
            "title": f"#{id_}",
            "client": f"Client {account}",
            "search_key": f"#{id_} client {account}",
            "amount_minor": 24_000,
            "currency": "USD",
            "facts": {"title": f"#{id_}", "n": str(id_), "client": f"Client {account}"},
        }


def _firm(position: int) -> Row:
    return {"id": firm_id(position), "name": f"Firm {position}"}


def _person(position: int) -> Row:
    id_ = firm_id(position)
    return {
        "id": id_,
        "firm_id": id_,
        "email": f"owner@{position}.example",
        "name": "Owner",
        "role": "owner",
        "password_hash": "-",
    }


def _sign_in(position: int) -> Row:
    digest = hashlib.sha256(token_of(position).encode()).hexdigest()
    return {"person_id": firm_id(position), "digest": digest}


def _connection(position: int) -> Row:
    """Paused: their companies exist on paper only."""
    now = datetime.now(UTC)
    return {
        "firm_id": firm_id(position),
        "realm_id": str(firm_id(position)),
        "state": "paused",
        "company_name": f"Firm {position}",
        "set_up_at": now,
        "mirrored_at": now,
        "last_success_at": now,
        "changes_read_to": now,
    }


def _service(position: int) -> Row:
    return {"id": firm_id(position), "firm_id": firm_id(position), "name": "Bookkeeping"}


_OF_FIRM = {
    "Firm": _firm,
    "Person": _person,
    "SignIn": _sign_in,
    "Connection": _connection,
    "Service": _service,
}
