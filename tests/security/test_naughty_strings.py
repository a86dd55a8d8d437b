"""Line 10: text that people, programs and QuickBooks bring is shown and never acted on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from sandbox import query
from tests.conftest import FirmFixture
from tests.security import naughty
from tests.security.routes import Access, calls
from tests.security.world import World
from tests.views.quickbooks_scene import BASE, THEIRS
from webapp.extensions import db
from webapp.models import Account, Connection, Firm, Issue, MirrorObject, Notification
from webapp.models.mirror import match_key, search_key
from webapp.quickbooks.client import literal

DAY = "2026-08-20"
SAMPLE = 5
DRAW = [pytest.param(SAMPLE, id="a sample"), pytest.param(None, id="all", marks=pytest.mark.full)]


@dataclass(frozen=True)
class Field:
    """One field of one form or call; the rest of the body fits."""

    path: str
    name: str
    rest: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name} at {self.path}"


_CHECK = {"invoice": "{invoice}", "date": DAY, "amount": "0.01", "method": "check"}
_LINES = {"date": DAY, "lines": [{"quantity": "1", "rate": "9"}]}
_INVOICE = {"date": DAY, "lines-0-quantity": "1", "lines-0-rate": "420.00"}
FORM_FIELDS = [
    Field("/accounts", "name", {}),
    Field("/accounts", "email", {"name": "Ada"}),
    Field("/services", "name", {"rate": "1.00"}),
    Field("/services", "description", {"name": "Advice", "rate": "1.00"}),
    Field("/services", "rate", {"name": "Advice"}),
    Field("/invoices", "number", {**_INVOICE, "account": "{account}"}),
    Field("/invoices", "memo", {**_INVOICE, "account": "{account}", "number": "77"}),
    Field("/invoices", "account", _INVOICE),
    Field("/invoices", "date", {**_INVOICE, "account": "{account}"}),
    Field("/invoices", "lines-0-description", {**_INVOICE, "account": "{account}", "number": "78"}),
    Field("/invoices", "lines-0-quantity", {**_INVOICE, "account": "{account}"}),
    Field("/payments", "reference", _CHECK),
    Field("/payments", "amount", {"invoice": "{invoice}", "date": DAY, "method": "check"}),
    Field("/payments/{payment}/refunds", "reason", {"date": DAY, "amount": "0.01"}),
    Field("/payments/{payment}/expenses", "description", {"date": DAY, "amount": "0.01"}),
    Field("/settings/firm", "name", {"timezone": "UTC"}),
    Field("/settings/firm", "timezone", {"name": "Alder"}),
    Field("/settings/team", "name", {"email": "n@alder.example", "role": "member"}),
    Field("/settings/team", "email", {"name": "N", "role": "member"}),
    Field("/settings/api-tokens", "name", {}),
    Field("/settings/security/email", "email", {}),
    Field("/sign-in", "email", {"password": "x"}),
    Field("/forgot-password", "email", {}),
]  # fmt: skip
API_FIELDS = [
    Field("accounts", "external_id", {"name": "Ada"}),
    Field("accounts", "name", {}),
    Field("accounts", "kind", {"name": "Ada"}),
    Field("services", "income_account", {"name": "Advice", "rate": "1.00"}),
    Field("invoices", "number", {**_LINES, "account": "{account}"}),
    Field("invoices", "account", _LINES),
    Field("payments", "reference", _CHECK),
    Field("refunds", "reason", {"payment": "{payment}", "date": DAY, "amount": "0.01"}),
]  # fmt: skip


@contextmanager
def all_reported() -> Iterator[list[str]]:
    """Gather what is wrong, and tell it at once."""
    wrong: list[str] = []
    yield wrong
    assert wrong == []


def filled(field: Field, text: str, world: World) -> tuple[str, dict[str, Any]]:
    ids = vars(world.records)
    rest = {
        key: value.format(**ids) if isinstance(value, str) else value
        for key, value in field.rest.items()
    }
    return field.path.format(**ids), {**rest, field.name: text}


def test_no_form_breaks_and_no_page_acts_on_what_was_typed(
    app: Flask, world: World, owner: FlaskClient
) -> None:
    with all_reported() as wrong:
        for field in FORM_FIELDS:
            wrong += typed_into(field, SAMPLE, world, owner)
        wrong += acted_on_anywhere(app, world, owner)


@pytest.mark.full
@pytest.mark.one_database
@pytest.mark.parametrize("field", FORM_FIELDS, ids=str)
def test_no_field_breaks_and_no_page_acts_on_anything_typed(
    field: Field, app: Flask, world: World, owner: FlaskClient
) -> None:
    with all_reported() as wrong:
        wrong += typed_into(field, None, world, owner)
        wrong += acted_on_anywhere(app, world, owner)


def typed_into(field: Field, number: int | None, world: World, owner: FlaskClient) -> list[str]:
    """What went wrong with so many texts; with all of them, without a number."""
    wrong = []
    for text in naughty.cases(number):
        path, data = filled(field, text.encode("utf-8", "replace").decode(), world)
        answer = owner.post(path, data=data)
        found = naughty.injected(answer.text)
        if answer.status_code >= 500 or found:
            wrong.append(f"{field}: {text[:80]!r} gave {answer.status_code} {found}")
    return wrong


@pytest.mark.parametrize("number", DRAW)
def test_no_call_of_the_api_breaks(number: int | None, app: Flask, world: World) -> None:
    client, token = app.test_client(), {"Authorization": f"Bearer {world.firm.token}"}
    with all_reported() as wrong:
        for field in API_FIELDS:
            for text in naughty.cases(number):
                path, body = filled(field, text, world)
                answer = client.post(
                    f"/api/v1/{path}",
                    data=json.dumps(body),
                    content_type="application/json",
                    headers=token,
                )
                if answer.status_code >= 500:
                    wrong.append(f"{field}: {text[:80]!r} gave {answer.status_code}")


SEARCHES = (
    *(f"/{name}?q=" for name in ("accounts", "invoices", "payments", "services", "recurring")),
    f"{BASE}/errors/accounts?q=",
    f"{BASE}/errors/invoices?cause=",
    f"{BASE}?cursor=",
    "/invoices/number-check?number=",
    "/payments/open-invoices?account=",
    "/payments/new?invoice=",
    "/sign-in?next=",
    "/confirm?next=",
)


@pytest.mark.parametrize("number", DRAW)
def test_no_search_breaks_or_finds_what_it_should_not(
    number: int | None, world: World, owner: FlaskClient
) -> None:
    with all_reported() as wrong:
        for address in SEARCHES:
            path, _, name = address.removesuffix("=").partition("?")
            for text in naughty.cases(number):
                typed = text.encode("utf-8", "replace").decode()
                answer = owner.get(path, query_string={name: typed})
                found = naughty.injected(answer.text)
                if answer.status_code >= 500 or found or "argon2id" in answer.text:
                    wrong.append(f"{address} {text[:80]!r} gave {answer.status_code} {found}")


@pytest.mark.parametrize("number", DRAW)
def test_names_and_error_texts_of_quickbooks_are_only_shown(
    number: int | None, app: Flask, world: World, owner: FlaskClient
) -> None:
    with all_reported() as wrong:
        texts = list(naughty.cases(number))
        for start in range(0, len(texts), 20):
            plant(app, world, [clean(text) for text in texts[start : start + 20]])
            wrong += acted_on_anywhere(app, world, owner)


def clean(text: str) -> str:
    """What a database can hold: neither lone surrogates nor, in PostgreSQL, zero bytes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "") or "?"


