"""What a person can do with an issue: the same acts, by the same names, on the page and in the API.

``available`` says which; ``perform`` does one and commits. Acts that only change our side leave the
sending to the outbox; the two that change QuickBooks itself are in ``repairs``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Account, Attempt, Entry, Firm, Invoice, Issue, Link, MirrorObject, outbox
from webapp.models import attempt as attempts
from webapp.models import issue as issues_
from webapp.models.invoice import MAXIMUM_NUMBER_LENGTH
from webapp.models.record import Record
from webapp.models.service import Service
from webapp.quickbooks import causes, company_reset, links, numbering, repairs, roles
from webapp.quickbooks.agreed import agreed
from webapp.quickbooks.composing import whole_body
from webapp.quickbooks.facts import Facts, facts_of, voided
from webapp.quickbooks.news import newer
from webapp.quickbooks.payloads import ENTITIES

IGNORE, RESTORE = "ignore", "restore"
WHILE_UNSETTLED = frozenset({causes.RESYNC, IGNORE, RESTORE})
"""What leaves a request alone whose answer is not known: a wish for later, or about telling. All
else would forget the request, and with it the object that it may have made."""

Arguments = Mapping[str, str]


class ActionRefused(Exception):
    """The act cannot be done as asked; ``errors`` maps a field ("" for the act) to messages."""

    def __init__(self, field: str, message: str):
        self.errors = {field: [message]}
        super().__init__(message)


def available(
    issue: Issue, linked: bool | None = None, unsettled: bool | None = None
) -> tuple[str, ...]:
    """The names of the acts that this issue offers now, the most helpful first.

    ``linked`` says whether its record is in QuickBooks, ``unsettled`` whether a request of the
    record is still without an answer; None looks it up.
    """
    if issue.state == issues_.CLOSED:
        return ()
    if issue.state == issues_.IGNORED:
        return (RESTORE,)
    if linked is None:
        linked = Link.find(issue.firm_id, issue.kind, issue.record_id) is not None
    if unsettled is None:
        unsettled = bool(unsettled_among(issue.firm_id, issue.kind, [issue.record_id]))
    offered = (*causes.actions_of(issue.cause, issue.kind, linked or unsettled), IGNORE)
    return tuple(name for name in offered if not unsettled or name in WHILE_UNSETTLED)


def unsettled_among(firm_id: int, kind: str, record_ids: Collection[int]) -> set[int]:
    """The ids of those records that have a request out whose answer is not known."""
    return set(
        db.session.scalars(
            select(Entry.record_id).where(
                Entry.firm_id == firm_id,
                Entry.kind == kind,
                Entry.record_id.in_(record_ids),
                Entry.sent_at.is_not(None),
            )
        )
    )


def why_not(issue: Issue, action: str) -> str:
    """Why the act is not possible now, as a sentence; "" when it is."""
    if action in available(issue):
        return ""
    if action in available(issue, unsettled=False):
        return _still_out()
    return gettext("This is not possible any more. Reload the page.")


def _still_out() -> str:
    return gettext(
        "It was sent, and it is not known yet whether it arrived. You can decide once we have "
        "looked for it in QuickBooks."
    )


def perform(
    issue: Issue, action: str, person_id: int | None, arguments: Arguments | None = None
) -> None:
    """Do it in the name of the person (None: a program of the firm). Commits.

    Raises ActionRefused, which leaves everything as it was.
    """
    if action == causes.USE_NUMBER:
        Firm.take_turn(issue.firm_id)
    entry = Entry.find(issue.firm_id, issue.kind, issue.record_id)
    db.session.refresh(issue)
    refusal = why_not(issue, action)
    if entry is None or refusal:
        db.session.rollback()
        raise ActionRefused("", refusal)
    try:
        _ACTS[action](_Case(issue, entry, person_id, arguments or {}))
    except ActionRefused:
        db.session.rollback()
        raise
    except repairs.RepairFailed as error:
        db.session.rollback()
        raise ActionRefused("", str(error)) from error
    db.session.commit()


class _Case:
    """One issue being dealt with: what every act needs to hand."""

    def __init__(
        self, issue: Issue, entry: Entry, person_id: int | None, arguments: Arguments
    ) -> None:
        self.issue, self.entry, self.person_id = issue, entry, person_id
        self.arguments = arguments
        self.record: Record = issue.record
        self.link = Link.of(self.record)

    def lock_again(self) -> None:
        """A call to QuickBooks ended the transaction, and with it the hold on the entry.

        Raises ActionRefused if something was sent meanwhile.
        """
        entry = Entry.find(self.issue.firm_id, self.issue.kind, self.issue.record_id)
        assert entry is not None
        if entry.unsettled:
            raise ActionRefused("", _still_out())
        self.entry, self.link = entry, Link.of(self.record)

    def listed(self, entity: str, quickbooks_id: str) -> MirrorObject | None:
        """One of the company's list, asked for if we have not heard of it yet."""
        firm_id = self.issue.firm_id
        known = MirrorObject.find(firm_id, entity, quickbooks_id)
        if known is None and quickbooks_id:
            known = repairs.look_up(firm_id, entity, quickbooks_id)
            self.lock_again()
        return known

    def text(self, name: str) -> str:
        return str(self.arguments.get(name) or "").strip()

    def try_now(self) -> None:
        self.entry.try_now(outbox.PERSON, self.person_id)

    def send_again(self) -> None:
        """QuickBooks is to hear of the record anew, changed or not."""
        self.record.version += 1
        self.entry.wanted = self.record.version
        self.try_now()

    def settle(self, state: str) -> None:
        """Over without a word to QuickBooks."""
        self.entry.reached = self.entry.wanted
        self.entry.rest(state)
        self.issue.close(self.person_id)
        Entry.release(self.record.firm_id, self.record.kind, [self.record.id])


