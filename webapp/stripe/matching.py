"""Whose charge is this, and which invoice does it pay?

What Stripe was told outright comes first: metadata that names an invoice or a client. Then an
invoice's number in the description, the payer's e-mail, and the exact name. Only one clear answer
counts; anything else is for a person. Reads the database, changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.intake import balances
from webapp.models import Account, Firm, Invoice, Payment, StripeObject
from webapp.models.mirror import match_key
from webapp.models.payment import CREDIT_CARD
from webapp.stripe import amounts, causes
from webapp.stripe.causes import Unrecordable

OF_INVOICE = (
    "invoice_number",
    "invoice",
    "invoice_no",
    "invoice_id",
    "invoice_external_id",
    "external_id",
)
OF_CLIENT = ("account", "account_id", "account_external_id", "client", "client_id", "customer_id")
ALIKE_WITHIN = timedelta(days=3)

_NAMED = re.compile(
    r"(?:\b(?:invoice|inv|factura|fact|bill)\b\.?\s*(?:number|no|nr|núm|num|n)?[.:º°]*\s*#?|#)\s*"
    r"([A-Za-z0-9][\w./-]{0,20})",
    re.IGNORECASE,
)
_MIXED = re.compile(r"\b(?=[\w/-]*[0-9])(?=[\w/-]*[A-Za-z])[A-Za-z0-9][\w/-]{2,20}")

Facts = dict[str, Any]


class Match(NamedTuple):
    account: Account
    invoice: Invoice | None


def match(firm: Firm, charge: StripeObject) -> Match:
    """Raises Unrecordable."""
    if charge.choice:
        return _chosen(firm, charge.choice)
    facts = charge.facts
    named = _by_metadata(firm, facts) or _by_description(firm, facts)
    if facts["currency"] != firm.currency and named is None:
        raise Unrecordable(causes.CURRENCY, currency=facts["currency"])
    if named is not None:
        _require_currency(named.invoice, facts)
        return named
    account = _payer(firm, facts)
    return Match(account, _only_invoice_asking_for(account, facts))


def _chosen(firm: Firm, choice: Facts) -> Match:
    invoice = _live(Invoice, firm, choice.get("invoice"))
    if invoice is not None:
        return Match(invoice.account, invoice)
    account = _live(Account, firm, choice.get("account"))
    if account is None:
        raise Unrecordable(causes.NO_CLIENT)
    return Match(account, None)


def _live(model: Any, firm: Firm, record_id: int | None) -> Any:
    return model.in_firm(firm.id, record_id) if record_id else None


# -- what was told outright ------------------------------------------------------------------------


def _by_metadata(firm: Firm, facts: Facts) -> Match | None:
    metadata: dict[str, str] = facts["payer"]["metadata"]
    for key in OF_INVOICE:
        if metadata.get(key):
            invoice = _invoice_called(firm, metadata[key])
            return Match(invoice.account, invoice)
    for key in OF_CLIENT:
        if metadata.get(key):
            account = _account_called(firm, metadata[key])
            if account is not None and facts["currency"] == firm.currency:
                return Match(account, _only_invoice_asking_for(account, facts))
    return None


def _invoice_called(firm: Firm, name: str) -> Invoice:
    """By its number, else by its external id."""
    plain = name.lstrip("#").strip()
    found = _invoices(firm, [plain]) or _by_external_id(Invoice, firm, plain)
    if not found:
        raise Unrecordable(causes.INVOICE_UNKNOWN, number=plain)
    if len(found) > 1:
        raise Unrecordable(causes.MANY_INVOICES, number=plain)
    return found[0]


def _account_called(firm: Firm, name: str) -> Account | None:
    found = _by_external_id(Account, firm, name)
    return found[0] if found else None


def _by_external_id(model: Any, firm: Firm, external_id: str) -> Sequence[Any]:
    return db.session.scalars(
        select(model).where(
            model.firm_id == firm.id,
            model.external_id == external_id,
            model.removed_at.is_(None),
        )
    ).all()


# -- the description -------------------------------------------------------------------------------


def _by_description(firm: Firm, facts: Facts) -> Match | None:
    """The one invoice that the description names, unless the e-mail says it is another client's."""
    found = _invoices(firm, numbers_in(facts["payer"]["description"] or ""))
    if not found:
        return None
    if len(found) > 1:
        numbers = ", ".join(sorted({invoice.number for invoice in found}))
        raise Unrecordable(causes.MANY_INVOICES, number=numbers[:200])
    invoice = found[0]
    holders = {account.id for account in _with_email(firm, facts)}
    if holders and invoice.account_id not in holders:
        raise Unrecordable(causes.OTHER_CLIENT, number=invoice.number)
    return Match(invoice.account, invoice)


