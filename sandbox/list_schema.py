"""Which properties do customers, items, accounts and the other lists have?

The rules a property obeys by itself (type, length, choice, required) stand here as data. Lengths
and choices: Intuit's entity pages; the names: Finance.xsd.
"""

from __future__ import annotations

from sandbox.fields import declare

BASE = declare("""
    Id text
    SyncToken text readonly hidden
    MetaData object readonly hidden
    CustomField list
    AttachableRef list
    V4IDPseudonym text readonly hidden
    domain text readonly hidden
    status text readonly hidden
    sparse flag readonly hidden
""")

NAMED = declare("Active flag", BASE)

PERSON = declare(
    """
    DisplayName text:500
    Title text:16
    GivenName text:100
    MiddleName text:100
    FamilyName text:100
    Suffix text:16
    FullyQualifiedName text readonly
    CompanyName text:100
    PrintOnCheckName text:110
    UserId text
    PrimaryPhone object
    AlternatePhone object
    Mobile object
    Fax object
    PrimaryEmailAddr email:100 queryable
    WebAddr object
    OtherAddr list
    OtherContactInfo list
    DefaultTaxCodeRef ref:TaxCode
    IntuitId text
    Organization flag
    Balance number readonly
    BalanceWithJobs number readonly
    OpenBalanceDate date
    CurrencyRef ref
    BillAddr object
    ShipAddr object
    Notes text:2000 hidden
    AcctNum text:100
    BusinessNumber text:10
    PaymentMethodRef ref:PaymentMethod
    IsProject flag
    ClientEntityId text
""",
    NAMED,
)

CUSTOMER = declare(
    """
    Taxable flag
    ContactName text
    AltContactName text
    Job flag
    BillWithParent flag
    RootCustomerRef ref readonly
    ParentRef ref:Customer queryable
    Level number readonly
    CustomerTypeRef ref
    SalesTermRef ref:Term
    SalesRepRef ref
    TaxGroupCodeRef ref
    TaxRateRef ref
    PriceLevelRef ref
    OverDueBalance number readonly
    TotalRevenue number readonly
    TotalExpense number readonly
    CCDetail object
    JobInfo object
    PreferredDeliveryMethod text
    ResaleNum text:16
    TaxExemptionReasonId text
    PrimaryTaxIdentifier text
    SecondaryTaxIdentifier text
    GSTIN text
    GSTRegistrationType text
    Source text
    ARAccountRef ref:Account
""",
    PERSON,
)

VENDOR = declare(
    """
    PrimaryEmailAddr email:100 hidden
    ContactName text
    AltContactName text
    TaxIdentifier text
    TaxReportingBasis text
    TermRef ref:Term
    Vendor1099 flag
    T4AEligible flag
    T5018Eligible flag
    VendorTypeRef ref
    APAccountRef ref:Account
    BillRate number
    CostRate number
    CreditLimit number
    GSTIN text
    GSTRegistrationType text
    HasTPAR flag
    VendorPaymentBankDetail object
    Source text
""",
    PERSON,
)

EMPLOYEE = declare(
    """
    EmailAddress object
    PrimaryAddr object
    BillableTime flag
    BillRate number
    CostRate number
    BirthDate date
    HiredDate date
    ReleasedDate date
    EmployeeNumber text:100
    EmployeeType text
    Gender text
    SSN text
    UseTimeEntry text
""",
    PERSON,
)

