"""Causes about invoices, payments, refunds and expenses: numbers, dates, amounts, links."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.quickbooks.causes.cause import (
    DECISION,
    ENABLE_CARD_METHOD,
    HERE,
    KEEP_THEIRS,
    LEAVE_OUT,
    LINK,
    QUICKBOOKS,
    RECREATE,
    RESYNC,
    USE_NUMBER,
    Cause,
    catalogue,
)

CAUSES = catalogue(
    Cause(
        "dup_number",
        HERE,
        (
            _l("Number %(n)s is already used in QuickBooks"),
            _l("This number is already used in QuickBooks"),
        ),
        (
            _l("Change the number to %(next)s, then resync."),
            _l("Change the number, then resync."),
        ),
        (USE_NUMBER, LINK, RESYNC),
        detail=_l("It belongs to an invoice of %(holder)s."),
        title=_l("Number already used"),
        kinds=("invoice",),
    ),
    Cause(
        "number_too_long",
        HERE,
        _l("The number is too long for QuickBooks"),
        _l("Use at most 21 characters."),
        (USE_NUMBER, RESYNC),
        detail=_l("It has %(length)s characters."),
        kinds=("invoice",),
    ),
    Cause(
        "no_number",
        HERE,
        _l("QuickBooks gave the invoice no number"),
        _l("Send ours again: that writes the number. Or keep theirs without one."),
        (*DECISION, USE_NUMBER),
        kinds=("invoice",),
    ),
    Cause(
        "edited",
        HERE,
        _l("Edited in QuickBooks after it synced"),
        _l("Compare both, then send ours or keep theirs."),
        DECISION,
        detail=(
            _l("The total is %(theirs)s there and %(ours)s here."),
            _l("What changed there: %(field)s."),
        ),
    ),
    Cause(
        "differs",
        HERE,
        _l("QuickBooks kept something else than was sent"),
        _l("Compare both. Send ours again, or keep theirs if it is right."),
        DECISION,
        detail=_l("It differs in %(field)s."),
    ),
    Cause(
        "record_deleted",
        HERE,
        _l("Deleted in QuickBooks"),
        _l("Create it again, or leave it out."),
        (RECREATE, LEAVE_OUT),
    ),
    Cause(
        "lost_in_reset",
        QUICKBOOKS,
        _l("QuickBooks lost it when the company was reset"),
        _l("Resync makes it again in QuickBooks. Or leave it out: then it stays only here."),
        (RESYNC, LEAVE_OUT),
        kinds=("invoice", "payment", "refund", "expense"),
    ),
    Cause(
        "voided",
        HERE,
        _l("Voided in QuickBooks"),
        _l("Create it again under a free number, or leave it voided."),
        (RECREATE, LEAVE_OUT),
    ),
    Cause(
        "reference_deleted",
        QUICKBOOKS,
        _l("Something it belongs to was deleted in QuickBooks"),
        _l("Fix the issue of that record first, then resync."),
        detail=_l("It is %(field)s."),
    ),
    Cause(
        "closed",
        QUICKBOOKS,
        _l("The books are closed for this date"),
        _l("Reopen the period in QuickBooks, or change the date."),
        detail=_l("QuickBooks is closed up to %(closed_to)s."),
    ),
    Cause(
        "no_lines",
        HERE,
        _l("The invoice has no lines"),
        _l("Add a line: that sends it again."),
        kinds=("invoice",),
    ),
    Cause(
        "line_without_service",
        HERE,
        _l("A line has no service"),
        _l("Choose a service for every line: that sends it again."),
        detail=_l("It is line %(line)s."),
    ),
    Cause(
        "amount_negative",
        HERE,
        _l("QuickBooks takes no total below zero"),
        _l("Correct the amounts, or record it as a refund."),
    ),
    Cause(
        "currency",
        HERE,
        (
            _l("It is in %(ours)s, and your company’s currency is %(theirs)s"),
            _l("It is not in your company’s currency"),
        ),
        (
            _l(
                "Only the home currency is synced. Change the currency of #%(n)s, or enter it in "
                "QuickBooks and ignore it here."
            ),
            _l("Only the home currency is synced. Enter it in QuickBooks and ignore it here."),
        ),
    ),
    Cause(
        "currency_mismatch",
        HERE,
        _l("The customer has another currency in QuickBooks"),
        _l("A customer has one currency. Link a customer in that of this record, then resync."),
        detail=_l("“%(customer)s” is the linked customer."),
    ),
    Cause(
        "cannot_link",
        HERE,
        _l("QuickBooks can’t apply the payment to its invoice"),
        _l("Check both in QuickBooks, then resync."),
        detail=_l("The invoice there is void, paid, or another customer’s."),
        kinds=("payment",),
    ),
    Cause(
        "invoice_paid",
        HERE,
        _l("The invoice is already paid in QuickBooks"),
        _l(
            "Somebody may have entered this payment there: ignore it here. Or remove that one, "
            "then resync."
        ),
        kinds=("payment",),
    ),
    Cause(
        "exceeds_balance",
        HERE,
        _l("The payment is more than what is open on the invoice"),
        _l("Compare the payments of the invoice in QuickBooks with those here, then resync."),
        detail=_l("%(theirs)s is open there; the payment is %(ours)s."),
        kinds=("payment",),
    ),
    Cause(
        "auto_apply",
        QUICKBOOKS,
        _l("QuickBooks applied a credit to the invoice by itself"),
        _l(
            "In QuickBooks: gear, Account and settings, Advanced. Switch Automatically apply "
            "credits off, take the credit off the invoice, then resync."
        ),
        kinds=("invoice", "payment"),
    ),
    Cause(
        "payment_method",
        QUICKBOOKS,
        _l("Payment method “Credit card” is not marked as a credit card"),
        _l(
            "One click marks it. Or in QuickBooks: gear, All lists, Payment methods. Edit Credit "
            "card, check the box, save. Then resync."
        ),
        (ENABLE_CARD_METHOD, RESYNC),
        kinds=("payment", "refund"),
    ),
    Cause(
        "deposited",
        QUICKBOOKS,
        _l("The payment is already in a deposit"),
        _l("Remove it from the deposit, then resync."),
        (RESYNC, KEEP_THEIRS),
        detail=_l("Or keep QuickBooks’ version."),
        kinds=("payment", "refund"),
    ),
    Cause(
        "bank_matched",
        QUICKBOOKS,
        _l("QuickBooks matched %(this)s to a bank transaction"),
        _l("Undo the match in QuickBooks under Banking, then resync."),
    ),
    Cause(
        "settled",
        HERE,
        _l("It is settled, so it can’t be voided"),
        _l("Give a refund instead."),
    ),
    Cause(
        "void_paid",
        HERE,
        _l("The invoice has payments, so QuickBooks won’t void it"),
        _l("Refund its payments, or take them off the invoice in QuickBooks, then resync."),
        kinds=("invoice",),
    ),
    Cause(
        "delete_blocked",
        QUICKBOOKS,
        _l("QuickBooks won’t delete %(this)s while something depends on it"),
        _l("Clear its balance and unbilled charges in QuickBooks, then resync."),
    ),
)
