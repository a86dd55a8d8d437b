"""Mail to owner and admins: soon after new causes, and once a day while issues are open.

Each person switches either. A letter that could not be handed over is tried again the next time
round; one that was is not written twice, unless we die between handing it over and noting that.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from webapp.database import database_now
from webapp.extensions import db
from webapp.formats import amount
from webapp.mailing import Letter, send
from webapp.models import Connection, Firm, Issue, Notification, Person
from webapp.models import issue as issues
from webapp.models.connection import CONNECTED
from webapp.models.person import ADMIN, OWNER
from webapp.quickbooks import causes
from webapp.quickbooks.notice_words import PAGE, told
from webapp.quickbooks.notices import ABOUT_THE_FIRM, SILENT

DIGEST_FROM, DIGEST_UNTIL = 8, 12
"""Hours of the firm's day in which the digest goes out; after that it waits for tomorrow."""

AT_ONCE_S = 5.0
"""So long may the letters of one time round take: whoever sends them also sweeps and listens, and
would be taken for gone after three times that."""

ORDER = ("invoice", "payment", "account", "expense", "service", "refund")


# -- soon after new causes ------------------------------------------------------------------------


def send_new_causes() -> int:
    """One letter to each person with notices that no letter told of yet; how many went out."""
    return sum(_tell(person) for person in _while_there_is_time(_with_news()))


def _with_news() -> Sequence[Person]:
    untold = select(Notification.person_id).where(Notification.mailed_at.is_(None))
    return db.session.scalars(_receivers().where(Person.id.in_(untold)).order_by(Person.id)).all()


def _tell(person: Person) -> int:
    """Notices are settled whether or not the person wants mail: old ones must not come later."""
    notices = db.session.scalars(
        select(Notification)
        .where(Notification.person_id == person.id, Notification.mailed_at.is_(None))
        .order_by(Notification.id)
    ).all()
    news = [notice for notice in notices if person.cause_email and _still_true(notice)]
    if news and not send(person, lambda: _cause_letter(person, news)):
        return 0
    for notice in notices:
        notice.mailed_at = database_now(db.session())
    db.session.commit()
    return 1 if news else 0


def _still_true(notice: Notification) -> bool:
    """What was put right within the minute needs no letter."""
    if notice.topic == SILENT:
        silent = select(Connection.id).where(
            Connection.firm_id == notice.firm_id, Connection.silent_since.is_not(None)
        )
        return db.session.scalar(silent) is not None
    if notice.topic in ABOUT_THE_FIRM:
        return True
    still_open = select(Issue.id).where(
        Issue.firm_id == notice.firm_id,
        Issue.kind == notice.kind,
        Issue.cause == notice.topic,
        Issue.state == issues.OPEN,
    )
    return db.session.scalar(still_open.limit(1)) is not None


def _cause_letter(person: Person, news: Sequence[Notification]) -> Letter:
    number = sum(notice.count for notice in news if notice.topic not in ABOUT_THE_FIRM)
    subject = ngettext(
        "%(num)s record did not reach QuickBooks",
        "%(num)s records did not reach QuickBooks",
        number,
    )
    general = next((notice for notice in news if notice.topic in ABOUT_THE_FIRM), None)
    if general is not None:
        subject = told(general).title
    return Letter(subject, "causes", {"news": [told(notice) for notice in news]})


# -- once a day -----------------------------------------------------------------------------------


def send_digests() -> int:
    """A digest to everyone whose firm's morning it is, who has none of today; how many went."""
    return sum(_digest_to(person) for person in _while_there_is_time(_without_digest()))


def _without_digest() -> list[Person]:
    failing = select(Issue.firm_id).where(Issue.state == issues.OPEN)
    receivers = _receivers().where(Person.digest_email, Person.firm_id.in_(failing))
    return [person for person in db.session.scalars(receivers).all() if _is_due(person)]


