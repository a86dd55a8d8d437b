"""Which of our facts changed only because other accounts were chosen in set-up since?

That is no change of the record: a payment that was reconciled in one account stays there, whatever
else of it is edited. What differs for another reason goes by the set-up of today, and so does every
line of a document one of whose lines changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from webapp.models import Record
from webapp.quickbooks import roles
from webapp.quickbooks.agreed import ours_in
from webapp.quickbooks.facts import OTHERWISE, Facts, facts_of
from webapp.quickbooks.payloads import ENTITIES, References
from webapp.quickbooks.updates import lasting_body


def but_for_set_up(record: Record, references: References, known: Facts, ours: Facts) -> Facts:
    """``ours``, where only set-up changed as it was when the link came to know ``known``."""
    if OTHERWISE not in known:
        return ours
    said = ours_in(known)
    earlier = {**references.roles, **_chosen(record.kind, references, said)}
    if not said.get("vendor") and "vendor" not in known[OTHERWISE]:
        earlier.pop(roles.FEE_VENDOR, None)
    if earlier == references.roles:
        return ours
    body = lasting_body(record, replace(references, roles=earlier), uid="")
    by_then = facts_of(ENTITIES[record.kind], body)
    same = {name for name in ours if by_then.get(name) == said.get(name)}
    return {name: ours[name] for name in ours if name not in same} | {
        name: said[name] for name in same & said.keys()
    }


def _chosen(kind: str, references: References, said: Facts) -> Mapping[str, str]:
    """What set-up had chosen, by role, as far as it shows in what the record said."""
    chosen: dict[str, str | None] = {}
    if kind == "payment":
        chosen = {_deposit_role(said.get("method"), references): said.get("account")}
    elif kind == "refund":
        chosen = {
            _deposit_role(said.get("refund_method"), references): said.get("account"),
            roles.REFUND_ITEM: _first_named(said.get("lines")),
        }
    elif kind == "expense":
        chosen = {
            roles.CLEARING: said.get("account"),
            roles.FEE_ACCOUNT: _first_named(said.get("expense_lines")),
            roles.FEE_VENDOR: said.get("vendor"),
        }
    return {role: id_ for role, id_ in chosen.items() if id_}


def _deposit_role(method: str | None, references: References) -> str:
    """Of the methods that have a name over there all but these are cards (see ``payloads``)."""
    by_card = method not in (None, references.cash_method, references.check_method)
    return roles.CLEARING if by_card else roles.DEPOSIT


def _first_named(lines: list[list[str | None]] | None) -> str | None:
    """The item or account of the first line: ours have one."""
    return lines[0][0] if lines else None
