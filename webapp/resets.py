"""The letters that carry the links to a new password; sent by the scheduler every few seconds."""

from __future__ import annotations

from flask_babel import gettext

from webapp.extensions import db
from webapp.mailing import Letter, send
from webapp.models import PasswordReset, Person
from webapp.models.password_reset import forget_old_resets

PATH = "/reset-password"


def send_due() -> int:
    """Write to those who asked and are known here; how many letters went out. Commits.

    A letter that could not be handed over is tried again until its asking is too old.
    """
    forget_old_resets()
    sent = sum(_answer(asked) for asked in PasswordReset.due())
    db.session.commit()
    return sent


def _answer(asked: PasswordReset) -> int:
    person = Person.by_email(asked.email)
    if person is None or person.disabled_at is not None:
        db.session.delete(asked)
        db.session.commit()
        return 0
    path = f"{PATH}/{asked.make_link(person)}"
    if send(person, lambda: Letter(gettext("Choose a new password"), "reset", {"path": path})):
        return 1
    asked.person_id = asked.digest = asked.good_until = None
    db.session.commit()
    return 0
