"""Create, read, full and sparse update, SyncToken, delete, void, inactivate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.books import Books, Json, Refused, expense_line, pay_line, sale_line


def test_create_answers_200_with_string_id_and_token(books: Books) -> None:
    answer = books.post("customer", {"DisplayName": "Ada Byron"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    body = answer.json()
    assert set(body) == {"Customer", "time"}
    assert body["Customer"]["Id"].isdigit()
    assert body["Customer"]["SyncToken"] == "0"
    assert body["Customer"]["domain"] == "QBO"


def test_stamps_have_whole_seconds_and_the_outer_time_milliseconds(books: Books) -> None:
    body = books.post("customer", {"DisplayName": "Ada"}).json()
    assert body["Customer"]["MetaData"]["CreateTime"][19] in "+-"
    assert body["time"][19] == "."


def test_responses_carry_intuits_headers(books: Books) -> None:
    headers = books.get("preferences").headers
    assert headers["intuit_tid"]
    assert headers["QBO-Version"]
    assert headers["Date"]


def test_any_minor_version_and_extra_parameters_are_tolerated(books: Books) -> None:
    answer = books.post("customer", {"DisplayName": "A"}, minorversion="4", format="json")
    assert answer.status_code == 200


def test_clients_empty_strings_and_nulls_are_accepted_on_create(books: Books) -> None:
    fields = {
        "DisplayName": "Ada",
        "SyncToken": 0,
        "Title": "",
        "Balance": 0,
        "ParentRef": None,
        "SalesTermRef": {"value": "", "name": ""},
        "sparse": False,
    }
    assert books.create("Customer", fields)["DisplayName"] == "Ada"


def test_sparse_update_keeps_what_is_left_out(books: Books) -> None:
    ada = books.customer(CompanyName="Engines", Notes="prefers mail")
    changed = books.update("Customer", ada, Notes="prefers phone")
    assert changed["CompanyName"] == "Engines"
    assert changed["Notes"] == "prefers phone"


def test_full_update_empties_what_is_left_out(books: Books) -> None:
    ada = books.customer(CompanyName="Engines", Notes="prefers mail")
    changed = books.update("Customer", ada, sparse=False, DisplayName="Ada Byron")
    assert "CompanyName" not in changed
    assert "Notes" not in changed


def test_sparse_update_cannot_blank_the_display_name(books: Books, customer: Json) -> None:
    changed = books.update("Customer", customer, DisplayName="", PrintOnCheckName="")
    assert changed["DisplayName"] == "Ada Byron"
    assert changed["PrintOnCheckName"] == "Ada Byron"


def test_sparse_update_with_lines_replaces_them_and_keeps_known_ids(
    books: Books, customer: Json, item: Json
) -> None:
    lines = [sale_line(item, 10), sale_line(item, 20)]
    made = books.create("Invoice", books.invoice_fields(customer, item, Line=lines))
    kept = {**made["Line"][1], "Amount": 25.0}
    changed = books.update("Invoice", made, Line=[kept, sale_line(item, 5)])
    assert [line.get("Id") for line in changed["Line"][:2]] == ["2", "3"]
    assert changed["TotalAmt"] == 30.0


def test_read_only_fields_in_a_body_are_ignored(books: Books, customer: Json, item: Json) -> None:
    made = books.invoice(customer, item, TotalAmt=9999, Balance=1, HomeBalance=3)
    assert (made["TotalAmt"], made["Balance"]) == (240.0, 240.0)


def test_each_change_moves_the_sync_token_by_one(books: Books, customer: Json) -> None:
    once = books.update("Customer", customer, Notes="1")
    twice = books.update("Customer", once, Notes="2")
    assert (once["SyncToken"], twice["SyncToken"]) == ("1", "2")


def test_sync_token_may_be_a_number(books: Books, customer: Json) -> None:
    body = {"Id": customer["Id"], "SyncToken": 0, "sparse": True, "Notes": "x"}
    assert books.post("customer", body).status_code == 200


def test_stale_sync_token_is_5010(books: Books, customer: Json) -> None:
    books.update("Customer", customer, Notes="1")
    with pytest.raises(Refused) as refused:
        books.update("Customer", customer, Notes="2")
    assert (refused.value.status, refused.value.code) == (400, "5010")
    assert refused.value.detail == (
        "Stale Object Error : You and root were working on this at the same time. "
        "root finished before you did, so your work was not saved."
    )


def test_missing_sync_token_on_update_is_a_validation_fault(books: Books, customer: Json) -> None:
    answer = books.post("customer", {"Id": customer["Id"], "sparse": True, "Notes": "x"})
    assert answer.json()["Fault"]["Error"][0]["code"] == "2020"


def test_linked_changes_move_the_sync_token(books: Books, customer: Json, invoice: Json) -> None:
    books.payment(customer, 100, invoice)
    assert books.read("Invoice", invoice["Id"])["SyncToken"] == "1"


def test_delete_answers_a_stub_and_reading_it_is_610(books: Books, invoice: Json) -> None:
    stub = books.delete("Invoice", invoice)
    assert stub == {"status": "Deleted", "domain": "QBO", "Id": invoice["Id"]}
    with pytest.raises(Refused) as refused:
        books.read("Invoice", invoice["Id"])
    assert (refused.value.status, refused.value.code) == (400, "610")
    assert refused.value.detail == ("Object Not Found : Another user has deleted this transaction.")


def test_reading_an_id_that_never_was_is_610(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.read("Invoice", "98765")
    assert refused.value.code == "610"


def test_delete_tolerates_the_whole_object(books: Books, invoice: Json) -> None:
    answer = books.post("invoice", invoice, operation="delete")
    assert answer.json()["Invoice"]["status"] == "Deleted"


LISTS = "Customer Vendor Employee Account Item Class Department Term PaymentMethod TaxCode"


@pytest.mark.parametrize("entity", LISTS.split())
def test_lists_cannot_be_deleted(books: Books, customer: Json, item: Json, entity: str) -> None:
    if entity in ("Vendor", "Employee"):
        books.create(entity, {"DisplayName": "Grace Hopper"})
    elif entity in ("Class", "Department"):
        books.create(entity, {"Name": "North"})
    current = books.found(entity)[0]
    with pytest.raises(Refused) as refused:
        books.delete(entity, current)
    assert refused.value.code == "500"
    assert "is not supported." in refused.value.detail


def test_void_zeroes_an_invoice_which_stays_readable(
    books: Books, customer: Json, item: Json
) -> None:
    line = sale_line(item, 240, Qty=2, UnitPrice=120)
    made = books.create("Invoice", books.invoice_fields(customer, item, Line=[line]))
    voided = books.void("Invoice", made)
    assert (voided["TotalAmt"], voided["Balance"]) == (0.0, 0.0)
    assert voided["PrivateNote"] == "Voided"
    assert voided["SyncToken"] == "1"
    assert voided["Line"][0]["Amount"] == 0.0
    assert voided["Line"][0]["SalesItemLineDetail"]["Qty"] == 0.0
    assert books.read("Invoice", made["Id"])["TotalAmt"] == 0.0


def test_void_keeps_an_existing_note_after_the_word(
    books: Books, customer: Json, item: Json
) -> None:
    made = books.invoice(customer, item, PrivateNote="sync:inv:42")
    note = books.void("Invoice", made)["PrivateNote"]
    assert note.startswith("Voided")
    assert note.endswith("sync:inv:42")


@pytest.mark.parametrize(
    "query",
    [{"operation": "update", "include": "void"}, {"operation": "void"}, {"include": "void"}],
)
def test_payment_is_voided_in_any_of_three_ways(
    books: Books, customer: Json, query: dict[str, str]
) -> None:
    paid = books.payment(customer, 100)
    body = {"Id": paid["Id"], "SyncToken": paid["SyncToken"], "sparse": True}
    voided = books.post("payment", body, **query).json()["Payment"]
    assert (voided["TotalAmt"], voided["UnappliedAmt"]) == (0.0, 0.0)
    assert "Voided" in voided["PrivateNote"]


def test_sales_receipt_is_voided_by_an_update(books: Books, customer: Json, item: Json) -> None:
    made = books.create("SalesReceipt", books.invoice_fields(customer, item))
    body = {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True}
    answer = books.post("salesreceipt", body, operation="update", include="void").json()
    assert answer["SalesReceipt"]["TotalAmt"] == 0.0
    assert books.read("SalesReceipt", made["Id"])["PrivateNote"].startswith("Voided")


@pytest.mark.parametrize("entity", ["RefundReceipt", "CreditMemo", "Purchase"])
def test_some_transactions_have_no_void_in_the_api(books: Books, entity: str) -> None:
    answer = books.post(entity.lower(), {"Id": "1", "SyncToken": "0"}, operation="void")
    assert answer.json()["Fault"]["Error"][0]["code"] == "500"


def test_voiding_an_invoice_returns_its_payment(
    books: Books, customer: Json, invoice: Json
) -> None:
    paid = books.payment(customer, 100, invoice)
    books.void("Invoice", books.read("Invoice", invoice["Id"]))
    after = books.read("Payment", paid["Id"])
    assert after["UnappliedAmt"] == 100.0
    assert after["Line"] == []
    assert books.read("Invoice", invoice["Id"])["LinkedTxn"] == []


def test_inactive_object_gains_a_suffix_and_reads_by_id(books: Books) -> None:
    parent = books.customer("Byron")
    ada = books.customer("Ada", ParentRef={"value": parent["Id"]}, Job=True)
    gone = books.update("Customer", ada, Active=False)
    assert gone["DisplayName"] == "Ada (deleted)"
    assert gone["FullyQualifiedName"] == "Byron:Ada (deleted)"
    assert books.read("Customer", ada["Id"])["Active"] is False


def test_inactive_objects_are_hidden_unless_active_is_named(books: Books, customer: Json) -> None:
    books.update("Customer", customer, Active=False)
    assert books.found("Customer") == []
    assert len(books.found("Customer", "WHERE Active = false")) == 1
    assert len(books.found("Customer", "WHERE Active IN (true, false)")) == 1


def test_inactive_reference_is_refused(books: Books, customer: Json, item: Json) -> None:
    books.update("Customer", customer, Active=False)
    with pytest.raises(Refused) as refused:
        books.invoice(customer, item)
    assert refused.value.code == "610"
    assert refused.value.detail.startswith(
        "Object Not Found : Something you're trying to use has been made inactive."
    )


def test_inactive_reference_may_be_2500(
    books: Books, customer: Json, item: Json, switch: Any
) -> None:
    switch(inactive_reference="2500")
    books.update("Item", item, Active=False)
    with pytest.raises(Refused) as refused:
        books.invoice(customer, item)
    assert refused.value.code == "2500"


def test_an_object_keeps_a_reference_made_inactive_later(
    books: Books, customer: Json, invoice: Json
) -> None:
    books.update("Customer", customer, Active=False)
    assert books.update("Invoice", invoice, PrivateNote="x")["PrivateNote"] == "x"


def test_unknown_path_is_404(books: Books) -> None:
    assert books.get("nosuchthing/1").status_code == 404


def test_missing_realm_is_unsupported(books: Books) -> None:
    url = f"{books.sandbox.api_url}/v3/company/"
    headers = {"Authorization": f"Bearer {books.access_token}", "Accept": "application/json"}
    answer = books.session.get(url, headers=headers, timeout=10)
    assert answer.json()["Fault"]["Error"][0]["code"] == "500"


def test_numbers_on_the_wire_look_like_240_0(books: Books, invoice: Json) -> None:
    assert '"TotalAmt":240.0' in books.get(f"invoice/{invoice['Id']}").text


def test_links_of_an_invoice_are_written_from_the_payment_only(
    books: Books, customer: Json, item: Json
) -> None:
    fields = books.invoice_fields(customer, item)
    made = books.create("Invoice", {**fields, "LinkedTxn": pay_line({"Id": "1"}, 1)["LinkedTxn"]})
    assert made["LinkedTxn"] == []


def test_invoice_can_be_sent_and_printed(books: Books, invoice: Json) -> None:
    sent = books.request(
        "POST",
        f"invoice/{invoice['Id']}/send",
        params={"sendTo": "ada@example.org"},
        headers={"Content-Type": "application/octet-stream"},
    )
    assert sent.json()["Invoice"]["EmailStatus"] == "EmailSent"
    pdf = books.request(
        "GET", f"invoice/{invoice['Id']}/pdf", headers={"Accept": "application/pdf"}
    )
    assert pdf.content.startswith(b"%PDF")


def every_transaction(books: Books, customer: Json, item: Json) -> dict[str, Json]:
    """A body of each that can be deleted."""
    checking, travel = {"value": books.account("Checking")}, books.account("Travel")
    vendor = {"value": books.create("Vendor", {"DisplayName": "Stripe"})["Id"]}
    cost = {"Line": [expense_line(travel, 5)]}
    sale = books.invoice_fields(customer, item)
    bill = books.create("Bill", {"VendorRef": vendor, **cost})
    posted = [
        {
            "Amount": 5,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": kind, "AccountRef": account},
        }
        for kind, account in (("Debit", {"value": travel}), ("Credit", checking))
    ]
    direct = {"DetailType": "DepositLineDetail", "DepositLineDetail": {"AccountRef": checking}}
    return {
        "Invoice": sale,
        "SalesReceipt": sale,
        "CreditMemo": sale,
        "Estimate": sale,
        "RefundReceipt": {**sale, "DepositToAccountRef": checking},
        "Payment": {"CustomerRef": sale["CustomerRef"], "TotalAmt": 5},
        "Bill": {"VendorRef": vendor, **cost},
        "VendorCredit": {"VendorRef": vendor, **cost},
        "PurchaseOrder": {
            "VendorRef": vendor,
            "APAccountRef": {"value": books.account("Accounts Payable (A/P)")},
            **cost,
        },
        "Purchase": {"PaymentType": "Check", "AccountRef": checking, **cost},
        "BillPayment": {
            "VendorRef": vendor,
            "PayType": "Check",
            "TotalAmt": 5,
            "CheckPayment": {"BankAccountRef": checking},
            "Line": [pay_line(bill, 5, "Bill")],
        },
        "Deposit": {"DepositToAccountRef": checking, "Line": [{"Amount": 1, **direct}]},
        "Transfer": {
            "FromAccountRef": checking,
            "ToAccountRef": {"value": books.account("Savings")},
            "Amount": 5,
        },
        "JournalEntry": {"Line": posted},
        "TimeActivity": {"NameOf": "Vendor", "VendorRef": vendor, "Hours": 1},
        "Attachable": {"Note": "A receipt"},
    }


def test_every_transaction_can_be_deleted(books: Books, customer: Json, item: Json) -> None:
    for entity, fields in every_transaction(books, customer, item).items():
        made = books.create(entity, fields)
        assert books.delete(entity, made)["status"] == "Deleted"
        with pytest.raises(Refused) as refused:
            books.read(entity, made["Id"])
        assert refused.value.code == "610"


@pytest.mark.parametrize("act", ["create", "delete"])
def test_preferences_are_neither_made_nor_deleted(books: Books, act: str) -> None:
    current = books.read("Preferences", "")
    query = {"operation": "delete"} if act == "delete" else {}
    body = {"Id": "1", "SyncToken": current["SyncToken"]} if act == "delete" else {}
    assert "Fault" in books.post("preferences", body, **query).json()
    assert books.read("Preferences", "")["SyncToken"] == current["SyncToken"]


def test_id_that_is_no_id_is_2030(books: Books) -> None:
    answer = books.post("customer", {"Id": "a/b", "SyncToken": "0", "sparse": True})
    assert answer.json()["Fault"]["Error"][0]["code"] == "2030"
