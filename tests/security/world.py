"""A firm with one of everything, whose ids fill any address; and what the database holds of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Table, and_, func, or_, select

from tests.conftest import FirmFixture
from tests.security.routes import TABLE, Call
from tests.views.conftest import Records
from tests.views.quickbooks_scene import Scene
from webapp import hints
from webapp.extensions import db
from webapp.models import (
    Account,
    ApiToken,
    BookComparison,
    BookRow,
    CsvImport,
    Firm,
    Notification,
    Person,
    SignIn,
    StripeObject,
)
from webapp.models.person import MEMBER
from webapp.models.stripe_object import CHARGE
from webapp.stripe import connection as stripe

IDS = (
    "record_id",
    "payment_id",
    "issue_id",
    "token_id",
    "colleague_id",
    "notice_id",
    "session_id",
    "import_id",
    "row_id",
    "object_id",
)
"""What names a row of one firm, or of one person, in an address."""

WORDS: dict[str, Any] = {
    "name": "accounts",
    "action": "ignore",
    "language": "es",
    "theme": "dark",
    "number": "1042",
    "token": "no-such-token",
    "filename": "css/base.css",
    "instance_number": 0,
    "queue_name": "sync",
    "registry_name": "queued",
    "per_page": 8,
    "order": "asc",
    "page": 1,
}
"""What else addresses hold; the same for every firm."""

CANARY = "Zeldovich Orchards"
"""The name of the firm's client."""

NOTED_IN_PASSING = {("sign_in", "seen_at"), ("api_token", "last_used_at")}
"""Columns that only say when somebody was last here."""


@dataclass
class World:
    app: Flask
    firm: FirmFixture
    records: Records
    issue: int
    notice: int
    token: int
    session: int
    """A sign-in of the firm's member, in a browser of its own."""
    csv_import: int
    book_row: int
    """Of the firm's comparison of both books."""
    stripe_object: int
    stripe_key: str
    """Of the firm's webhook address."""
    colleague: int
    """A second member: nobody may change the owner, nor themselves."""
    job: str
    """A hint that waits in the queue."""

    def url(self, call: Call) -> str:
        values = {name: self.value(call, name) for name in call.rule.arguments}
        with self.app.test_request_context():
            return str(self.app.url_map.bind("localhost").build(call.endpoint, values))

    def value(self, call: Call, name: str) -> Any:
        if name == "record_id":
            return self._record(call)
        own = {
            "payment_id": self.records.payment,
            "issue_id": self.issue,
            "notice_id": self.notice,
            "token_id": self.token,
            "session_id": self.session,
            "colleague_id": self.colleague,
            "import_id": self.csv_import,
            "row_id": self.book_row,
            "object_id": self.stripe_object,
            "key": self.stripe_key,
            "job_id": self.job,
        }
        if name in own:
            return own[name]
        assert name in WORDS, (
            f"{call} holds <{name}>, which the sweeps cannot fill. If it names a row of a firm, "
            f"add it to IDS and World.value of tests/security/world.py; if not, to WORDS there."
        )
        return WORDS[name]

    def _record(self, call: Call) -> int:
        kind = call.endpoint.partition(".")[0].removeprefix("api_").removesuffix("s")
        assert hasattr(self.records, kind), (
            f"{call} holds <record_id> of a kind the sweeps do not know ({kind}): add one to "
            f"Records of tests/views/conftest.py."
        )
        return int(getattr(self.records, kind))

    def everything(self, **others: Any) -> dict[str, Any]:
        """A body that names this firm's rows in every field that any form or call reads, and
        fields that no form has."""
        ids = {
            kind: getattr(self.records, kind)
            for kind in ("account", "service", "invoice", "payment")
        }
        return {
            **ids,
            "issue": self.issue,
            "on": "0",
            "date": "2026-08-20",
            "amount": "1.00",
            "quantity": "1",
            "rate": "1.00",
            "method": "check",
            "kind": "invoice",
            "unit": "month",
            "start": "2150-01-31",
            "which": "some",
            "lines-0-service": ids["service"],
            "lines-0-quantity": "1",
            "lines-0-rate": "1.00",
            "firm_id": self.firm.id,
            "id": ids["account"],
            "person_id": self.firm.people[MEMBER],
            "version": 99,
            "state": "synced",
            "password_hash": "x",
            "disabled_at": "2026-01-01",
            **others,
        }


