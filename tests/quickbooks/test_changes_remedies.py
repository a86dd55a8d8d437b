"""What is put right in QuickBooks ends its issue here by itself, and what waited goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.quickbooks.listening import act, hear, read_count
from tests.quickbooks.office import DAY, MakeOffice, Office
from webapp.extensions import db
from webapp.models import Connection
from webapp.quickbooks import causes, remedies

pytestmark = pytest.mark.usefixtures("announced")


def with_number_taken(office: Office) -> tuple[int, str]:
    """An invoice that failed for its number, and the object that has it."""
    account, service = office.client(), office.service()
    office.work()
    customer = office.quickbooks_id("account", account)
    line = {
        "Amount": 5,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": office.quickbooks_id("service", service)}},
    }
    holder = office.create_theirs(
        "Invoice", DocNumber="R-7", CustomerRef={"value": customer}, Line=[line]
    )
    hear(office)
    invoice = office.invoice(account, service, number="R-7")
    hear(office)
    assert office.only_issue().cause == "dup_number"
    return invoice, str(holder["Id"])


def test_number_given_up_there_lets_ours_go(office: Office) -> None:
    invoice, holder = with_number_taken(office)
    office.control("objects/update", entity="Invoice", id=holder, fields={"DocNumber": "R-8"})
    hear(office)
    assert office.issues() == []
    assert office.theirs("invoice", invoice)["DocNumber"] == "R-7"


def test_number_of_a_deleted_invoice_lets_ours_go(office: Office) -> None:
    invoice, holder = with_number_taken(office)
    office.control("objects/delete", entity="Invoice", id=holder)
    hear(office)
    assert office.issues() == []
    assert office.theirs("invoice", invoice)["DocNumber"] == "R-7"


def test_change_that_leaves_the_number_taken_tries_nothing(office: Office) -> None:
    _invoice, holder = with_number_taken(office)
    tries = office.only_issue().tries
    office.control("objects/amount", entity="Invoice", id=holder, amount=6)
    hear(office)
    assert office.only_issue().tries == tries


def test_books_reopened_there_let_what_they_refused_go(office: Office) -> None:
    account, service = office.client(), office.service()
    office.control("close-books", date="2026-12-01")
    office.work()
    invoice = office.invoice(account, service)
    hear(office)
    assert office.only_issue().cause == "closed"
    office.control("close-books", date=None)
    hear(office)
    assert office.issues() == []
    assert office.state("invoice", invoice) == "synced"


def test_books_reopened_only_in_part_keep_the_rest(office: Office) -> None:
    account, service = office.client(), office.service()
    office.control("close-books", date="2026-12-01")
    office.work()
    invoice = office.invoice(account, service)
    hear(office)
    tries = office.only_issue().tries
    office.control("close-books", date=DAY)
    hear(office)
    assert office.only_issue().tries == tries
    office.control("close-books", date="2026-11-19")
    hear(office)
    assert office.state("invoice", invoice) == "synced"


def test_credit_card_method_marked_there_lets_payments_go(office: Office) -> None:
    invoice = office.invoice(office.client(), office.service())
    methods = {m["Name"]: m["Id"] for m in office.objects("PaymentMethod")}
    card = methods.get("Credit Card") or office.create_theirs(
        "PaymentMethod", Name="Credit Card", Type="NON_CREDIT_CARD"
    ).get("Id")
    office.control("payment-method-type", id=card, type="NON_CREDIT_CARD")
    hear(office)
    payment = office.payment(invoice, method="credit_card")
    hear(office)
    assert office.only_issue().cause == "payment_method"
    office.control("payment-method-type", id=card, type="CREDIT_CARD")
    hear(office)
    assert office.issues() == []
    assert office.state("payment", payment) == "synced"


def test_new_customer_of_the_name_is_linked_and_what_waited_goes(make_office: MakeOffice) -> None:
    office = make_office(unmatched="ask")
    account = office.client("Grace Hopper")
    invoice = office.invoice(account, office.service())
    hear(office)
    assert office.only_issue().cause == "no_customer"
    made = office.create_theirs("Customer", DisplayName="Grace  HOPPER")
    hear(office)
    assert office.issues() == []
    assert office.quickbooks_id("account", account) == made["Id"]
    assert office.state("invoice", invoice) == "synced"


def test_customer_of_another_name_tries_nothing(make_office: MakeOffice) -> None:
    office = make_office(unmatched="ask")
    office.client("Grace Hopper")
    hear(office)
    tries = office.only_issue().tries
    office.create_theirs("Customer", DisplayName="Somebody Else")
    hear(office)
    assert office.only_issue().tries == tries


def test_name_that_a_vendor_gives_up_lets_the_customer_be_made(office: Office) -> None:
    vendor = office.create_theirs("Vendor", DisplayName="Acme")
    account = office.client("Acme")
    hear(office)
    assert office.only_issue().cause == "name_taken"
    fields = {"DisplayName": "Acme Supplies"}
    office.control("objects/update", entity="Vendor", id=vendor["Id"], fields=fields)
    hear(office)
    assert office.issues() == []
    assert office.state("account", account) == "synced"


def test_inactive_clearing_account_made_active_lets_payments_go(office: Office) -> None:
    invoice = office.invoice(office.client(), office.service())
    hear(office)
    deposit = office.connection().accounts["deposit"]
    office.control("objects/inactivate", entity="Account", id=deposit)
    hear(office)
    payment = office.payment(invoice)
    hear(office)
    assert office.only_issue().cause == "account_inactive"
    office.control("objects/activate", entity="Account", id=deposit)
    hear(office)
    assert office.issues() == []
    assert office.state("payment", payment) == "synced"


def test_muted_issue_is_not_tried_again(office: Office) -> None:
    invoice, holder = with_number_taken(office)
    office.act(office.only_issue(), "ignore")
    office.control("objects/delete", entity="Invoice", id=holder)
    hear(office)
    assert office.state("invoice", invoice) == "ignored"


def test_every_remedy_is_for_a_cause_of_the_catalogue() -> None:
    assert remedies.MAY_BE_OVER.keys() <= causes.CAUSES.keys()
    assert not any(causes.CAUSES[cause].needs_decision for cause in remedies.MAY_BE_OVER)


@pytest.mark.parametrize(
    "invoices", [50, pytest.param(500, marks=pytest.mark.full)], ids=["a tenth", "a month"]
)
def test_month_of_invoices_costs_at_most_two_reads_each(office: Office, invoices: int) -> None:
    """Thirty days in small, webhooks healthy: invoices, payments, a few edits, and the polls."""
    account, service = office.client(), office.service()
    hear(office)
    before = read_count(office)
    days = max(3, 30 * invoices // 500)
    for day in range(days):
        made = [office.invoice(account, service, hurry=False) for _ in range(invoices // days)]
        hear(office)
        for invoice in made[::2]:
            office.payment(invoice, hurry=False)
        hear(office)
        if day % 3 == 0:
            id_ = office.quickbooks_id("invoice", made[1])
            office.control("objects/amount", entity="Invoice", id=id_, amount=900 + day)
            hear(office)
        for _poll in range(4):  # every six hours
            _quarter_of_a_day(office)
    reads = read_count(office) - before
    print(f"{reads} metered reads for {invoices} invoices, {days} days, webhooks healthy")
    assert reads <= 2 * invoices
    assert {issue.cause for issue in office.issues()} == {"edited"}


def _quarter_of_a_day(office: Office) -> None:
    with office.database():
        connection = Connection.of(office.firm_id)
        assert connection.changes_read_to is not None
        connection.changes_read_to -= timedelta(hours=6)
        db.session.commit()
    act(office)
