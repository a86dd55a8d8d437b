"""A sandbox, a company with something in it, and python-quickbooks connected to both.

The modules test_pyqb_* hold a counterpart of every case of the library's own integration tests,
under the same names; `score` says at the end of a run how many of them pass.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from intuitlib import config
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.objects import (
    Account,
    Class,
    CreditMemo,
    Customer,
    Department,
    Employee,
    Invoice,
    Item,
    Payment,
    TimeActivity,
    Transfer,
    Vendor,
)

from tests.contract.objects import first, sale_line, saved
from tests.sandbox_process import SandboxProcess

MINOR_VERSION = 75


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess.start(limits=False) as process:
        yield process


@pytest.fixture(scope="session")
def qb(sandbox: SandboxProcess) -> Iterator[QuickBooks]:
    """The library's client, which knows nothing of the sandbox but its addresses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
        patch.setitem(config.DISCOVERY_URL, "sandbox", sandbox.announced["discovery_url"])
        patch.setattr(QuickBooks, "sandbox_api_url_v3", f"{sandbox.api_url}/v3")
        client = _connected(sandbox)
        _fill(client)
        yield client


def _connected(sandbox: SandboxProcess) -> QuickBooks:
    company = sandbox.control("companies", {"name": "Contract"})
    sign_in = AuthClient(
        client_id=sandbox.announced["client_id"],
        client_secret=sandbox.announced["client_secret"],
        environment="sandbox",
        redirect_uri="http://127.0.0.1/callback",
    )
    return QuickBooks(
        minorversion=MINOR_VERSION,
        auth_client=sign_in,
        refresh_token=company["refresh_token"],
        company_id=company["realm_id"],
    )


def _fill(qb: QuickBooks) -> None:
    """What upstream takes for granted in Intuit's sample company."""
    income = first(qb, Account, "AccountSubType = 'SalesOfProductIncome'")
    cost = first(qb, Account, "AccountSubType = 'SuppliesMaterialsCogs'")
    stock = first(qb, Account, "AccountSubType = 'Inventory'")
    customer = saved(qb, Customer, DisplayName="Grace Hopper")
    sold = {"IncomeAccountRef": income.to_ref(), "ExpenseAccountRef": cost.to_ref()}
    item = saved(qb, Item, Name="Lesson", Type="Service", **sold)
    counted = {"TrackQtyOnHand": True, "QtyOnHand": 5, "InvStartDate": "2015-01-01"}
    stocked = {"Type": "Inventory", "AssetAccountRef": stock.to_ref(), **counted, **sold}
    saved(qb, Item, Name="Book", **stocked)
    saved(qb, Vendor, DisplayName="Paper Mill")
    employee = saved(qb, Employee, GivenName="Ada", FamilyName="Byron")
    saved(qb, Department, Name="North")
    saved(qb, Class, Name="Evening")
    for kind in (Invoice, CreditMemo):
        saved(qb, kind, CustomerRef=customer.to_ref(), Line=[sale_line(item)])
    for _ in range(5):
        saved(qb, Payment, CustomerRef=customer.to_ref(), TotalAmt=10)
    checking = first(qb, Account, "AccountSubType = 'Checking'")
    savings = first(qb, Account, "AccountSubType = 'Savings'")
    between = {"FromAccountRef": checking.to_ref(), "ToAccountRef": savings.to_ref()}
    saved(qb, Transfer, Amount=10, **between)
    saved(qb, TimeActivity, NameOf="Employee", EmployeeRef=employee.to_ref(), Hours=1)


@pytest.fixture
def customer(qb: QuickBooks) -> Customer:
    return first(qb, Customer)


@pytest.fixture
def item(qb: QuickBooks) -> Item:
    return first(qb, Item, "Type = 'Service'")


@pytest.fixture
def vendor(qb: QuickBooks) -> Vendor:
    return first(qb, Vendor)


@pytest.fixture
def invoice(qb: QuickBooks, customer: Customer, item: Item) -> Invoice:
    fields = {"CustomerRef": customer.to_ref(), "Line": [sale_line(item)]}
    return saved(qb, Invoice, **fields)
