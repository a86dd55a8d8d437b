"""What people do in QuickBooks is noticed, told by webhooks, and never undone unseen."""

from __future__ import annotations

import time

import pytest

from tests.quickbooks.listening import hear, poll
from tests.quickbooks.office import Office
from tests.sandbox_process import Switch
from webapp.quickbooks.payloads import ENTITIES

pytestmark = pytest.mark.usefixtures("announced")


@pytest.fixture
def made(office: Office) -> dict[str, int]:
    """One synced record of each kind, its echoes heard; what comes next is of a later second.

    QuickBooks may gather our own changes into one event. Then an edit within the very second of
    ours looks like the echo that did not come, and only the next reading shows it.
    """
    records = office.one_of_each()
    office.work()
    hear(office)
    assert office.issues() == []
    time.sleep(1 - time.time() % 1)
    return records


def there(office: Office, kind: str, record: int, act: str, **more: object) -> None:
    """A person does something to the record's object, in another second than we did."""
    time.sleep(1.0 - time.time() % 1.0)
    id_ = office.quickbooks_id(kind, record)
    office.control(f"objects/{act}", entity=ENTITIES[kind], id=id_, **more)


# -- edited ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["cloudevents", "legacy"])
def test_edit_there_becomes_an_issue_that_shows_theirs(
    office: Office, made: dict[str, int], switch: Switch, shape: str
) -> None:
    switch(webhook_format=shape)
    there(office, "invoice", made["invoice"], "amount", amount=999)
    hear(office)
    issue = office.only_issue()
    assert (issue.cause, issue.facts["field"]) == ("edited", "lines, total")
    assert issue.theirs is not None
    assert float(issue.theirs["TotalAmt"]) == 999
    assert office.state("invoice", made["invoice"]) == "failed"
    assert office.theirs("invoice", made["invoice"])["TotalAmt"] == 999


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("account", {"PrimaryEmailAddr": {"Address": "new@there.example"}}),
        ("service", {"UnitPrice": 7}),
        ("payment", {"PaymentRefNum": "CH-9"}),
        ("refund", {"TxnDate": "2026-11-21"}),
        ("expense", {"TxnDate": "2026-11-21"}),
    ],
)
def test_edit_of_any_kind_is_noticed(
    office: Office, made: dict[str, int], kind: str, fields: dict[str, object]
) -> None:
    there(office, kind, made[kind], "update", fields=fields)
    hear(office)
    [issue] = office.issues(kind)
    assert issue.cause == "edited"


def test_change_that_says_the_same_is_no_issue(office: Office, made: dict[str, int]) -> None:
    there(office, "invoice", made["invoice"], "update", fields={"PrivateNote": "Called them"})
    hear(office)
    assert office.issues() == []
    link = office.link("invoice", made["invoice"])
    assert link is not None
    assert link.sync_token == office.theirs("invoice", made["invoice"])["SyncToken"]


def test_second_edit_shows_in_the_same_issue(office: Office, made: dict[str, int]) -> None:
    there(office, "invoice", made["invoice"], "amount", amount=999)
    hear(office)
    there(office, "invoice", made["invoice"], "amount", amount=1000)
    hear(office)
    issue = office.only_issue()
    assert issue.theirs is not None
    assert (float(issue.theirs["TotalAmt"]), issue.tries) == (1000, 2)


def test_same_edit_seen_again_is_told_once(office: Office, made: dict[str, int]) -> None:
    there(office, "invoice", made["invoice"], "amount", amount=999)
    hear(office)
    poll(office)
    poll(office)
    assert office.only_issue().tries == 1


def test_edit_that_is_undone_there_closes_its_issue(office: Office, made: dict[str, int]) -> None:
    there(office, "invoice", made["invoice"], "amount", amount=999)
    hear(office)
    assert office.only_issue().cause == "edited"
    there(office, "invoice", made["invoice"], "amount", amount=240)
    hear(office)
    assert office.issues() == []
    assert office.state("invoice", made["invoice"]) == "synced"


def test_send_ours_puts_our_version_there(office: Office, made: dict[str, int]) -> None:
    there(office, "invoice", made["invoice"], "amount", amount=999)
    hear(office)
    office.act(office.only_issue(), "send-ours")
    hear(office)
    assert office.theirs("invoice", made["invoice"])["TotalAmt"] == 240
    assert office.issues() == []
    assert office.state("invoice", made["invoice"]) == "synced"