def _is_due(person: Person) -> bool:
    local = _local(person)
    return DIGEST_FROM <= local.hour < DIGEST_UNTIL and person.digest_sent_on != local.date()


def _digest_to(person: Person) -> int:
    today = _local(person).date()
    sent = send(person, lambda: _digest(person))
    if sent:
        person.digest_sent_on = today
    db.session.commit()
    return int(sent)


def _local(person: Person) -> datetime:
    return datetime.now(_firm(person).zone)


def _firm(person: Person) -> Firm:
    assert person.firm is not None  # owners and admins have one
    return person.firm


def _digest(person: Person) -> Letter:
    firm = _firm(person)
    since = database_now(db.session()) - timedelta(days=1)
    number, new, fixed = (
        _open_count(firm.id),
        _count(firm.id, Issue.state == issues.OPEN, Issue.opened_at >= since),
        _count(firm.id, Issue.state == issues.CLOSED, Issue.closed_at >= since),
    )
    subject = ngettext(
        "%(num)s QuickBooks error to review, %(new)s new",
        "%(num)s QuickBooks errors to review, %(new)s new",
        number,
        new=new,
    )
    context = {
        "number": number,
        "new": new,
        "fixed": fixed,
        "kinds": list(_kinds(firm.id)),
        "connection": db.session.scalar(select(Connection).where(Connection.firm_id == firm.id)),
        "connected": CONNECTED,
    }
    return Letter(subject, "digest", context)


@dataclass(frozen=True)
class Kind:
    number: int
    label: str
    text: str
    path: str


def _kinds(firm_id: int) -> Iterable[Kind]:
    """The kinds with open issues: how many, what they come to, the commonest cause."""
    for kind in ORDER:
        of_kind = (Issue.firm_id == firm_id, Issue.kind == kind, Issue.state == issues.OPEN)
        number = _count(firm_id, Issue.kind == kind, Issue.state == issues.OPEN)
        if not number:
            continue
        cause = db.session.scalar(
            select(Issue.cause)
            .where(*of_kind)
            .group_by(Issue.cause)
            .order_by(func.count().desc(), Issue.cause)
            .limit(1)
        )
        sums = db.session.execute(
            select(Issue.currency, func.sum(Issue.amount_minor))
            .where(*of_kind, Issue.amount_minor.is_not(None))
            .group_by(Issue.currency)
            .order_by(Issue.currency)
        ).all()
        amounts = [amount(int(minor or 0), currency or "USD") for currency, minor in sums]
        parts = [f"{causes.title(str(cause))}."]
        if amounts:
            parts.append(gettext("%(amounts)s in total.", amounts=" + ".join(amounts)))
        yield Kind(number, _label(kind), " ".join(parts), f"{PAGE}/errors/{kind}s")


def _label(kind: str) -> str:
    return {
        "account": gettext("Accounts"),
        "service": gettext("Services"),
        "invoice": gettext("Invoices"),
        "payment": gettext("Payments"),
        "refund": gettext("Refunds"),
        "expense": gettext("Expenses"),
    }[kind]


# -- to whom ---------------------------------------------------------------------------------------


def _receivers() -> Select[Person]:
    return (
        select(Person)
        .where(Person.role.in_((OWNER, ADMIN)), Person.disabled_at.is_(None))
        .options(joinedload(Person.firm))
    )


def _while_there_is_time(people: Iterable[Person]) -> Iterator[Person]:
    """Those who can be written to now; the turn of the others comes the next time round."""
    ends = time.monotonic() + AT_ONCE_S
    for person in people:
        yield person
        if time.monotonic() >= ends:
            return


def _count(firm_id: int, *conditions: ColumnElement[bool]) -> int:
    counted = select(func.count()).where(Issue.firm_id == firm_id, *conditions)
    return db.session.scalar(counted) or 0


def _open_count(firm_id: int) -> int:
    return _count(firm_id, Issue.state == issues.OPEN)
