"""What about a record would QuickBooks refuse, or take and get wrong?"""

from __future__ import annotations

from typing import Any

from webapp.models import Connection, Expense, Invoice, Payment, Record, Refund, Service
from webapp.models.payment import CREDIT_CARD
from webapp.quickbooks import roles
from webapp.quickbooks.surroundings import Surroundings


def obstacle(
    record: Record, connection: Connection, surroundings: Surroundings
) -> tuple[str, dict[str, Any]] | None:
    """The cause and its facts; None when nothing is in the way."""
    currency = getattr(record, "currency", connection.home_currency)
    if currency != connection.home_currency:
        return "currency", {"ours": currency, "theirs": connection.home_currency}
    role = _missing_role(record, connection.accounts)
    if role is not None:
        return "set_up_missing", {"account": role}
    if isinstance(record, Invoice):
        for line in record.lines:
            if line.service is None or ("service", line.service.id) not in surroundings.links:
                return "line_without_service", {"line": line.position + 1}
    payment = record if isinstance(record, Payment) else getattr(record, "payment", None)
    by_card = payment is not None and payment.method == CREDIT_CARD
    if by_card and surroundings.methods.card is None and not isinstance(record, Expense):
        return "payment_method", {}
    return None


def _missing_role(record: Record, chosen: dict[str, Any]) -> str | None:
    wanted: list[str] = []
    if isinstance(record, Service) and not record.income_account_id:
        wanted = [roles.INCOME]
    if isinstance(record, Payment | Refund):
        payment = record if isinstance(record, Payment) else record.payment
        wanted = [roles.CLEARING if payment.method == CREDIT_CARD else roles.DEPOSIT]
    if isinstance(record, Refund):
        wanted.append(roles.REFUND_ITEM)
    if isinstance(record, Expense):
        wanted = [roles.CLEARING, roles.FEE_ACCOUNT]
    return next((role for role in wanted if not chosen.get(role)), None)