def test_keep_theirs_ends_it_for_good(office: Office, made: dict[str, int]) -> None:
    there(office, "invoice", made["invoice"], "amount", amount=999)
    hear(office)
    office.act(office.only_issue(), "keep-theirs")
    hear(office)
    poll(office)
    assert office.theirs("invoice", made["invoice"])["TotalAmt"] == 999
    assert office.issues() == []
    assert office.state("invoice", made["invoice"]) == "synced"


def test_edit_beside_an_unsettled_request_is_left_to_its_settlement(
    office: Office, made: dict[str, int]
) -> None:
    office.fault("commit_then_drop", entity="Invoice", operation="update")
    office.change("invoice", made["invoice"], memo="Thank you")
    office.work()
    assert office.state("invoice", made["invoice"]) == "syncing"
    there(office, "invoice", made["invoice"], "amount", amount=999)
    hear(office)
    assert office.issues() == []
    assert office.state("invoice", made["invoice"]) == "syncing"
    before = office.connection()
    assert before.changes_due_at is not None, "what was left is read again"


# -- deleted and voided ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["invoice", "payment", "refund", "expense"])
def test_record_deleted_there_is_asked_about_and_not_made_again(
    office: Office, made: dict[str, int], kind: str
) -> None:
    entity = ENTITIES[kind]
    if kind in ("invoice", "payment"):
        for child in ("refund", "expense"):
            there(office, child, made[child], "delete")
    there(office, kind, made[kind], "delete")
    hear(office)
    [issue] = office.issues(kind)
    assert issue.cause == "record_deleted"
    office.later(3600)
    office.settle()
    assert office.objects(entity) == []


@pytest.mark.parametrize("kind", ["invoice", "payment"])
def test_record_voided_there_is_asked_about(
    office: Office, made: dict[str, int], kind: str
) -> None:
    there(office, kind, made[kind], "void")
    hear(office)
    assert [issue.cause for issue in office.issues(kind)] == ["voided"]
    office.later(3600)
    office.settle()
    assert [issue.cause for issue in office.issues(kind)] == ["voided"]


def test_recreate_makes_it_anew_once(office: Office, made: dict[str, int]) -> None:
    there(office, "expense", made["expense"], "delete")
    hear(office)
    office.act(office.only_issue(), "recreate")
    hear(office)
    poll(office)
    assert len(office.objects("Purchase")) == 1
    assert office.issues() == []
    office.require_order()


def test_leave_out_ends_it_for_good(office: Office, made: dict[str, int]) -> None:
    there(office, "expense", made["expense"], "delete")
    hear(office)
    office.act(office.only_issue(), "leave-out")
    hear(office)
    poll(office)
    assert office.objects("Purchase") == []
    assert office.issues() == []
    assert office.state("expense", made["expense"]) == "off"


def test_voided_invoice_that_is_revived_there_closes_its_issue(
    office: Office, made: dict[str, int]
) -> None:
    invoice = office.invoice(made["account"], made["service"])
    office.work()
    body = office.theirs("invoice", invoice)
    there(office, "invoice", invoice, "void")
    hear(office)
    assert office.only_issue().cause == "voided"
    fields = {"Line": body["Line"], "PrivateNote": body["PrivateNote"]}
    there(office, "invoice", invoice, "update", fields=fields)
    hear(office)
    assert office.issues() == []
    assert office.state("invoice", invoice) == "synced"


def test_what_we_remove_ourselves_is_no_issue(office: Office, made: dict[str, int]) -> None:
    for kind in ("expense", "refund", "payment", "invoice"):
        office.remove(kind, made[kind])
        hear(office)
    poll(office)
    assert office.issues() == []


# -- customers and services ------------------------------------------------------------------------


def test_payment_that_our_void_took_off_its_invoice_is_no_issue(
    office: Office, made: dict[str, int]
) -> None:
    invoice = office.invoice(made["account"], made["service"])
    payment = office.payment(invoice, "240.00")
    office.refund(payment, "240.00")
    office.work()
    office.remove("invoice", invoice)
    hear(office)
    poll(office)
    assert office.theirs("payment", payment)["UnappliedAmt"] == 240
    assert office.issues() == []
    office.change("payment", payment, reference="CH-9")
    office.work()
    assert office.state("payment", payment) == "synced"


def test_customer_made_inactive_opens_an_issue_and_active_again_closes_it(
    office: Office, made: dict[str, int]
) -> None:
    there(office, "account", made["account"], "inactivate")
    hear(office)
    issue = office.only_issue()
    assert (issue.cause, issue.facts["customer"]) == ("customer_deleted", "Ada Byron")
    there(office, "account", made["account"], "activate")
    hear(office)
    assert office.issues() == []
    assert office.state("account", made["account"]) == "synced"


