"""A person's notices, and which of them also come by e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import get_timezone, gettext
from sqlalchemy import select, update
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.formats import local_date
from webapp.languages import LANGUAGES, NAMES
from webapp.models import Notification, Person
from webapp.models.columns import utc_now
from webapp.quickbooks.notice_words import Told, told
from webapp.quickbooks.notices import SIGN_IN_LOST
from webapp.rights import LARGEST_ID, current_person, for_firm, for_fixers
from webapp.views.answers import done, from_htmx
from webapp.views.paging import page_of

bp = Blueprint("notifications", __name__)

SWITCHES = ("cause_email", "digest_email")


@dataclass(frozen=True)
class Line:
    """One notice of the list."""

    id: int
    told: Told
    at: datetime
    unread: bool
    urgent: bool


@bp.get("/notifications")
@for_firm
def index() -> str:
    person = _person()
    page = page_of(
        select(Notification)
        .where(Notification.person_id == person.id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
    )
    return render_template(
        "notifications/index.html",
        page=page,
        days=_by_day(page.rows),
        languages=[(code, NAMES[code]) for code in LANGUAGES],
        receiver=person,
    )


@bp.get("/settings/notifications")
@for_fixers
def settings() -> Response:
    """The settings' menu leads here: what a person receives stands beside their notices."""
    return redirect(url_for(".index", _anchor="receive"), 303)


@bp.post("/notifications/read")
@for_firm
def read_all() -> Response:
    unread = update(Notification).where(
        Notification.person_id == _person().id, Notification.read_at.is_(None)
    )
    db.session.execute(unread.values(read_at=utc_now()))
    db.session.commit()
    return done(url_for(".index"), gettext("All notices are read."))


@bp.post("/notifications/<int:notice_id>/open")
@for_firm
def open_notice(notice_id: int) -> Response:
    """Read, and on to where it can be put right."""
    notice = db.session.get(Notification, notice_id) if notice_id <= LARGEST_ID else None
    if notice is None or notice.person_id != _person().id:
        abort(404)
    notice.read_at = notice.read_at or utc_now()
    db.session.commit()
    return redirect(told(notice).path, 303)


@bp.post("/notifications/receive")
@for_firm
def receive() -> Response | str:
    """One switch, or the language, of what a person receives."""
    person = _person()
    if request.form.get("language") in LANGUAGES:
        person.language = request.form["language"]
        db.session.commit()
        return done(url_for(".index"), gettext("Saved."))
    switch = next((name for name in SWITCHES if request.form.get(name) in ("0", "1")), None)
    if switch is None or not person.fixes_sync:
        abort(400 if person.fixes_sync else 403)
    setattr(person, switch, request.form[switch] == "1")
    db.session.commit()
    if not from_htmx():
        return done(url_for(".index"), gettext("Saved."))
    return render_template(
        "notifications/_receive.html",
        receiver=person,
        languages=[(code, NAMES[code]) for code in LANGUAGES],
    )


def _person() -> Person:
    person = current_person()
    assert person is not None  # the decorators have seen to it
    return person


def _by_day(notices: Sequence[Notification]) -> list[tuple[str, list[Line]]]:
    """The notices under ``Today``, ``Yesterday`` or their day."""
    lines = [
        Line(
            notice.id,
            told(notice),
            notice.created_at,
            notice.read_at is None,
            notice.topic == SIGN_IN_LOST,
        )
        for notice in notices
    ]
    return [(day, list(group)) for day, group in groupby(lines, lambda line: _day(line.at))]


def _day(moment: datetime) -> str:
    zone = get_timezone()
    day = moment.astimezone(zone).date()
    ago = (datetime.now(zone).date() - day).days
    return {0: gettext("Today"), 1: gettext("Yesterday")}.get(ago) or local_date(day)
