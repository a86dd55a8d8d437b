"""How a notice reads, in the list of notices and in mail: its title, its text, where it leads."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext, ngettext

from webapp.models import Notification
from webapp.quickbooks import causes
from webapp.quickbooks.notices import HEARD_AGAIN, RECORDS_LOST, SILENT

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
    if notice.kind is None:
        return _of_the_firm(notice)
    return Told(
        title=_title(notice.kind, notice.count, str(notice.facts.get("title", ""))),
        text=_text(notice),
        action=_review(notice.kind),
        path=f"{PAGE}/errors/{notice.kind}s?cause={notice.topic}",
    )


def _of_the_firm(notice: Notification) -> Told:
    """What concerns no record: the sign-in, unless another topic is named."""
    return {SILENT: _silent, HEARD_AGAIN: _heard_again, RECORDS_LOST: _records_lost}.get(
        notice.topic, lambda _notice: _sign_in_lost()
    )(notice)


def _silent(_notice: Notification) -> Told:
    return Told(
        gettext("Nothing has reached QuickBooks for a while"),
        gettext(
            "Records are waiting, and the people who run Cuadra have been told. Nothing is lost; "
            "there is nothing you have to do."
        ),
        gettext("See the sync"),
        PAGE,
    )


def _heard_again(_notice: Notification) -> Told:
    return Told(
        gettext("Records reach QuickBooks again"),
        gettext("What was waiting is on its way or has arrived."),
        gettext("See the sync"),
        PAGE,
    )


def _records_lost(notice: Notification) -> Told:
    return Told(
        ngettext(
            "%(num)s record in QuickBooks is missing here",
            "%(num)s records in QuickBooks are missing here",
            notice.count,
        ),
        gettext(
            "An older copy of Cuadra’s data was put back. Enter again what was added since: it is "
            "tied to what QuickBooks has, and nothing is made twice."
        ),
        gettext("See the sync"),
        PAGE,
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
