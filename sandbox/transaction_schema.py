"""Which properties do invoices, payments and the other transactions have?

Lengths and choices: Intuit's entity pages; the names: Finance.xsd. `hidden` ones cannot stand in a
WHERE: notes, lines and most references.
"""

from __future__ import annotations

from sandbox.fields import declare
from sandbox.list_schema import BASE

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

VENDOR_CREDIT = declare(
    """
    VendorRef ref:Vendor hidden required
    Line lines hidden required
    APAccountRef ref:Account hidden
    Balance number readonly
    VendorAddr object hidden
""",
    TRANSACTION,
)

PURCHASE_ORDER = declare(
    """
    VendorRef ref:Vendor hidden required
    Line lines hidden required
    APAccountRef ref:Account hidden required
    DueDate date
    POStatus enum:Open|Closed
    POEmail email:100 hidden
    Memo text hidden
    ClassRef ref:Class hidden
    SalesTermRef ref:Term hidden
    ShipMethodRef ref hidden
    TaxCodeRef ref:TaxCode hidden
    VendorAddr object hidden
    ShipAddr object hidden
    ShipTo ref:Customer hidden
    EmailStatus text hidden
""",
    TRANSACTION,
)

TRANSFER = declare(
    """
    FromAccountRef ref:Account hidden required
    ToAccountRef ref:Account hidden required
    Amount number required
""",
    TRANSACTION,
)

TIME_ACTIVITY = declare(
    """
    NameOf enum:Employee|Vendor|Other required
    EmployeeRef ref:Employee hidden
    VendorRef ref:Vendor hidden
    CustomerRef ref:Customer queryable
    ItemRef ref:Item hidden
    ClassRef ref:Class hidden
    PayrollItemRef ref hidden
    BillableStatus enum:Billable|NotBillable|HasBeenBilled
    Taxable flag
    HourlyRate number
    CostRate number
    Hours number
    Minutes number
    Seconds number
    BreakHours number
    BreakMinutes number
    StartTime moment
    EndTime moment
    Description text:4000 hidden
""",
    TRANSACTION,
)
