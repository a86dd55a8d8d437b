"""Clients and services from a file: preview, confirm, result, undo; for whom, and how often."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX, Records, invoice_data
from webapp import intake
from webapp.extensions import db
from webapp.imports import file, work
from webapp.models import Account, CsvImport, CsvRow, Entry, Firm, Record, Service
from webapp.models.columns import utc_now

CLIENTS = "external_id,name,email,kind\nc-1,Ana Pérez,ana@a.example,individual\nc-2,Bo Ltd,,\n"
Bytes = str | bytes


def upload(client: FlaskClient, text: Bytes, name: str = "accounts") -> TestResponse:
    content = text.encode() if isinstance(text, str) else text
    return client.post(f"/{name}/import", data={"file": (io.BytesIO(content), "clients.csv")})


def preview(client: FlaskClient, text: Bytes, name: str = "accounts") -> str:
    """The address of the import, which waits to be confirmed."""
    answer = upload(client, text, name)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def imported(client: FlaskClient, text: Bytes, name: str = "accounts") -> str:
    address = preview(client, text, name)
    assert client.post(f"{address}/confirm").status_code == 303
    return address


@pytest.fixture
def kept(app: Flask, firm: FirmFixture) -> Callable[..., list[Any]]:
    """``kept(Account)``: the firm's live records, detached, oldest first."""

    def look(model: type[Record] = Account) -> list[Any]:
        with app.app_context():
            wanted = db.select(model).where(model.firm_id == firm.id, model.removed_at.is_(None))
            return list(db.session.scalars(wanted.order_by(model.id)))

    return look


@pytest.fixture
def rows(app: Flask) -> Callable[[], list[tuple[int, str, str | None, str | None]]]:
    """Line, verdict, outcome and fate of every row of every import."""

    def look() -> list[tuple[int, str, str | None, str | None]]:
        with app.app_context():
            found = db.session.scalars(db.select(CsvRow).order_by(CsvRow.id)).all()
            return [(row.line, row.verdict, row.outcome, row.undone) for row in found]

    return look


# -- the road --------------------------------------------------------------------------------------


def test_nothing_is_written_before_it_is_confirmed(
    member: FlaskClient, kept: Callable[..., list[Any]]
) -> None:
    address = preview(member, CLIENTS)
    assert kept() == []
    text = member.get(address).text
    assert "Creates 2 clients." in text
    assert "Import 2 rows" in text
    member.post(f"{address}/confirm")
    assert [(a.external_id, a.name, a.email, a.account_kind) for a in kept()] == [
        ("c-1", "Ana Pérez", "ana@a.example", "individual"),
        ("c-2", "Bo Ltd", None, "business"),
    ]
    assert "Undo import" in member.get(address).text


def test_what_is_imported_is_asked_to_be_sent(
    app: Flask, member: FlaskClient, kept: Callable[..., list[Any]]
) -> None:
    imported(member, CLIENTS)
    with app.app_context():
        assert db.session.query(Entry).count() == 2


def test_services_come_in_the_same_way(member: FlaskClient, kept: Callable[..., list[Any]]) -> None:
    text = 'name;rate;description\nTax;250.00;"Line 1\nLine 2"\nFree;;\nBad;1,5;\n'
    address = imported(member, text, "services")
    assert [(s.name, s.rate_minor, s.description) for s in kept(Service)] == [
        ("Tax", 25000, "Line 1\nLine 2"),
        ("Free", 0, None),
    ]
    page = member.get(address).text
    assert "Write an amount such as 1850.00." in page
    assert "<code>rate</code>" in page


def test_a_known_external_id_changes_that_record(
    member: FlaskClient, kept: Callable[..., list[Any]], rows: Callable[[], list[Any]]
) -> None:
    imported(member, CLIENTS)
    imported(member, "external_id,name,email\nc-1,Ana Gómez,\nc-2,Bo Ltd,\nc-3,Cy,\n")
    assert [(a.name, a.email) for a in kept()] == [
        ("Ana Gómez", "ana@a.example"),  # an empty cell says nothing
        ("Bo Ltd", None),
        ("Cy", None),
    ]
    assert [row[1] for row in rows()][2:] == ["update", "same", "create"]


