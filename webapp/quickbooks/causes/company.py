"""Causes about the company as a whole: the sign-in, the subscription, set-up, lists and taxes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.quickbooks.causes.cause import (
    CONNECTION,
    HERE,
    QUICKBOOKS,
    RESYNC,
    SET_INCOME_ACCOUNT,
    Cause,
    catalogue,
)

CAUSES = catalogue(
    Cause(
        "signed_out",
        CONNECTION,
        _l("QuickBooks was disconnected"),
        _l("Reconnect; nothing is lost."),
    ),
    Cause(
        "access_expired",
        CONNECTION,
        _l("QuickBooks did not accept our sign-in"),
        _l("We renew it by ourselves. If this stays, reconnect to QuickBooks."),
    ),
    Cause(
        "access_lost",
        CONNECTION,
        _l("Whoever connected QuickBooks has no access to the company any more"),
        _l("Give them access again in QuickBooks, or reconnect as an administrator."),
    ),
    Cause(
        "permission_missing",
        CONNECTION,
        _l("Whoever connected QuickBooks may not change this there"),
        _l("Reconnect with an administrator who can edit sales."),
    ),
    Cause(
        "wrong_company",
        CONNECTION,
        _l("Another QuickBooks company is connected"),
        (
            _l("Reconnect and choose %(company)s."),
            _l("Reconnect and choose the company that was connected before."),
        ),
    ),
    Cause(
        "company_reset",
        CONNECTION,
        _l("The QuickBooks company was reset"),
        _l(
            "Check that it is the right company, then reconnect. Clients and services are matched "
            "again."
        ),
    ),
    Cause(
        "subscription_lapsed",
        QUICKBOOKS,
        _l("The QuickBooks subscription has lapsed"),
        _l("Renew it in QuickBooks; syncing resumes by itself."),
    ),
    Cause(
        "company_locked",
        QUICKBOOKS,
        _l("QuickBooks has locked the company for maintenance"),
        _l("Wait. We try again by ourselves."),
    ),
    Cause(
        "busy",
        QUICKBOOKS,
        _l("QuickBooks did not answer"),
        (
            _l("Nothing to do. We try again at %(time)s."),
            _l("Nothing to do. We try again by ourselves."),
        ),
    ),
    Cause(
        "feature_unsupported",
        QUICKBOOKS,
        _l("The QuickBooks plan lacks a feature that this record uses"),
        _l("Switch the feature off here or upgrade QuickBooks, then resync."),
    ),
    Cause(
        "set_up_missing",
        HERE,
        _l("A choice of the set-up is missing"),
        _l("Make it in Settings, Integrations, QuickBooks, then resync."),
        detail=_l("It is %(account)s."),
    ),
    Cause(
        "inactive",
        QUICKBOOKS,
        _l("Something it uses is inactive in QuickBooks"),
        _l("Make it active in QuickBooks, or choose another here. Then resync."),
        detail=_l("Look at its client, services, accounts and payment method."),
    ),
    Cause(
        "account_inactive",
        QUICKBOOKS,
        _l("An account of the books is inactive in QuickBooks"),
        _l("Make it active in QuickBooks, or choose another in Settings. Then resync."),
        (SET_INCOME_ACCOUNT, RESYNC),
        detail=_l("It is %(account)s."),
    ),
    Cause(
        "method_inactive",
        QUICKBOOKS,
        _l("The payment method is inactive in QuickBooks"),
        _l("In QuickBooks: gear, All lists, Payment methods. Make it active, then resync."),
    ),
    Cause(
        "vendor_inactive",
        QUICKBOOKS,
        _l("The vendor is inactive in QuickBooks"),
        _l("Make it active in QuickBooks, or choose another in Settings. Then resync."),
    ),
    Cause(
        "reference_gone",
        HERE,
        (
            _l("QuickBooks no longer has %(field)s that it uses"),
            _l("QuickBooks no longer has something that it uses"),
        ),
        _l("Choose another here, then resync."),
        (SET_INCOME_ACCOUNT, RESYNC),
    ),
    Cause(
        "wrong_account_type",
        HERE,
        _l("An account of the books is of the wrong type"),
        _l("Choose an income account for services, an expense or bank account for the rest."),
        (SET_INCOME_ACCOUNT, RESYNC),
        detail=_l("It is %(account)s."),
    ),
    Cause(
        "tax_code",
        QUICKBOOKS,
        _l("The tax code is missing or not valid in QuickBooks"),
        _l("Check the tax set-up in QuickBooks under Taxes, then resync."),
    ),
    Cause(
        "tax_rate",
        QUICKBOOKS,
        _l("QuickBooks has no tax rate for this date"),
        _l("Add the rate in QuickBooks under Taxes, then resync."),
    ),
)
