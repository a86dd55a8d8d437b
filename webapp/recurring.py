"""Which recurring invoices are due, and making them: exactly one for each schedule and day.

One transaction makes one invoice: under the firm's turn it reads the schedule anew, keeps the day
as made, and moves on to the next. A worker that dies leaves all of it or nothing; two at once wait
for each other; and what went wrong all the same meets the database's constraint.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from webapp import intake, money
from webapp.extensions import db
from webapp.models import Firm, Recurring, RecurringInvoice, RecurringLine

log = structlog.get_logger(__name__)

FURTHEST_ZONE = timedelta(hours=14)
"""Somewhere it is already the day that UTC reaches so much later."""


def firms_with_due() -> list[int]:
    """The firms for which an invoice is to be made today, by their own calendars."""
    now = datetime.now(UTC)
    rows = db.session.execute(
        select(Firm, Recurring.next_date)
        .join(Recurring, Recurring.firm_id == Firm.id)
        .where(*_going(), Recurring.next_date <= (now + FURTHEST_ZONE).date())
    )
    due = {firm.id for firm, day in rows if day and day <= today_of(firm)}
    db.session.commit()
    return sorted(due)


def make_due(firm_id: int) -> int:
    """Make what is due for the firm, the oldest day first; how many invoices. Commits each."""
    today = today_of(db.session.get_one(Firm, firm_id))
    made = 0
    for recurring_id in _due(firm_id, today):
        while _make_next(firm_id, recurring_id, today):
            made += 1
    return made


def today_of(firm: Firm) -> date:
    """The day it is where the firm is."""
    return datetime.now(UTC).astimezone(firm.zone).date()


def _due(firm_id: int, today: date) -> list[int]:
    found = db.session.scalars(
        select(Recurring.id)
        .where(Recurring.firm_id == firm_id, *_going(), Recurring.next_date <= today)
        .order_by(Recurring.next_date, Recurring.id)
    ).all()
    db.session.commit()
    return list(found)


def _going() -> tuple[ColumnElement[bool], ...]:
    return Recurring.paused_at.is_(None), Recurring.removed_at.is_(None)


def _make_next(firm_id: int, recurring_id: int, today: date) -> bool:
    """Make the schedule's next invoice if it is due; whether one was made."""
    try:
        made = _in_turn(firm_id, recurring_id, today)
        db.session.commit()
    except intake.Refused as refusal:
        db.session.rollback()
        _stop(firm_id, recurring_id, refusal)
        return False
    except IntegrityError:
        db.session.rollback()
        log.warning("recurring_made_twice", recurring_id=recurring_id)
        return False
    return made


def _in_turn(firm_id: int, recurring_id: int, today: date) -> bool:
    recurring = _locked(firm_id, recurring_id)
    day = recurring.next_date
    if recurring.paused or recurring.removed_at is not None or day is None or day > today:
        return False
    firm = db.session.get_one(Firm, firm_id, populate_existing=True)
    invoice = intake.invoice(firm, invoice_data(recurring, day), hurry=False)
    db.session.add(RecurringInvoice(recurring_id=recurring.id, date=day, invoice_id=invoice.id))
    recurring.made += 1
    recurring.go_to(recurring.rhythm.after(day))
    return True


def _locked(firm_id: int, recurring_id: int) -> Recurring:
    Firm.take_turn(firm_id)
    return db.session.scalars(
        select(Recurring)
        .where(Recurring.id == recurring_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _stop(firm_id: int, recurring_id: int, refusal: intake.Refused) -> None:
    """What cannot be made now could not be in a minute either: a person has to look."""
    field = next(iter(refusal.errors)).partition(".")[0]
    _locked(firm_id, recurring_id).pause(stopped_by=field[:20])
    db.session.commit()
    log.warning("recurring_stopped", recurring_id=recurring_id, field=field)


def invoice_data(recurring: Recurring, day: date) -> dict[str, object]:
    """The invoice of one day, as the intake takes it; its number is assigned."""
    due = None if recurring.due_days is None else day + timedelta(days=recurring.due_days)
    return {
        "account": recurring.account_id,
        "date": day,
        "due_date": due,
        "currency": recurring.currency,
        "memo": recurring.memo,
        "lines": [_line(line, recurring.currency) for line in recurring.lines],
    }


def _line(line: RecurringLine, currency: str) -> dict[str, object]:
    return {
        "service": line.service_id,
        "description": line.description,
        "quantity": line.quantity,
        "rate": money.to_text(line.rate_minor, currency),
    }
