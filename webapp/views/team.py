"""The people of the firm: who signs in, as what, and who no longer does."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext
from sqlalchemy import case, select
from werkzeug.wrappers import Response

from webapp import security_log
from webapp.extensions import db
from webapp.intake import values as fit
from webapp.models import Person, SignIn
from webapp.models.columns import utc_now
from webapp.models.person import ADMIN, MEMBER, OWNER
from webapp.rights import asking_firm, firm_id, for_fixers, person_id
from webapp.views.answers import done, page, refused
from webapp.views.settings_menu import settings_menu
from webapp.views.typed import Errors, Values, typed

bp = Blueprint("team", __name__, url_prefix="/settings/team")

TEMPLATE = "settings/team.html"
LONGEST_NAME = 200
ROLES = (ADMIN, MEMBER)
"""What can be given here; a firm's owner is made with the firm."""


@bp.get("")
@for_fixers
def index() -> tuple[str, int]:
    return page(TEMPLATE, "team", **_shown())


@bp.post("")
@for_fixers
def add() -> tuple[str, int]:
    """Answers with the page itself: the first password must not outlive this answer."""
    values = typed("name", "email", "role")
    errors = _wrong_with(values)
    if errors:
        return refused(TEMPLATE, "team", **_shown(values, errors))
    person = Person(
        firm=asking_firm(),
        name=values["name"].strip(),
        email=values["email"].strip().lower(),
        role=values["role"],
    )
    password = _give_password(person)
    db.session.add(person)
    db.session.commit()
    security_log.note("person_added", subject=person.id, role=person.role)
    return page(TEMPLATE, "team", **_shown(newcomer=person, password=password))


@bp.post("/<int:colleague_id>/role")
@for_fixers
def change_role(colleague_id: int) -> Response:
    person = _colleague(colleague_id)
    if request.form.get("role") not in ROLES:
        abort(400)
    person.role = request.form["role"]
    db.session.commit()
    security_log.note("role_changed", subject=person.id, role=person.role)
    return done(url_for(".index"), gettext("Role of %(name)s changed.", name=person.name))


@bp.post("/<int:colleague_id>/password")
@for_fixers
def renew_password(colleague_id: int) -> tuple[str, int]:
    """For who forgot theirs: a new one, shown once, and signed out everywhere."""
    person = _colleague(colleague_id)
    password = _give_password(person)
    SignIn.end_all(person.id)
    db.session.commit()
    security_log.note("password_renewed", subject=person.id)
    return page(TEMPLATE, "team", **_shown(newcomer=person, password=password))


@bp.post("/<int:colleague_id>/disable")
@for_fixers
def disable(colleague_id: int) -> Response:
    """No sign-in from this moment on; what they did stays under their name."""
    person = _colleague(colleague_id)
    person.disabled_at = person.disabled_at or utc_now()
    SignIn.end_all(person.id)
    db.session.commit()
    security_log.note("person_disabled", subject=person.id)
    return done(url_for(".index"), gettext("%(name)s can no longer sign in.", name=person.name))


@bp.post("/<int:colleague_id>/enable")
@for_fixers
def enable(colleague_id: int) -> Response:
    person = _colleague(colleague_id)
    person.disabled_at = None
    db.session.commit()
    security_log.note("person_enabled", subject=person.id)
    return done(url_for(".index"), gettext("%(name)s can sign in again.", name=person.name))


def _colleague(colleague_id: int) -> Person:
    """A person of the same firm whom the asker may change: not the owner, not oneself."""
    person = db.session.scalar(
        select(Person).where(Person.id == colleague_id, Person.firm_id == firm_id())
    )
    if person is None:
        abort(404)
    if person.role == OWNER or person.id == person_id():
        abort(403)
    return person


def _give_password(person: Person) -> str:
    """A new password, in clear for this one answer."""
    password = secrets.token_urlsafe(12)
    person.set_password(password)
    return password


def _wrong_with(values: Values) -> Errors:
    errors: Errors = {}
    required = {"name": gettext("Enter a name."), "email": gettext("Enter an e-mail address.")}
    for field, parse in (("name", fit.text(LONGEST_NAME)), ("email", fit.email)):
        try:
            if fit.is_blank(values.get(field)):
                raise fit.Unfit(required[field])
            parse(values[field])
        except fit.Unfit as unfit:
            errors[field] = [str(unfit)]
    if "email" not in errors and Person.by_email(values["email"]):
        errors["email"] = [gettext("This e-mail already has a sign-in here.")]
    if values.get("role") not in ROLES:
        errors["role"] = [gettext("Choose a role.")]
    return errors


def _shown(
    values: Values | None = None,
    errors: Errors | None = None,
    newcomer: Person | None = None,
    password: str = "",
) -> dict[str, object]:
    """``password`` is the newcomer's first one, this once."""
    by_rank = case({OWNER: 0, ADMIN: 1}, value=Person.role, else_=2)
    people = db.session.scalars(
        select(Person).where(Person.firm_id == firm_id()).order_by(by_rank, Person.name, Person.id)
    ).all()
    return {
        "people": people,
        "values": values or {"role": MEMBER},
        "errors": errors or {},
        "newcomer": newcomer,
        "password": password,
        "menu": settings_menu("team"),
    }