def test_errors_name_the_column_and_the_remedy(
    member: FlaskClient, kept: Callable[..., list[Any]]
) -> None:
    text = (
        "external_id,name,email,kind\n"
        f"{'x' * 201},{'n' * 501},nobody,company\n"
        "c-2,,,\n"
        'c-3,"Ana\nLtd",,\n'
        "c-4,Di\n"
        "c-5,Fine,,\n"
    )
    page = member.get(preview(member, text)).text
    for said in (
        "<code>external_id</code>: Use 200 characters or fewer.",
        "<code>name</code>: Use 500 characters or fewer.",
        "<code>email</code>: Write one e-mail address",
        "<code>kind</code>: Choose one of: business, individual.",
        "<code>name</code>: Enter the client&#39;s name.",
        "<code>name</code>: Leave out colons, tabs and line breaks",
        "The row has 2 cells, the headings are 4.",
        "Leaves out the 4 rows with errors.",
    ):
        assert said in page
    assert kept() == []


def test_rows_that_repeat_each_other_or_what_is_here(
    member: FlaskClient, kept: Callable[..., list[Any]], rows: Callable[[], list[Any]]
) -> None:
    imported(member, "name\nAna  Pérez\n")
    text = "external_id,name\n,ana pérez\nc-1,Ana Pérez\nc-1,Ana Two\n,Bo\n,BO\nc-2,Bo\n"
    address = imported(member, text)
    assert [row[1] for row in rows()][1:] == [
        "skip",
        "create",
        "refuse",
        "create",
        "skip",
        "create",
    ]
    assert [a.name for a in kept()] == ["Ana  Pérez", "Ana Pérez", "Bo", "Bo"]
    page = member.get(address).text
    assert "Line 3 has this external_id already. Keep one of them." in page
    assert "Line 5 has this name already." in page
    assert "One of this name is here already." in page


def test_the_same_file_twice_adds_nothing(
    member: FlaskClient, kept: Callable[..., list[Any]]
) -> None:
    text = "name,email\nAna,a@b.example\nBo,\n"
    first, second = preview(member, text), preview(member, text)
    for address in (first, first, second):
        member.post(f"{address}/confirm")
    assert [a.name for a in kept()] == ["Ana", "Bo"]
    page = member.get(second).text
    assert page.count("changed here after the preview") == 2


def test_pressing_twice_at_once_imports_once(
    app: Flask, firm: FirmFixture, client_of: Any, kept: Callable[..., list[Any]]
) -> None:
    clients = [client_of(firm, "member") for _ in range(4)]
    address = preview(clients[0], "name\n" + "".join(f"Client {n}\n" for n in range(40)))
    presses = [
        threading.Thread(target=client.post, args=(f"{address}/confirm",)) for client in clients
    ]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    assert len(kept()) == 40


def test_a_lost_session_finds_its_preview(
    firm: FirmFixture, client_of: Any, kept: Callable[..., list[Any]]
) -> None:
    preview(client_of(firm, "member"), CLIENTS)
    again = client_of(firm, "member")
    page = again.get("/accounts/import").text
    assert "Waits for you to confirm" in page
    address = page.split('class="name" href="')[1].split('"')[0]
    again.post(f"{address}/confirm")
    assert len(kept()) == 2


def test_what_changed_after_the_preview_is_left_alone(
    app: Flask, firm: FirmFixture, member: FlaskClient, kept: Callable[..., list[Any]]
) -> None:
    imported(member, CLIENTS)
    address = preview(member, "external_id,name\nc-1,From the file\nc-9,New\n")
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        intake.upsert("account", own, {"external_id": "c-1", "name": "By hand"})
        intake.upsert("account", own, {"external_id": "c-9", "name": "Came first"})
        db.session.commit()
    member.post(f"{address}/confirm")
    assert [a.name for a in kept()] == ["By hand", "Bo Ltd", "Came first"]


def test_a_discarded_preview_is_gone(member: FlaskClient, kept: Callable[..., list[Any]]) -> None:
    address = preview(member, CLIENTS)
    assert member.post(f"{address}/discard").location == "/accounts"
    assert member.get(address).status_code == 404
    assert kept() == []


def test_previews_nobody_confirmed_are_forgotten(app: Flask, member: FlaskClient) -> None:
    done, fresh, old = imported(member, CLIENTS), preview(member, CLIENTS), preview(member, CLIENTS)
    with app.app_context():
        long_ago = utc_now() - timedelta(days=2)
        for address in (done, old):
            changed = update(CsvImport).where(CsvImport.id == int(address.split("/")[-1]))
            db.session.execute(changed.values(created_at=long_ago))
        db.session.commit()
        work.tidy()
    assert [member.get(a).status_code for a in (done, fresh, old)] == [200, 200, 404]


