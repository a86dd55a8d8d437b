"""Charges become payments, their fees expenses, refunds refunds: once, and to the cent."""

from __future__ import annotations

import pytest

from tests.stripe.till import EMAIL, Till
from webapp.models import Payment


def test_charge_becomes_a_card_payment_of_its_invoice_with_its_fee(till: Till) -> None:
    charge = till.ring()
    till.hear()
    books = till.books()
    assert books["payments"] == {charge["id"]: (24_000, till.invoice)}
    assert books["fees"] == {charge["id"]: 726}
    assert books["shown"] == {}
    assert till.clearing() == till.balance() == 24_000 - 726


def test_payment_is_recorded_before_stripe_can_be_asked_for_the_fee(till: Till) -> None:
    till.office.sandbox.control("faults", {"action": "reset", "operation": "stripe", "times": 1})
    charge = till.ring()
    till.hear()
    assert list(till.books()["payments"]) == [charge["id"]]
    assert till.books()["fees"] == {}
    assert till.object(charge["id"]).due_at is not None
    till.later()
    till.work()
    assert till.books()["fees"] == {charge["id"]: 726}
    assert till.object(charge["id"]).due_at is None


@pytest.mark.parametrize(
    "mishap",
    [
        {"action": "status", "status": 500, "body": "{}"},
        {"action": "status", "status": 429, "body": '{"error": {"message": "Too many"}}'},
        {"action": "html", "status": 502},
        {"action": "malformed"},
        {"action": "truncate"},
        {"action": "reset"},
    ],
    ids=lambda mishap: f"{mishap['action']} {mishap.get('status', '')}",
)
def test_answer_that_tells_nothing_is_asked_for_again(till: Till, mishap: dict[str, str]) -> None:
    till.office.sandbox.control("faults", {**mishap, "operation": "stripe", "times": 2})
    charge = till.ring()
    till.hear()
    assert till.books()["fees"] == {}
    for _ in range(3):
        till.later()
        till.work()
    assert till.books()["fees"] == {charge["id"]: 726}
    assert till.books()["shown"] == {}


def test_refunds_leave_the_clearing_account(till: Till) -> None:
    charge = till.ring()
    part, rest = till.refund(charge, amount=10_000), till.refund(charge)
    till.hear()
    assert till.books()["refunds"] == {part["id"]: 10_000, rest["id"]: 14_000}
    assert till.clearing() == till.balance() == -726


def test_refund_that_fails_afterwards_is_taken_back(till: Till) -> None:
    charge = till.ring()
    refund = till.refund(charge, amount=5_000)
    till.hear()
    assert till.books()["refunds"] == {refund["id"]: 5_000}
    till.control("refunds/change", refund=refund["id"], status="failed")
    till.hear()
    assert till.books()["refunds"] == {}
    assert till.clearing() == till.balance()


def test_fee_of_a_refund_is_an_expense_too(till: Till) -> None:
    refund = till.refund(till.ring(), amount=5_000, fee=25)
    till.hear()
    assert till.books()["fees"][refund["id"]] == 25
    assert till.clearing() == till.balance()


def test_refund_that_waits_for_the_client_is_recorded_when_it_is_done(till: Till) -> None:
    refund = till.refund(till.ring(), amount=5_000, status="requires_action")
    till.hear()
    assert till.books()["refunds"] == {}
    till.control("refunds/change", refund=refund["id"], status="succeeded")
    till.hear()
    assert till.books()["refunds"] == {refund["id"]: 5_000}


def test_dispute_takes_the_money_and_its_fee(till: Till) -> None:
    dispute = till.dispute(till.ring())
    till.hear()
    assert till.books()["refunds"] == {dispute["id"]: 24_000}
    assert till.books()["fees"][dispute["id"]] == 1_500
    assert till.clearing() == till.balance() == -726 - 1_500


@pytest.mark.parametrize("fee_returned", [False, True])
def test_dispute_that_is_won_gives_the_money_back(till: Till, fee_returned: bool) -> None:
    dispute = till.dispute(till.ring())
    till.hear()
    till.control("disputes/close", dispute=dispute["id"], won=True, fee_returned=fee_returned)
    till.hear()
    assert till.books()["refunds"] == {}
    assert till.clearing() == till.balance()


def test_what_is_only_authorized_becomes_a_payment_when_it_is_captured(till: Till) -> None:
    charge = till.ring(captured=False)
    till.hear()
    assert till.books()["payments"] == {}
    till.control("charges/capture", charge=charge["id"], amount=20_000)
    till.hear()
    assert till.books()["payments"] == {charge["id"]: (20_000, till.invoice)}
    assert till.clearing() == till.balance()


