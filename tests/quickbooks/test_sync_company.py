"""What stops a whole company, and that it stops that company alone and no record of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.quickbooks.office import MakeOffice, Office
from tests.sandbox_process import Switch
from webapp.extensions import db
from webapp.models import Connection, Notification
from webapp.models.connection import PAUSED
from webapp.quickbooks import connection as connecting


@pytest.mark.parametrize("body", ["xml", "json"])
def test_throttled_company_waits_a_minute_without_an_issue(
    office: Office, switch: Switch, body: str
) -> None:
    switch(throttle_body=body)
    office.fault("throttled", method="POST")
    account = office.client()
    office.work()
    assert office.state("account", account) == "waiting"
    office.later(50)
    office.work()
    assert office.ledger(entity="Customer") == []
    office.later(15)
    office.app.extensions["redis"].flushdb()  # the pause of the budget keeps real time
    office.work()
    assert office.state("account", account) == "synced"
    assert office.issues() == []


def test_throttled_company_waits_even_where_redis_forgot_its_pause(office: Office) -> None:
    office.fault("throttled", method="POST")
    accounts = [office.client()]
    office.work()
    office.app.extensions["redis"].flushdb()
    accounts.append(office.client("Charles Babbage"))
    office.work()
    assert office.ledger(entity="Customer") == []
    office.later(61)
    office.work()
    assert {office.state("account", account) for account in accounts} == {"synced"}


def test_throttling_of_one_company_does_not_hold_up_another(make_office: MakeOffice) -> None:
    throttled, other = make_office(), make_office()
    throttled.fault("throttled", times=0)
    held, account = throttled.client(), other.client()
    throttled.work()
    other.work()
    assert throttled.state("account", held) == "waiting"
    assert other.state("account", account) == "synced"


def test_batch_that_was_throttled_goes_later_and_once(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    office.fault("throttled", operation="batch")
    invoices = [office.invoice(account, service, hurry=False) for _ in range(12)]
    office.work()
    office.app.extensions["redis"].flushdb()
    office.settle()
    assert {office.state("invoice", i) for i in invoices} == {"synced"}
    assert len(office.objects("Invoice")) == 12
    office.require_order()


def test_expired_access_token_is_renewed_without_a_word(office: Office) -> None:
    office.control("expire-access-tokens")
    account = office.client()
    office.work()
    assert office.state("account", account) == "synced"
    assert len(office.objects("Customer")) == 1


def test_lost_sign_in_stops_the_firm_and_is_told_once(office: Office) -> None:
    office.control("disconnect")
    accounts = [office.client(f"Client {n}") for n in range(3)]
    office.work()
    assert office.connection().state == "sign_in_again"
    assert {office.state("account", a) for a in accounts} == {"waiting"}
    assert office.issues() == []
    told = office.count(Notification, Notification.topic == "sign_in_lost")
    assert told == 2  # owner and admin
    office.later(3600)
    office.work()
    assert office.count(Notification) == told


def test_what_waited_for_the_sign_in_goes_after_reconnecting(office: Office) -> None:
    office.control("disconnect")
    made = office.one_of_each()
    office.work()
    office.refresh_token = office.control("refresh-token")["refresh_token"]
    office.connect()
    office.settle()
    assert {office.state(kind, record) for kind, record in made.items()} == {"synced"}
    office.require_order()


def test_lapsed_subscription_is_no_records_fault_and_ends_by_itself(office: Office) -> None:
    office.control("companies/status", status="lapsed")
    account = office.client()
    office.work()
    assert office.issues() == []
    assert office.connection().state_reason == "refused_6190"
    office.control("companies/status", status="active")
    office.settle()
    assert office.state("account", account) == "synced"
    assert office.connection().state_reason is None


@pytest.mark.parametrize(("rested_s", "then_s"), [(0, 60), (61, 120), (300, 600), (7 * 3600, 600)])
def test_company_that_refuses_is_left_alone_twice_as_long_each_time(
    office: Office, rested_s: int, then_s: int
) -> None:
    office.control("companies/status", status="lapsed")
    office.client()
    office.work()
    failed_at = office.connection().last_failure_at
    assert failed_at is not None
    office.set_connection(last_failure_at=failed_at - timedelta(seconds=rested_s), not_before=None)
    office.client("Charles Babbage")
    office.work()
    kept = office.connection()
    assert kept.not_before is not None
    assert kept.last_failure_at is not None
    pause = (kept.not_before - kept.last_failure_at).total_seconds()
    assert then_s <= pause <= then_s + 40  # what the test itself takes counts twice


def test_person_who_renewed_the_subscription_need_not_wait(office: Office) -> None:
    office.control("companies/status", status="lapsed")
    account = office.client()
    office.work()
    office.control("companies/status", status="active")
    office.work()
    assert office.state("account", account) == "waiting"
    with office.database():
        connecting.sync_now(Connection.of(office.firm_id))
        db.session.commit()
    office.work()
    assert office.state("account", account) == "synced"


def test_pause_that_quickbooks_asked_for_is_not_cut_short(office: Office) -> None:
    office.fault("throttled", method="POST")
    office.client()
    office.work()
    resting_until = office.connection().not_before
    assert resting_until is not None
    with office.database():
        connecting.sync_now(Connection.of(office.firm_id))
        db.session.commit()
    assert office.connection().not_before == resting_until


def test_user_who_lost_access_must_sign_in_again(office: Office) -> None:
    office.control("companies/status", status="no_access")
    office.client()
    office.work()
    assert office.connection().state == "sign_in_again"
    assert office.issues() == []


@pytest.mark.parametrize("status", [400, 403])
def test_what_is_not_permitted_is_one_records_trouble(office: Office, status: int) -> None:
    """As a batch's item, alone at its second try, and until somebody else connects."""
    account, service = office.client(), office.service()
    office.work()
    message = "Permission Denied Error"
    rule = {"code": "5020", "message": message, "status": status, "times": 0}
    office.fault("fault", entity="Invoice", contains="forbidden", **rule)
    notes = ["forbidden", *("allowed" for _ in range(7))]
    forbidden, *allowed = [office.invoice(account, service, hurry=False, memo=n) for n in notes]
    office.work()
    office.later(1900)
    office.work()
    assert {office.state("invoice", invoice) for invoice in allowed} == {"synced"}
    assert office.state("invoice", forbidden) == "failed"
    assert (office.only_issue().cause, office.only_issue().tries) == ("permission_missing", 2)
    assert office.connection().state == "connected"
    office.sandbox.control("faults", method="DELETE")
    office.refresh_token = office.control("refresh-token")["refresh_token"]
    office.connect()
    office.work()
    assert office.state("invoice", forbidden) == "synced"
    assert office.issues() == []


