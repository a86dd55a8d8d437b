"""What someone in QuickBooks does, through the control API and the web page."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from tests.sandbox.books import Books, Json
from tests.sandbox_process import SandboxProcess


def path(books: Books, *segments: str) -> str:
    return "/".join([f"{books.sandbox.api_url}/company/{books.realm_id}", *segments])


def fetch(url: str, status: int = 200) -> str:
    answer = requests.get(url, timeout=10)
    assert answer.status_code == status
    return answer.text


def press(url: str, act: str, **form: str) -> requests.Response:
    return requests.post(url, data={"act": act, **form}, timeout=10, allow_redirects=False)


# -- control API ----------------------------------------------------------------------------------


def test_persons_edit_moves_the_sync_token(books: Books, customer: Json) -> None:
    act = {"entity": "Customer", "id": customer["Id"], "fields": {"DisplayName": "Countess"}}
    books.control("objects/update", **act)
    after = books.read("Customer", customer["Id"])
    assert (after["DisplayName"], after["SyncToken"]) == ("Countess", "1")


@pytest.mark.parametrize(
    ("act", "check"),
    [
        ("objects/delete", lambda b, i: b.get(f"invoice/{i}").status_code == 400),
        ("objects/void", lambda b, i: b.read("Invoice", i)["TotalAmt"] == 0),
    ],
)
def test_person_deletes_and_voids(books: Books, invoice: Json, act: str, check: Any) -> None:
    books.control(act, entity="Invoice", id=invoice["Id"])
    assert check(books, invoice["Id"])


def test_person_can_void_what_the_api_cannot(books: Books, customer: Json, item: Json) -> None:
    credit = books.create("CreditMemo", books.invoice_fields(customer, item))
    books.control("objects/void", entity="CreditMemo", id=credit["Id"])
    assert books.read("CreditMemo", credit["Id"])["TotalAmt"] == 0.0


def test_person_changes_an_amount(books: Books, customer: Json, invoice: Json) -> None:
    books.control("objects/amount", entity="Invoice", id=invoice["Id"], amount="300.00")
    assert books.read("Invoice", invoice["Id"])["Balance"] == 300.0
    paid = books.payment(customer, 50)
    books.control("objects/amount", entity="Payment", id=paid["Id"], amount="75")
    assert books.read("Payment", paid["Id"])["UnappliedAmt"] == 75.0


def test_quantity_stays_when_a_person_changes_an_amount(books: Books, invoice: Json) -> None:
    [line] = [line for line in invoice["Line"] if "SalesItemLineDetail" in line]
    line["SalesItemLineDetail"] |= {"Qty": 2, "UnitPrice": line["Amount"] / 2}
    act = {"entity": "Invoice", "id": invoice["Id"]}
    books.control("objects/update", **act, fields={"Line": [line]})
    books.control("objects/amount", **act, amount="300.00")
    sold = books.read("Invoice", invoice["Id"])["Line"][0]["SalesItemLineDetail"]
    assert (sold["Qty"], sold["UnitPrice"]) == (2, 150)


def test_person_inactivates_and_activates(books: Books, customer: Json) -> None:
    act = {"entity": "Customer", "id": customer["Id"]}
    books.control("objects/inactivate", **act)
    assert books.found("Customer") == []
    books.control("objects/activate", **act)
    assert books.found("Customer")[0]["DisplayName"] == "Ada Byron"


def test_merged_customer_vanishes_and_its_invoices_move(
    books: Books, customer: Json, item: Json
) -> None:
    other = books.customer("Ada B.")
    invoice = books.invoice(other, item)
    books.payment(other, 40, invoice)
    books.control("objects/merge", entity="Customer", id=other["Id"], into=customer["Id"])
    assert books.get(f"customer/{other['Id']}").status_code == 400
    moved = books.read("Invoice", invoice["Id"])
    assert moved["CustomerRef"] == {"value": customer["Id"], "name": "Ada Byron"}
    assert books.read("Customer", customer["Id"])["Balance"] == 200.0
    assert books.audit()["problems"] == []


def test_persons_invoice_appears_to_the_api(books: Books, customer: Json, item: Json) -> None:
    fields = books.invoice_fields(customer, item, DocNumber="9001")
    books.control("objects", entity="Invoice", fields=fields)
    assert books.found("Invoice", "WHERE DocNumber = '9001'")


def test_payment_method_becomes_a_credit_card(books: Books) -> None:
    books.control("payment-method-type", id="2", type="CREDIT_CARD")
    assert books.read("PaymentMethod", "2")["Type"] == "CREDIT_CARD"


def test_refusal_of_an_act_is_quickbooks_fault(books: Books, customer: Json) -> None:
    books.customer("Bo")
    with pytest.raises(RuntimeError, match="6240"):
        books.control(
            "objects/update", entity="Customer", id="2", fields={"DisplayName": "ada byron"}
        )


def test_company_can_be_reset(books: Books, customer: Json) -> None:
    books.control("companies/reset")
    assert books.found("Customer") == []
    assert len(books.found("PaymentMethod")) == 7


def test_a_reset_that_signs_out_refuses_old_sign_ins(books: Books, customer: Json) -> None:
    old_id = customer["Id"]
    books.control("companies/reset", signs_out=True)
    assert books.get("preferences").json()["Fault"]["Error"][0]["code"] == "10200"
    books.refresh_token = books.control("refresh-token")["refresh_token"]
    books.refresh()
    assert books.customer("Bo")["Id"] == old_id


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("companies/status", {"status": "asleep"}),
        ("objects", {"entity": "Nothing", "fields": {}}),
        ("objects/delete", {"entity": "Invoice"}),
        ("switches", {"requestid": "sometimes"}),
        ("clock", {"advance_s": -1}),
        ("webhooks", {"targets": "http://x"}),
        ("nothing", {}),
    ],
)
def test_bad_control_call_is_told_so(books: Books, name: str, body: Json) -> None:
    with pytest.raises(RuntimeError, match="error"):
        books.control(name, **body)


def test_counters_tell_reads_from_writes(sandbox: SandboxProcess, books: Books) -> None:
    sandbox.control("counters", method="DELETE")
    books.customer()
    books.found("Customer")
    counters = sandbox.control("counters")
    assert counters["kinds"] == {"read": 1, "write": 1}
    assert counters["entities"] == {"create Customer": 1, "query": 1}
    assert counters["statuses"] == {"200": 2}


def test_audit_finds_duplicates_and_sums_by_customer(
    books: Books, customer: Json, item: Json
) -> None:
    for _ in range(2):
        books.invoice(customer, item, DocNumber="7", PrivateNote="sync:1")
    found = books.audit()
    assert found["problems"] == []
    assert found["duplicates"]["DocNumber"] == [
        {"entity": "Invoice", "value": "7", "ids": ["1", "2"]}
    ]
    assert found["duplicates"]["PrivateNote"][0]["value"] == "sync:1"
    assert found["sums"]["Invoice"] == 480.0
    assert found["customers"][customer["Id"]] == {"Invoice": 480.0, "balance": 480.0}


# -- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    ["", "customer", "customer/1", "invoice", "invoice/1", "payment", "account/1", "taxcode"],
)
def test_pages_show(books: Books, invoice: Json, page: str) -> None:
    assert "<h1>" in fetch(path(books, *filter(None, page.split("/"))))


def test_unknown_pages_are_404(books: Books) -> None:
    for page in ("nothing", "customer/99", "customer/1/2"):
        fetch(path(books, page), 404)
    fetch(f"{books.sandbox.api_url}/company/1", 404)


def test_names_are_escaped(books: Books) -> None:
    books.customer("<script>alert(1)</script>")
    assert "<script>" not in fetch(path(books, "customer"))


def test_edit_on_the_page_is_seen_by_the_api(books: Books, invoice: Json) -> None:
    answer = press(
        path(books, "invoice", invoice["Id"]),
        "edit",
        DocNumber="77",
        amount="300",
        TxnDate="2026-11-21",
    )
    assert answer.status_code == 303
    after = books.read("Invoice", invoice["Id"])
    assert (after["DocNumber"], after["TotalAmt"], after["TxnDate"]) == ("77", 300.0, "2026-11-21")
    assert after["SyncToken"] == "1"


def test_refusal_is_shown_on_the_page(books: Books, customer: Json) -> None:
    books.customer("Bo")
    answer = press(path(books, "customer", "2"), "edit", DisplayName="Ada Byron", email="")
    assert answer.status_code == 400
    assert "Another customer, vendor or employee is already using this name" in answer.text


@pytest.mark.parametrize(
    ("act", "more", "check"),
    [
        ("pay", {"amount": "40"}, lambda i: i["Balance"] == 200),
        ("void", {}, lambda i: i["TotalAmt"] == 0),
        ("delete", {}, lambda i: i is None),
    ],
)
def test_acts_on_an_invoice_page(
    books: Books, invoice: Json, act: str, more: dict[str, str], check: Any
) -> None:
    assert press(path(books, "invoice", invoice["Id"]), act, **more).status_code == 303
    found = books.found("Invoice", f"WHERE Id = '{invoice['Id']}'")
    assert check(found[0] if found else None)


def test_acts_on_a_customer_page(books: Books, customer: Json) -> None:
    page = path(books, "customer", customer["Id"])
    press(page, "inactivate")
    assert books.found("Customer") == []
    press(page, "activate")
    other = books.customer("Bo")
    press(path(books, "customer", other["Id"]), "merge", into=customer["Id"])
    assert len(books.found("Customer")) == 1


def test_acts_on_the_company_page(books: Books) -> None:
    page = path(books)
    press(page, "close", date="2026-01-31")
    press(page, "numbers", custom="on")
    preferences = books.read("Preferences", "")
    assert preferences["AccountingInfoPrefs"]["BookCloseDate"] == "2026-01-31"
    assert preferences["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    press(page, "close", date="")
    assert "BookCloseDate" not in books.read("Preferences", "")["AccountingInfoPrefs"]
    press(page, "disconnect")
    assert books.get("preferences").status_code == 401


def test_payment_is_deposited_and_freed_on_the_page(books: Books, customer: Json) -> None:
    paid = books.payment(customer, 10)
    press(path(books, "payment", paid["Id"]), "deposit")
    assert press(path(books, "payment", paid["Id"]), "delete").status_code == 400
    held = books.found("Deposit")[0]
    press(path(books, "deposit", held["Id"]), "delete")
    assert press(path(books, "payment", paid["Id"]), "delete").status_code == 303


def test_new_things_are_typed_in_on_the_page(books: Books, customer: Json, item: Json) -> None:
    press(path(books, "customer"), "", name="Bo")
    assert books.found("Customer", "WHERE DisplayName = 'Bo'")
    press(
        path(books, "invoice"),
        "",
        customer="1",
        item="1",
        amount="9.50",
        date="2026-11-01",
        number="X",
    )
    assert books.found("Invoice", "WHERE DocNumber = 'X'")[0]["TotalAmt"] == 9.5
    press(path(books, "payment"), "", customer="1", amount="5", date="2026-11-01")
    assert books.found("Payment")[0]["TotalAmt"] == 5.0
    assert press(path(books, "invoice"), "", customer="1", item="1", amount="x").status_code == 400


def test_companies_are_added_on_the_page(sandbox: SandboxProcess) -> None:
    answer = requests.post(
        f"{sandbox.api_url}/", data={"name": "Typed in"}, timeout=10, allow_redirects=False
    )
    assert re.search(r"/company/\d+\?note=", answer.headers["Location"])
    assert "Typed in" in fetch(f"{sandbox.api_url}/")


def test_getting_a_page_changes_nothing(books: Books, invoice: Json) -> None:
    fetch(path(books, "invoice", invoice["Id"]) + "?act=delete")
    assert books.read("Invoice", invoice["Id"])["SyncToken"] == "0"


def test_quickbooks_own_addresses_lead_to_the_object(sandbox: SandboxProcess) -> None:
    realm_id = sandbox.announced["realm_id"]
    made = sandbox.control(
        "objects", {"realm": realm_id, "entity": "Customer", "fields": {"DisplayName": "Deep"}}
    )
    found = fetch(f"{sandbox.api_url}/app/customerdetail?nameId={made['object']['Id']}")
    assert "Customer Deep" in found