def make_world(app: Flask, firm: FirmFixture, records: Records, scene: Scene) -> World:
    with app.app_context():
        db.session.get_one(Account, records.account).name = CANARY
        db.session.commit()
    issue = scene.issue()
    with app.app_context():
        notice = Notification(
            firm_id=firm.id, person_id=firm.people["owner"], topic="dup_number", kind="invoice"
        )
        notice.facts = {"title": "#1042", "client": CANARY}
        elsewhere = SignIn(person_id=firm.people[MEMBER], digest="0" * 64)
        brought = CsvImport(firm_id=firm.id, kind="account", file_name="a.csv", language="en")
        brought.fields, brought.ignored = ["name"], []
        colleague = Person(firm_id=firm.id, role=MEMBER, email="second@alder.example", name="Two")
        colleague.password_hash = "-"
        comparison = BookComparison(firm_id=firm.id, state="done")
        db.session.add_all([notice, elsewhere, brought, colleague, comparison])
        db.session.flush()
        row = BookRow(comparison_id=comparison.id, month="2026-08", kind="invoice", currency="USD")
        db.session.add(row)
        charge = StripeObject.known(firm.id, CHARGE, "ch_1", "ch_1")
        stripe.connect(firm.id, "sk_test_0123456789", "whsec_0123456789", checked=True)
        db.session.commit()
        token = db.session.scalars(select(ApiToken.id).where(ApiToken.firm_id == firm.id)).one()
        job = app.extensions["sync_queue"].enqueue(hints.JOB, firm.id, description="sync")
        ids = (issue, notice.id, token, elsewhere.id, brought.id, row.id, charge.id)
        key = db.session.get_one(Firm, firm.id).stripe_webhook_key
        return World(app, firm, records, *ids, key, colleague.id, job.id)


# -- what the database holds ---------------------------------------------------------------------


def contents(app: Flask) -> dict[str, str]:
    """A hash of each table, and of what Redis has queued."""
    with app.app_context():
        found = {
            table.name: _hash(db.session.execute(select(*_columns(table))).all())
            for table in db.metadata.sorted_tables
        }
        db.session.rollback()
    redis = app.extensions["redis"]
    found["jobs in Redis"] = _hash(sorted(redis.keys("rq:job:*")))
    return found


def _columns(table: Table) -> list[Any]:
    return [column for column in table.c if (table.name, column.name) not in NOTED_IN_PASSING]


def _hash(rows: Any) -> str:
    return hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in after if after[name] != before.get(name)]


def rows_of(app: Flask, firm_id: int) -> dict[str, str]:
    """A hash of each table's rows of one firm."""
    with app.app_context():
        found = {}
        for table in db.metadata.sorted_tables:
            if "firm_id" in table.c:
                own = select(*_columns(table)).where(table.c.firm_id == firm_id)
                found[table.name] = _hash(db.session.execute(own).all())
        db.session.rollback()
    return found


def mixed_rows(app: Flask) -> list[str]:
    """Rows that refer to rows of two firms: there must be none."""
    with app.app_context():
        found = [
            f"{table.name}: {number}"
            for table in db.metadata.sorted_tables
            if (number := _mixed(table))
        ]
        db.session.rollback()
    return found


def _mixed(table: Table) -> int:
    """How many rows of the table belong to one firm and refer to another's."""
    source: Any = table
    firms = [table.c.firm_id] if "firm_id" in table.c else []
    for column in table.c:
        for key in column.foreign_keys:
            other = key.column.table
            if "firm_id" in other.c:
                target = other.alias()
                source = source.outerjoin(target, column == target.c[key.column.name])
                firms.append(target.c.firm_id)
    differs = [one != another for n, one in enumerate(firms) for another in firms[n + 1 :]]
    if not differs:
        return 0
    counted = select(func.count()).select_from(source).where(or_(*map(and_, differs)))
    return db.session.scalar(counted) or 0


__all__ = ["TABLE", "World", "changed", "contents", "make_world", "mixed_rows", "rows_of"]
