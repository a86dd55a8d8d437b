"""What becomes of a record of each kind in QuickBooks: made, changed, taken away."""

from __future__ import annotations

import pytest

from tests.quickbooks.office import Office
from webapp.models import KINDS
from webapp.quickbooks.payloads import ENTITIES

CHANGES = {
    "account": ({"name": "Ada Lovelace"}, ("DisplayName", "Ada Lovelace")),
    "service": ({"rate": "150.00"}, ("UnitPrice", 150)),
    "invoice": ({"memo": "Thank you"}, ("CustomerMemo", {"value": "Thank you"})),
    "payment": ({"reference": "CH-77"}, ("PaymentRefNum", "CH-77")),
    "refund": ({"amount": "31.00"}, ("TotalAmt", 31)),
    "expense": ({"amount": "4.10"}, ("TotalAmt", 4.1)),
}


def test_one_record_of_each_kind_reaches_quickbooks(office: Office) -> None:
    made = office.one_of_each()
    office.work()
    assert {kind: office.state(kind, made[kind]) for kind in KINDS} == dict.fromkeys(
        KINDS, "synced"
    )
    assert office.theirs("invoice", made["invoice"])["TotalAmt"] == 240
    assert office.theirs("invoice", made["invoice"])["Balance"] == 140
    assert office.theirs("refund", made["refund"])["TotalAmt"] == 30
    assert office.theirs("expense", made["expense"])["TotalAmt"] == 3.2
    office.require_order()


@pytest.mark.parametrize("kind", KINDS)
def test_change_reaches_the_object_and_makes_no_second(office: Office, kind: str) -> None:
    made = office.one_of_each()
    office.work()
    before = len(office.objects(ENTITIES[kind]))
    fields, (name, value) = CHANGES[kind]
    office.change(kind, made[kind], **fields)
    office.work()
    assert office.theirs(kind, made[kind])[name] == value
    assert len(office.objects(ENTITIES[kind])) == before
    office.require_order()
