"""The nouns of Cuadra. Importing this package registers every table."""

from webapp.models.account import Account
from webapp.models.attempt import Attempt
from webapp.models.books import BookComparison, BookDifference, BookRow, BookSighting
from webapp.models.connection import Connection
from webapp.models.csv_import import CsvImport, CsvRow
from webapp.models.expense import Expense
from webapp.models.firm import ApiToken, Firm
from webapp.models.idempotency import IdempotencyKey
from webapp.models.invoice import Invoice, InvoiceLine
from webapp.models.issue import Issue
from webapp.models.link import Link
from webapp.models.mirror import MirrorNumber, MirrorObject
from webapp.models.notification import Notification
from webapp.models.outbox import Batch, Entry
from webapp.models.password_reset import PasswordReset
from webapp.models.payment import Payment
from webapp.models.person import Person
from webapp.models.pulse import Pulse
from webapp.models.record import KINDS, Record, model_of
from webapp.models.recurring import Recurring, RecurringInvoice, RecurringLine
from webapp.models.refund import Refund
from webapp.models.second_factor import RecoveryCode, SecondFactor
from webapp.models.service import Service
from webapp.models.sign_in import SignIn
from webapp.models.stray import Stray
from webapp.models.stripe_connection import StripeConnection
from webapp.models.stripe_event import StripeEvent
from webapp.models.stripe_object import StripeObject
from webapp.models.webhook import UnreadWebhook, WebhookEvent

__all__ = [
    "KINDS",
    "Account",
    "ApiToken",
    "Attempt",
    "Batch",
    "BookComparison",
    "BookDifference",
    "BookRow",
    "BookSighting",
    "Connection",
    "CsvImport",
    "CsvRow",
    "Entry",
    "Expense",
    "Firm",
    "IdempotencyKey",
    "Invoice",
    "InvoiceLine",
    "Issue",
    "Link",
    "MirrorNumber",
    "MirrorObject",
    "Notification",
    "PasswordReset",
    "Payment",
    "Person",
    "Pulse",
    "Record",
    "RecoveryCode",
    "Recurring",
    "RecurringInvoice",
    "RecurringLine",
    "Refund",
    "SecondFactor",
    "Service",
    "SignIn",
    "Stray",
    "StripeConnection",
    "StripeEvent",
    "StripeObject",
    "UnreadWebhook",
    "WebhookEvent",
    "model_of",
]