def numbers_in(description: str) -> set[str]:
    """What reads like an invoice's number: named as one, or of letters and digits."""
    named = {found.rstrip("./-") for found in _NAMED.findall(description)}
    return named | {found.rstrip("/-") for found in _MIXED.findall(description)}


def _invoices(firm: Firm, numbers: Collection[str]) -> Sequence[Invoice]:
    if not numbers:
        return []
    return db.session.scalars(
        select(Invoice)
        .where(
            Invoice.firm_id == firm.id,
            Invoice.number.in_(numbers),
            Invoice.removed_at.is_(None),
        )
        .order_by(Invoice.id)
    ).all()


# -- the payer -------------------------------------------------------------------------------------


def _payer(firm: Firm, facts: Facts) -> Account:
    holders = _with_email(firm, facts)
    if len(holders) > 1:
        holders = _called(holders, facts)
        if len(holders) != 1:
            raise Unrecordable(causes.MANY_CLIENTS)
    if holders:
        return holders[0]
    namesakes = _called(_clients(firm), facts)
    if not namesakes:
        raise Unrecordable(causes.NO_CLIENT)
    if len(namesakes) > 1:
        raise Unrecordable(causes.MANY_CLIENTS)
    if _email(facts) and namesakes[0].email:
        raise Unrecordable(causes.EMAIL_DIFFERS)
    return namesakes[0]


def _with_email(firm: Firm, facts: Facts) -> list[Account]:
    email = _email(facts)
    if not email:
        return []
    same = func.lower(Account.email) == email.lower()
    return [account for account in _clients(firm, same) if account.email]


def _called(accounts: Collection[Account], facts: Facts) -> list[Account]:
    name = facts["payer"]["name"] or facts.get("customer_name") or ""
    key = match_key(name)
    return [account for account in accounts if key and match_key(account.name) == key]


def _clients(firm: Firm, *where: Any) -> list[Account]:
    return list(
        db.session.scalars(
            select(Account)
            .where(Account.firm_id == firm.id, Account.removed_at.is_(None), *where)
            .order_by(Account.id)
        )
    )


def _email(facts: Facts) -> str | None:
    email: str | None = facts["payer"]["email"] or facts.get("customer_email")
    return email


# -- the invoice -----------------------------------------------------------------------------------


def _require_currency(invoice: Invoice | None, facts: Facts) -> None:
    if invoice is not None and invoice.currency != facts["currency"]:
        raise Unrecordable(causes.CURRENCY, currency=facts["currency"])


def _only_invoice_asking_for(account: Account, facts: Facts) -> Invoice | None:
    """The client's one invoice whose open balance is this very amount; None pays on account."""
    amount = amounts.minor(facts["taken"], facts["currency"])
    candidates = db.session.scalars(
        select(Invoice).where(
            Invoice.account_id == account.id,
            Invoice.currency == facts["currency"],
            Invoice.total_minor >= amount,
            Invoice.removed_at.is_(None),
        )
    )
    fitting = [one for one in candidates if balances.open_minor(one) == amount]
    return fitting[0] if len(fitting) == 1 else None


def alike(account: Account, facts: Facts, day: date) -> list[Payment]:
    """Card payments that a person or program may have recorded of this very charge."""
    linked = select(StripeObject.payment_id).where(
        StripeObject.firm_id == account.firm_id, StripeObject.payment_id.is_not(None)
    )
    return list(
        db.session.scalars(
            select(Payment)
            .where(
                Payment.account_id == account.id,
                Payment.amount_minor == amounts.minor(facts["taken"], facts["currency"]),
                Payment.currency == facts["currency"],
                Payment.method == CREDIT_CARD,
                Payment.date.between(day - ALIKE_WITHIN, day + ALIKE_WITHIN),
                Payment.removed_at.is_(None),
                Payment.id.not_in(linked),
            )
            .order_by(Payment.id)
        )
    )
