"""Which properties does a line of a transaction have, by its DetailType? Names: Finance.xsd."""

from __future__ import annotations

from sandbox.fields import Fields, declare

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
