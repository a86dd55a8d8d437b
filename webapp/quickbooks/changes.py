"""What does it mean for our records that an object was seen like this?

``verdict`` decides, from facts alone; ``take_in`` acts on it. Nothing of ours is sent and nothing
of theirs overwritten here: an edit by a person becomes an issue, and what is gone is not made again
unless somebody asks for it. An object with an unsettled request of ours is left to its settlement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.models import (
    Account,
    Connection,
    Entry,
    Expense,
    Invoice,
    Issue,
    Link,
    Payment,
    Record,
    Refund,
    model_of,
    outbox,
)
from webapp.models import issue as issue_states
from webapp.quickbooks import agreed, facts, issues, merges, own_voids
from webapp.quickbooks.merges import Merged
from webapp.quickbooks.news import Body, deleted, newer
from webapp.quickbooks.payloads import ENTITIES
from webapp.quickbooks.rejecting import reject

KINDS = {entity: kind for kind, entity in ENTITIES.items()}

NOTHING, SAME, FOLLOWS, EDITED, GONE = "nothing", "same", "follows", "edited", "gone"
"""What a sighting can mean for a link: nothing new; another version that says the same; another
that the link goes along with; somebody's edit; or that the object is no longer there to be used."""

TELL_OF_GOING = (
    "record_deleted",
    "voided",
    "customer_deleted",
    "customer_inactive",
    "customer_merged",
    "inactive_service",
)
"""Causes that say how an object went."""
OVER_WHEN_SAME = ("edited",)
OVER_WHEN_BACK = (*OVER_WHEN_SAME, *TELL_OF_GOING)


CLIENTS = {
    "invoice": (joinedload(Invoice.account),),
    "payment": (joinedload(Payment.account),),
    "refund": (joinedload(Refund.payment).joinedload(Payment.account),),
    "expense": (joinedload(Expense.payment).joinedload(Payment.account),),
}
"""What to load along for ``issues.client_of``."""


@dataclass(frozen=True)
class Verdict:
    what: str
    cause: str = ""
    """Of GONE: what it is called."""
    fields: tuple[str, ...] = ()
    """Of EDITED: what changed."""


def verdict(link: Link, entity: str, body: Body, known: facts.Facts, pending: bool) -> Verdict:
    """``known`` is what the link knows, told in today's ids; ``pending`` says that a change of ours
    is on its way, so that a new name there is a choice between two."""
    cause = absence(entity, body)
    if not deleted(body) and not newer(body, link.sync_token):
        return Verdict(NOTHING)
    if cause:
        return Verdict(NOTHING if link.gone and deleted(body) else GONE, cause)
    fields = tuple(facts.edited(known, facts.facts_of(entity, body)))
    if not fields:
        return Verdict(SAME)
    if entity == "Customer" and fields == ("name",) and not pending:
        return Verdict(FOLLOWS)
    return Verdict(EDITED, fields=fields)


def absence(entity: str, body: Body) -> str:
    """Why the object cannot be used any more, as a cause; empty while it can.

    Intuit: name lists cannot be deleted, so one that is was merged into another.
    """
    if entity == "Customer":
        if deleted(body):
            return "customer_merged"
        return "" if body.get("Active", True) else "customer_deleted"
    if entity == "Item":
        return "" if not deleted(body) and body.get("Active", True) else "inactive_service"
    if deleted(body):
        return "record_deleted"
    return "voided" if facts.voided(body) else ""


# -- acting on it ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Case:
    """A linked record whose object was seen; its entry is locked."""

    entity: str
    link: Link
    entry: Entry
    record: Record
    body: Body

    @property
    def pending(self) -> bool:
        return self.entry.reached < self.entry.wanted

    @property
    def concerns_people(self) -> bool:
        """Not what was removed here, switched off, or left out by decision."""
        return self.record.live and self.entry.state != outbox.OFF and not self.link.left_out


def take_in(
    connection: Connection, entity: str, bodies: Sequence[Body], merged: Merged
) -> set[str]:
    """Act on sightings of one entity; the ids of those left to a settlement. The caller commits."""
    kind = KINDS.get(entity)
    if kind is None:
        return set()
    firm_id = connection.firm_id
    cases = _cases(firm_id, kind, entity, _unheard(firm_id, kind, bodies))
    if not cases:
        return set()
    customers = _customers_of(firm_id, [case.record for case in cases])
    troubled = Issue.unsettled_among(firm_id, kind, [case.record.id for case in cases])
    left = set()
    for case in cases:
        if case.entry.unsettled:
            if case.entry.due_at is not None:  # else it waits for a person, who may never come
                left.add(str(case.body["Id"]))
            continue
        known = merges.told_anew(entity, case.link.known, merged)
        known = _with_customer(known, case.body, customers.get(case.record.id))
        known = own_voids.expected(case.record, known, facts.facts_of(entity, case.body))
        told = case.record.id in troubled
        _act(case, verdict(case.link, entity, case.body, known, case.pending), told)
    return left