def test_invoice_refused_for_an_inactive_customer_goes_when_that_is_active(
    office: Office, made: dict[str, int]
) -> None:
    there(office, "account", made["account"], "inactivate")
    hear(office)
    invoice = office.invoice(made["account"], made["service"])
    hear(office)
    assert [issue.cause for issue in office.issues("invoice")] == ["customer_inactive"]
    there(office, "account", made["account"], "activate")
    hear(office)
    assert office.issues() == []
    assert office.state("invoice", invoice) == "synced"


def test_service_made_inactive_opens_an_issue_and_active_again_closes_it(
    office: Office, made: dict[str, int]
) -> None:
    there(office, "service", made["service"], "inactivate")
    hear(office)
    assert office.only_issue().cause == "inactive_service"
    there(office, "service", made["service"], "activate")
    hear(office)
    assert office.issues() == []
    assert office.state("service", made["service"]) == "synced"


def test_customer_renamed_there_keeps_its_link_and_its_name(
    office: Office, made: dict[str, int]
) -> None:
    there(office, "account", made["account"], "update", fields={"DisplayName": "Lady Lovelace"})
    hear(office)
    assert office.issues() == []
    office.change("account", made["account"], email="ada@here.example")
    hear(office)
    theirs = office.theirs("account", made["account"])
    assert theirs["DisplayName"] == "Lady Lovelace"
    assert theirs["PrimaryEmailAddr"]["Address"] == "ada@here.example"
    assert office.issues() == []


def test_customer_renamed_on_both_sides_is_asked_about(
    office: Office, made: dict[str, int]
) -> None:
    there(office, "account", made["account"], "update", fields={"DisplayName": "Lady Lovelace"})
    office.change("account", made["account"], name="Augusta Ada")
    poll(office)
    assert office.only_issue().cause == "edited"
    assert office.theirs("account", made["account"])["DisplayName"] == "Lady Lovelace"


@pytest.mark.parametrize("told", ["deletedId", "none"])
def test_link_follows_a_merge(
    office: Office, made: dict[str, int], switch: Switch, told: str
) -> None:
    switch(webhook_merge_field=told)
    survivor = office.create_theirs("Customer", DisplayName="Countess of Lovelace")["Id"]
    there(office, "account", made["account"], "merge", into=survivor)
    hear(office)
    assert office.issues() == []
    assert office.quickbooks_id("account", made["account"]) == survivor
    invoice = office.invoice(made["account"], made["service"])
    hear(office)
    assert office.theirs("invoice", invoice)["CustomerRef"]["value"] == survivor
    office.require_order()


def merge_into_another_accounts(office: Office, account: int) -> tuple[int, str]:
    """The other account, and the customer of it that is left."""
    other = office.client("Charles Babbage")
    office.work()
    survivor = office.quickbooks_id("account", other)
    there(office, "account", account, "merge", into=survivor)
    hear(office)
    return other, survivor


def test_merge_into_another_accounts_customer_is_asked_about(
    office: Office, made: dict[str, int]
) -> None:
    other, survivor = merge_into_another_accounts(office, made["account"])
    issue = office.only_issue()
    assert (issue.cause, issue.facts["customer"]) == ("customer_merged", "Ada Byron")
    assert office.quickbooks_id("account", other) == survivor


def test_second_try_tells_a_merge_as_it_was_told_first(
    office: Office, made: dict[str, int]
) -> None:
    merge_into_another_accounts(office, made["account"])
    told = office.only_issue()
    office.later(1801)
    office.work()
    again = office.only_issue()
    assert (again.id, again.cause, again.facts) == (told.id, "customer_merged", told.facts)
    assert again.tries == told.tries + 1


def test_edit_here_of_what_was_voided_there_keeps_telling_of_the_void(
    office: Office, made: dict[str, int]
) -> None:
    there(office, "invoice", made["invoice"], "void")
    hear(office)
    told = next(issue for issue in office.issues() if issue.kind == "invoice")
    assert told.cause == "voided"
    office.change("invoice", made["invoice"], memo="Thank you")
    office.work()
    again = next(issue for issue in office.issues() if issue.kind == "invoice")
    assert (again.id, again.cause, again.theirs) == (told.id, "voided", told.theirs)


def test_merged_service_keeps_the_invoices_in_order(office: Office, made: dict[str, int]) -> None:
    income = office.theirs("service", made["service"])["IncomeAccountRef"]
    survivor = office.create_theirs("Item", Name="Books", Type="Service", IncomeAccountRef=income)
    there(office, "service", made["service"], "merge", into=survivor["Id"])
    hear(office)
    assert office.issues() == []
    assert office.quickbooks_id("service", made["service"]) == survivor["Id"]
