"""Are a transaction's lines readable, and what do they add up to?

Intuit: Amount must be UnitPrice x Qty rounded to cents (6070); a line with a known Id is updated,
any other is new; QuickBooks adds the subtotal line itself.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox import errors
from sandbox.company import Company
from sandbox.fields import read_body
from sandbox.line_schema import DETAIL_NAMES, LINE, LINE_DETAILS
from sandbox.records import ZERO, Record
from sandbox.wire import Body, cents

SUBTOTAL = "SubTotalLineDetail"
AMOUNT_OPTIONAL = {"DescriptionOnly", "DescriptionLineDetail", "DiscountLineDetail"}
UNTYPED = {"Payment", "BillPayment", "Deposit"}
SALES = {"Invoice", "SalesReceipt", "RefundReceipt", "CreditMemo", "Estimate"}


def read_lines(payload: list[object], entity: str, before: Record | None) -> list[Body]:
    """Check each line by itself and give it an Id; subtotal lines that came back are dropped.

    Raises Refusal 2010, 2020, 2050, 2170 or 6070."""
    read = (_read_line(item, entity) for item in payload)
    lines = [line for line in read if line and not _applies_nothing(line, entity)]
    known = {line.get("Id") for line in (before.body.get("Line") or [])} if before else set()
    _number_lines(lines, {str(identifier) for identifier in known if identifier})
    return lines


def _applies_nothing(line: Body, entity: str) -> bool:
    """A payment's line of 0 links nothing, so it is not kept."""
    return entity in ("Payment", "BillPayment") and not line["Amount"]


def _read_line(item: object, entity: str) -> Body | None:
    if not isinstance(item, dict):
        raise errors.unreadable()
    kind = str(item.get("DetailType") or "")
    if kind == SUBTOTAL:
        return None
    detail_name = DETAIL_NAMES.get(kind, kind)
    plain = {name: value for name, value in item.items() if name not in LINE_DETAILS}
    line = {k: v for k, v in read_body(LINE, plain, "Line", "Line.").items() if v is not None}
    if kind:
        line[detail_name] = _read_detail(kind, detail_name, item.get(detail_name))
    elif entity not in UNTYPED:
        raise errors.required("Line.DetailType")
    _check_amount(line, kind, line.get(detail_name) or {})
    if entity in UNTYPED:
        _check_linked(line)
    else:
        line.pop("LinkedTxn", None)  # dropped without a word, as QuickBooks does
    return line


def _read_detail(kind: str, name: str, payload: object) -> Body:
    fields = LINE_DETAILS.get(name)
    if fields is None:
        raise errors.invalid_enumeration(kind, "Line.DetailType")
    detail = read_body(fields, payload or {}, name, f"Line.{name}.")
    for field in fields.values():
        if field.required and not detail.get(field.name):
            raise errors.required(f"Line.{name}.{field.name}")
    return {k: v for k, v in detail.items() if v is not None}


def _check_amount(line: Body, kind: str, detail: Body) -> None:
    if "Amount" not in line:
        if kind in AMOUNT_OPTIONAL:
            return
        raise errors.required("Line.Amount")
    supplied = line["Amount"]
    line["Amount"] = cents(supplied)
    quantity, price = detail.get("Qty"), detail.get("UnitPrice")
    if not quantity and not price:
        return  # python-quickbooks sends two zeroes for "not given"
    if quantity is not None and price is not None and cents(quantity * price) != line["Amount"]:
        raise errors.wrong_amount(supplied)


def _check_linked(line: Body) -> None:
    for link in line.get("LinkedTxn") or []:
        if not isinstance(link, dict) or not isinstance(link.get("TxnId"), str | int):
            raise errors.unreadable()
        link["TxnId"] = str(link["TxnId"])
        link["TxnType"] = str(link.get("TxnType", ""))


def _number_lines(lines: list[Body], known: set[str]) -> None:
    used = [int(i) for i in known if i.isdigit()]
    following = max(used, default=0)
    for position, line in enumerate(lines, 1):
        if line.get("Id") not in known:
            following += 1
            line["Id"] = str(following)
        line["LineNum"] = position


def total(company: Company, entity: str, body: Body, tax_given: bool) -> None:
    """Set `TotalAmt` (and the tax and subtotal of a sales form) from the lines."""
    lines = [line for line in body.get("Line") or [] if line.get("DetailType") != SUBTOTAL]
    if entity in SALES:
        body["Line"], body["TotalAmt"] = _sales_total(company, body, lines, tax_given)
    elif entity == "JournalEntry":
        body["TotalAmt"] = _journal_total(lines)
    else:
        body["TotalAmt"] = sum((line.get("Amount", ZERO) for line in lines), ZERO)
    if body["TotalAmt"] < 0 and entity != "Deposit":
        raise errors.business("Transaction amount must be 0 or greater.", "TotalAmt")


def _sales_total(
    company: Company, body: Body, lines: list[Body], tax_given: bool
) -> tuple[list[Body], Decimal]:
    sold = [line for line in lines if line.get("DetailType") != "DiscountLineDetail"]
    subtotal = sum((line.get("Amount", ZERO) for line in sold), ZERO)
    discounts = [line for line in lines if line.get("DetailType") == "DiscountLineDetail"]
    discount = sum((_discount(line, subtotal) for line in discounts), ZERO)
    subtotal_line: Body = {"Amount": subtotal, "DetailType": SUBTOTAL, SUBTOTAL: {}}
    tax = _tax(company, body, sold, tax_given)
    return [*sold, subtotal_line, *discounts], subtotal - discount + tax


def _discount(line: Body, subtotal: Decimal) -> Decimal:
    detail = line["DiscountLineDetail"]
    if detail.get("PercentBased"):
        line["Amount"] = cents(subtotal * detail.get("DiscountPercent", ZERO) / 100)
    return Decimal(line.setdefault("Amount", ZERO))


def _tax(company: Company, body: Body, lines: list[Body], given: bool) -> Decimal:
    """An explicit TotalTax is honoured; otherwise the engine taxes lines marked TAX.

    Ignored altogether where the company does not use sales tax (Intuit: invoice page)."""
    detail = body.get("TxnTaxDetail") or {}
    if not company.preference("TaxPrefs", "UsingSalesTax"):
        tax = ZERO
    elif given and detail.get("TotalTax") is not None:
        tax = _explicit_tax(detail["TotalTax"])
    elif company.preference("TaxPrefs", "PartnerTaxEnabled"):
        tax = cents(_taxable(lines) * company.sales_tax_percent / 100)
    else:
        tax = _explicit_tax(detail.get("TotalTax") or ZERO)
    body["TxnTaxDetail"] = {**detail, "TotalTax": tax}
    return tax


def _explicit_tax(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise errors.unreadable()
    return cents(Decimal(value))


def _taxable(lines: list[Body]) -> Decimal:
    marked = (
        line["Amount"]
        for line in lines
        if line.get("SalesItemLineDetail", {}).get("TaxCodeRef", {}).get("value") == "TAX"
    )
    return sum(marked, ZERO)


def _journal_total(lines: list[Body]) -> Decimal:
    sums = {"Debit": ZERO, "Credit": ZERO}
    for line in lines:
        posting = line.get("JournalEntryLineDetail", {}).get("PostingType")
        if posting is None:
            raise errors.required("Line.JournalEntryLineDetail.PostingType")
        sums[posting] += line["Amount"]
    if sums["Debit"] != sums["Credit"]:
        raise errors.business("Please balance debits and credits.", "Line")
    return sums["Debit"]
