"""A person's notices and switches: their own, and nobody else's."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import FirmFixture
from tests.views.conftest import HTMX
from tests.views.quickbooks_scene import BASE, Scene
from webapp.extensions import db
from webapp.models import Notification, Person


def notices(app: Flask, person_id: int) -> list[Notification]:
    with app.app_context():
        query = db.select(Notification).where(Notification.person_id == person_id)
        found = list(db.session.scalars(query.order_by(Notification.id)))
        db.session.commit()
        return found


def test_one_notice_tells_of_one_cause(scene: Scene, owner: FlaskClient) -> None:
    scene.issue(cause="closed")
    scene.issue(cause="closed", record_id=scene.invoice("1043"))
    text = owner.get("/notifications").text
    assert "2 invoices did not sync" in text
    assert "The books are closed for this date. #1042 and 1 more." in text


def test_opening_a_notice_reads_it_and_leads_to_its_errors(
    app: Flask, scene: Scene, owner: FlaskClient, firm: FirmFixture
) -> None:
    scene.issue(cause="closed")
    (notice,) = notices(app, firm.people["owner"])
    answer = owner.post(f"/notifications/{notice.id}/open")
    assert answer.status_code == 303
    assert answer.location == f"{BASE}/errors/invoices?cause=closed"
    (notice,) = notices(app, firm.people["owner"])
    assert notice.read_at is not None


def test_all_can_be_read_at_once_and_only_ones_own(
    app: Flask, scene: Scene, owner: FlaskClient, firm: FirmFixture
) -> None:
    scene.issue(cause="closed")
    owner.post("/notifications/read")
    assert all(notice.read_at for notice in notices(app, firm.people["owner"]))
    assert not any(notice.read_at for notice in notices(app, firm.people["admin"]))
    assert "Mark all as read" not in owner.get("/notifications").text


def test_another_persons_notice_is_not_found(
    app: Flask, scene: Scene, admin: FlaskClient, stranger: FlaskClient, firm: FirmFixture
) -> None:
    scene.issue(cause="closed")
    (notice,) = notices(app, firm.people["owner"])
    assert admin.post(f"/notifications/{notice.id}/open").status_code == 404
    assert stranger.post(f"/notifications/{notice.id}/open").status_code == 404


def test_each_person_switches_their_own_mail(
    app: Flask, scene: Scene, owner: FlaskClient, firm: FirmFixture
) -> None:
    answer = owner.post("/notifications/receive", data={"digest_email": "0"}, headers=HTMX)
    assert 'id="receive"' in answer.text
    owner.post("/notifications/receive", data={"language": "es"})
    with app.app_context():
        person = db.session.get_one(Person, firm.people["owner"])
        other = db.session.get_one(Person, firm.people["admin"])
        assert (person.digest_email, person.cause_email, person.language) == (False, True, "es")
        assert (other.digest_email, other.language) == (True, None)


def test_members_are_told_nothing(scene: Scene, member: FlaskClient) -> None:
    scene.issue()
    text = member.get("/notifications").text
    assert "did not sync" not in text
    assert "Daily email" not in text
    assert member.post("/notifications/receive", data={"cause_email": "1"}).status_code == 403


def test_notices_are_for_people_of_a_firm(operator: FlaskClient, nobody: FlaskClient) -> None:
    assert operator.get("/notifications").status_code == 403
    assert nobody.get("/notifications").status_code == 303


def test_the_settings_menu_leads_to_the_switches(
    scene: Scene, owner: FlaskClient, member: FlaskClient
) -> None:
    assert owner.get("/settings/notifications").location == "/notifications#receive"
    assert member.get("/settings/notifications").status_code == 403