def test_refusal_without_a_code_ends_no_sign_in(office: Office) -> None:
    office.fault("html", status=403, method="POST", times=1)
    account = office.client()
    office.work()
    assert office.connection().state == "connected"
    assert office.connection().state_reason == "refused"
    office.settle()
    assert office.state("account", account) == "synced"
    assert office.connection().state_reason is None


@pytest.mark.parametrize(
    "outage",
    [
        {"action": "html", "status": 502},
        {"action": "xml", "status": 500},
        {"action": "status", "status": 503, "body": "down"},
        {"action": "reset"},
    ],
    ids=lambda rule: rule["action"],
)
def test_outage_rests_the_company_and_ends_by_itself(office: Office, outage: dict) -> None:
    office.fault(**outage, times=8)
    accounts = [office.client(f"Client {n}") for n in range(4)]
    for _call in range(3):  # one question about all four names, asked again
        office.work()
        office.later(60)
    assert office.connection().not_before is not None
    office.settle()
    assert {office.state("account", a) for a in accounts} == {"synced"}
    assert len(office.objects("Customer")) == 4
    assert office.issues() == []


def test_paused_firm_sends_nothing(office: Office) -> None:
    office.set_connection(state=PAUSED)
    account = office.client()
    office.work()
    assert office.ledger(entity="Customer") == []
    assert office.state("account", account) == "waiting"


def test_record_of_one_firm_never_reaches_the_company_of_another(make_office: MakeOffice) -> None:
    one, two = make_office(), make_office()
    mine, theirs = one.one_of_each(), two.one_of_each()
    one.work()
    two.work()
    for office, made in ((one, mine), (two, theirs)):
        assert {office.state(kind, record) for kind, record in made.items()} == {"synced"}
        assert len(office.objects("Invoice")) == 1
        office.require_order()
