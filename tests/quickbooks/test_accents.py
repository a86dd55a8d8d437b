"""The whole road of every kind, with a QuickBooks that answers otherwise than our own stand-in."""

from __future__ import annotations

import pytest

from tests.quickbooks import accents
from tests.quickbooks.accents import ACCENTS, Accent, Proxy
from tests.quickbooks.listening import hear, poll
from tests.quickbooks.office import MakeOffice, Office
from webapp.quickbooks import connection as connecting
from webapp.quickbooks import roles
from webapp.quickbooks.payloads import ENTITIES

pytestmark = pytest.mark.usefixtures("announced")


def there(office: Office, kind: str, record: int, act: str, **more: object) -> None:
    id_ = office.quickbooks_id(kind, record)
    office.control(f"objects/{act}", entity=ENTITIES[kind], id=id_, **more)


CHANGES = {
    "account": {"email": "ada@there.example"},
    "service": {"rate": "130.00"},
    "invoice": {"memo": "Thank you"},
    "payment": {"reference": "CH-77"},
    "refund": {"reason": "Too much"},
    "expense": {"description": "Card fee"},
}


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(accents.AT_ONCE, id="at_once"),
        *(
            pytest.param((accent,), id=accent.__name__, marks=pytest.mark.full)
            for accent in ACCENTS
        ),
    ],
)
def test_whole_road_in_another_accent(
    proxy: Proxy, make_office: MakeOffice, heard: tuple[Accent, ...]
) -> None:
    proxy.accents = heard
    office = make_office(connected=False)
    office.connect()
    assert_defaults(office)

    made = create_one_of_each_and_a_crowd(office)
    change_every_kind(office, made)
    give_a_number_away(office, made)
    take_a_name(office)
    edit_and_delete_there(office, made)
    office.require_order()
    remove_every_kind(office, made)
    leave(office, proxy)


def assert_defaults(office: Office) -> None:
    chosen = office.connection().accounts
    assert set(chosen) >= set(roles.ROLES) - {roles.FEE_VENDOR}
    deposit = office.object("Account", chosen[roles.DEPOSIT])
    assert deposit["AccountSubType"] == "UndepositedFunds"


def create_one_of_each_and_a_crowd(office: Office) -> dict[str, int]:
    made = office.one_of_each()
    office.settle()
    crowd = [office.invoice(made["account"], made["service"], number=f"C-{n}") for n in range(7)]
    office.settle()
    hear(office)
    assert office.issues() == []
    assert {office.state(kind, record) for kind, record in made.items()} == {"synced"}
    assert {office.state("invoice", record) for record in crowd} == {"synced"}
    office.require_order()
    return made


def change_every_kind(office: Office, made: dict[str, int]) -> None:
    for kind, fields in CHANGES.items():
        office.change(kind, made[kind], **fields)
    office.settle()
    hear(office)
    poll(office)
    assert office.issues() == []
    assert {office.state(kind, record) for kind, record in made.items()} == {"synced"}


def give_a_number_away(office: Office, made: dict[str, int]) -> None:
    """Somebody over there takes the number that an invoice of ours is about to be sent with."""
    customer = {"value": office.quickbooks_id("account", made["account"])}
    item = {"value": office.quickbooks_id("service", made["service"])}
    detail = {"ItemRef": item}
    line = {"Amount": 75, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    office.create_theirs("Invoice", CustomerRef=customer, DocNumber="T-1", Line=[line])
    ours = office.invoice(made["account"], made["service"], number="T-1")
    office.settle()
    issue = office.only_issue()
    assert (issue.cause, issue.facts["n"], issue.facts["next"]) == ("dup_number", "T-1", "T-2")
    assert issue.theirs is not None
    office.act(issue, "use-number")
    office.settle()
    hear(office)
    assert office.issues() == []
    assert office.theirs("invoice", ours)["DocNumber"] == "T-2"


def take_a_name(office: Office) -> None:
    office.create_theirs("Vendor", DisplayName="Nora Whitfield")
    client = office.client("Nora Whitfield")
    office.settle()
    issue = office.only_issue()
    assert issue.cause == "name_taken"
    office.act(issue, "rename", name="Nora Whitfield (Customer)")
    office.settle()
    assert office.state("account", client) == "synced"


def edit_and_delete_there(office: Office, made: dict[str, int]) -> None:
    there(office, "invoice", made["invoice"], "amount", amount=999)
    hear(office)
    issue = office.only_issue()
    assert issue.cause == "edited"
    office.act(issue, "send-ours")
    office.settle()
    hear(office)
    assert office.issues() == []
    assert office.theirs("invoice", made["invoice"])["TotalAmt"] == 240

    there(office, "expense", made["expense"], "delete")
    hear(office)
    issue = office.only_issue()
    assert issue.cause == "record_deleted"
    office.act(issue, "recreate")
    office.settle()
    assert office.state("expense", made["expense"]) == "synced"

    there(office, "account", made["account"], "inactivate")
    hear(office)
    assert {issue.cause for issue in office.issues("account")} == {"customer_deleted"}
    there(office, "account", made["account"], "activate")
    hear(office)
    assert office.issues() == []


def remove_every_kind(office: Office, made: dict[str, int]) -> None:
    there(office, "refund", made["refund"], "delete")  # it is gone before we say so
    for kind in ("expense", "refund", "payment", "invoice", "service", "account"):
        office.remove(kind, made[kind])
        office.settle()
    hear(office)
    poll(office)
    assert office.issues() == []
    assert office.objects("RefundReceipt") == office.objects("Purchase") == []
    assert office.objects("Payment") == []


def leave(office: Office, proxy: Proxy) -> None:
    with office.database():
        connecting.disconnect(office.connection())
    path, body = next((p, b) for m, p, b in reversed(proxy.requests) if p.endswith("/revoke"))
    assert path
    assert body.startswith(b'{"token":')
