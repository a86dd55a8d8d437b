"""Handing a letter to the mail server, in its receiver's language."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from flask import current_app, render_template
from flask_babel import force_locale
from flask_mailman import EmailMultiAlternatives

from webapp.extensions import db
from webapp.models import Person

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Letter:
    subject: str
    template: str
    """Of ``templates/mail``, without its ending: there is an HTML and a text one."""
    context: dict[str, object]


def send(person: Person, write: Callable[[], Letter]) -> bool:
    """Write and hand over in the person's language; whether the mail server took it. Commits."""
    with force_locale(person.language or "en"):
        letter = write()
        context = {
            **letter.context,
            "receiver": person,
            "firm_name": person.firm.name if person.firm else "",
            "site": current_app.config["PUBLIC_URL"],
        }
        text = render_template(f"mail/{letter.template}.txt", **context)
        html = render_template(f"mail/{letter.template}.html", **context)
    message = EmailMultiAlternatives(letter.subject, text, to=[person.email])
    message.attach_alternative(html, "text/html")
    db.session.commit()  # the mail server may be slow: no transaction is open meanwhile
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:  # the last: a header that splits
        log.warning("letter_not_sent", person_id=person.id, error=type(error).__name__)
        return False
    log.info("letter_sent", person_id=person.id, letter=letter.template)
    return True