# -- trying again, and keeping quiet --------------------------------------------------------------


def _resync(case: _Case) -> None:
    if case.issue.cause == company_reset.CAUSE:
        links.cut(case.record)
    case.try_now()


def _ignore(case: _Case) -> None:
    case.issue.state, case.issue.settled_by_id = issues_.IGNORED, case.person_id
    if case.entry.state == outbox.REJECTED:
        case.entry.rest(outbox.IGNORED)


def _restore(case: _Case) -> None:
    case.issue.state, case.issue.settled_by_id = issues_.OPEN, None
    if case.entry.state == outbox.IGNORED:
        case.entry.state = outbox.REJECTED


# -- edited or gone over there --------------------------------------------------------------------


def _seen(case: _Case) -> str:
    """The version over there that the person decides about. Raises ActionRefused if we have heard
    of a later one since: nobody has looked at that."""
    theirs = case.issue.theirs or {}
    seen = case.text("sync_token")
    if seen and newer(theirs, seen):
        again = gettext("It was changed in QuickBooks once more. Compare both again, then choose.")
        raise ActionRefused("", again)
    return seen or str(theirs.get("SyncToken", ""))


def _send_ours(case: _Case) -> None:
    """Overwrite what the person has seen there, and nothing newer."""
    seen = _seen(case)
    if case.link is None or case.issue.theirs is None or not seen:
        raise ActionRefused("", gettext("There is nothing to compare with. Reload the page."))
    case.link.sync_token = seen
    theirs = facts_of(ENTITIES[case.record.kind], case.issue.theirs)
    case.link.known = agreed(theirs, ours=theirs)  # so that all of ours is new
    case.send_again()


def _keep_theirs(case: _Case) -> None:
    """Accepted as it is there; ours stays as it is.

    Where a change of ours was refused (a payment in a deposit), what we know of theirs holds.
    """
    _seen(case)
    if case.link is None:
        raise ActionRefused("", gettext("There is nothing to compare with. Reload the page."))
    if case.issue.theirs is not None:
        case.link.sync_token = str(case.issue.theirs["SyncToken"])
        case.link.known = _as_it_is(case, case.issue.theirs)
    case.settle(outbox.DONE)


