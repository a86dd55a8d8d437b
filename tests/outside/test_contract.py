"""What other programs rely on, over a QuickBooks known by its settings alone: commands, API, words.

One firm for the whole file: each test brings records of its own.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.outside.conftest import Company
from tests.outside.installation import Answer, Api, Installation, wait_for

KINDS = ("account", "service", "invoice", "payment", "refund", "expense")
STATES = {"waiting", "syncing", "synced", "failed", "ignored", "off"}
ENTITY = {
    "account": "Customer",
    "service": "Item",
    "invoice": "Invoice",
    "payment": "Payment",
    "refund": "RefundReceipt",
    "expense": "Purchase",
}


def bodies(tag: str) -> dict[str, dict[str, Any]]:
    """One record of each kind, as the contract writes them."""
    account, service = {"external_id": f"a-{tag}"}, {"external_id": f"s-{tag}"}
    line = {"service": service, "description": "October", "quantity": "2", "rate": "120.00"}
    return {
        "account": {**account, "name": f"Nora {tag}", "kind": "individual", "sync": True},
        "service": {**service, "name": f"Planning {tag}", "rate": "120.00"},
        "invoice": {
            "external_id": f"i-{tag}",
            "account": account,
            "number": f"{tag}-1",
            "date": "2026-11-20",
            "due_date": "2026-12-04",
            "lines": [line],
        },
        "payment": {
            "external_id": f"p-{tag}",
            "account": account,
            "invoice": {"external_id": f"i-{tag}"},
            "date": "2026-11-21",
            "amount": "100.00",
            "method": "check",
            "reference": "17",
        },
        "refund": {
            "external_id": f"r-{tag}",
            "payment": {"external_id": f"p-{tag}"},
            "date": "2026-11-22",
            "amount": "10.00",
            "reason": "Too much",
        },
        "expense": {
            "external_id": f"e-{tag}",
            "payment": {"external_id": f"p-{tag}"},
            "date": "2026-11-22",
            "amount": "3.20",
            "description": "Fee",
        },
    }


def make_all(api: Api, tag: str) -> dict[str, dict[str, Any]]:
    made = {kind: api.post(f"{kind}s", **body) for kind, body in bodies(tag).items()}
    api.settle()
    return {kind: api.get(f"{kind}s/{record['id']}") for kind, record in made.items()}


def require_problem(answer: Answer, status: int, *fields: str) -> None:
    assert answer.status == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert {error["field"] for error in answer.json.get("errors", [])} == set(fields)


# -- commands --------------------------------------------------------------------------------------


@pytest.mark.full
def test_commands_print_json_and_refuse_in_one_line(
    api: Api, installation: Installation, company: Company
) -> None:
    operator = ("operator", "create", "--email", "op@x.example", "--password", "long-enough-pass")
    made = installation.flask(*operator)
    assert (made.returncode, set(json.loads(made.stdout))) == (0, {"operator_id"})
    again = installation.flask(*operator)
    assert again.returncode != 0
    assert again.stdout == ""
    assert len(again.stderr.strip().splitlines()) == 1

    other = installation.flask(
        *("firm", "create", "--name", "B", "--owner-email", "b@x.example"),
        *("--owner-password", "a-long-enough-password"),
    )
    firm = str(json.loads(other.stdout)["firm_id"])
    adopt = ("quickbooks", "adopt", "--firm", firm, "--realm-id")
    token = company.control("refresh-token")["refresh_token"]
    for words in (
        (*adopt, company.realm_id, "--refresh-token", token),  # another firm's company
        (*adopt, "1", "--refresh-token", "RT1-nobody"),
    ):
        refused = installation.flask(*words)
        assert refused.returncode != 0
        assert len(refused.stderr.strip().splitlines()) == 1


# -- the six kinds ---------------------------------------------------------------------------------


def test_every_kind_arrives_changes_and_goes(api: Api, company: Company) -> None:
    made = make_all(api, "K")
    assert api.issues(state="open") == []
    for record in made.values():
        sync = record["sync"]
        assert (sync["state"], sync["issue"]) == ("synced", None)
        assert isinstance(sync["quickbooks_id"], str)
    assert made["invoice"]["total"] == "240.00"
    assert company.audit()["problems"] == []

    for kind, change in {
        "account": {"email": "nora@k.example"},
        "service": {"rate": "130.00"},
        "invoice": {"memo": "Thank you"},
        "payment": {"reference": "18"},
        "refund": {"amount": "11.00"},
        "expense": {"amount": "3.30"},
    }.items():
        changed = api("PATCH", f"{kind}s/{made[kind]['id']}", change)
        assert changed.status == 200, changed.text
    api.settle()
    assert api.issues(state="open") == []
    theirs = {kind: company.objects(ENTITY[kind]) for kind in KINDS}
    assert [float(found["TotalAmt"]) for found in theirs["refund"]] == [11]
    assert [float(found["TotalAmt"]) for found in theirs["expense"]] == [3.3]

    refused = api("DELETE", f"invoices/{made['invoice']['id']}")
    assert refused.status == 409, refused.text
    for kind in ("expense", "refund", "payment", "invoice", "service", "account"):
        assert api("DELETE", f"{kind}s/{made[kind]['id']}").status == 204
        api.settle()
        assert api("GET", f"{kind}s/{made[kind]['id']}").status == 404
    assert api.issues(state="open") == []
    assert not any(company.objects(ENTITY[kind]) for kind in ("payment", "refund", "expense"))


def test_external_ids_and_idempotency_keys_make_one_record(api: Api, company: Company) -> None:
    body = bodies("X")["account"]
    first, second = api("POST", "accounts", body), api("POST", "accounts", body)
    assert (first.status, second.status) == (201, 200)
    assert first.json["id"] == second.json["id"]
    service = {"name": "Without an id", "rate": "1.00"}
    answers = [api("POST", "services", service, Idempotency_Key="k-1") for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert answers[0].status == answers[1].status == 201
    api.settle()
    assert [i["Name"] for i in company.objects("Item")].count("Without an id") == 1


def test_lists_are_paged_by_cursor(api: Api) -> None:
    for number in range(3):
        api.post("accounts", external_id=f"page-{number}", name=f"Page {number}", sync=False)
    seen, cursor = [], ""
    while cursor is not None:
        page = api.get(f"accounts?limit=2{cursor and f'&cursor={cursor}'}")
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(set(seen))
    assert len(seen) >= 3


def test_errors_are_problems_with_an_entry_per_field(api: Api) -> None:
    require_problem(
        api("POST", "payments", {"amount": "much", "date": "2026-13-01"}),
        422,
        "amount",
        "date",
        "account",
    )
    require_problem(api("GET", "accounts/99999999"), 404)
    require_problem(Api(api.installation, "nobody")("GET", "sync"), 401)
    require_problem(api("POST", "issues/99999999/resync"), 404)


def test_bulk_answers_one_result_per_item(api: Api) -> None:
    items = [
        {"kind": kind, **{name: value for name, value in body.items() if name != "kind"}}
        for kind, body in bodies("B").items()
    ]
    answer = api("POST", "bulk", [*items[:2], {"kind": "invoice"}, *items[2:]])
    assert answer.status == 200
    assert [result["status"] for result in answer.json] == [201, 201, 422, 201, 201, 201, 201]
    api.settle()
    assert api.get(f"expenses/{answer.json[-1]['id']}")["sync"]["state"] == "synced"


def test_sync_tells_connection_and_counts_of_every_kind(api: Api) -> None:
    said = api.settle()
    assert said["connection"] == "connected"
    assert set(said["counts"]) == set(KINDS)
    assert all(set(states) == STATES for states in said["counts"].values())


# -- issues ----------------------------------------------------------------------------------------


def test_taken_number_is_told_in_both_languages_and_mended(api: Api, company: Company) -> None:
    made = make_all(api, "N")
    company.control(
        "objects",
        entity="Invoice",
        fields={
            "CustomerRef": {"value": made["account"]["sync"]["quickbooks_id"]},
            "DocNumber": "N-7",
            "Line": [
                {
                    "Amount": 5,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {
                        "ItemRef": {"value": made["service"]["sync"]["quickbooks_id"]}
                    },
                }
            ],
        },
    )
    invoice = api.post("invoices", **bodies("N")["invoice"] | {"external_id": "n", "number": "N-7"})
    api.settle()
    [issue] = api.issues(kind="invoice", state="open")
    assert issue["record"] == {
        "id": invoice["id"],
        "external_id": "n",
        "title": issue["record"]["title"],
    }
    assert (issue["cause"], issue["kind"], issue["state"]) == ("dup_number", "invoice", "open")
    assert set(issue["quickbooks"]) == {"code", "message", "detail", "intuit_tid"}
    assert {"use-number", "link", "ignore"} <= set(issue["actions"])
    spanish = api.get(f"issues/{issue['id']}", Accept_Language="es-MX,es;q=0.9")
    for words in ("message", "fix"):
        assert issue[words]
        assert spanish[words] != issue[words]
    taken = api.get("invoice-numbers/N-7")
    assert taken == {"taken": True, "where": "quickbooks", "suggestion": taken["suggestion"]}
    failed = api.get(f"invoices/{invoice['id']}")["sync"]
    assert (failed["state"], failed["issue"]) == ("failed", issue["id"])

    api.act(issue, "use-number", number="N-8")
    api.settle()
    sync = api.get(f"invoices/{invoice['id']}")["sync"]
    assert (sync["state"], sync["issue"]) == ("synced", None)
    assert api.issues(kind="invoice", state="open") == []


def test_edits_and_deletions_there_are_told_and_decided(api: Api, company: Company) -> None:
    made = make_all(api, "W")
    invoice, expense = made["invoice"], made["expense"]
    id_ = invoice["sync"]["quickbooks_id"]
    company.control("objects/amount", entity="Invoice", id=id_, amount=999)
    company.control("objects/delete", entity="Purchase", id=expense["sync"]["quickbooks_id"])
    wait_for(lambda: len(api.issues(state="open")) == 2, "both changes are told")
    by_kind = {issue["kind"]: issue for issue in api.issues(state="open")}
    assert {kind: issue["cause"] for kind, issue in by_kind.items()} == {
        "invoice": "edited",
        "expense": "record_deleted",
    }
    assert "resync" not in by_kind["invoice"]["actions"] + by_kind["expense"]["actions"]
    refused = api("POST", f"issues/{by_kind['invoice']['id']}/resync")
    require_problem(refused, 409)
    api.act(by_kind["invoice"], "keep-theirs")
    api.act(by_kind["expense"], "recreate")
    api.settle()
    assert api.issues(state="open") == []
    assert api.get(f"expenses/{expense['id']}")["sync"]["state"] == "synced"
    assert company.audit()["problems"] == []


def test_card_payment_waits_for_its_method_and_one_click_makes_it(api: Api) -> None:
    made = make_all(api, "M")
    card = {"external_id": "card", "method": "credit_card", "amount": "50.00"}
    payment = api.post("payments", **bodies("M")["payment"] | card)
    api.settle()
    [issue] = api.issues(kind="payment", state="open")
    assert issue["cause"] == "payment_method"
    api.act(issue, "enable-card-method")
    api.settle()
    assert api.get(f"payments/{payment['id']}")["sync"]["state"] == "synced"
    assert made["payment"]["sync"]["state"] == "synced"


def test_settings_and_suggestions(api: Api) -> None:
    said = api.get("settings")
    assert set(said) == {"sync_invoice_numbers", "unmatched", "accounts"}
    assert said["unmatched"] == "create"
    changed = api("PATCH", "settings", {"sync_invoice_numbers": True})
    assert (changed.status, changed.json["sync_invoice_numbers"]) == (200, True)
    api.post("accounts", external_id="sug", name="Suggested Client")
    api.settle()
    [found] = api.get("customers?q=suggested")["items"]
    assert (found["name"], found["linked"]) == ("Suggested Client", True)


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/sign-in", "/api/v1/openapi.json"], ids=str
)
def test_public_addresses_answer(api: Api, path: str) -> None:
    assert api.installation.ask("GET", path).status == 200
