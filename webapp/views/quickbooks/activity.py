"""What is going on: records on their way, the counters of the six kinds, the latest events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.formats import local_date
from webapp.models import KINDS, Attempt, Connection, Entry, Issue, Record, model_of, outbox
from webapp.models import attempt as attempts
from webapp.models import connection as connections
from webapp.models import issue as issues
from webapp.quickbooks.issues import client_of
from webapp.views.naming import name_of, url_of
from webapp.views.quickbooks.button_model import Action
from webapp.views.quickbooks.cards import Counts, waiting_by_kind
from webapp.views.quickbooks.page_model import ActivityCard, Event, KindCount, Tone
from webapp.views.quickbooks.words import WORDS

RECENT = 4
COPY_FROM = 25
"""So many records on their way are a copy worth a progress bar; fewer are the day's work."""

PACE = timedelta(minutes=1)


@dataclass(frozen=True)
class Run:
    """A Resync of many: which kind, how many, since when. Travels in the card's poll address."""

    kind: str
    total: int
    since: datetime

    @property
    def token(self) -> str:
        return f"{self.kind}.{self.total}.{self.since.timestamp():.3f}"

    @classmethod
    def read(cls, token: str) -> Run | None:
        kind, _, rest = token.partition(".")
        total, _, since = rest.partition(".")
        try:
            return cls(kind, int(total), datetime.fromtimestamp(float(since), UTC))
        except (ValueError, OverflowError, OSError):
            return None


def activity_card(connection: Connection, counts: Counts, run: Run | None = None) -> ActivityCard:
    broken = connection.state == connections.SIGN_IN_AGAIN
    if broken or connection.state == connections.PAUSED:
        return _halted(connection, counts, broken)
    events = _events(connection.firm_id)
    if run is not None:
        return _of_run(connection.firm_id, run, counts, events)
    done, moving, waiting = _progress(counts)
    if moving >= COPY_FROM:
        return _copying(connection, counts, events, done, done + moving + waiting)
    if done and not moving and not waiting and _all_there(counts):
        title = ngettext(
            "%(num)s record is in QuickBooks.", "All %(num)s records are in QuickBooks.", done
        )
        return ActivityCard("done", (), events, title=title)
    poll = url_for("quickbooks_connection.activity") if moving else ""
    return ActivityCard("idle", _kind_counts(counts), events, poll_url=poll)


def _progress(counts: Counts) -> tuple[int, int, int]:
    """Settled one way or the other, on their way, and waiting for another record."""
    totals: dict[str, int] = {}
    for of_kind in counts.values():
        for state, number in of_kind.items():
            totals[state] = totals.get(state, 0) + number
    settled = sum(totals.get(s, 0) for s in (outbox.DONE, outbox.REJECTED, outbox.IGNORED))
    moving = totals.get(outbox.READY, 0) + totals.get(outbox.SENT, 0)
    return settled, moving, totals.get(outbox.WAITING, 0)


def _all_there(counts: Counts) -> bool:
    missing = (outbox.REJECTED, outbox.IGNORED)
    return not any(of_kind.get(state) for of_kind in counts.values() for state in missing)


def _halted(connection: Connection, counts: Counts, broken: bool) -> ActivityCard:
    waiting = waiting_by_kind(counts)
    if broken:
        text = gettext("After you reconnect, we send them in order. Nothing is sent twice.")
    else:
        text = gettext("After you resume, we send them in order. Nothing is sent twice.")
    return ActivityCard(
        "paused",
        tuple(
            KindCount(str(WORDS[kind].tab), gettext("%(n)s waiting", n=f"{waiting.get(kind, 0):,}"))
            for kind in _ORDER
        ),
        _events(connection.firm_id),
        title=gettext("Paused"),
        text=text,
        waiting=sum(waiting.values()),
        action=None if broken else _button("resume", gettext("Resume"), "play"),
    )


def _copying(
    connection: Connection, counts: Counts, events: tuple[Event, ...], done: int, total: int
) -> ActivityCard:
    start = connection.start_date
    title = (
        gettext("Copying records since %(day)s", day=local_date(start))
        if start
        else gettext("Copying records")
    )
    left = _time_left(connection.firm_id, total - done)
    return ActivityCard(
        "running",
        _kind_counts(counts),
        events,
        done=done,
        total=total,
        title=title,
        text=" · ".join([*left, gettext("you can leave this page")]),
        action=_button("pause", gettext("Pause"), "pause"),
        poll_url=url_for("quickbooks_connection.activity"),
    )


def _time_left(firm_id: int, left: int) -> list[str]:
    """``about 6 minutes left``, from the pace of the last minute."""
    pace = db.session.scalar(
        select(func.count()).where(
            Attempt.firm_id == firm_id, Attempt.at >= datetime.now(UTC) - PACE
        )
    )
    if not pace:
        return []
    minutes = max(round(left / pace), 1)
    return [ngettext("about %(num)s minute left", "about %(num)s minutes left", minutes)]


