"""Names: who shares them, what frees them, what they may hold."""

from __future__ import annotations

import pytest

from tests.sandbox.books import Books, Json, Refused
from tests.sandbox_process import Switch

TAKEN = (
    "The name supplied already exists. : Another customer, vendor or employee is already using "
    "this name. Please use a different name."
)


@pytest.mark.parametrize("entity", ["Customer", "Vendor", "Employee"])
def test_customers_vendors_and_employees_share_their_names(
    books: Books, customer: Json, entity: str
) -> None:
    with pytest.raises(Refused) as refused:
        books.create(entity, {"DisplayName": "ADA byron"})
    assert (refused.value.status, refused.value.code) == (400, "6240")
    assert refused.value.message == "Duplicate Name Exists Error"
    assert refused.value.detail == TAKEN


def test_name_of_an_account_has_its_own_text(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.create("Account", {"Name": "checking", "AccountSubType": "Checking"})
    assert refused.value.detail.endswith(
        "Another account is already using this name.  Please use a different name."
    )


def test_item_names_are_unique_among_siblings(books: Books, item: Json) -> None:
    with pytest.raises(Refused) as refused:
        books.item("tuition")
    assert refused.value.code == "6240"
    parent = {"ParentRef": {"value": item["Id"]}, "SubItem": True}
    assert books.item("Tuition", **parent)["FullyQualifiedName"] == "Tuition:Tuition"


def test_an_inactive_name_is_free_again(books: Books, customer: Json) -> None:
    books.update("Customer", customer, Active=False)
    assert books.customer("Ada Byron")["DisplayName"] == "Ada Byron"


def test_an_inactive_name_may_stay_taken(books: Books, customer: Json, switch: Switch) -> None:
    switch(inactive_name_free=False)
    books.update("Customer", customer, Active=False)
    with pytest.raises(Refused) as refused:
        books.customer("Ada Byron")
    assert refused.value.code == "6240"


def test_reactivating_gives_the_name_back_or_clashes(books: Books, customer: Json) -> None:
    gone = books.update("Customer", customer, Active=False)
    back = books.update("Customer", gone, Active=True)
    assert back["DisplayName"] == "Ada Byron"
    gone = books.update("Customer", back, Active=False)
    books.customer("Ada Byron")
    with pytest.raises(Refused) as refused:
        books.update("Customer", gone, Active=True)
    assert refused.value.code == "6240"


@pytest.mark.parametrize(
    ("setting", "suffix"), [("numbered", " (deleted 2)"), ("same", " (deleted)")]
)
def test_second_deletion_of_a_name_follows_the_switch(
    books: Books, customer: Json, switch: Switch, setting: str, suffix: str
) -> None:
    switch(second_deletion=setting)
    books.update("Customer", customer, Active=False)
    again = books.update("Customer", books.customer("Ada Byron"), Active=False)
    assert again["DisplayName"] == "Ada Byron" + suffix


def test_display_name_is_built_from_its_parts(books: Books) -> None:
    made = books.create("Customer", {"Title": "Dr", "GivenName": "Ada", "FamilyName": "Byron"})
    assert made["DisplayName"] == "Dr Ada Byron"


def test_customer_without_any_name_is_6080(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.create("Customer", {"CompanyName": "Engines"})
    assert refused.value.code == "6080"


@pytest.mark.parametrize("name", ["a:b", "a\tb", "a\nb"])
def test_display_name_has_no_colon_tab_or_newline(books: Books, name: str) -> None:
    with pytest.raises(Refused) as refused:
        books.customer(name)
    assert refused.value.code == "2040"


@pytest.mark.parametrize(
    ("entity", "field", "limit"),
    [
        ("Customer", "DisplayName", 500),
        ("Customer", "GivenName", 100),
        ("Customer", "MiddleName", 100),
        ("Customer", "FamilyName", 100),
        ("Customer", "Title", 16),
        ("Customer", "Suffix", 16),
        ("Customer", "CompanyName", 100),
        ("Customer", "PrintOnCheckName", 110),
        ("Customer", "Notes", 2000),
        ("Vendor", "DisplayName", 500),
        ("PaymentMethod", "Name", 31),
        ("Item", "Name", 100),
        ("Item", "Sku", 100),
        ("Item", "Description", 4000),
        ("Account", "Name", 100),
    ],
)
def test_longest_text_is_accepted_and_one_more_is_2050(
    books: Books, entity: str, field: str, limit: int
) -> None:
    def fields(name: str) -> Json:
        income = {"value": books.account("Services")}
        return {
            "PaymentMethod": {"Name": name},
            "Item": {"Name": name, "Type": "Service", "IncomeAccountRef": income},
            "Account": {"Name": name, "AccountType": "Bank"},
        }.get(entity, {"DisplayName": name})

    assert books.post(entity.lower(), {**fields("One"), field: "x" * limit}).status_code == 200
    with pytest.raises(Refused) as refused:
        books.create(entity, {**fields("Two"), field: "x" * (limit + 1)})
    assert refused.value.code == "2050"
    assert f"Max:{limit} supported. Supplied length:{limit + 1}" in refused.value.detail


@pytest.mark.parametrize("address", ["ada", "ada@example", "example.org"])
def test_email_needs_an_at_and_a_dot(books: Books, address: str) -> None:
    with pytest.raises(Refused):
        books.customer(PrimaryEmailAddr={"Address": address})


def test_email_is_at_most_100(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.customer(PrimaryEmailAddr={"Address": "a" * 90 + "@example.org"})
    assert refused.value.code == "2050"


def test_sub_customers_go_five_levels_deep(books: Books) -> None:
    parent = books.customer("L0")
    for level in range(1, 5):
        parent = books.customer(f"L{level}", ParentRef={"value": parent["Id"]}, Job=True)
    assert parent["FullyQualifiedName"] == "L0:L1:L2:L3:L4"
    with pytest.raises(Refused) as refused:
        books.customer("L5", ParentRef={"value": parent["Id"]}, Job=True)
    assert refused.value.code == "6180"


def test_renaming_a_parent_renames_the_full_names_below(books: Books) -> None:
    parent = books.customer("Old")
    child = books.customer("Child", ParentRef={"value": parent["Id"]}, Job=True)
    books.update("Customer", parent, DisplayName="New")
    assert books.read("Customer", child["Id"])["FullyQualifiedName"] == "New:Child"


def test_currency_is_fixed_once_a_customer_exists(books: Books, customer: Json) -> None:
    with pytest.raises(Refused):
        books.update("Customer", customer, CurrencyRef={"value": "CAD"})
