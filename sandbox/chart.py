"""What is in a new US company before anyone has typed anything?

The default chart of accounts, payment methods (with the Ids Intuit's samples show), terms, tax
codes, preferences and company information.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox.company import Company, Draft
from sandbox.entities import ENTITIES
from sandbox.list_schema import ACCOUNT_TYPES
from sandbox.wire import Body

ACCOUNTS = (
    ("Checking", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Inventory Asset", "Other Current Asset", "Inventory"),
    ("Prepaid Expenses", "Other Current Asset", "PrepaidExpenses"),
    ("Furniture and Equipment", "Fixed Asset", "FurnitureAndFixtures"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Mastercard", "Credit Card", "CreditCard"),
    ("Visa", "Credit Card", "CreditCard"),
    ("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable"),
    ("Loan Payable", "Other Current Liability", "OtherCurrentLiabilities"),
    ("Notes Payable", "Long Term Liability", "OtherLongTermLiabilities"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Retained Earnings", "Equity", "RetainedEarnings"),
    ("Services", "Income", "ServiceFeeIncome"),
    ("Sales", "Income", "SalesOfProductIncome"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("Discounts given", "Income", "DiscountsRefundsGiven"),
    ("Interest Earned", "Other Income", "InterestEarned"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("Advertising", "Expense", "AdvertisingPromotional"),
    ("Bank Charges", "Expense", "BankCharges"),
    ("Insurance", "Expense", "Insurance"),
    ("Meals and Entertainment", "Expense", "EntertainmentMeals"),
    ("Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("Rent or Lease", "Expense", "RentOrLeaseOfBuildings"),
    ("Travel", "Expense", "Travel"),
    ("Utilities", "Expense", "Utilities"),
    ("Miscellaneous", "Other Expense", "OtherMiscellaneousExpense"),
)

METHODS = (
    ("Cash", "NON_CREDIT_CARD"),
    ("Check", "NON_CREDIT_CARD"),
    ("Visa", "CREDIT_CARD"),
    ("MasterCard", "CREDIT_CARD"),
    ("Discover", "CREDIT_CARD"),
    ("American Express", "CREDIT_CARD"),
    ("Diners Club", "CREDIT_CARD"),
)

TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))

TAX_CODES = (
    ("TAX", "TAX", True, False),
    ("NON", "NON", False, False),
    ("2", "California", True, True),
    ("3", "Tucson", True, True),
)

MESSAGES = ("InvoiceMessage", "EstimateMessage", "SalesReceiptMessage", "StatementMessage")


def seed(draft: Draft, company_name: str) -> None:
    """Stage all default lists; the caller commits."""
    company = draft.company
    for name, kind, subtype in ACCOUNTS:
        _add(draft, "Account", _account(name, kind, subtype))
    for name, kind in METHODS:
        _add(draft, "PaymentMethod", {"Name": name, "Type": kind})
    for name, days in TERMS:
        _add(draft, "Term", {"Name": name, "Type": "STANDARD", "DueDays": Decimal(days)})
    _add(draft, "CompanyCurrency", {"Name": "Canadian Dollar", "Code": "CAD"})
    _seed_taxes(draft)
    draft.add(ENTITIES["CompanyInfo"], _company_info(company, company_name, draft), "1")
    draft.add(ENTITIES["Preferences"], _preferences(), "1")


def _add(draft: Draft, entity: str, body: Body, identifier: str = "") -> None:
    draft.add(ENTITIES[entity], {"Active": True, **body}, identifier)


def _account(name: str, kind: str, subtype: str) -> Body:
    return {
        "Name": name,
        "FullyQualifiedName": name,
        "SubAccount": False,
        "AccountType": kind,
        "AccountSubType": subtype,
        "Classification": ACCOUNT_TYPES[kind],
        "CurrentBalance": Decimal(0),
        "CurrentBalanceWithSubAccounts": Decimal(0),
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
    }


def _seed_taxes(draft: Draft) -> None:
    _add(draft, "TaxAgency", {"DisplayName": "Board of Equalization", "TaxTrackedOnSales": True})
    _add(draft, "TaxAgency", {"DisplayName": "Arizona Dept. of Revenue", "TaxTrackedOnSales": True})
    for number, name in (("1", "California"), ("2", "Tucson")):
        rate = {"Name": name, "RateValue": Decimal(8), "AgencyRef": {"value": number}}
        _add(draft, "TaxRate", {**rate, "SpecialTaxType": "NONE"}, number)
    for identifier, name, taxable, group in TAX_CODES:
        rates = [{"TaxRateRef": {"value": "1" if name == "California" else "2"}}] if group else []
        body = {"Name": name, "Description": name, "Taxable": taxable, "TaxGroup": group}
        _add(draft, "TaxCode", {**body, "SalesTaxRateList": {"TaxRateDetail": rates}}, identifier)


def _company_info(company: Company, name: str, draft: Draft) -> Body:
    return {
        "CompanyName": name,
        "LegalName": name,
        "CompanyStartDate": draft.now.date().isoformat(),
        "FiscalYearStartMonth": "January",
        "Country": "USA",
        "Email": {"Address": "books@company.example"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "DefaultTimeZone": "America/Los_Angeles",
        "NameValue": [
            {"Name": "SubscriptionStatus", "Value": "PAID"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "CompanyType", "Value": "Other"},
        ],
    }


def _preferences() -> Body:
    return {
        "AccountingInfoPrefs": {
            "UseAccountNumbers": False,
            "TrackDepartments": False,
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "FirstMonthOfFiscalYear": "January",
            "TaxYearMonth": "January",
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": False,
            "AllowDeposit": False,
            "AllowDiscount": False,
            "AllowEstimates": True,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "AutoApplyCredit": False,
            "AutoApplyPayments": False,
            "DefaultTerms": {"value": "3"},
            "UsingPriceLevels": False,
        },
        "EmailMessagesPrefs": {
            name: {"Subject": f"{name} from us", "Message": "Please find it attached."}
            for name in MESSAGES
        },
        "VendorAndPurchasesPrefs": {"BillableExpenseTracking": True, "TrackingByCustomer": True},
        "TimeTrackingPrefs": {"UseServices": False, "WorkWeekStartDate": "Monday"},
        "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": True},
        "CurrencyPrefs": {"HomeCurrency": {"value": "USD"}, "MultiCurrencyEnabled": False},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {
            "NameValue": [{"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": ""}]
        },
    }