def _as_it_is(case: _Case, theirs: Mapping[str, Any]) -> Facts:
    """Both stay as they are, also when ours is changed in something else."""
    entity = ENTITIES[case.record.kind]
    known, ours = facts_of(entity, theirs), whole_body(case.entry, case.record)
    return known if ours is None else agreed(known, facts_of(entity, ours))


def _recreate(case: _Case) -> None:
    links.cut(case.record)
    case.send_again()


def _leave_out(case: _Case) -> None:
    if case.link is not None:
        case.link.left_out = True
    case.settle(outbox.OFF)


# -- numbers and names ----------------------------------------------------------------------------


def _use_number(case: _Case) -> None:
    """The number asked for, or the next free one."""
    assert isinstance(case.record, Invoice)
    number = case.text("number") or numbering.suggestion(case.record)
    if not number:
        raise ActionRefused("number", gettext("Enter an invoice number."))
    if len(number) > MAXIMUM_NUMBER_LENGTH:
        raise ActionRefused("number", gettext("Use 21 characters or fewer."))
    firm = db.session.get_one(Firm, case.issue.firm_id)
    taken = numbering.check(firm, number, case.record)
    if taken.taken:
        free = taken.suggestion or ""
        message = gettext("%(number)s is taken, too. Use %(free)s.", number=number, free=free)
        raise ActionRefused("number", message)
    old, case.record.number = case.record.number, number
    _note(case, "renumber", f"{old} → {number}")
    case.send_again()


def _rename(case: _Case) -> None:
    """Another name for QuickBooks alone; here the record keeps its own."""
    name = case.text("name")
    limit = 500 if isinstance(case.record, Account) else 100
    if not name or len(name) > limit:
        raise ActionRefused(
            "name", gettext("Enter a name of at most %(limit)s characters.", limit=limit)
        )
    if any(char in name for char in ":\t\n\r"):
        raise ActionRefused("name", gettext("QuickBooks takes no colon, tab or line break here."))
    assert isinstance(case.record, Account | Service)
    case.record.quickbooks_name = name
    case.send_again()


def _set_income_account(case: _Case) -> None:
    assert isinstance(case.record, Service)
    chosen = case.listed("Account", case.text("quickbooks_id"))
    fits = chosen and chosen.detail.get("account_type") in roles.ROLES[roles.INCOME].types
    if chosen is None or not fits or not chosen.active:
        raise ActionRefused("quickbooks_id", gettext("Choose an income account from the list."))
    case.record.income_account_id = chosen.quickbooks_id
    case.send_again()


# -- who is who -----------------------------------------------------------------------------------


def _link(case: _Case) -> None:
    """Take the object a person chose as the record's own; nothing is overwritten there."""
    if isinstance(case.record, Account | Service):
        _link_listed(case)
    else:
        _link_document(case)
    case.settle(outbox.DONE)


def _link_listed(case: _Case) -> None:
    entity = ENTITIES[case.record.kind]
    wanted = case.text("quickbooks_id") or str(case.issue.facts.get("holder_id", ""))
    chosen = case.listed(entity, wanted)
    if chosen is None:
        message = gettext("Choose a customer from the list, or create a new one.")
        if isinstance(case.record, Service):
            message = gettext("Choose a product or service from the list.")
        raise ActionRefused("quickbooks_id", message)
    if not chosen.active:
        message = gettext("“%(name)s” is inactive in QuickBooks.", name=chosen.name)
        raise ActionRefused("quickbooks_id", message)
    if isinstance(case.record, Service) and chosen.detail.get("type") != "Service":
        message = gettext("“%(name)s” is not a service in QuickBooks.", name=chosen.name)
        raise ActionRefused("quickbooks_id", message)
    _refuse_taken(case, chosen.quickbooks_id, chosen.name)
    links.take(case.record, chosen)
    _note(case, "link", f"{entity} {chosen.quickbooks_id}")


