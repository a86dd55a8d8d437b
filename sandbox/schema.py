"""Which properties does each kind of object have?

The rules a property obeys by itself (type, length, choice, required) stand here as data. Lengths
and choices: Intuit's entity pages; the names: Finance.xsd.
"""

from __future__ import annotations

from sandbox.fields import Fields, declare

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
    AcctNum text:7
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

NAME_ONLY = declare("Name text:31", NAMED)

TRANSACTION = declare(
    """
    DocNumber text:21
    TxnDate date
    DepartmentRef ref:Department
    CurrencyRef ref
    ExchangeRate number
    HomeTotalAmt number readonly hidden
    PrivateNote text:4000 hidden
    TxnStatus text hidden
    LinkedTxn list hidden
    Line lines hidden
    TxnTaxDetail object hidden
    GlobalTaxCalculation text hidden
    TxnSource text hidden
    TaxFormType text hidden
    TaxFormNum text hidden
    TransactionLocationType text hidden
    Tag list hidden
    TxnApprovalInfo object hidden
    RecurDataRef ref hidden
    RecurringInfo object hidden
    ProjectRef ref hidden
    TaxExemptionRef ref hidden
    TotalAmt number readonly
""",
    BASE,
)

SALE = declare(
    """
    AutoDocNumber flag hidden
    CustomerRef ref:Customer queryable
    CustomerMemo memo:1000 hidden
    BillAddr object hidden
    ShipAddr object hidden
    ShipFromAddr object hidden
    FreeFormAddress flag hidden
    RemitToRef ref hidden
    ClassRef ref:Class hidden
    SalesTermRef ref:Term hidden
    DueDate date
    SalesRepRef ref hidden
    PONumber text:25 hidden
    FOB text hidden
    ShipMethodRef ref hidden
    ShipDate date hidden
    TrackingNum text hidden
    ApplyTaxAfterDiscount flag hidden
    TemplateRef ref hidden
    PrintStatus enum:NotSet|NeedToPrint|PrintComplete hidden
    EmailStatus enum:NotSet|NeedToSend|EmailSent hidden
    BillEmail email:100 hidden
    BillEmailCc email:200 hidden
    BillEmailBcc email:200 hidden
    ARAccountRef ref:Account hidden
    Balance number readonly
    HomeBalance number readonly hidden
    FinanceCharge flag hidden
    PaymentMethodRef ref:PaymentMethod hidden
    PaymentRefNum text:21
    PaymentType text hidden
    CheckPayment object hidden
    CreditCardPayment object hidden
    DepositToAccountRef ref:Account hidden
    DeliveryInfo object hidden
    DiscountRate number hidden
    DiscountAmt number hidden
    ShippingTaxIncludedInTotal flag hidden
""",
    TRANSACTION,
)

INVOICE = declare(
    """
    CustomerRef ref:Customer queryable required
    Line lines hidden required
    Deposit number hidden
    DepositToAccountRef ref:Account hidden
    AllowIPNPayment flag hidden
    AllowOnlinePayment flag hidden
    AllowOnlineCreditCardPayment flag hidden
    AllowOnlineACHPayment flag hidden
    AllowOnlinePayPalPayment flag hidden
    EInvoiceStatus text hidden
    ECloudStatusTimeStamp text hidden
    invoiceStatus text hidden
    callToAction text hidden
    invoiceStatusLog list hidden
    InvoiceLink text readonly hidden
    InvoiceLinkSecurityCode text hidden
    LessCIS number hidden
    InvoiceEx object hidden
""",
    SALE,
)

ESTIMATE = declare(
    """
    CustomerRef ref:Customer queryable required
    Line lines hidden required
    TxnStatus enum:Accepted|Closed|Pending|Rejected|Converted
    ExpirationDate date
    AcceptedBy text hidden
    AcceptedDate date hidden
""",
    SALE,
)

SALES_RECEIPT = declare("Line lines hidden required", SALE)

REFUND_RECEIPT = declare(
    """
    DepositToAccountRef ref:Account hidden required
    Line lines hidden required
    RemainingCredit number readonly hidden
""",
    SALE,
)

CREDIT_MEMO = declare(
    """
    CustomerRef ref:Customer queryable required
    Line lines hidden required
    RemainingCredit number readonly
    InvoiceRef ref hidden
""",
    SALE,
)

PAYMENT = declare(
    """
    CustomerRef ref:Customer queryable required
    TotalAmt number
    UnappliedAmt number readonly
    PaymentRefNum text:21
    PaymentMethodRef ref:PaymentMethod hidden
    DepositToAccountRef ref:Account hidden
    ARAccountRef ref:Account hidden
    ProcessPayment flag hidden
    RemitToRef ref hidden
    PaymentType text hidden
    CheckPayment object hidden
    CreditCardPayment object hidden
    OverPayment number readonly hidden
    PaymentEx object hidden
""",
    TRANSACTION,
)

