"""What a person does with an issue: every form, its answer to htmx and without a script."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views.conftest import HTMX
from tests.views.quickbooks_scene import BASE, DUPLICATE, THEIRS, Scene
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Account, Connection, Entry, Invoice, Issue, Link, Service

KNOWN = {"quickbooks_id": "9", "sync_token": "0"}


def act(client: FlaskClient, issue: int, action: str, **data: str):  # type: ignore[no-untyped-def]
    return client.post(f"{BASE}/issues/{issue}/{action}", data=data, headers=HTMX)


# -- resync ---------------------------------------------------------------------------------------


def test_resync_turns_the_row_to_syncing_and_the_entry_due(
    scene: Scene, owner: FlaskClient
) -> None:
    issue = scene.issue(fault=DUPLICATE)
    answer = act(owner, issue, "resync")
    assert answer.status_code == 200
    assert f'id="qb-row-{issue}"' in answer.text
    assert 'hx-trigger="every 2s"' in answer.text
    assert scene.entry("invoice").state == "ready"


def test_without_a_script_an_act_leads_back_to_its_list(scene: Scene, owner: FlaskClient) -> None:
    answer = owner.post(f"{BASE}/issues/{scene.issue()}/resync")
    assert answer.status_code == 303
    assert answer.location == f"{BASE}/errors/invoices"


def test_the_row_is_asked_until_it_is_settled(app: Flask, scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue()
    act(owner, issue, "resync")
    row = f"{BASE}/issues/{issue}/row"
    assert "every 2s" in owner.get(row, headers=HTMX).text
    scene.issue()  # QuickBooks says no again
    failed = owner.get(row, headers=HTMX).text
    assert "every 2s" not in failed
    assert "Second try, just now." in failed
    with app.app_context():
        db.session.get_one(Issue, issue).close()
        db.session.commit()
    fixed = owner.get(row, headers=HTMX).text
    assert "data-leaves" in fixed
    assert "#1042 synced." in fixed


def test_a_new_cause_takes_the_row_over(scene: Scene, owner: FlaskClient) -> None:
    old = scene.issue()
    new = scene.issue(cause="closed", facts={"closed_to": "2026-06-30"})
    text = owner.get(f"{BASE}/issues/{old}/row", headers=HTMX).text
    assert f'id="qb-row-{new}"' in text
    assert "The books are closed for this date" in text


def test_what_somebody_else_fixed_says_so(app: Flask, scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue()
    with app.app_context():
        db.session.get_one(Issue, issue).close()
        db.session.commit()
    text = act(owner, issue, "resync").text
    assert "Already fixed" in text
    assert "#1042 was already fixed." in text


def test_resync_is_off_until_the_firm_reconnects(scene: Scene, owner: FlaskClient) -> None:
    scene.connect()
    scene.issue()
    with scene.app.app_context():
        Connection.of(scene.firm_id).change_state("sign_in_again", "refresh_refused")
        db.session.commit()
    text = owner.get(f"{BASE}/errors/invoices").text
    assert "Resync is off until you reconnect. You can still search, compare and ignore." in text
    answer = owner.post(f"{BASE}/errors/invoices/all", data={"action": "resync"}, headers=HTMX)
    assert answer.status_code == 409


def test_a_row_whose_answer_is_out_offers_no_decision(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    """Set aside with its request out: such a row is open, and stays so until somebody acts."""
    issue = scene.issue(fault=DUPLICATE, theirs=THEIRS)
    page = f"{BASE}/errors/invoices?open={issue}"
    assert f"issues/{issue}/use-number" in owner.get(page).text
    with app.app_context():
        entry = Entry.of(db.session.get_one(Issue, issue).record)
        assert entry is not None
        entry.sent_at = database_now(db.session())
        db.session.commit()
    shown = owner.get(page).text
    for action in ("use-number", "link"):
        assert f"issues/{issue}/{action}" not in shown
        answer = act(owner, issue, action, quickbooks_id="45823")
        assert answer.status_code == 422
        assert "not known yet whether it arrived" in answer.text
    assert f"issues/{issue}/resync" in shown
    assert act(owner, issue, "resync").status_code == 200


# -- ignore and restore ---------------------------------------------------------------------------


def test_ignore_mutes_and_offers_undo(scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue()
    text = act(owner, issue, "ignore").text
    assert "Invoice 1042 ignored." in text
    assert f"{BASE}/issues/{issue}/restore" in text
    assert 'id="qb-tabs"' in text
    assert '<div id="qb-banner" hx-swap-oob="innerHTML"></div>' in text
    assert scene.state(issue) == "ignored"


def test_undo_brings_the_row_back_into_the_list(scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue()
    act(owner, issue, "ignore")
    answer = owner.post(
        f"{BASE}/issues/{issue}/restore", headers={**HTMX, "HX-Target": "div#qb-list"}
    )
    assert f'id="qb-row-{issue}"' in answer.text
    assert scene.state(issue) == "open"


# -- numbers --------------------------------------------------------------------------------------


def test_use_number_renumbers_and_sends(app: Flask, scene: Scene, owner: FlaskClient) -> None:
    act(owner, scene.issue(), "use-number", number="2001")
    with app.app_context():
        assert db.session.get_one(Invoice, scene.records.invoice).number == "2001"
    assert scene.entry("invoice").state == "ready"


def test_a_taken_number_is_refused_beside_its_field(scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue()
    scene.invoice("2001")
    answer = act(owner, issue, "use-number", number="2001")
    assert answer.status_code == 422
    assert "2001 is taken, too." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="2001"' in answer.text
    assert scene.state(issue) == "open"


def test_a_refused_form_comes_back_as_a_page_without_a_script(
    scene: Scene, owner: FlaskClient
) -> None:
    issue = scene.issue()
    scene.invoice("2001")
    answer = owner.post(f"{BASE}/issues/{issue}/use-number", data={"number": "2001"})
    assert answer.status_code == 422
    assert "<!doctype html>" in answer.text
    assert "2001 is taken, too." in answer.text


# -- the detail -----------------------------------------------------------------------------------


def test_the_detail_compares_both_sides_by_name(scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue(theirs=THEIRS, fault=DUPLICATE)
    text = owner.get(f"{BASE}/issues/{issue}/detail", headers=HTMX).text
    assert "Pinecrest Builders" in text
    assert "$2,400.00" in text
    assert "Same number" in text
    assert "Different" in text
    assert "app/invoice?txnId=45823" in text


def test_the_detail_holds_quickbooks_own_words(scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue(fault=DUPLICATE)
    text = owner.get(f"{BASE}/issues/{issue}/detail", headers=HTMX).text
    assert "6140 Duplicate Document Number Error" in text
    assert "TxnId=45823" in text
    assert "intuit_tid 1-66bd" in text
    assert "Invoice created" in text


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [
        ("account", {"Id": "7", "SyncToken": "1", "DisplayName": "Bluebird"}),
        ("service", {"Id": "7", "SyncToken": "1", "Name": "Bookkeeping", "UnitPrice": 100}),
        ("payment", {"Id": "7", "SyncToken": "1", "TotalAmt": 5, "TxnDate": "2026-08-20"}),
        ("refund", {"Id": "7", "SyncToken": "1", "TotalAmt": 5, "TxnDate": "2026-08-20"}),
        ("expense", {"Id": "7", "SyncToken": "1", "TotalAmt": 5, "TxnDate": "2026-08-20"}),
    ],
)
def test_every_kind_is_compared(
    kind: str, theirs: dict[str, object], scene: Scene, owner: FlaskClient
) -> None:
    issue = scene.issue(kind, "edited", theirs=theirs)
    text = owner.get(f"{BASE}/issues/{issue}/detail", headers=HTMX).text
    assert "In QuickBooks" in text
    assert "Different" in text


def test_another_quantity_is_shown_though_the_total_is_the_same(
    scene: Scene, owner: FlaskClient
) -> None:
    detail = {"Qty": 4, "UnitPrice": 600}
    sold = {"Amount": 2400, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    text_line = {"DetailType": "DescriptionOnly", "Description": "Typed there"}
    issue = scene.issue(cause="edited", theirs={**THEIRS, "Line": [sold, text_line]})
    text = owner.get(f"{BASE}/issues/{issue}/detail", headers=HTMX).text
    assert "Quantities and rates" in text
    assert "4 × $600.00, a line without a service" in text


def test_another_account_of_a_fee_is_shown(scene: Scene, owner: FlaskClient) -> None:
    detail = {"AccountRef": {"value": "999", "name": "Travel"}}
    line = {"Amount": 5, "AccountBasedExpenseLineDetail": detail}
    theirs = {"Id": "7", "SyncToken": "1", "TotalAmt": 5, "Line": [line]}
    issue = scene.issue("expense", "edited", theirs=theirs)
    text = owner.get(f"{BASE}/issues/{issue}/detail", headers=HTMX).text
    assert "Spent on" in text


def test_an_edited_record_offers_a_decision_and_no_resync(scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue(cause="edited", theirs=THEIRS)
    text = owner.get(f"{BASE}/errors/invoices", headers=HTMX).text
    assert f'id="qb-send-ours-{issue}"' in text
    assert f'id="qb-keep-theirs-{issue}"' in text
    assert f'id="qb-resync-{issue}"' not in text


@pytest.mark.parametrize("action", ["send-ours", "keep-theirs"])
def test_nothing_is_decided_about_an_edit_that_nobody_has_looked_at(
    action: str, app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    issue = scene.issue(cause="edited", theirs=THEIRS)
    with app.app_context():
        record = scene.records.invoice
        db.session.add(Link(firm_id=scene.firm_id, kind="invoice", record_id=record, **KNOWN))
        db.session.commit()
    text = owner.get(f"{BASE}/errors/invoices", headers=HTMX).text
    assert f'name="sync_token" value="{THEIRS["SyncToken"]}"' in text
    later = str(int(str(THEIRS["SyncToken"])) + 1)
    with app.app_context():
        row = db.session.get_one(Issue, issue)
        row.theirs = {**THEIRS, "SyncToken": later, "TotalAmt": 1}
        db.session.commit()
    answer = act(owner, issue, action, sync_token=str(THEIRS["SyncToken"]))
    assert answer.status_code == 422
    assert "It was changed in QuickBooks once more." in answer.text
    assert scene.state(issue) == "open"
    assert act(owner, issue, action, sync_token=later).status_code == 200


def test_the_invoice_that_was_compared_is_linked_and_no_other(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    issue = scene.issue(theirs=THEIRS)
    text = owner.get(f"{BASE}/issues/{issue}/detail", headers=HTMX).text
    assert f'name="quickbooks_id" value="{THEIRS["Id"]}"' in text
    with app.app_context():
        db.session.get_one(Issue, issue).theirs = {**THEIRS, "Id": "45999"}
        db.session.commit()
    answer = act(owner, issue, "link", quickbooks_id=str(THEIRS["Id"]))
    assert answer.status_code == 422
    assert "Compare both before you link them." in answer.text
    assert scene.state(issue) == "open"


# -- accounts -------------------------------------------------------------------------------------


def test_a_chosen_customer_is_linked(app: Flask, scene: Scene, owner: FlaskClient) -> None:
    scene.customer("61", "Bluebird Coffee LLC")
    issue = scene.issue("account", "no_customer")
    answer = act(owner, issue, "link", customer="61", q="Bluebird Coffee LLC")
    assert "Bluebird Café linked." in answer.text
    with app.app_context():
        link = Link.find(scene.firm_id, "account", scene.records.account)
        assert link is not None
        assert link.quickbooks_id == "61"
    assert scene.state(issue) == "closed"


def test_submit_without_a_choice_is_an_error_beside_the_field(
    scene: Scene, owner: FlaskClient
) -> None:
    answer = act(owner, scene.issue("account", "no_customer"), "link", customer="", q="")
    assert answer.status_code == 422
    assert "Choose a customer from the list, or create a new one." in answer.text


def test_a_whole_name_without_a_script_is_a_choice(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    scene.customer("61", "Bluebird Coffee LLC")
    issue = scene.issue("account", "no_customer")
    answer = owner.post(f"{BASE}/issues/{issue}/link", data={"q": "bluebird coffee llc"})
    assert answer.status_code == 303
    assert scene.state(issue) == "closed"


def test_an_unclear_name_without_a_script_offers_choices(scene: Scene, owner: FlaskClient) -> None:
    scene.customer("61", "Bluebird Coffee LLC")
    scene.customer("62", "Bluebird Coffee Two")
    issue = scene.issue("account", "no_customer")
    answer = owner.post(f"{BASE}/issues/{issue}/link", data={"q": "bluebird"})
    assert answer.status_code == 422
    assert answer.text.count('type="radio" name="customer"') == 2


def test_new_in_the_combobox_creates_the_customer(scene: Scene, owner: FlaskClient) -> None:
    issue = scene.issue("account", "no_customer")
    assert "every 2s" in act(owner, issue, "link", customer="new", q="Bluebird").text
    assert scene.entry("account").create_anyway


def test_a_customer_of_another_account_is_refused(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    scene.customer("61", "Bluebird Coffee LLC")
    with app.app_context():
        db.session.add(
            Link(
                firm_id=scene.firm_id,
                kind="account",
                record_id=999,
                quickbooks_id="61",
                sync_token="0",
            )
        )
        db.session.commit()
    answer = act(owner, scene.issue("account", "no_customer"), "link", customer="61")
    assert answer.status_code == 422
    assert "already linked to another record" in answer.text


def test_stop_syncing_asks_first_and_can_be_undone(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    issue = scene.issue("account", "no_customer")
    question = owner.get(f"{BASE}/issues/{issue}/stop-syncing", headers=HTMX).text
    assert "Stop syncing Bluebird Café?" in question
    assert "<dialog" in question
    text = act(owner, issue, "stop-syncing").text
    assert "Sync is off for Bluebird Café." in text
    assert f"{BASE}/issues/{issue}/sync-again" in text
    owner.post(f"{BASE}/issues/{issue}/sync-again", headers=HTMX)
    with app.app_context():
        assert db.session.get_one(Account, scene.records.account).sync


def test_suggestions_are_a_listbox_of_customers(scene: Scene, owner: FlaskClient) -> None:
    scene.customer("61", "Bluebird Coffee LLC", email="hi@bluebird.example")
    issue = scene.issue("account", "no_customer")
    text = owner.get(f"{BASE}/issues/{issue}/customers?q=COFFEE", headers=HTMX).text
    assert "1 of 1 customers match" in text
    assert "<mark>Coffee</mark>" in text
    assert "Same email" in text
    assert "Create “Bluebird Café” in QuickBooks" in text


# -- services -------------------------------------------------------------------------------------


def test_delete_asks_first_and_removes_the_service(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    issue = scene.issue("service", "income_account")
    question = owner.get(f"{BASE}/issues/{issue}/delete").text
    assert "Delete &#34;Bookkeeping&#34;?" in question
    assert "1 keeps its lines" in question
    assert "Service deleted." in act(owner, issue, "delete").text
    with app.app_context():
        assert db.session.get_one(Service, scene.records.service).removed_at is not None


def test_the_income_account_is_chosen_and_resynced(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    income = {"account_type": "Income"}
    scene.customer("16", "Services", entity="Account", detail=income)
    issue = scene.issue("service", "income_account")
    detail = owner.get(f"{BASE}/issues/{issue}/detail", headers=HTMX).text
    assert '<option value="16">Services</option>' in detail
    act(owner, issue, "set-income-account", quickbooks_id="16")
    with app.app_context():
        assert db.session.get_one(Service, scene.records.service).income_account_id == "16"


# -- many at once ---------------------------------------------------------------------------------


def test_bulk_ignores_what_is_selected(scene: Scene, owner: FlaskClient) -> None:
    first, second = scene.issue(), scene.issue(record_id=scene.invoice("1043"))
    data = {"action": "ignore", "issue": [first]}
    answer = owner.post(f"{BASE}/errors/invoices/bulk", data=data, headers=HTMX)
    assert "1 error ignored." in answer.text
    assert (scene.state(first), scene.state(second)) == ("ignored", "open")
    assert scene.entry("invoice").state == "ignored"


def test_resync_all_sends_all_but_those_that_need_a_decision(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    scene.issue()
    edited = scene.invoice("1043")
    scene.issue(cause="edited", record_id=edited, theirs=THEIRS)
    data = {"action": "resync"}
    answer = owner.post(f"{BASE}/errors/invoices/all", data=data, headers=HTMX)
    assert "Resyncing 1 record." in answer.text
    assert 'id="qb-activity"' in answer.text
    assert scene.entry("invoice").state == "ready"
    assert scene.entry("invoice", edited).state == "rejected"


def test_a_line_of_a_shared_cause_acts_for_all_of_them(scene: Scene, owner: FlaskClient) -> None:
    facts = {"closed_to": "2026-09-30"}
    first = scene.issue(cause="closed", facts=facts)
    other = scene.invoice("1043")
    second = scene.issue(cause="closed", facts=facts, record_id=other)
    act(owner, second, "resync", shared="1")
    assert scene.entry("invoice").state == "ready"
    assert scene.entry("invoice", other).state == "ready"
    assert first != second


def test_create_all_creates_each_client_not_found(scene: Scene, owner: FlaskClient) -> None:
    scene.issue("account", "no_customer")
    data = {"action": "create-customer"}
    text = owner.post(f"{BASE}/errors/accounts/all", data=data, headers=HTMX).text
    assert "Creating 1 customer." in text
    entry: Entry = scene.entry("account")
    assert entry.create_anyway
    assert entry.state == "ready"


def test_a_wrong_choice_of_customer_can_be_undone(
    app: Flask, scene: Scene, owner: FlaskClient
) -> None:
    scene.customer("88", "Pinecrest Builders")
    issue = scene.issue("account", "no_customer")
    linked = act(owner, issue, "link", customer="88").text
    assert f'action="{BASE}/issues/{issue}/unlink"' in linked
    undone = act(owner, issue, "unlink").text
    assert "is undone." in undone
    assert "The link to a customer was undone" in undone
    assert "It was linked to “Pinecrest Builders”." in undone
    with app.app_context():
        assert db.session.scalar(db.select(Link).where(Link.kind == "account")) is None
    assert "not possible any more" in act(owner, issue, "unlink").text


def test_the_info_tab_leads_to_another_customer(scene: Scene, owner: FlaskClient) -> None:
    scene.customer("88", "Pinecrest Builders")
    act(owner, scene.issue("account", "no_customer"), "link", customer="88")
    profile = f"/accounts/{scene.records.account}"
    assert f'href="{profile}/unlink"' in owner.get(profile).text
    assert "Undo the link and choose" in owner.get(f"{profile}/unlink").text
    answer = owner.post(f"{profile}/unlink")
    assert answer.status_code == 303
    assert answer.location == f"{BASE}/errors/accounts"