# -- to the letter ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "00123",
        "=1+1",
        "+34 600",
        "-5",
        "@sum",
        'Say "hi", Bo; ok',
        "שלום עולם",
        "Ñandú 🦤",
        "1E5",
        "2026-01-02",
        "TRUE",
        "O’Hara & Sons <b>",
        "a\u200db",
    ],
)
def test_a_name_is_kept_to_the_letter(
    name: str, member: FlaskClient, kept: Callable[..., list[Any]]
) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    imported(member, f"external_id,name\n{quoted},{quoted}\n".encode("utf-16"))
    assert [(a.external_id, a.name) for a in kept()] == [(name, name)]


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=6))
def test_what_the_file_says_is_what_is_stored(
    rows: list[tuple[str, str, str]], app: Flask, firm: FirmFixture, member: FlaskClient
) -> None:
    """Or the row is refused or passed over: nothing in between."""
    cells = ['"' + cell.replace('"', '""') + '"' for row in rows for cell in row]
    lines = [",".join(cells[at : at + 3]) for at in range(0, len(cells), 3)]
    answer = upload(member, "\n".join(["external_id,name,description", *lines]), "services")
    if answer.status_code == 422:
        assert any('"' in cell for row in rows for cell in row) or not any(
            cell.strip() for row in rows for cell in row
        )
        return
    member.post(f"{answer.location}/confirm")
    with app.app_context():
        found = db.session.scalars(db.select(CsvRow).order_by(CsvRow.line)).all()
        assert len(found) == sum(any(cell.strip() for cell in row) for row in rows)
        for row in found:
            if row.outcome is None:
                assert row.reasons or row.verdict == "same"
                continue
            service = db.session.get_one(Service, row.record_id)
            stored = (service.external_id, service.name, service.description)
            wanted = tuple(
                row.data.get(f, "").strip() for f in ("external_id", "name", "description")
            )
            assert tuple(value or "" for value in stored) == wanted
            assert wanted in [tuple(cell.strip() for cell in said) for said in rows]
        db.session.query(CsvImport).delete()
        db.session.query(Entry).delete()
        db.session.query(Service).delete()
        db.session.commit()


# -- large files -----------------------------------------------------------------------------------