ITEM = declare(
    """
    Name text:100
    Sku text:100
    Description text:4000
    SubItem flag
    ParentRef ref:Item queryable
    Level number readonly
    FullyQualifiedName text readonly
    Taxable flag
    SalesTaxIncluded flag
    PercentBased flag
    UnitPrice number
    RatePercent number
    Type enum:Service|NonInventory|Inventory|Category|Group
    ItemCategoryType text
    ServiceType text
    PaymentMethodRef ref:PaymentMethod
    UOMSetRef ref
    IncomeAccountRef ref:Account
    PurchaseDesc text:1000
    PurchaseTaxIncluded flag
    PurchaseCost number
    ExpenseAccountRef ref:Account
    COGSAccountRef ref:Account
    AssetAccountRef ref:Account
    PrefVendorRef ref:Vendor
    AvgCost number
    TrackQtyOnHand flag
    QtyOnHand number
    QtyOnPurchaseOrder number
    QtyOnSalesOrder number
    ReorderPoint number
    ManPartNum text
    DepositToAccountRef ref
    SalesTaxCodeRef ref:TaxCode
    PurchaseTaxCodeRef ref:TaxCode
    InvStartDate date
    ItemGroupDetail object
    PrintGroupedItems flag
    ClassRef ref:Class
    Source text
    TaxClassificationRef ref
    AbatementRate number
    ReverseChargeRate number
    DeferredRevenue flag
""",
    NAMED,
)

ACCOUNT_TYPES = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
}

ACCOUNT = declare(
    """
    Name text:100
    SubAccount flag
    ParentRef ref:Account queryable
    FullyQualifiedName text readonly
    Description text:100
    AccountAlias text
    TxnLocationType text
    Classification text readonly
    AccountSubType text
    AcctNum text:20
    BankNum text
    OpeningBalance number
    OpeningBalanceDate date
    CurrentBalance number readonly
    CurrentBalanceWithSubAccounts number readonly
    CurrencyRef ref
    TaxAccount flag
    TaxCodeRef ref:TaxCode
    OnlineBankingEnabled flag
    FIName text
    AccountType text
""",
    NAMED,
)


ATTACHABLE = declare(
    """
    FileName text:1000
    FileAccessUri text readonly
    TempDownloadUri text readonly
    Size number
    ContentType text:100
    Category text
    Lat text
    Long text
    PlaceName text:2000
    Note text:2000
    Tag text:2000
    ThumbnailFileAccessUri text readonly
    ThumbnailTempDownloadUri text readonly
""",
    BASE,
)

TERM = declare(
    """
    Name text:31 required
    Type text readonly
    DiscountPercent number
    DueDays number
    DiscountDays number
    DayOfMonthDue number
    DueNextMonthDays number
    DiscountDayOfMonth number
""",
    NAMED,
)

TAX_CODE = declare(
    """
    Name text:100 required
    Description text:100
    Hidden flag
    Taxable flag
    TaxGroup flag
    TaxCodeConfigType text
    SalesTaxRateList object hidden
    PurchaseTaxRateList object hidden
""",
    NAMED,
)

TAX_RATE = declare(
    """
    Name text:100 required
    Description text:100
    RateValue number
    AgencyRef ref:TaxAgency
    TaxReturnLineRef ref
    EffectiveTaxRate list hidden
    SpecialTaxType text
    DisplayType text
    OriginalTaxRate text
""",
    NAMED,
)

TAX_AGENCY = declare(
    """
    DisplayName text:100 required
    TaxRegistrationNumber text:30
    TaxTrackedOnPurchases flag
    TaxTrackedOnSales flag
    LastFileDate date
    TaxAgencyConfig text
""",
    NAMED,
)

COMPANY_INFO = declare(
    """
    CompanyName text:1024
    LegalName text:1024
    CompanyAddr object
    CustomerCommunicationAddr object
    LegalAddr object
    CustomerCommunicationEmailAddr object
    PrimaryPhone object
    CompanyStartDate date
    EmployerId text
    FiscalYearStartMonth text
    Country text
    Email object
    WebAddr object
    SupportedLanguages text
    DefaultTimeZone text
    NameValue list hidden
""",
    BASE,
)

PREFERENCES = declare(
    """
    AccountingInfoPrefs object hidden
    ProductAndServicesPrefs object hidden
    SalesFormsPrefs object hidden
    EmailMessagesPrefs object hidden
    VendorAndPurchasesPrefs object hidden
    TimeTrackingPrefs object hidden
    TaxPrefs object hidden
    CurrencyPrefs object hidden
    ReportPrefs object hidden
    OtherPrefs object hidden
""",
    BASE,
)

READ_ONLY = declare("Name text:100", NAMED)