def _of_run(firm_id: int, run: Run, counts: Counts, events: tuple[Event, ...]) -> ActivityCard:
    left = min(_still_moving(firm_id, run), run.total)
    title = ngettext("Resyncing %(num)s record", "Resyncing %(num)s records", run.total)
    if left:
        return ActivityCard(
            "running",
            _kind_counts(counts),
            events,
            done=run.total - left,
            total=run.total,
            title=title,
            poll_url=url_for("quickbooks_connection.activity", run=run.token),
        )
    return ActivityCard("done", (), events, title=run_result(firm_id, run))


def run_result(firm_id: int, run: Run) -> str:
    failing = _failed_since(firm_id, run)
    return gettext(
        "Resync done: %(a)s synced, %(b)s still failing.",
        a=max(run.total - failing, 0),
        b=failing,
    )


def _still_moving(firm_id: int, run: Run) -> int:
    """Records of open issues of the kind that are on their way."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Entry)
            .join(
                Issue,
                (Issue.firm_id == Entry.firm_id)
                & (Issue.kind == Entry.kind)
                & (Issue.record_id == Entry.record_id),
            )
            .where(
                Entry.firm_id == firm_id,
                Entry.kind == run.kind,
                Entry.state.in_((outbox.READY, outbox.SENT)),
                Issue.state == issues.OPEN,
            )
        )
        or 0
    )


def _failed_since(firm_id: int, run: Run) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(
                Issue.firm_id == firm_id,
                Issue.kind == run.kind,
                Issue.state == issues.OPEN,
                Issue.tried_at >= run.since,
            )
        )
        or 0
    )


def _button(name: str, label: str, icon: str) -> Action:
    url = url_for(f"quickbooks_connection.{name}")
    return Action(name, label, url, label, icon=icon)


_ORDER = ("account", "service", "invoice", "payment", "refund", "expense")
assert set(_ORDER) == set(KINDS)


def _kind_counts(counts: Counts) -> tuple[KindCount, ...]:
    """``214 / 214``: in QuickBooks, of what belongs there."""
    found = []
    for kind in _ORDER:
        of_kind = counts.get(kind, {})
        total = sum(number for state, number in of_kind.items() if state != outbox.OFF)
        done = of_kind.get(outbox.DONE, 0)
        text = f"{done:,} / {total:,}"
        found.append(KindCount(str(WORDS[kind].tab), text, done == total > 0))
    return tuple(found)


# -- events ---------------------------------------------------------------------------------------


def _events(firm_id: int) -> tuple[Event, ...]:
    latest = db.session.scalars(
        select(Attempt)
        .where(Attempt.firm_id == firm_id)
        .order_by(Attempt.at.desc(), Attempt.id.desc())
        .limit(RECENT)
        .options(joinedload(Attempt.person))
    ).all()
    records = _records(latest)
    return tuple(
        _event(attempt, records[attempt.kind, attempt.record_id])
        for attempt in latest
        if (attempt.kind, attempt.record_id) in records
    )


def _records(latest: Sequence[Attempt]) -> dict[tuple[str, int], Record]:
    found: dict[tuple[str, int], Record] = {}
    for kind in {attempt.kind for attempt in latest}:
        ids = {attempt.record_id for attempt in latest if attempt.kind == kind}
        model = model_of(kind)
        for record in db.session.scalars(select(model).where(model.id.in_(ids))):
            found[kind, record.id] = record
    return found


def _event(attempt: Attempt, record: Record) -> Event:
    client = client_of(record)
    person = attempt.person.name if attempt.person else ""
    tone, text = _told(attempt, name_of(record))
    return Event(
        attempt.at,
        tone,
        text,
        person or (client.name if client else gettext("Automatic")),
        url=url_of(record) if record.live else "",
    )


def _told(attempt: Attempt, name: str) -> tuple[Tone, str]:
    if attempt.outcome == attempts.REJECTED:
        return "bad", gettext("%(record)s failed", record=name)
    if attempt.outcome == attempts.UNKNOWN:
        return "mute", gettext("%(record)s: no answer yet", record=name)
    if attempt.outcome == attempts.LINKED or attempt.operation == "link":
        return "ok", gettext("%(record)s linked", record=name)
    if attempt.operation == "renumber":
        return "run", gettext("Renumbered: %(change)s", change=attempt.message or name)
    if attempt.operation == "mark-card":
        return "ok", gettext("“Credit card” marked as a credit card")
    if attempt.operation == "reactivate":
        return "ok", gettext("%(record)s made active in QuickBooks", record=name)
    if attempt.operation in ("delete", "void"):
        return "ok", gettext("%(record)s taken out of QuickBooks", record=name)
    return "ok", gettext("%(record)s synced", record=name)
