"""Notices to owner and admins: in the app and by e-mail, one per cause and not per record."""

from __future__ import annotations

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import Issue, Notification, Person
from webapp.models.columns import utc_now
from webapp.models.person import ADMIN, OWNER

SIGN_IN_LOST = "sign_in_lost"
RECORDS_LOST = "records_lost"
SILENT, HEARD_AGAIN = "silent", "heard_again"
ABOUT_THE_FIRM = (SIGN_IN_LOST, RECORDS_LOST, SILENT, HEARD_AGAIN)
"""Topics that concern no record and no cause."""


def unread_count(person: Person) -> int:
    unread = select(func.count()).where(
        Notification.person_id == person.id, Notification.read_at.is_(None)
    )
    return db.session.scalar(unread) or 0


def issue_opened(issue: Issue) -> None:
    """Tell of a new issue; further ones of its kind and cause only raise an unread notice's count.

    The caller commits.
    """
    facts = {"title": issue.title, "client": issue.client}
    for person in _fixers(issue.firm_id):
        notice = _unread(person, issue.cause, issue.kind)
        if notice is None:
            _add(person, issue.cause, issue.kind, facts)
        else:
            notice.count += 1
            notice.created_at = utc_now()


def sign_in_lost(firm_id: int) -> None:
    """Tell, once, that nothing goes to QuickBooks until somebody signs in; the caller commits."""
    for person in _fixers(firm_id):
        if _unread(person, SIGN_IN_LOST, None) is None:
            _add(person, SIGN_IN_LOST, None, {})


def records_lost(firm_id: int, count: int) -> None:
    """Tell that so many objects in QuickBooks have lost their record here; the caller commits."""
    for person in _fixers(firm_id):
        notice = _unread(person, RECORDS_LOST, None)
        if notice is None:
            notice = _add(person, RECORDS_LOST, None, {})
        notice.count = count


def fell_silent(firm_id: int) -> None:
    """Tell the owner that nothing has reached QuickBooks for too long; the caller commits."""
    for person in _owners(firm_id):
        _add(person, SILENT, None, {})


def heard_again(firm_id: int) -> None:
    """The all-clear after ``fell_silent``; the caller commits."""
    for person in _owners(firm_id):
        _add(person, HEARD_AGAIN, None, {})


def _owners(firm_id: int) -> list[Person]:
    return [person for person in _fixers(firm_id) if person.role == OWNER]


def _fixers(firm_id: int) -> list[Person]:
    return list(
        db.session.scalars(
            select(Person).where(
                Person.firm_id == firm_id,
                Person.role.in_((OWNER, ADMIN)),
                Person.disabled_at.is_(None),
            )
        )
    )


def _unread(person: Person, topic: str, kind: str | None) -> Notification | None:
    return db.session.scalar(
        select(Notification).where(
            Notification.person_id == person.id,
            Notification.topic == topic,
            Notification.kind == kind if kind else Notification.kind.is_(None),
            Notification.read_at.is_(None),
        )
    )


def _add(person: Person, topic: str, kind: str | None, facts: dict[str, str]) -> Notification:
    assert person.firm_id is not None
    notice = Notification(
        firm_id=person.firm_id, person_id=person.id, topic=topic, kind=kind, facts=facts
    )
    db.session.add(notice)
    return notice
