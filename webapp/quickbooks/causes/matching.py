"""Causes about clients and services: who is who in QuickBooks, and who has which name."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.quickbooks.causes.cause import (
    CREATE_CUSTOMER,
    HERE,
    LINK,
    QUICKBOOKS,
    REACTIVATE,
    RENAME,
    RESYNC,
    SET_INCOME_ACCOUNT,
    Cause,
    catalogue,
)

_FIND_CUSTOMER = (CREATE_CUSTOMER,)
_CUSTOMER_GONE = (REACTIVATE, CREATE_CUSTOMER, RESYNC)

CAUSES = catalogue(
    Cause(
        "no_customer",
        HERE,
        _l("No customer with this name"),
        _l("Choose a customer or create one."),
        _FIND_CUSTOMER,
        detail=_l("QuickBooks has no customer called “%(client)s”."),
        kinds=("account",),
    ),
    Cause(
        "customer_twice",
        HERE,
        _l("Several customers could be this client"),
        _l("Choose one."),
        _FIND_CUSTOMER,
        detail=_l("We can’t tell which one is your client."),
        kinds=("account",),
    ),
    Cause(
        "account_conflict",
        HERE,
        _l("The customer of this name has another e-mail"),
        _l("Choose this customer if it is your client, or create another."),
        _FIND_CUSTOMER,
        detail=_l("QuickBooks has %(theirs)s for “%(customer)s”; here it is %(ours)s."),
        kinds=("account",),
    ),
    Cause(
        "customer_linked_elsewhere",
        HERE,
        _l("The customer of this name belongs to another account"),
        _l("Choose another customer, or rename this client and create one."),
        (CREATE_CUSTOMER, RENAME),
        detail=_l("“%(customer)s” is already linked to another of your accounts."),
        kinds=("account",),
    ),
    Cause(
        "link_undone",
        HERE,
        _l("The link to a customer was undone"),
        _l("Choose the right customer or create one."),
        _FIND_CUSTOMER,
        detail=_l("It was linked to “%(customer)s”."),
        kinds=("account",),
    ),
    Cause(
        "customer_deleted",
        HERE,
        _l("Linked customer was deleted"),
        _l("Choose another customer."),
        _CUSTOMER_GONE,
        detail=_l("Someone deleted “%(customer)s” in QuickBooks."),
    ),
    Cause(
        "customer_inactive",
        QUICKBOOKS,
        _l("Customer is inactive"),
        _l("Make the customer active in QuickBooks, or choose another."),
        _CUSTOMER_GONE,
        detail=_l("“%(customer)s” was made inactive in QuickBooks."),
    ),
    Cause(
        "customer_merged",
        HERE,
        _l("Linked customer was merged into another"),
        _l(
            "Choose the customer that was kept. If that one is another client’s, create a customer "
            "for this client."
        ),
        (CREATE_CUSTOMER, RESYNC),
        detail=_l("“%(customer)s” is no longer a customer of its own in QuickBooks."),
        kinds=("account",),
    ),
    Cause(
        "customer_missing",
        HERE,
        _l("The customer is missing"),
        _l("Link the client to a customer first, then resync."),
    ),
    Cause(
        "name_taken",
        HERE,
        _l("A vendor, employee or inactive customer already has this name"),
        _l("Rename the client for QuickBooks, or make that customer active and link it."),
        (REACTIVATE, RENAME, RESYNC),
        detail=_l("It is taken by “%(holder)s” in QuickBooks."),
        kinds=("account",),
    ),
    Cause(
        "service_name_taken",
        HERE,
        _l("Another product or service in QuickBooks already has this name"),
        _l("Link that one, or rename the service for QuickBooks."),
        (LINK, RENAME, RESYNC),
        detail=_l("It is taken by “%(item)s” in QuickBooks."),
        kinds=("service",),
    ),
    Cause(
        "name_colon",
        HERE,
        _l("The name has a colon"),
        _l("QuickBooks uses colons for sub-customers. Take it out of the name."),
        (RENAME, RESYNC),
        kinds=("account", "service"),
    ),
    Cause(
        "name_missing",
        HERE,
        _l("The name is missing"),
        _l("QuickBooks needs one. Enter a name."),
        (RENAME, RESYNC),
        kinds=("account", "service"),
    ),
    Cause(
        "too_deep",
        QUICKBOOKS,
        _l("The customer lies more than five levels deep"),
        _l("Link a customer higher up, or move it up in QuickBooks and resync."),
    ),
    Cause(
        "parent_billing",
        QUICKBOOKS,
        _l("The customer’s billing doesn’t fit its parent"),
        _l("Change “Bill parent customer” in QuickBooks and resync, or link the parent."),
    ),
    Cause(
        "email_invalid",
        HERE,
        _l("QuickBooks does not accept the client’s e-mail"),
        _l("Correct it in the account’s Info tab."),
        detail=_l("This was sent: “%(value)s”."),
    ),
    Cause(
        "email_missing",
        HERE,
        _l("The client has no e-mail"),
        _l("Enter one in the account’s Info tab, then resync."),
    ),
    Cause(
        "inactive_service",
        QUICKBOOKS,
        _l("A service is inactive in QuickBooks"),
        _l("Make it active in QuickBooks, then resync."),
        (REACTIVATE, RESYNC),
        detail=_l("“%(service)s” was made inactive."),
    ),
    Cause(
        "income_account",
        HERE,
        _l("The income account was deleted"),
        _l("Choose another, or delete the service and create it again."),
        (SET_INCOME_ACCOUNT, RESYNC),
        detail=_l("The service “%(service)s” used it."),
    ),
    Cause(
        "item_without_income_account",
        QUICKBOOKS,
        _l("A product or service in QuickBooks has no income account"),
        _l("Set its income account, then resync."),
        (SET_INCOME_ACCOUNT, RESYNC),
        detail=_l("It is “%(service)s”."),
    ),
)
