"""The company's payment methods that ours are sent as."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from webapp.extensions import db
from webapp.models import MirrorObject
from webapp.models.mirror import search_key

CARD_NAMES = ("credit card", "tarjeta de credito")
CASH_NAMES = ("cash", "efectivo")
CHECK_NAMES = ("check", "cheque")
CARD_TYPE = "CREDIT_CARD"

_METHODS = select(MirrorObject).where(
    MirrorObject.firm_id == bindparam("firm_id"),
    MirrorObject.entity == "PaymentMethod",
    MirrorObject.active.is_(True),
)


@dataclass(frozen=True)
class Methods:
    """QuickBooks ids; None where the company has no such method (or the card's box is unticked)."""

    card: str | None = None
    cash: str | None = None
    check: str | None = None
    unmarked_card: str | None = None
    """A method called "Credit card" that is not marked as one."""

    @classmethod
    def of(cls, firm_id: int) -> Methods:
        rows = db.session.scalars(_METHODS, {"firm_id": firm_id})
        by_name = {search_key(row.name): row for row in rows}

        def named(names: tuple[str, ...]) -> MirrorObject | None:
            return next((by_name[name] for name in names if name in by_name), None)

        card, cash, check = named(CARD_NAMES), named(CASH_NAMES), named(CHECK_NAMES)
        marked = card is not None and card.detail.get("type") == CARD_TYPE
        return cls(
            card=card.quickbooks_id if card and marked else None,
            cash=cash.quickbooks_id if cash else None,
            check=check.quickbooks_id if check else None,
            unmarked_card=card.quickbooks_id if card and not marked else None,
        )
