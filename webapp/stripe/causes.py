"""Why something of Stripe's is not recorded, and what a person does about it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

NO_CLIENT = "no_client"
MANY_CLIENTS = "many_clients"
EMAIL_DIFFERS = "email_differs"
INVOICE_UNKNOWN = "invoice_unknown"
MANY_INVOICES = "many_invoices"
OTHER_CLIENT = "other_client"
OVER_BALANCE = "over_balance"
CURRENCY = "currency"
MAYBE_RECORDED = "maybe_recorded"
BEFORE_CONNECTION = "before_connection"
OTHER_MODE = "other_mode"
NOT_THERE = "not_there"
MAY_NOT = "may_not"
PAYMENT_GONE = "payment_gone"
OVER_PAYMENT = "over_payment"
FEE_CURRENCY = "fee_currency"
FEE_RETURNED = "fee_returned"
REFUSED = "refused"


class Unrecordable(Exception):
    """It cannot become a record; ``cause`` is one of the above."""

    def __init__(self, cause: str, **details: str | int):
        super().__init__(cause)
        self.cause, self.details = cause, details


@dataclass(frozen=True)
class Words:
    """``title`` says what is the matter, ``fix`` what to do. Both may name the details."""

    title: LazyString
    fix: LazyString


_CHOOSE = _l("Choose the client it belongs to.")

WORDS = {
    NO_CLIENT: Words(
        _l("No client has this e-mail or name."),
        _l("Choose the client, or add the client’s e-mail in Cuadra and try again."),
    ),
    MANY_CLIENTS: Words(_l("Several clients have this e-mail or name."), _CHOOSE),
    EMAIL_DIFFERS: Words(
        _l("A client has this name, but another e-mail."),
        _l("Choose the client if it is the same one."),
    ),
    INVOICE_UNKNOWN: Words(
        _l("Stripe names invoice %(number)s, which is not in Cuadra."),
        _l("Create the invoice and try again, or choose the client or invoice it pays."),
    ),
    MANY_INVOICES: Words(
        _l("More than one invoice fits: %(number)s."), _l("Choose the invoice it pays.")
    ),
    OTHER_CLIENT: Words(
        _l("Invoice %(number)s belongs to a client with another e-mail."),
        _l("Choose the client or invoice it pays."),
    ),
    OVER_BALANCE: Words(
        _l("It is more than the invoice’s open balance."),
        _l("Choose another invoice, or the client alone; or say which payment it already is."),
    ),
    CURRENCY: Words(
        _l("It is in %(currency)s, not in the firm’s currency."),
        _l("Record it by hand in your books, then dismiss it here; or choose its invoice."),
    ),
    MAYBE_RECORDED: Words(
        _l("A payment like it is recorded already."),
        _l("Say that it is this payment, or choose the client to record another one."),
    ),
    BEFORE_CONNECTION: Words(
        _l("It was charged before Stripe was connected."),
        _l("Say which payment it already is, or choose the client to record it."),
    ),
    OTHER_MODE: Words(
        _l("It is not of the mode that the API key is for (live or test)."),
        _l("Use a webhook secret and an API key of the same mode."),
    ),
    NOT_THERE: Words(
        _l("Stripe does not know it under this API key."),
        _l("Check that the key and the webhook are of the same Stripe account, then try again."),
    ),
    MAY_NOT: Words(
        _l("The API key may not read it."),
        _l("Let the key read charges, refunds, customers, balance transactions and events."),
    ),
    PAYMENT_GONE: Words(
        _l("Its payment was deleted here."),
        _l("Settle it in your books, then dismiss it here."),
    ),
    OVER_PAYMENT: Words(
        _l("More would be refunded than is left of the payment."),
        _l("Delete the refund that was recorded by hand, or dismiss this one."),
    ),
    FEE_CURRENCY: Words(
        _l("Its fee is in %(currency)s, not in the firm’s currency."),
        _l("Record the fee by hand in your books, then dismiss it here."),
    ),
    FEE_RETURNED: Words(
        _l("Stripe gave a fee back."),
        _l("Record it by hand in your books, then dismiss it here."),
    ),
    REFUSED: Words(
        _l("Cuadra could not take it in (%(field)s)."),
        _l("Record it by hand, then dismiss it here."),
    ),
}