def _link_document(case: _Case) -> None:
    theirs = case.issue.theirs
    wanted = case.text("quickbooks_id")
    if theirs is None or (wanted and wanted != str(theirs.get("Id"))):
        raise ActionRefused("quickbooks_id", gettext("Compare both before you link them."))
    if voided(theirs):
        message = gettext("It is voided in QuickBooks and stands for nothing. Use another number.")
        raise ActionRefused("quickbooks_id", message)
    _refuse_taken(case, str(theirs["Id"]), case.record.title)
    links.note(case.record, theirs)
    link = Link.of(case.record)
    assert link is not None
    link.known = _as_it_is(case, theirs)
    _note(case, "link", f"{ENTITIES[case.record.kind]} {theirs['Id']}")


def _refuse_taken(case: _Case, quickbooks_id: str, name: str) -> None:
    holder = Link.to(case.issue.firm_id, case.record.kind, quickbooks_id)
    if holder is not None and holder.record_id != case.record.id:
        raise ActionRefused(
            "quickbooks_id", gettext("“%(name)s” is already linked to another record.", name=name)
        )


def _create_customer(case: _Case) -> None:
    """A new customer, whatever was found; a deleted one's link gives way."""
    if case.link is not None:
        links.cut(case.record)
    case.entry.create_anyway = True
    case.send_again()


def _stop_syncing(case: _Case) -> None:
    """Out of QuickBooks, with everything of theirs, until somebody turns it on again."""
    assert isinstance(case.record, Account)
    case.record.set_sync(False, case.person_id)


def _delete(case: _Case) -> None:
    """The service leaves Cuadra; invoices that used it keep their lines."""
    case.record.remove()
    case.issue.close(case.person_id)


# -- acts that change QuickBooks ------------------------------------------------------------------


def _reactivate(case: _Case) -> None:
    """Make the customer or item active again over there, and take it as the record's own."""
    quickbooks_id = case.link.quickbooks_id if case.link else _holder_id(case)
    if not quickbooks_id:
        raise ActionRefused("", gettext("We do not know which one it is. Choose it from the list."))
    if case.link is None:
        _refuse_taken(case, quickbooks_id, case.record.title)
    found = repairs.reactivate(case.record, quickbooks_id)
    case.lock_again()
    links.note(case.record, found)
    _note(case, "reactivate", f"{ENTITIES[case.record.kind]} {quickbooks_id}")
    case.send_again()


def _holder_id(case: _Case) -> str:
    theirs = case.issue.theirs or {}
    return str(theirs.get("Id") or case.issue.facts.get("holder_id") or "")


def _enable_card_method(case: _Case) -> None:
    """Tick the box at "Credit card" over there; every payment it kept back goes."""
    repairs.enable_card_method(case.issue.firm_id)
    _note(case, "mark-card", "PaymentMethod")
    blocked = db.session.scalars(
        select(Issue).where(
            Issue.firm_id == case.issue.firm_id,
            Issue.cause == case.issue.cause,
            Issue.state == issues_.OPEN,
        )
    )
    for issue in blocked:
        entry = Entry.find(issue.firm_id, issue.kind, issue.record_id)
        if entry is not None:
            entry.try_now(outbox.PERSON, case.person_id)


def _note(case: _Case, operation: str, message: str) -> None:
    """The record's history shows what a person did."""
    db.session.add(
        Attempt(
            firm_id=case.issue.firm_id,
            kind=case.issue.kind,
            record_id=case.issue.record_id,
            operation=operation,
            outcome=attempts.ACCEPTED,
            person_id=case.person_id,
            message=message,
        )
    )


_ACTS: dict[str, Callable[[_Case], None]] = {
    causes.RESYNC: _resync,
    IGNORE: _ignore,
    RESTORE: _restore,
    causes.SEND_OURS: _send_ours,
    causes.KEEP_THEIRS: _keep_theirs,
    causes.RECREATE: _recreate,
    causes.LEAVE_OUT: _leave_out,
    causes.USE_NUMBER: _use_number,
    causes.LINK: _link,
    causes.CREATE_CUSTOMER: _create_customer,
    causes.REACTIVATE: _reactivate,
    causes.STOP_SYNCING: _stop_syncing,
    causes.RENAME: _rename,
    causes.SET_INCOME_ACCOUNT: _set_income_account,
    causes.ENABLE_CARD_METHOD: _enable_card_method,
    causes.DELETE: _delete,
}
