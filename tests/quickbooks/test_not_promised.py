"""Nothing is taken for granted that Intuit's documents do not promise.

The local QuickBooks answers tersely here: no word more than is documented, no order that was not
asked for, stamps of another offset, faults by code alone, unknown fields.
"""

from __future__ import annotations

import json
import time

import pytest

from tests.quickbooks.listening import hear, poll, read_count
from tests.quickbooks.office import MakeOffice, Office
from tests.quickbooks.test_sync_kinds import CHANGES
from tests.sandbox_process import Switch
from webapp.models import KINDS, MirrorObject
from webapp.quickbooks import roles
from webapp.quickbooks.payloads import ENTITIES

REMOVED_FIRST = ("expense", "refund", "payment", "invoice")


@pytest.fixture(autouse=True)
def terse(switch: Switch) -> None:
    switch(answers="terse")


def states(office: Office, made: dict[str, int]) -> set[str]:
    return {office.state(kind, record_id) for kind, record_id in made.items()}


def test_six_kinds_are_made_changed_and_removed(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    assert states(office, made) == {"synced"}
    for kind, (fields, _there) in CHANGES.items():
        office.change(kind, made[kind], **fields)
    office.work()
    for kind, (_fields, (name, value)) in CHANGES.items():
        assert office.theirs(kind, made[kind])[name] == value
    for kind in REMOVED_FIRST:
        office.remove(kind, made[kind])
        office.work()
    assert office.issues() == []
    assert [office.objects(ENTITIES[kind]) for kind in REMOVED_FIRST[:3]] == [[], [], []]
    assert office.theirs("invoice", made["invoice"])["TotalAmt"] == 0
    office.require_order()


def test_many_records_are_copied_in_batches_each_once(office: Office) -> None:
    account, service = office.client(), office.service()
    office.work()
    invoices = [office.invoice(account, service, hurry=False) for _ in range(40)]
    payments = [office.payment(invoice, hurry=False) for invoice in invoices]
    office.settle()
    assert {office.state("invoice", invoice) for invoice in invoices} == {"synced"}
    assert {office.state("payment", payment) for payment in payments} == {"synced"}
    office.require_order()


def test_lost_answers_are_found_again(office: Office) -> None:
    for entity in ENTITIES.values():
        office.fault("commit_then_drop", entity=entity, operation="create")
    made = office.one_of_each()
    office.work()
    office.settle()
    assert states(office, made) == {"synced"}
    office.require_order()


def test_client_and_service_that_are_there_are_linked(make_office: MakeOffice) -> None:
    office = make_office(connected=False)
    theirs = office.create_theirs("Customer", DisplayName="Ada Byron")
    income = {"value": office.account_called("Services")}
    item = office.create_theirs("Item", Name="Bookkeeping", Type="Service", IncomeAccountRef=income)
    office.connect()
    account, service = office.client(), office.service()
    office.work()
    assert office.quickbooks_id("account", account) == theirs["Id"]
    assert office.quickbooks_id("service", service) == item["Id"]


@pytest.mark.usefixtures("announced")
@pytest.mark.parametrize("shape", ["cloudevents", "legacy"])
def test_edits_and_deletions_over_there_are_told_once(
    office: Office, switch: Switch, shape: str
) -> None:
    switch(webhook_format=shape)
    made = office.one_of_each()
    office.work()
    hear(office)
    there = {kind: office.quickbooks_id(kind, made[kind]) for kind in KINDS}
    office.control("objects/amount", entity="Invoice", id=there["invoice"], amount=999)
    office.control("objects/delete", entity="Purchase", id=there["expense"])
    office.control("objects/inactivate", entity="Item", id=there["service"])
    hear(office)
    poll(office)
    told = sorted((issue.kind, issue.cause) for issue in office.issues())
    assert told == [
        ("expense", "record_deleted"),
        ("invoice", "edited"),
        ("service", "inactive_service"),
    ]


@pytest.mark.usefixtures("announced")
def test_echoes_whose_time_is_that_of_the_telling_cost_one_reading_together(
    office: Office, switch: Switch
) -> None:
    switch(webhook_time="telling", webhook_delay_s=1.5)
    made = office.one_of_each()
    office.work()
    time.sleep(2)
    hear(office)
    before = read_count(office)
    office.change("account", made["account"], name="Ada Lovelace")
    office.payment(made["invoice"], "20.00")
    office.work()
    time.sleep(2)
    hear(office)
    assert read_count(office) == before + 1
    assert office.issues() == []


def test_our_own_writes_are_nobodys_edit(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    poll(office)
    office.set_connection(changes_read_to=None)
    poll_everything(office)
    assert office.issues() == []
    assert states(office, made) == {"synced"}


def poll_everything(office: Office) -> None:
    """Nothing was read yet, so that all there is is compared."""
    from webapp.quickbooks import reading

    with office.database():
        reading.catch_up(office.firm_id)
    office.work()


def test_taken_number_is_told_with_its_holder(office: Office) -> None:
    office.settings(sync_invoice_numbers=False)
    holder = office.invoice_of_theirs("A-7")
    office.invoice(office.client(), office.service(), number="A-7")
    office.work()
    issue = office.only_issue()
    assert issue.cause == "dup_number"
    assert issue.theirs is not None
    assert issue.theirs["Id"] == holder["Id"]


def test_edit_that_came_first_is_shown_and_ours_sent_over_it(office: Office) -> None:
    invoice = office.invoice(office.client(), office.service())
    office.work()
    office.control(
        "objects/amount", entity="Invoice", id=office.quickbooks_id("invoice", invoice), amount=999
    )
    office.change("invoice", invoice, memo="Thank you")
    office.work()
    issue = office.only_issue()
    assert issue.cause == "edited"
    office.act(issue, "send-ours")
    office.settle()
    assert office.issues() == []
    assert office.theirs("invoice", invoice)["TotalAmt"] == 240


@pytest.mark.parametrize(
    ("entity", "refused", "cause"),
    [
        ("Customer", "invoice", "customer_inactive"),
        ("Item", "invoice", "inactive_service"),
        ("Account", "payment", "account_inactive"),
    ],
)
def test_what_is_inactive_is_named_though_quickbooks_does_not_say(
    office: Office, entity: str, refused: str, cause: str
) -> None:
    account, service = office.client(), office.service()
    invoice = office.invoice(account, service)
    office.work()
    ids = {
        "Customer": office.quickbooks_id("account", account),
        "Item": office.quickbooks_id("service", service),
        "Account": str(office.connection().accounts[roles.DEPOSIT]),
    }
    office.control("objects/inactivate", entity=entity, id=ids[entity])
    poll(office)
    if refused == "payment":
        office.payment(invoice)
    else:
        office.invoice(account, service)
    office.work()
    assert [issue.cause for issue in office.issues(refused)] == [cause]


@pytest.mark.parametrize(("paid", "cause"), [(240, "invoice_paid"), (200, "exceeds_balance")])
def test_payment_of_more_than_is_open_is_known_by_the_invoice(
    office: Office, paid: int, cause: str
) -> None:
    invoice = office.invoice(office.client(), office.service())
    office.work()
    theirs = office.theirs("invoice", invoice)
    link = {"TxnId": theirs["Id"], "TxnType": "Invoice"}
    customer = {"value": theirs["CustomerRef"]["value"]}
    line = {"Amount": paid, "LinkedTxn": [link]}
    office.create_theirs("Payment", CustomerRef=customer, TotalAmt=paid, Line=[line])
    office.payment(invoice, "100.00")
    office.work()
    assert office.only_issue().cause == cause


UNKNOWN_ENTITY = {
    "Fault": {"Error": [{"Message": "Invalid query", "code": "4001"}], "type": "ValidationFault"}
}


@pytest.mark.parametrize("entity", ["Employee", "Vendor", "PaymentMethod"])
def test_company_without_one_of_the_lists_is_copied_to_and_heard(
    make_office: MakeOffice, entity: str
) -> None:
    """Some plan, country or stand-in may not have it."""
    office = make_office(connected=False)
    refused = {"status": 400, "body": json.dumps(UNKNOWN_ENTITY), "times": 0}
    office.fault("status", path=f"(FROM.{{1,3}}|entities=[^&]*){entity}\\b", **refused)
    office.connect()
    made = office.one_of_each()
    office.work()
    assert states(office, made) == {"synced"}
    office.control(
        "objects/amount",
        entity="Invoice",
        id=office.quickbooks_id("invoice", made["invoice"]),
        amount=999,
    )
    poll(office)
    assert office.only_issue().cause == "edited"
    assert office.count(MirrorObject, MirrorObject.entity == entity) == 0
