"""What people and programs type, made into records: one set of rules for every way in.

Browser forms, the API, bulk, CSV files, recurring invoices and Stripe all call the function of a
kind with the API's field names. It checks everything first, raises ``Refused`` with one message
per field, and only then touches the record and asks for it to be sent, in the caller's transaction.
Nothing here commits. On an existing record, a field that is absent keeps its value.
"""

from webapp.intake.accounts import account
from webapp.intake.expenses import expense
from webapp.intake.invoices import invoice
from webapp.intake.lookup import Lookup, as_external_id
from webapp.intake.payments import payment
from webapp.intake.reading import Refused
from webapp.intake.recurring import recurring
from webapp.intake.refunds import refund
from webapp.intake.removal import remove
from webapp.intake.services import service
from webapp.intake.settings import settings
from webapp.intake.upsert import check, take, upsert

__all__ = [
    "Lookup",
    "Refused",
    "account",
    "as_external_id",
    "check",
    "expense",
    "invoice",
    "payment",
    "recurring",
    "refund",
    "remove",
    "service",
    "settings",
    "take",
    "upsert",
]