def test_many_rows_go_to_a_worker_in_steps(
    app: Flask,
    firm: FirmFixture,
    member: FlaskClient,
    kept: Callable[..., list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "AT_ONCE", 20)
    text = "external_id,name\n" + "".join(f"c-{n},Client {n}\n" for n in range(work.AT_HAND + 1))
    address = imported(member, text)
    assert kept() == []
    page = member.get(address, headers=HTMX).text
    assert 'hx-trigger="every 2s"' in page
    assert f"0 of {work.AT_HAND + 1}" in page
    queued = app.extensions["sync_queue"].jobs
    assert [(job.func_name, job.args) for job in queued] == [(work.JOB, [firm.id])]
    with app.app_context():
        assert work.carry_out(firm.id, seconds=0) is True
        assert len(kept()) == 20
        while work.carry_out(firm.id):
            pass
    assert len(kept()) == work.AT_HAND + 1
    assert "every 2s" not in member.get(address, headers=HTMX).text


def test_what_a_dead_worker_left_is_queued_again(
    app: Flask, firm: FirmFixture, member: FlaskClient
) -> None:
    address = preview(member, CLIENTS)
    with app.app_context():
        assert work.queue_lost() == 0
        started = update(CsvImport).where(CsvImport.id == int(address.split("/")[-1]))
        db.session.execute(
            started.values(state="running", touched_at=utc_now() - 2 * work.LOST_AFTER)
        )
        db.session.commit()
        assert work.queue_lost() == 1
        assert work.carry_out(firm.id) is False
        assert work.queue_lost() == 0


# -- refused as a whole ----------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_refused_with_its_remedy(member: FlaskClient) -> None:
    answer = upload(member, "name\nCafé\n".encode("cp1252"))
    assert answer.status_code == 422
    assert "CSV UTF-8" in answer.text
    assert 'aria-describedby="f-file-error f-file-hint"' in answer.text


def test_no_file_is_refused(member: FlaskClient) -> None:
    answer = member.post("/accounts/import", data={})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_ten_megabytes_are_the_most(
    app: Flask, member: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True  # the check of the token reads the form first
    page = member.get("/accounts/import").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    def send(size: int) -> TestResponse:
        row = b"Ana," + b"x" * 100_000 + b"\n"
        content = b"external_id,name\n,Ana\n" + row * (size // len(row))
        content += b" " * (size - len(content))
        return member.post(
            "/accounts/import",
            data={"csrf_token": token, "file": (io.BytesIO(content), "clients.csv")},
        )

    assert send(file.MOST_BYTES).status_code == 303
    for size, status in ((file.MOST_BYTES + 1, 422), (14 * 1024 * 1024, 413)):
        answer = send(size)
        assert answer.status_code == status
        assert "The file is larger than 10 MB. Split it." in answer.text


def test_only_fixers_say_what_is_synced(
    member: FlaskClient, admin: FlaskClient, kept: Callable[..., list[Any]]
) -> None:
    text = "name,sync\nAna,false\n"
    assert upload(member, text).status_code == 422
    assert kept() == []
    imported(admin, text)
    assert [a.sync for a in kept()] == [False]


# -- undoing ---------------------------------------------------------------------------------------


def test_undo_removes_what_nobody_used_or_changed(
    app: Flask,
    firm: FirmFixture,
    member: FlaskClient,
    records: Records,
    kept: Callable[..., list[Any]],
) -> None:
    text = "external_id,name\n" + "".join(f"c-{n},Client {n}\n" for n in range(5))
    imported(member, "external_id,name\nc-0,Was here\n")
    address = imported(member, text)
    ids = {a.external_id: a.id for a in kept() if a.external_id}
    member.post(f"/accounts/{ids['c-1']}", data={"name": "Renamed"})
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        intake.invoice(own, invoice_data(ids["c-2"], records.service, number="9"))
        intake.remove(db.session.get_one(Account, ids["c-3"]))
        db.session.commit()
    page = member.get(f"{address}/undo").text
    for said in (
        "Removes 1 client.",
        "1 stays because it was changed since.",
        "1 stays because something here uses it.",
        "What the import changed keeps its new values.",
        "Nothing is deleted in QuickBooks.",
    ):
        assert said in page
    assert len(kept()) == 5, "asking removes nothing"
    member.post(f"{address}/undo")
    assert {a.name for a in kept()} == {"Bluebird Café", "Client 0", "Renamed", "Client 2"}
    page = member.get(address).text
    assert "Kept, because it was changed since." in page
    assert "Kept, because something here uses it." in page
    assert "Undo import" not in page


def test_a_used_service_stays(
    app: Flask, firm: FirmFixture, member: FlaskClient, records: Records, kept: Any
) -> None:
    address = imported(member, "name\nUsed\nUnused\n", "services")
    used = next(s.id for s in kept(Service) if s.name == "Used")
    with app.app_context():
        own = db.session.get_one(Firm, firm.id)
        intake.invoice(own, invoice_data(records.account, used, number="9"))
        db.session.commit()
    member.post(f"{address}/undo")
    assert {s.name for s in kept(Service)} == {"Bookkeeping", "Used"}


def test_undoing_twice_is_undoing_once(member: FlaskClient, kept: Any) -> None:
    address = imported(member, CLIENTS)
    for _ in range(2):
        assert member.post(f"{address}/undo").status_code == 303
    assert kept() == []
    imported(member, CLIENTS)
    assert len(kept()) == 2, "the external ids are free again"


# -- for whom --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["accounts", "services"])
def test_the_lists_lead_there_and_a_template_can_be_filled_in(
    name: str, member: FlaskClient, kept: Callable[..., list[Any]]
) -> None:
    assert f'href="/{name}/import"' in member.get(f"/{name}").text
    page = member.get(f"/{name}/import")
    assert page.status_code == 200
    template = member.get(f"/{name}/import/template.csv").get_data()
    assert template.startswith(b"\xef\xbb\xbfexternal_id,name,")


def test_a_template_can_be_imported(admin: FlaskClient, kept: Callable[..., list[Any]]) -> None:
    for name, model in (("accounts", Account), ("services", Service)):
        imported(admin, admin.get(f"/{name}/import/template.csv").get_data(), name)
        assert len(kept(model)) == 2


def test_a_stranger_finds_nothing(
    member: FlaskClient, stranger: FlaskClient, kept: Callable[..., list[Any]]
) -> None:
    address = preview(member, CLIENTS)
    assert stranger.get(address).status_code == 404
    for act in ("confirm", "discard", "undo"):
        assert stranger.post(f"{address}/{act}").status_code == 404
    assert member.get(address.replace("accounts", "services")).status_code == 404
    assert kept() == []


def test_others_are_turned_away(
    member: FlaskClient, nobody: FlaskClient, operator: FlaskClient
) -> None:
    address = preview(member, CLIENTS)
    for path in ("/accounts/import", address):
        assert nobody.get(path).status_code == 303
        assert operator.get(path).status_code == 403
    assert member.get(f"{address}/confirm").status_code == 405


def test_it_speaks_spanish(member: FlaskClient) -> None:
    member.set_cookie("language", "es")
    page = member.get(preview(member, "nombre,correo\nAna,nadie\n")).text
    assert "Escriba una dirección de correo" in page
