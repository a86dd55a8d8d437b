"""Asking before something goes for good: a dialog for htmx, a page without scripts."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from webapp import intake
from webapp.extensions import db
from webapp.models import Record
from webapp.views.answers import done, page, refused

TEMPLATE, BLOCK = "deletion.html", "question"


@dataclass(frozen=True)
class Question:
    title: str
    text: str
    """What the click will do, here and in QuickBooks."""
    delete: str
    """The words on the button that does it, and on the safe one."""
    keep: str
    back: str
    """Where the safe button leads without scripts."""
    working: str = ""
    """The verb in -ing while it is done; "" for deleting."""


def ask(question: Question) -> tuple[str, int]:
    return page(TEMPLATE, BLOCK, question=question, reasons=[])


def ask_or_delete(
    record: Record, question: Question, *, after: str, said: str
) -> Response | tuple[str, int]:
    """GET asks, POST deletes and goes on to ``after``."""
    if request.method != "POST":
        return ask(question)
    try:
        intake.remove(record)
    except intake.Refused as refusal:
        db.session.rollback()
        reasons = [message for messages in refusal.errors.values() for message in messages]
        return refused(TEMPLATE, BLOCK, question=question, reasons=reasons)
    db.session.commit()
    return done(after, said)