def _unheard(firm_id: int, kind: str, bodies: Sequence[Body]) -> list[Body]:
    """Without the echoes of our own writes, which after a first copy are nearly all there is.

    What waits for its answer is no echo yet.
    """
    rows = db.session.execute(
        select(Link.quickbooks_id, Link.sync_token)
        .join(
            Entry,
            (Entry.firm_id == Link.firm_id)
            & (Entry.kind == Link.kind)
            & (Entry.record_id == Link.record_id),
        )
        .where(
            Link.firm_id == firm_id,
            Link.kind == kind,
            Link.quickbooks_id.in_([str(body["Id"]) for body in bodies]),
            Entry.sent_at.is_(None),
        )
    )
    tokens: dict[str, str] = dict(rows.all())  # type: ignore[arg-type]
    return [
        body
        for body in bodies
        if (token := tokens.get(str(body["Id"]))) is None or deleted(body) or newer(body, token)
    ]


def _cases(firm_id: int, kind: str, entity: str, bodies: Sequence[Body]) -> list[_Case]:
    """The linked ones among them, in the order that entries are always locked in."""
    by_id = {str(body["Id"]): body for body in bodies}
    linked = db.session.scalars(
        select(Link.record_id).where(
            Link.firm_id == firm_id, Link.kind == kind, Link.quickbooks_id.in_(by_id)
        )
    ).all()
    if not linked:
        return []
    ids = db.session.scalars(
        select(Entry.id).where(
            Entry.firm_id == firm_id, Entry.kind == kind, Entry.record_id.in_(linked)
        )
    ).all()
    records = _records(kind, linked)
    entries = Entry.locked(ids).values()
    # Read behind the lock: a person may have decided while we waited for it.
    links = Link.of_records(firm_id, kind, linked, fresh=True)
    found = []
    for entry in entries:
        link = links.get(entry.record_id)
        body = by_id.get(link.quickbooks_id or "") if link else None
        if link is not None and body is not None:
            found.append(_Case(entity, link, entry, records[entry.record_id], body))
    return found


def _records(kind: str, ids: Sequence[int]) -> dict[int, Record]:
    """By id, with their clients."""
    model = model_of(kind)
    wanted = select(model).where(model.id.in_(ids)).options(*CLIENTS.get(kind, ()))
    return {record.id: record for record in db.session.scalars(wanted)}


def _customers_of(firm_id: int, records: Sequence[Record]) -> dict[int, str]:
    """Whose each record is over there, by record id."""
    clients = {record.id: client.id for record in records if (client := issues.client_of(record))}
    linked = Link.of_records(firm_id, Account.kind, sorted(set(clients.values())))
    return {
        record_id: quickbooks_id
        for record_id, client_id in clients.items()
        if client_id in linked and (quickbooks_id := linked[client_id].quickbooks_id)
    }


def _with_customer(known: facts.Facts, body: Body, customer: str | None) -> facts.Facts:
    """That a document now names its client's customer is no edit, whoever it named before."""
    named = (body.get("CustomerRef") or {}).get("value")
    return {**known, "customer": customer} if customer and named == customer else known


def _act(case: _Case, found: Verdict, told: bool) -> None:
    """``told`` says that people have been told of something about the record."""
    link, body = case.link, case.body
    if found.what == NOTHING:
        return
    link.seen_at = facts.changed_at(body) or link.seen_at
    if found.what == GONE:
        _gone(case, found.cause)
    elif found.what == EDITED:
        _edited(case, found.fields)
    else:
        if found.what == FOLLOWS:
            merges.follow_name(case.record, body)
        link.sync_token = str(body["SyncToken"])
        link.known = agreed.seen_again(link.known, facts.facts_of(case.entity, body))
        if told:
            _in_order(case)
        link.gone = False


def _gone(case: _Case, cause: str) -> None:
    """Noted whoever did it; told only to people it concerns, and once."""
    link, new = case.link, not case.link.gone
    link.gone = True
    link.sync_token = str(case.body.get("SyncToken", link.sync_token))
    if new and case.concerns_people:
        name = link.known.get("name")
        known = {"customer": name, "service": name} if name else {}
        reject(case.entry, case.record, cause, known, theirs=_comparable(case.body))


def _comparable(body: Body) -> dict[str, Any] | None:
    return None if deleted(body) else dict(body)


def _edited(case: _Case, fields: Sequence[str]) -> None:
    """Shown to people, each version once. The link keeps what it knew: what the edit is told by."""
    case.link.gone = False
    if not case.concerns_people or _shown_already(case.record, case.body):
        return
    known = {"field": ", ".join(fields)}
    reject(case.entry, case.record, "edited", known, theirs=dict(case.body))


def _shown_already(record: Record, body: Body) -> bool:
    return any(
        issue.cause == "edited" and (issue.theirs or {}).get("SyncToken") == body.get("SyncToken")
        for issue in Issue.unsettled_of(record)
    )


def _in_order(case: _Case) -> None:
    """It is there again, or as it was before somebody's edit: what was about that is over."""
    over = OVER_WHEN_BACK if case.link.gone else OVER_WHEN_SAME
    closed = [issue for issue in Issue.unsettled_of(case.record) if issue.cause in over]
    for issue in closed:
        issue.close()
    if not closed or case.entry.state not in (outbox.REJECTED, outbox.IGNORED):
        return
    if case.pending:
        case.entry.try_now(outbox.ORDINARY)
    elif not any(i.state == issue_states.OPEN for i in Issue.unsettled_of(case.record)):
        case.entry.rest(outbox.DONE)