def plant(app: Flask, world: World, texts: list[str]) -> None:
    """As if QuickBooks had brought these: names, an error's words, an object, the company."""
    with app.app_context():
        connection = Connection.of(world.firm.id)
        connection.company_name, connection.plan = texts[0][:500], texts[-1][:100]
        connection.state_reason = texts[1][:300]
        db.session.execute(db.delete(MirrorObject))
        for number, text in enumerate(texts):
            name = text[:400]
            db.session.add(
                MirrorObject(
                    firm_id=world.firm.id,
                    entity=("Customer", "Account", "Item", "Vendor")[number % 4],
                    quickbooks_id=str(900 + number),
                    sync_token="0",
                    name=name,
                    name_key=match_key(name)[:400],
                    search_key=search_key(name)[:400],
                    active=True,
                    detail={"account_type": "Income", "email": text},
                )
            )
        issue = db.session.get_one(Issue, world.issue)
        text = texts[len(texts) // 2]
        issue.facts = {**issue.facts, "name": text, "holder": text, "number": text}
        issue.theirs = {**THEIRS, "DocNumber": text, "CustomerRef": {"value": "8", "name": text}}
        issue.title, issue.client = text[:200], text[:200]
        issue.message = issue.detail = text
        issue.code, issue.intuit_tid = text[:20], text[:100]
        db.session.get_one(Account, world.records.account).name = text[:400]
        db.session.get_one(Firm, world.firm.id).name = texts[2][:200]
        notice = db.session.get_one(Notification, world.notice)
        notice.facts = {"title": text, "client": text}
        db.session.commit()


def acted_on_anywhere(app: Flask, world: World, owner: FlaskClient) -> list[str]:
    """Every page of the owner, whole and as a fragment, and the letters."""
    wrong = []
    for call in calls(app):
        if call.method != "GET" or call.access in (Access.OPERATOR, Access.TOKEN):
            continue
        if call.endpoint in ("quickbooks_connection.callback", "static"):
            continue
        for headers in ({}, {"HX-Request": "true"}):
            answer = owner.get(world.url(call), headers=headers, query_string={"q": "zq"})
            found = naughty.injected(answer.text)
            if found or answer.status_code == 500:
                wrong.append(f"{call}: {answer.status_code} {found}")
    return wrong


def test_a_page_that_lets_text_through_is_told() -> None:
    """The detector itself: every kind of leak is seen, and shown text is not."""
    for leak in (
        "<zqx>",
        '<a href="javascript:zqx()">',
        '<input value="" zqx="1">',
        "<b onclick=x>",
    ):
        assert naughty.injected(f"<p>{leak}</p>"), leak
    assert naughty.injected("<script>zqx()</script>")
    assert naughty.injected("<p>zqxzqxzqx</p>")
    assert not naughty.injected("<p title='&lt;zqx&gt;'>&lt;zqx&gt; javascript:zqx()</p>")
    assert len(naughty.every()) >= 500


# -- QuickBooks' query language --------------------------------------------------------------


@given(st.text(max_size=40) | st.text("'\\\u2019 OR=", max_size=12))
def test_a_value_stays_one_value_of_the_query(text: str) -> None:
    tokens = query.tokenize(f"SELECT * FROM Customer WHERE DisplayName = {literal(text)}")
    strings = [token for token in tokens if token.kind == "string"]
    assert len(strings) == 1
    assert query.unquote(strings[0].text) == text


@pytest.mark.parametrize("text", ["O'Neil", "trail\\", "O’Neil", "' OR Active IN (true) --", "\\'"])
def test_the_local_quickbooks_finds_exactly_the_name_asked_for(text: str, office: Any) -> None:
    from webapp.quickbooks.session import company_of

    for name in (text, "Somebody Else"):
        office.create_theirs("Customer", DisplayName=name)
    with office.database():
        company = company_of(office.connection())
        found = company.query("Customer", f"DisplayName = {literal(text)}")
    assert [customer["DisplayName"] for customer in found] == [text]


def test_no_statement_is_put_together_from_typed_text(
    app: Flask, owner: FlaskClient, world: World, firm: FirmFixture
) -> None:
    """What is searched for reaches the database as a parameter, never as a part of the SQL."""
    from sqlalchemy import event

    ran: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        ran.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        for address in SEARCHES:
            path, _, name = address.removesuffix("=").partition("?")
            owner.get(path, query_string={name: "zqxcanary' OR 1=1 --"})
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert ran
    assert not [statement for statement in ran if "zqxcanary" in statement]
