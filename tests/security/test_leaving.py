"""Line 21: a disconnection leaves no token behind, a firm that leaves nothing at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from tests.quickbooks.conftest import MakeOffice
from tests.quickbooks.office import Office
from tests.quickbooks.test_connecting import BASE
from tests.security.conftest import Desk
from tests.security.world import changed, rows_of
from tests.views.conftest import recurring_data
from webapp import hints, intake, recurring, security_log
from webapp.extensions import db
from webapp.models import Connection, Firm, Notification, PasswordReset, UnreadWebhook, WebhookEvent
from webapp.quickbooks import oauth

CANARY = "Zeldovich"


def refreshes(app: Flask, token: str) -> bool:
    with app.app_context():
        try:
            oauth.refresh(token)
        except oauth.GrantRefused:
            return False
        return True


def clear_refresh_token(app: Flask, firm_id: int) -> str:
    with app.app_context():
        sealed = Connection.of(firm_id).refresh_token
        db.session.commit()
        assert sealed is not None
        return str(app.extensions["sealer"].unseal(sealed, f"firm:{firm_id}"))


def test_disconnecting_revokes_and_wipes_the_tokens(app: Flask, office: Office) -> None:
    token = clear_refresh_token(app, office.firm_id)
    desk = Desk(app, "owner@firm-1.example")
    desk.sign_in()
    desk.client.post(f"{BASE}/disconnect")
    gone = office.connection()
    assert gone.access_token is None
    assert gone.refresh_token is None
    assert not refreshes(app, token)


def delete(app: Flask, firm_id: int, name: str) -> Any:
    words = ["firm", "delete", "--id", str(firm_id), "--name", name]
    return app.test_cli_runner().invoke(args=words)


def test_deleting_a_firm_removes_everything_of_it_and_nothing_of_another(
    app: Flask, make_office: MakeOffice
) -> None:
    leaving, staying = make_office(), make_office()
    token = clear_refresh_token(app, leaving.firm_id)
    fill(app, leaving)
    staying.client("Ada Byron")
    staying.settle()
    before = rows_of(app, staying.firm_id)
    marks = [CANARY, leaving.realm_id, "owner@firm-1.example"]
    assert traces(app, marks)
    result = delete(app, leaving.firm_id, f"{CANARY} & Sons")
    assert json.loads(result.output.splitlines()[-1])["deleted"] is True
    assert traces(app, marks) == []
    assert rows_with_firm(app, leaving.firm_id) == []
    assert changed(before, rows_of(app, staying.firm_id)) == []
    assert not refreshes(app, token)


def fill(app: Flask, office: Office) -> None:
    """Something in every place where a firm can leave a trace."""
    desk = Desk(app, "owner@firm-1.example")
    desk.with_second_factor()
    office.settings(name=f"{CANARY} & Sons")
    made = office.one_of_each()
    account = office.client(f"{CANARY} Orchards", email="a@zeldovich.example")
    office.settle()
    office.change("account", account, name=f"{CANARY} Farms")
    owner = desk.person()
    with app.app_context():
        notice = Notification(firm_id=office.firm_id, person_id=owner.id, topic="dup_number")
        notice.facts = {"client": CANARY}
        aside = UnreadWebhook(key="k", body=f'{{"realm": "{office.realm_id}"}}'.encode())
        event = WebhookEvent(
            key="e",
            realm_id=office.realm_id,
            entity="invoice",
            quickbooks_id="1",
            operation="update",
        )
        db.session.add_all([notice, aside, event])
        firm = db.session.get_one(Firm, office.firm_id)
        series = recurring_data(account, made["service"])
        intake.recurring(firm, series, recurring.today_of(firm))
        PasswordReset.ask(desk.email)
        db.session.commit()
        hints.send(office.firm_id)
    desk.sign_in()


def traces(app: Flask, marks: list[str]) -> list[str]:
    """Where any of these texts stands: in which tables, under which keys of Redis."""
    with app.app_context():
        found = [
            table.name
            for table in db.metadata.sorted_tables
            for row in db.session.execute(db.select(table)).all()
            if any(mark.lower() in _text(row).lower() for mark in marks)
        ]
        db.session.rollback()
    redis = app.extensions["redis"]
    for key in redis.keys("*"):
        held = f"{key!r} {redis.dump(key)!r}"
        found += [held[:80]] if any(mark in held for mark in marks) else []
    return found


def _text(row: Any) -> str:
    return " ".join(
        bytes(value).decode("utf-8", "replace")
        if isinstance(value, bytes | memoryview)
        else str(value)
        for value in row
    )


def rows_with_firm(app: Flask, firm_id: int) -> list[str]:
    with app.app_context():
        found = [
            table.name
            for table in db.metadata.sorted_tables
            if "firm_id" in table.c
            and db.session.execute(db.select(table).where(table.c.firm_id == firm_id)).first()
        ]
        people = db.session.execute(db.text("SELECT count(*) FROM sign_in")).scalar_one()
        found += ["sign_in"] * int(people)
        db.session.rollback()
    hinted = list(app.extensions["redis"].keys(f"cuadra:*:{firm_id}"))
    jobs = [job.id for job in app.extensions["sync_queue"].jobs if job.args == [firm_id]]
    return found + hinted + jobs


@pytest.mark.parametrize(("id_", "name"), [(None, "Another name"), (10**9, "Firm 1")])
def test_a_wrong_name_or_number_deletes_nothing(
    id_: int | None, name: str, app: Flask, office: Office
) -> None:
    result = delete(app, id_ or office.firm_id, name)
    assert result.exit_code != 0
    with app.app_context():
        assert db.session.get(Firm, office.firm_id) is not None


def test_the_tag_of_an_account_names_nobody() -> None:
    assert "owner" not in security_log.account_tag("owner@alder.example")
    assert security_log.account_tag(" Owner@alder.example") == security_log.account_tag(
        "owner@alder.example"
    )
