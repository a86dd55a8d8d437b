"""What will be sent, and what will fail: counted here, before anything is written there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, exists, func, select

from webapp.extensions import db
from webapp.models import (
    Account,
    Connection,
    Expense,
    Invoice,
    Link,
    MirrorNumber,
    Payment,
    Record,
    Refund,
    model_of,
)
from webapp.models.payment import CREDIT_CARD
from webapp.quickbooks import matching, roles
from webapp.quickbooks.matching import Candidates
from webapp.quickbooks.methods import Methods
from webapp.quickbooks.set_up import Choices

AT_ONCE = 500
DATED: tuple[type[Record], ...] = (Invoice, Payment, Refund, Expense)


@dataclass(frozen=True)
class Preview:
    """``to_send`` and ``too_old`` count records by kind."""

    to_send: dict[str, int]
    too_old: dict[str, int]
    clients_linked: int = 0
    """Already linked, or matched to exactly one customer."""
    clients_created: int = 0
    clients_asked: int = 0
    """Each of them becomes an issue that a person settles."""
    numbers_taken: int = 0
    other_currency: int = 0
    roles_missing: list[str] = field(default_factory=list)
    card_unmarked: int = 0
    """Card payments that wait until "Credit card" is marked as a credit card."""

    @property
    def troubles(self) -> int:
        return self.clients_asked + self.numbers_taken + self.other_currency + self.card_unmarked


def preview(connection: Connection, chosen: Choices) -> Preview:
    """Reads only; the number of statements grows with the clients, 500 at a time."""
    firm_id = connection.firm_id
    clients = _clients(firm_id, chosen)
    found = Counter(_verdicts(firm_id, clients, chosen.unmatched))
    return Preview(
        to_send={model.kind: _waiting(firm_id, model, chosen) for model in _models()},
        too_old={model.kind: _too_old(firm_id, model, chosen) for model in DATED},
        clients_linked=found[matching.LINK],
        clients_created=found[matching.CREATE],
        clients_asked=found[matching.ISSUE],
        numbers_taken=_numbers_taken(firm_id, chosen),
        other_currency=_other_currency(connection, chosen),
        roles_missing=_roles_missing(chosen),
        card_unmarked=_card_unmarked(firm_id, chosen),
    )


def _models() -> list[type[Record]]:
    kinds = ("account", "service", "invoice", "payment", "refund", "expense")
    return [model_of(kind) for kind in kinds]


# -- counting records -----------------------------------------------------------------------------


def _to_go(firm_id: int, model: type[Record], chosen: Choices) -> list[ColumnElement[bool]]:
    """The live records of the kind that are not in QuickBooks, young enough and not left out."""
    conditions = [
        model.firm_id == firm_id,
        model.removed_at.is_(None),
        ~exists().where(
            Link.firm_id == firm_id, Link.kind == model.kind, Link.record_id == model.id
        ),
    ]
    if chosen.start_date is not None and model in DATED:
        conditions.append(model.date >= chosen.start_date)  # type: ignore[attr-defined]
    owner = _account_id(model)
    if owner is not None:
        conditions.append(owner.in_(_synced_accounts(firm_id, chosen)))
    return conditions


def _account_id(model: type[Record]) -> ColumnElement[int] | None:
    """The column that says whose record it is; None for services, and for what hangs on a
    payment, which goes where the payment goes."""
    columns = {Account: Account.id, Invoice: Invoice.account_id, Payment: Payment.account_id}
    found = columns.get(model)
    return None if found is None else found.expression


def _synced_accounts(firm_id: int, chosen: Choices) -> Select[int] | list[int]:
    if chosen.accounts is not None:
        return sorted(chosen.accounts)
    return select(Account.id).where(Account.firm_id == firm_id, Account.sync)


def _count(model: type[Record], conditions: Sequence[ColumnElement[bool]]) -> int:
    return db.session.scalar(select(func.count(model.id)).where(*conditions)) or 0


def _waiting(firm_id: int, model: type[Record], chosen: Choices) -> int:
    return _count(model, _to_go(firm_id, model, chosen))


def _too_old(firm_id: int, model: type[Record], chosen: Choices) -> int:
    if chosen.start_date is None:
        return 0
    older = model.date < chosen.start_date  # type: ignore[attr-defined]
    return _count(model, [model.firm_id == firm_id, model.removed_at.is_(None), older])


# -- what will fail -------------------------------------------------------------------------------


def _clients(firm_id: int, chosen: Choices) -> Iterator[Sequence[Account]]:
    """The clients not linked yet, some at a time."""
    last = 0
    while True:
        some = db.session.scalars(
            select(Account)
            .where(*_to_go(firm_id, Account, chosen), Account.id > last)
            .order_by(Account.id)
            .limit(AT_ONCE)
        ).all()
        if not some:
            return
        yield some
        last = some[-1].id


def _verdicts(firm_id: int, clients: Iterator[Sequence[Account]], unmatched: str) -> Iterator[str]:
    for some in clients:
        names = [account.display_name for account in some]
        candidates = Candidates(firm_id, "account", "Customer", names)
        for account in some:
            match = matching.match_account(account, candidates, unmatched)
            if match.found is not None:
                candidates.take(match.found)
            yield match.verdict


def _numbers_taken(firm_id: int, chosen: Choices) -> int:
    taken = exists().where(
        MirrorNumber.firm_id == firm_id,
        MirrorNumber.txn_type == "Invoice",
        MirrorNumber.number == Invoice.number,
    )
    return _count(Invoice, [*_to_go(firm_id, Invoice, chosen), taken])


def _other_currency(connection: Connection, chosen: Choices) -> int:
    firm_id, home = connection.firm_id, connection.home_currency
    return sum(
        _count(model, [*_to_go(firm_id, model, chosen), model.currency != home])  # type: ignore[attr-defined, misc]
        for model in DATED
    )


def _roles_missing(chosen: Choices) -> list[str]:
    """Parts nothing was chosen for. A fee needs no vendor; the refund item is made by itself."""
    optional = (roles.REFUND_ITEM, roles.FEE_VENDOR)
    return [role for role in roles.ROLES if role not in optional and not chosen.roles.get(role)]


def _card_unmarked(firm_id: int, chosen: Choices) -> int:
    if Methods.of(firm_id).card is not None:
        return 0
    return _count(Payment, [*_to_go(firm_id, Payment, chosen), Payment.method == CREDIT_CARD])