def test_refund_whose_charge_no_webhook_brought_is_recorded_all_the_same(till: Till) -> None:
    refund = till.refund(till.ring(), amount=5_000)
    till.deliver([event for event in till.events() if event["type"] == "refund.created"])
    till.work()
    assert till.books()["refunds"] == {refund["id"]: 5_000}
    assert till.clearing() == till.balance()


def test_events_that_were_lost_are_listed_within_the_hour(till: Till) -> None:
    for _ in range(3):
        till.refund(till.ring(amount=8_000), amount=1_000)
    till.work()
    assert till.books()["payments"] == {}
    till.list_events_now()
    till.work()
    assert till.clearing() == till.balance()
    assert till.books()["records"] == {"payment": 3, "refund": 3, "expense": 3}


def test_payment_that_carries_the_charge_already_is_not_made_twice(till: Till) -> None:
    charge = till.ring()
    made = till.office.payment(
        till.invoice, "240.00", external_id=charge["id"], method="credit_card"
    )
    till.hear()
    assert till.books()["records"] == {"payment": 1, "refund": 0, "expense": 1}
    assert till.object(charge["id"]).payment_id == made


def test_payment_that_a_person_removed_stays_removed(till: Till) -> None:
    charge = till.ring()
    till.hear()
    removed = till.object(charge["id"]).payment_id
    assert removed is not None
    till.office.remove("payment", removed)
    till.hear()
    till.refund(charge, amount=1_000)
    till.hear()
    assert till.books()["records"]["payment"] == 0
    assert till.shown() == ["payment_gone"]


def test_charge_of_another_mode_than_the_key_is_shown(till: Till) -> None:
    till.ring(livemode=True)
    till.hear()
    assert till.books()["payments"] == {}
    assert till.shown() == ["other_mode"]


def test_refused_key_stops_the_asking_and_a_new_one_takes_it_up(till: Till) -> None:
    charge = till.ring()
    till.control("accounts/change", api_key="sk_test_another")
    till.hear()
    office = till.office
    assert list(till.books()["payments"]) == [charge["id"]]
    asked = office.sandbox.control("counters")["kinds"]
    till.later()
    till.work()
    assert office.sandbox.control("counters")["kinds"] == asked
    with office.database():
        from webapp.extensions import db
        from webapp.stripe import connection

        assert connection.StripeConnection.of(office.firm_id).state == "key_refused"
        connection.connect(office.firm_id, "sk_test_another", till.webhook_secret, checked=True)
        db.session.commit()
    till.work()
    assert till.books()["fees"] == {charge["id"]: 726}


def test_dates_are_those_of_the_firm(till: Till) -> None:
    charge = till.ring()
    till.office.settings(timezone="Pacific/Kiritimati")
    event = next(e for e in till.events() if e["type"] == "charge.succeeded")
    event["data"]["object"]["created"] = 1_795_000_000  # 2026-11-18 11:06:40 UTC
    till.post(event)
    till.work()
    with till.office.database():
        from webapp.extensions import db

        payment = db.session.get_one(Payment, till.object(charge["id"]).payment_id)
        assert payment.date.isoformat() == "2026-11-19"


def test_sums_agree_in_quickbooks(till: Till) -> None:
    """Gross payments come to the clearing account; refunds and fees leave it."""
    till.refund(till.ring(amount=10_000), amount=2_500)
    till.dispute(till.ring(amount=6_000, metadata={}, email=EMAIL))
    till.hear()
    office = till.office
    office.create_theirs("PaymentMethod", Name="Credit Card", Type="CREDIT_CARD")
    office.connect()
    office.settle()
    assert office.issues() == []
    office.require_order()
    clearing = office.connection().accounts["clearing"]
    came = [p for p in office.objects("Payment") if p["DepositToAccountRef"]["value"] == clearing]
    left = [
        *(
            r
            for r in office.objects("RefundReceipt")
            if r["DepositToAccountRef"]["value"] == clearing
        ),
        *(p for p in office.objects("Purchase") if p["AccountRef"]["value"] == clearing),
    ]
    cents = sum(round(p["TotalAmt"] * 100) for p in came) - sum(
        round(each["TotalAmt"] * 100) for each in left
    )
    assert (len(came), len(left)) == (2, 5)
    assert cents == till.balance()
