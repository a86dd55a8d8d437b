"""Which act, with which arguments, does a posted form mean? Only the choice of a customer is hard.

The combobox posts ``customer`` (an id, ``new`` or nothing) and ``q``, the name as typed. Without a
script only the name comes: it counts when it can mean one customer only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask_babel import gettext

from webapp.models import Account, Issue
from webapp.models.mirror import search_key
from webapp.quickbooks import customers
from webapp.quickbooks.actions import ActionRefused
from webapp.quickbooks.causes import cause as names
from webapp.quickbooks.customers import Candidate
from webapp.views.quickbooks.account_rows import suggestion_of
from webapp.views.quickbooks.row_model import IssueRow

NEW = "new"


@dataclass(frozen=True)
class Picked:
    action: str
    arguments: Mapping[str, str]
    typed: str = ""
    choices: tuple[Candidate, ...] = field(default=())
    """What an unclear name could mean, to choose from."""
    problem: ActionRefused | None = None

    def offer(self, row: IssueRow) -> IssueRow:
        """The row with the choices as radio buttons."""
        if row.customer is None or not self.choices:
            return row
        choices = tuple(suggestion_of(one) for one in self.choices)
        return replace(row, customer=replace(row.customer, choices=choices))


def pick(issue: Issue, action: str, form: Mapping[str, str]) -> Picked:
    account = issue.record if issue.kind == "account" else None
    if action != names.LINK or not isinstance(account, Account):
        return Picked(action, dict(form))
    chosen = form.get("customer") or form.get("suggested") or form.get("quickbooks_id") or ""
    typed = form.get("q", "").strip()
    if chosen == NEW:
        return Picked(names.CREATE_CUSTOMER, {}, typed)
    if chosen:
        return Picked(names.LINK, {"quickbooks_id": chosen}, typed)
    return _by_name(account, typed)


def _by_name(account: Account, typed: str) -> Picked:
    message = gettext("Choose a customer from the list, or create a new one.")
    problem = ActionRefused("quickbooks_id", message)
    if not typed:
        return Picked(names.LINK, {}, typed, problem=problem)
    found = [
        one for one in customers.suggest(account.firm_id, typed, account).candidates if one.usable
    ]
    same = [one for one in found if one.customer.search_key == search_key(typed)]
    if len(same) == 1:
        return Picked(names.LINK, {"quickbooks_id": same[0].customer.quickbooks_id}, typed)
    return Picked(names.LINK, {}, typed, tuple(same or found), problem)
