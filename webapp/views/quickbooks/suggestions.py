"""Which customers does the combobox offer for what was typed, and how many are there?"""

from __future__ import annotations

from flask_babel import gettext, ngettext

from webapp.models import Account
from webapp.quickbooks import customers
from webapp.views.quickbooks.account_rows import suggestion_of
from webapp.views.quickbooks.row_model import Suggestions


def suggestions_for(account: Account, typed: str) -> Suggestions:
    found = customers.suggest(account.firm_id, typed, account)
    spoken, text = _counted(found)
    if not found.total:
        text = gettext("No QuickBooks customer matches “%(q)s”", q=typed or account.name)
    return Suggestions(
        text=text,
        spoken=spoken,
        options=tuple(suggestion_of(one, customers.search_key(typed)) for one in found.candidates),
        create_label=gettext("Create “%(name)s” in QuickBooks", name=account.display_name),
        create_name=account.display_name,
    )


def _counted(found: customers.Matches) -> tuple[str, str]:
    """How many match: to be read aloud, and to be seen."""
    if found.more:
        many = {"n": found.total, "all": found.customers}
        return (
            gettext("More than %(n)s customers match", n=found.total),
            gettext("More than %(n)s of %(all)s customers match", **many),
        )
    spoken = ngettext("%(num)s customer matches", "%(num)s customers match", found.total)
    text = ngettext(
        "%(num)s of %(all)s customers matches",
        "%(num)s of %(all)s customers match",
        found.total,
        all=found.customers,
    )
    return spoken, text
