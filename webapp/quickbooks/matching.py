"""Is this client, or this service, already in QuickBooks? Decided from the mirror, without a call.

A client is linked by itself only to exactly one active customer that nobody else has, whose name
is the same after folding and whose e-mail does not contradict. Anything less certain asks a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Account, Link, MirrorObject, Service
from webapp.models.mirror import match_key
from webapp.quickbooks.facts import facts_of

LINK, CREATE, ISSUE = "link", "create", "issue"


@dataclass(frozen=True)
class Match:
    """What to do: link to ``found``, create, or open an issue of ``cause``."""

    verdict: str
    found: MirrorObject | None = None
    cause: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Candidates:
    """The objects of one list whose names equal those asked for, and which of them are taken."""

    def __init__(self, firm_id: int, kind: str, entity: str, names: Iterable[str]):
        keys = {match_key(name) for name in names}
        self._by_key: dict[str, list[MirrorObject]] = {}
        self._taken: set[str] = set()
        if not keys:
            return
        found = db.session.scalars(
            select(MirrorObject)
            .where(
                MirrorObject.firm_id == firm_id,
                MirrorObject.entity == entity,
                MirrorObject.name_key.in_(keys),
            )
            .order_by(MirrorObject.id)
        ).all()
        for row in found:
            self._by_key.setdefault(row.name_key, []).append(row)
        self._taken = set(
            db.session.scalars(
                select(Link.quickbooks_id).where(
                    Link.firm_id == firm_id,
                    Link.kind == kind,
                    Link.quickbooks_id.in_([row.quickbooks_id for row in found]),
                )
            )
        )

    def named(self, name: str) -> list[MirrorObject]:
        return self._by_key.get(match_key(name), [])

    def free(self, row: MirrorObject) -> bool:
        return row.quickbooks_id not in self._taken

    def take(self, row: MirrorObject) -> None:
        """It is linked from now on: a second record of this name must not get it too."""
        self._taken.add(row.quickbooks_id)


def match_account(account: Account, customers: Candidates, unmatched: str) -> Match:
    """``unmatched`` is set-up's choice for clients not found: ``ask`` or ``create``."""
    active = [row for row in customers.named(account.display_name) if row.active]
    free = [row for row in active if customers.free(row)]
    if len(free) == 1 and len(active) == 1:
        return _link_unless_email_differs(account, free[0])
    if active:
        cause = "customer_twice" if free else "customer_linked_elsewhere"
        return Match(ISSUE, cause=cause, facts={"customer": active[0].name})
    if unmatched == CREATE:
        return Match(CREATE)
    return Match(ISSUE, cause="no_customer", facts={"client": account.name})


def _link_unless_email_differs(account: Account, row: MirrorObject) -> Match:
    ours, theirs = (account.email or "").lower(), row.email or ""
    if _contradict(ours, theirs):
        facts = {"customer": row.name, "ours": ours, "theirs": theirs}
        return Match(ISSUE, cause="account_conflict", facts=facts)
    return Match(LINK, row)


def match_service(service: Service, items: Candidates) -> Match:
    """An active Service item of this name that nobody has is the same; another holder is asked
    about, since QuickBooks would not take the name twice."""
    holders = items.named(service.display_name)
    usable = [row for row in holders if row.active and row.detail.get("type") == "Service"]
    free = [row for row in usable if items.free(row)]
    if len(free) == 1:
        return Match(LINK, free[0])
    active = [row for row in holders if row.active]
    if active:
        facts = {"service": service.name, "item": active[0].name}
        return Match(ISSUE, cause="service_name_taken", facts=facts)
    return Match(CREATE)


def agrees(entity: str, sent: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Could the object found by the name that was sent be the one that was asked for? Both are
    QuickBooks bodies; the rules are those above."""
    if entity == "Item":
        return found.get("Type") == "Service"
    ours, theirs = facts_of(entity, sent), facts_of(entity, found)
    return not _contradict(ours.get("email"), theirs.get("email"))


def _contradict(ours: str | None, theirs: str | None) -> bool:
    return bool(ours and theirs) and str(ours).lower() != str(theirs).lower()
