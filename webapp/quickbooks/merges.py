"""Two customers, items or vendors over there became one: whose is what now?

The one that stays takes over what referred to the other. A link goes along, unless another record
has the survivor already. Which one stays is told by the webhook, or by the documents that moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Account, Connection, Entry, Link, Record, WebhookEvent, model_of
from webapp.quickbooks import agreed, facts, roles
from webapp.quickbooks.news import Body, Object, deleted

Merged = Mapping[Object, str]
"""Entity and id of what is no more, to the id of what stays."""

REFERENCES = {
    "customer": "Customer",
    "income_account": "Account",
    "account": "Account",
    "vendor": "Vendor",
    "method": "PaymentMethod",
}
"""The facts that are ids, and of what."""

LINKED = {"Customer": "account", "Item": "service"}


def survivors(firm_id: int, sightings: Mapping[str, Sequence[Body]]) -> dict[Object, str]:
    """What became of each list object that is gone among these sightings, where it can be told."""
    vanished = {
        (entity, str(body["Id"]))
        for entity in ("Customer", "Item", "Vendor", "Account", "PaymentMethod")
        for body in sightings.get(entity, ())
        if deleted(body)
    }
    told = WebhookEvent.merges(firm_id)
    vanished |= _still_linked(firm_id, told)
    stays: dict[Object, str] = {}
    for entity, gone in vanished:
        survivor = _last(told, entity.lower(), gone) or (
            _by_documents(firm_id, gone, sightings) if entity == "Customer" else None
        )
        if survivor:
            stays[entity, gone] = survivor
    return stays


def _still_linked(firm_id: int, told: Mapping[Object, str]) -> set[Object]:
    """What a webhook says was merged away and our records still point to, seen gone or not."""
    return {
        (entity, gone)
        for entity, kind in LINKED.items()
        for told_of, gone in told
        if told_of == entity.lower() and Link.to(firm_id, kind, gone) is not None
    }


def unseen_survivors(firm_id: int, sightings: Mapping[str, Sequence[Body]]) -> list[Object]:
    """Those that links are to move to and that these sightings do not show."""
    merged = survivors(firm_id, sightings)
    return sorted(
        (entity, stays)
        for (entity, _gone), stays in merged.items()
        if entity in LINKED and _seen(sightings.get(entity, ()), stays) is None
    )


def _last(told: Mapping[tuple[str, str], str], entity: str, gone: str) -> str | None:
    """The end of a chain of merges."""
    passed = {gone}
    survivor = told.get((entity, gone))
    while survivor and (entity, survivor) in told and survivor not in passed:
        passed.add(survivor)
        survivor = told[entity, survivor]
    return survivor


def _by_documents(firm_id: int, gone: str, sightings: Mapping[str, Sequence[Body]]) -> str | None:
    """The customer that all of its documents now name, if they agree."""
    named: set[str] = set()
    for kind, entity in (("invoice", "Invoice"), ("payment", "Payment")):
        bodies = {str(b["Id"]): b for b in sightings.get(entity, ()) if not deleted(b)}
        for link in db.session.scalars(
            select(Link).where(
                Link.firm_id == firm_id, Link.kind == kind, Link.quickbooks_id.in_(bodies)
            )
        ):
            now = facts.facts_of(entity, bodies[str(link.quickbooks_id)]).get("customer")
            if link.known.get("customer") == gone and now and now != gone:
                named.add(now)
    return named.pop() if len(named) == 1 else None


def told_anew(entity: str, known: facts.Facts, merged: Merged) -> facts.Facts:
    """What was known of an object, in the ids of today."""
    if not merged:
        return known
    anew = {
        name: merged.get((REFERENCES[name], value), value) if name in REFERENCES else value
        for name, value in known.items()
    }
    if "lines" in anew:
        lines: list[list[str]] = known["lines"]
        anew["lines"] = [[merged.get(("Item", line[0]), line[0]), *line[1:]] for line in lines]
    if "expense_lines" in anew:
        spent: list[list[str]] = known["expense_lines"]
        anew["expense_lines"] = [
            [merged.get(("Account", line[0]), line[0]), *line[1:]] for line in spent
        ]
    return anew


def move_links(firm_id: int, sightings: Mapping[str, Sequence[Body]], merged: Merged) -> None:
    """Give each record whose object was merged away the survivor; the caller commits.

    What cannot move now (its survivor was not seen, or is another record's, or a request is out)
    keeps its link, and is found gone.
    """
    for (entity, gone), survivor in sorted(merged.items()):
        kind = LINKED.get(entity)
        body = _seen(sightings.get(entity, ()), survivor)
        link = Link.to(firm_id, kind, gone) if kind else None
        if link is not None and body is not None and _may_move(link, survivor):
            _move(link, entity, survivor, body)


def _seen(bodies: Sequence[Body], quickbooks_id: str) -> Body | None:
    alive = (body for body in bodies if not deleted(body))
    return next((body for body in alive if str(body["Id"]) == quickbooks_id), None)


def _may_move(link: Link, survivor: str) -> bool:
    entry = Entry.find(link.firm_id, link.kind, link.record_id)
    settled = entry is None or not entry.unsettled
    return settled and Link.to(link.firm_id, link.kind, survivor) is None


def _move(link: Link, entity: str, survivor: str, body: Body) -> None:
    """The survivor counts as seen and known: its own name and e-mail are nobody's edit of ours."""
    link.quickbooks_id, link.sync_token = survivor, str(body["SyncToken"])
    link.known = agreed.seen_again(link.known, facts.facts_of(entity, body))
    link.seen_at = facts.changed_at(body)
    link.gone = False
    follow_name(db.session.get_one(model_of(link.kind), link.record_id), body)
    db.session.flush()


def follow_name(record: Record, body: Body) -> None:
    """From now on QuickBooks is given the name it has, so that our next change keeps it."""
    if isinstance(record, Account):
        theirs = str(body.get("DisplayName") or record.name)
        record.quickbooks_name = None if theirs == record.name else theirs


def move_roles(connection: Connection, merged: Merged) -> None:
    """Set-up's choices go along, too; the caller commits."""
    moved: dict[str, Any] = {
        role: merged.get((roles.ROLES[role].entity, str(chosen)), chosen)
        for role, chosen in connection.accounts.items()
    }
    if moved != connection.accounts:
        connection.accounts = moved
