"""How a notice reads, in the list of notices and in mail: its title, its text, where it leads."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext, ngettext

from webapp.models import Notification
from webapp.quickbooks import causes
from webapp.quickbooks.notices import SIGN_IN_LOST

PAGE = "/settings/integrations/quickbooks"


@dataclass(frozen=True)
class Told:
    title: str
    text: str
    action: str
    """The words on the link to ``path``."""
    path: str


def told(notice: Notification) -> Told:
    """The notice in the current locale."""
    if notice.topic == SIGN_IN_LOST or notice.kind is None:
        return _sign_in_lost()
    return Told(
        title=_title(notice.kind, notice.count, str(notice.facts.get("title", ""))),
        text=_text(notice),
        action=_review(notice.kind),
        path=f"{PAGE}/errors/{notice.kind}s?cause={notice.topic}",
    )


def _sign_in_lost() -> Told:
    return Told(
        gettext("Sign in to QuickBooks again"),
        gettext("Nothing goes to QuickBooks until the firm’s owner reconnects. Records are safe."),
        gettext("Reconnect"),
        PAGE,
    )


def _title(kind: str, count: int, name: str) -> str:
    if count == 1 and kind in ("account", "service"):
        return gettext("%(name)s did not sync", name=name)
    if count == 1:
        return _one(kind, name)
    return {
        "account": ngettext("%(num)s account did not sync", "%(num)s accounts did not sync", count),
        "service": ngettext("%(num)s service did not sync", "%(num)s services did not sync", count),
        "invoice": ngettext("%(num)s invoice did not sync", "%(num)s invoices did not sync", count),
        "payment": ngettext("%(num)s payment did not sync", "%(num)s payments did not sync", count),
        "refund": ngettext("%(num)s refund did not sync", "%(num)s refunds did not sync", count),
        "expense": ngettext("%(num)s expense did not sync", "%(num)s expenses did not sync", count),
    }[kind]


def _one(kind: str, name: str) -> str:
    return {
        "invoice": gettext("Invoice %(name)s did not sync", name=name),
        "payment": gettext("Payment %(name)s did not sync", name=name),
        "refund": gettext("Refund %(name)s did not sync", name=name),
        "expense": gettext("Expense %(name)s did not sync", name=name),
    }[kind]


def _text(notice: Notification) -> str:
    """``Number already used. #1042 and 6 more.``"""
    cause = causes.title(notice.topic)
    if notice.count == 1:
        return f"{cause}."
    more = ngettext(
        "%(name)s and %(num)s more.",
        "%(name)s and %(num)s more.",
        notice.count - 1,
        name=notice.facts.get("title", ""),
    )
    return f"{cause}. {more}"


def _review(kind: str) -> str:
    return {
        "account": gettext("Review accounts"),
        "service": gettext("Review services"),
        "invoice": gettext("Review invoices"),
        "payment": gettext("Review payments"),
        "refund": gettext("Review refunds"),
        "expense": gettext("Review expenses"),
    }[kind]
