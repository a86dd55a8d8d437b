"""What an account's row adds: who the client is, what waits for it, and the choice of customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy import and_, func, select

from webapp import money
from webapp.extensions import db
from webapp.formats import amount
from webapp.models import Account, Entry, Invoice, Issue, outbox
from webapp.models.account import BUSINESS
from webapp.quickbooks import customers
from webapp.quickbooks.customers import Candidate
from webapp.views.quickbooks.button_model import Action
from webapp.views.quickbooks.row_model import CustomerChoice, RowState, Suggestion


@dataclass(frozen=True)
class Held:
    """What waits for an account: how many of a kind, and for invoices their sum."""

    number: int
    minor: int = 0
    currency: str = "USD"


class AccountRows:
    def __init__(self, firm_id: int, issues: Sequence[Issue]):
        self.firm_id = firm_id
        self.ids = [issue.record_id for issue in issues]

    @cached_property
    def records(self) -> dict[int, Account]:
        found = db.session.scalars(select(Account).where(Account.id.in_(self.ids)))
        return {account.id: account for account in found}

    @cached_property
    def held(self) -> dict[int, dict[str, Held]]:
        """What waits for each account, by kind."""
        own = and_(Entry.kind == "invoice", Invoice.id == Entry.record_id)
        rows = db.session.execute(
            select(
                Entry.waits_id,
                Entry.kind,
                func.count(),
                func.sum(Invoice.total_minor),
                func.max(Invoice.currency),
            )
            .outerjoin(Invoice, own)
            .where(
                Entry.firm_id == self.firm_id,
                Entry.waits_kind == "account",
                Entry.waits_id.in_(self.ids),
                Entry.state == outbox.WAITING,
            )
            .group_by(Entry.waits_id, Entry.kind)
        )
        found: dict[int, dict[str, Held]] = {}
        for account_id, kind, number, minor, currency in rows:
            held = Held(number, int(minor or 0), currency or "USD")
            found.setdefault(account_id, {})[kind] = held
        return found

    @cached_property
    def closest(self) -> dict[int, Candidate]:
        return customers.closest(self.firm_id, list(self.records.values()))

    def subtitle(self, issue: Issue) -> str:
        """``Business · 1 invoice waiting``."""
        account = self.records.get(issue.record_id)
        business = account is None or account.account_kind == BUSINESS
        parts = [gettext("Business") if business else gettext("Individual")]
        parts += [_waiting(kind, held.number) for kind, held in self._held(issue).items()]
        return " · ".join(parts)

    def _held(self, issue: Issue) -> dict[str, Held]:
        return self.held.get(issue.record_id, {})

    def sends(self, issue: Issue) -> str:
        """``3 invoices, $2,410.00``: what linking the account sends; "" where nothing waits."""
        parts = [_counted(kind, held) for kind, held in self._held(issue).items()]
        return ", ".join(parts)

    def choice(self, issue: Issue, state: RowState, error: str, typed: str) -> CustomerChoice:
        closest = self.closest.get(issue.record_id)
        account = self.records.get(issue.record_id)
        sends = self.sends(issue)
        link = Action(
            name="link",
            label=gettext("Submit"),
            url=url_for("quickbooks_issues.act", issue_id=issue.id, action="link"),
            working=gettext("Linking"),
            consequence=gettext("Links the customer you choose and sends %(what)s.", what=sends)
            if sends
            else gettext("Links the customer you choose. Nothing waits for it."),
        )
        return CustomerChoice(
            link=link,
            suggest_url=url_for("quickbooks_issues.suggest", issue_id=issue.id),
            names=(closest.customer.name,) if closest else (),
            closest=suggestion_of(closest) if closest else None,
            error=error,
            typed=typed,
            locked=account.name if state == "syncing" and account else "",
        )


def suggestion_of(candidate: Candidate, typed: str = "") -> Suggestion:
    customer = candidate.customer
    badge = ""
    if candidate.usable and candidate.same_email:
        badge = gettext("Same email")
    elif candidate.usable and candidate.same_name:
        badge = gettext("Same name")
    return Suggestion(
        id=customer.quickbooks_id,
        name=customer.name,
        parts=_cut(customer.name, customer.search_key, typed),
        email=customer.email or "",
        city=customer.detail.get("place") or "",
        balance=_balance(customer.detail),
        badge=badge,
        inactive=_unusable(candidate),
    )


def _unusable(candidate: Candidate) -> str:
    if candidate.linked:
        return gettext("Already linked")
    return "" if candidate.customer.active else gettext("Inactive")


def _balance(detail: dict[str, object]) -> str:
    currency = str(detail.get("currency") or "USD")
    if detail.get("balance") is None or not money.known_currency(currency):
        return ""
    try:
        return amount(money.parse_amount(str(detail["balance"]), currency), currency)
    except money.AmountError:
        return ""


def _cut(name: str, key: str, typed: str) -> tuple[tuple[str, bool], ...]:
    """The name in parts, the matching one marked; whole where folding changed its length."""
    at = key.find(typed) if typed and len(key) == len(name) else -1
    if at < 0:
        return ()
    parts = (
        (name[:at], False),
        (name[at : at + len(typed)], True),
        (name[at + len(typed) :], False),
    )
    return tuple(part for part in parts if part[0])


def _waiting(kind: str, number: int) -> str:
    if kind == "invoice":
        return ngettext("%(num)s invoice waiting", "%(num)s invoices waiting", number)
    if kind == "payment":
        return ngettext("%(num)s payment waiting", "%(num)s payments waiting", number)
    return ngettext("%(num)s record waiting", "%(num)s records waiting", number)


def _counted(kind: str, held: Held) -> str:
    if kind == "invoice":
        invoices = ngettext("%(num)s invoice", "%(num)s invoices", held.number)
        return f"{invoices}, {amount(held.minor, held.currency)}"
    if kind == "payment":
        return ngettext("%(num)s payment", "%(num)s payments", held.number)
    return ngettext("%(num)s record", "%(num)s records", held.number)
