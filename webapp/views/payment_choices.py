"""What a payment can be put down to, as the options of a form's lists."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext
from sqlalchemy import func, select

from webapp.extensions import db
from webapp.formats import amount, local_date
from webapp.models import Account, Invoice, Payment, StripeObject

Options = list[tuple[str, str]]

ALIKE_WITHIN = timedelta(days=60)


def account_options(firm_id: int) -> Options:
    accounts = db.session.execute(
        select(Account.id, Account.name)
        .where(Account.firm_id == firm_id, Account.removed_at.is_(None))
        .order_by(Account.name, Account.id)
    )
    return [("", gettext("Choose a client")), *((str(id_), name) for id_, name in accounts)]


def invoice_options(firm_id: int, account: str, payment: Payment | None = None) -> Options:
    """The client's invoices with something left to pay, oldest first, each with what is left.

    What ``payment`` itself pays counts as open.
    """
    options = [("", gettext("No invoice: on account"))]
    if not account.isdecimal() or len(account) > 18:
        return options
    paid = func.coalesce(func.sum(Payment.amount_minor), 0)
    others = (Payment.invoice_id == Invoice.id) & Payment.removed_at.is_(None)
    if payment is not None:
        others &= Payment.id != payment.id
    rows = db.session.execute(
        select(Invoice.id, Invoice.number, Invoice.currency, Invoice.total_minor - paid)
        .outerjoin(Payment, others)
        .where(
            Invoice.firm_id == firm_id,
            Invoice.account_id == int(account),
            Invoice.removed_at.is_(None),
        )
        .group_by(Invoice.id)
        .having(Invoice.total_minor > paid)
        .order_by(Invoice.date, Invoice.id)
    )
    for id_, number, currency, rest in rows:
        label = gettext("#%(number)s, %(rest)s open", number=number, rest=amount(rest, currency))
        options.append((str(id_), label))
    return options


def payment_options(firm_id: int, minor: int, currency: str, day: date) -> Options:
    """Payments of this amount around the day that no charge of Stripe's has become, the nearest
    first; nothing to choose where there is none."""
    taken = select(StripeObject.payment_id).where(
        StripeObject.firm_id == firm_id, StripeObject.payment_id.is_not(None)
    )
    found = db.session.execute(
        select(Payment, Account.name)
        .join(Account, Account.id == Payment.account_id)
        .where(
            Payment.firm_id == firm_id,
            Payment.amount_minor == minor,
            Payment.currency == currency,
            Payment.date.between(day - ALIKE_WITHIN, day + ALIKE_WITHIN),
            Payment.removed_at.is_(None),
            Payment.id.not_in(taken),
        )
    ).all()
    nearest = sorted(found, key=lambda row: (abs(row[0].date - day), row[0].id))
    options = [
        (str(payment.id), f"{name}, {local_date(payment.date)}, {payment.title}")
        for payment, name in nearest
    ]
    return [("", gettext("None of these")), *options] if options else []
