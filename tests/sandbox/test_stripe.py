"""The local Stripe, asked by Stripe's own library and checked against what it documents."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.sandbox.listener import Listener
from tests.sandbox_process import SandboxProcess

Json = dict[str, Any]


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def account(sandbox: SandboxProcess, listener: Listener) -> Json:
    return sandbox.control("stripe/accounts", {"name": "Test", "target": listener.url})


@pytest.fixture
def api(sandbox: SandboxProcess, account: Json) -> Any:
    return client(sandbox, account["api_key"])


def client(sandbox: SandboxProcess, key: str) -> Any:
    addresses: Any = {"api": sandbox.api_url}
    return stripe.StripeClient(key, base_addresses=addresses, max_network_retries=0).v1


def act(sandbox: SandboxProcess, account: Json, path: str, **given: Any) -> Json:
    made: Json = sandbox.control(f"stripe/{path}", {"account": account["account"], **given})
    return made["object"]  # type: ignore[no-any-return]


def test_library_verifies_and_reads_every_event(
    sandbox: SandboxProcess, account: Json, listener: Listener
) -> None:
    charge = act(sandbox, account, "charges", amount=12_000, metadata={"invoice_number": "7"})
    act(sandbox, account, "refunds", charge=charge["id"], amount=2_000)
    dispute = act(sandbox, account, "disputes", charge=charge["id"])
    act(sandbox, account, "disputes/close", dispute=dispute["id"], won=True)
    listener.wait_for(9)
    names = []
    for headers, body in listener.received:
        event = stripe.Webhook.construct_event(
            body, headers["stripe-signature"], account["webhook_secret"]
        )
        names.append(event.type)
        assert event.data.object.id
    assert sorted(names) == [
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.refunded",
        "charge.succeeded",
        "charge.updated",
        "payment_intent.succeeded",
        "refund.created",
    ]


def test_event_is_sent_again_until_it_is_answered(
    sandbox: SandboxProcess, account: Json, listener: Listener
) -> None:
    listener.statuses = [500, 503]
    act(sandbox, account, "charges", amount=12_000, captured=False)
    first, second, third = listener.wait_for(3)
    assert first == second == third


def test_library_reads_a_charge_with_all_that_belongs_to_it(
    sandbox: SandboxProcess, account: Json, api: Any
) -> None:
    customer = {"email": "ada@byron.example", "name": "Ada"}
    made = act(sandbox, account, "charges", amount=12_000, customer=customer)
    act(sandbox, account, "refunds", charge=made["id"], amount=2_000)
    expand = ["customer", "balance_transaction", "refunds.data.balance_transaction"]
    charge = api.charges.retrieve(made["id"], {"expand": expand})
    assert charge.customer.email == "ada@byron.example"
    assert charge.balance_transaction.fee == 378
    assert [r.balance_transaction.amount for r in charge.refunds.data] == [-2_000]
    plain = api.charges.retrieve(made["id"])
    assert plain.balance_transaction == charge.balance_transaction.id
    assert "refunds" not in plain


def test_lists_are_paged(sandbox: SandboxProcess, account: Json, api: Any) -> None:
    made = [act(sandbox, account, "charges", amount=100 + n)["id"] for n in range(5)]
    first = api.charges.list({"limit": 2})
    assert [c.id for c in first.data] == made[:-3:-1]
    assert first.has_more
    assert [c.id for c in first.auto_paging_iter()] == made[::-1]
    events = api.events.list({"types": ["charge.succeeded"], "created": {"gte": 0}, "limit": 100})
    assert len(events.data) == 5


def test_wrong_key_and_unknown_ids_are_refused_as_stripe_does(
    sandbox: SandboxProcess, api: Any
) -> None:
    with pytest.raises(stripe.AuthenticationError):
        client(sandbox, "sk_test_wrong").charges.list()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.charges.retrieve("ch_unknown")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_accounts_do_not_see_each_others_charges(
    sandbox: SandboxProcess, account: Json, api: Any
) -> None:
    other = sandbox.control("stripe/accounts", {"name": "Other"})
    made = act(sandbox, other, "charges", amount=100)
    with pytest.raises(stripe.InvalidRequestError):
        api.charges.retrieve(made["id"])


def test_balance_is_what_is_left(sandbox: SandboxProcess, account: Json) -> None:
    charge = act(sandbox, account, "charges", amount=10_000)
    refund = act(sandbox, account, "refunds", charge=charge["id"], amount=4_000)
    act(sandbox, account, "refunds/change", refund=refund["id"], status="failed")
    act(sandbox, account, "disputes", charge=charge["id"], amount=1_000)
    found = sandbox.control("stripe/accounts")["accounts"]
    balance = next(one["balance"] for one in found if one["account"] == account["account"])
    assert balance == 10_000 - 320 - 1_000 - 1_500


def test_a_person_charges_a_card_on_the_page(
    sandbox: SandboxProcess, account: Json, listener: Listener
) -> None:
    form = {"account": account["account"], "act": "charge", "amount": "120.50", "invoice": "1042"}
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{sandbox.api_url}/stripe", data) as page:
        assert "The card was charged." in page.read().decode()
    bodies = listener.wait_for(3)
    charge = next(b for b in bodies if b["type"] == "charge.succeeded")["data"]["object"]
    assert (charge["amount"], charge["metadata"]) == (12_050, {"invoice_number": "1042"})


def test_account_is_remembered(tmp_path: Any) -> None:
    data = tmp_path / "sandbox.sqlite"
    with SandboxProcess.start(data=data) as first:
        made = first.control("stripe/accounts", {"name": "Kept"})
        charge = act(first, made, "charges", amount=100)
        first.kill()
    with SandboxProcess.start(data=data) as second:
        [kept] = second.control("stripe/accounts")["accounts"]
        assert kept == made | {"balance": kept["balance"]}
        found = client(second, made["api_key"]).charges.retrieve(charge["id"])
        assert json.loads(str(found))["amount"] == 100