PURCHASE = declare(
    """
    AccountRef ref:Account hidden required
    PaymentType enum:Cash|Check|CreditCard required
    Line lines hidden required
    EntityRef ref:Vendor|Customer|Employee hidden
    PaymentMethodRef ref:PaymentMethod hidden
    PaymentRefNum text:21
    RemitToAddr object hidden
    Credit flag hidden
    PrintStatus enum:NotSet|NeedToPrint|PrintComplete hidden
    PurchaseEx object hidden
    CheckPayment object hidden
    CreditCardPayment object hidden
    Print flag hidden
""",
    TRANSACTION,
)

BILL = declare(
    """
    VendorRef ref:Vendor hidden required
    Line lines hidden required
    APAccountRef ref:Account hidden
    SalesTermRef ref:Term hidden
    DueDate date
    Balance number readonly
    HomeBalance number readonly hidden
    VendorAddr object hidden
    PayerRef ref hidden
    RemitToAddr object hidden
    ShipAddr object hidden
    Memo text hidden
    BillEmail email:100 hidden
    ReplyEmail email:100 hidden
    IncludeInAnnualTPAR flag hidden
    LessCIS number hidden
""",
    TRANSACTION,
)

BILL_PAYMENT = declare(
    """
    VendorRef ref:Vendor hidden required
    PayType enum:Check|CreditCard hidden required
    TotalAmt number required
    Line lines hidden required
    APAccountRef ref:Account hidden
    CheckPayment object hidden
    CreditCardPayment object hidden
    ProcessBillPayment flag hidden
    BillPaymentEx object hidden
""",
    TRANSACTION,
)

DEPOSIT = declare(
    """
    DepositToAccountRef ref:Account hidden required
    Line lines hidden required
    CashBack object hidden
    DepositEx object hidden
""",
    TRANSACTION,
)

JOURNAL_ENTRY = declare(
    """
    Line lines hidden required
    Adjustment flag
    HomeCurrencyAdjustment flag hidden
    EnteredInHomeCurrency flag hidden
""",
    TRANSACTION,
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

LINE = declare("""
    Id text
    LineNum number
    Description text:4000
    Amount number
    DetailType text
    LinkedTxn list
    Received number
    CustomField list
    LineEx object readonly
    CustomExtensions list
""")

CODED = "ClassRef ref:Class\nTaxCodeRef ref:TaxCode\nTaxInclusiveAmt number\nServiceDate date"
PRICED = """
    ItemRef ref:Item
    UnitPrice number
    RatePercent number
    PriceLevelRef ref
    MarkupInfo object
    Qty number
    UOMRef ref
    ItemAccountRef ref:Account
    InventorySiteRef ref
    TaxClassificationRef ref
    DiscountRate number
    DiscountAmt number
    DeferredRevenue flag
"""
SPENT = """
    BillableStatus enum:Billable|NotBillable|HasBeenBilled
    CustomerRef ref:Customer
    TaxAmount number
    MarkupInfo object
    DepartmentRef ref:Department
"""

LINE_DETAILS: dict[str, Fields] = {
    "SalesItemLineDetail": declare(CODED + PRICED),
    "ItemBasedExpenseLineDetail": declare(f"{CODED}\n{PRICED}\n{SPENT}"),
    "AccountBasedExpenseLineDetail": declare(f"AccountRef ref:Account required\n{CODED}\n{SPENT}"),
    "SubTotalLineDetail": declare(CODED + PRICED),
    "DescriptionLineDetail": declare(CODED),
    "GroupLineDetail": declare("GroupItemRef ref:Item\nQuantity number\nUOMRef ref\nLine list"),
    "DiscountLineDetail": declare(
        CODED
        + """
        PercentBased flag
        DiscountPercent number
        DiscountAccountRef ref:Account
        DiscountRef ref
        Discount object
    """
    ),
    "DepositLineDetail": declare(
        CODED
        + """
        AccountRef ref:Account
        Entity ref
        PaymentMethodRef ref:PaymentMethod
        CheckNum text:21
        TxnType text
        TaxApplicableOn text
    """
    ),
    "JournalEntryLineDetail": declare(
        CODED
        + """
        PostingType enum:Debit|Credit
        AccountRef ref:Account
        Entity object
        DepartmentRef ref:Department
        TaxAmount number
        TaxApplicableOn text
        BillableStatus text
    """
    ),
}
DETAIL_NAMES = {"DescriptionOnly": "DescriptionLineDetail"}
