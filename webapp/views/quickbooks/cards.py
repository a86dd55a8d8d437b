"""What the connection card says: which company, how well it goes, who may do what."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus

from flask import current_app, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import Select, bindparam, case, func, select

from webapp.extensions import db
from webapp.formats import ago, local_time, percent
from webapp.models import Attempt, Connection, Firm, Person, outbox
from webapp.models import attempt as attempts
from webapp.models import connection as connections
from webapp.quickbooks import causes
from webapp.quickbooks.errors import Fault
from webapp.views.quickbooks.button_model import Action
from webapp.views.quickbooks.page_model import ConnectionCard

DAYS = 14
TROUBLE_FROM = 2
"""Calls in a row without an answer that are worth a word; a single one says nothing."""

Counts = dict[str, dict[str, int]]
"""``Entry.counts``: how many records of each kind are in each state."""


def connection_card(
    connection: Connection | None,
    person: Person,
    firm: Firm,
    counts: Counts,
    *,
    open_issues: int,
    collapsed: bool = False,
    expanded: bool = False,
    expand_url: str = "",
) -> ConnectionCard:
    if connection is None or connection.state == connections.NONE:
        return ConnectionCard("none", connect=_connect(person, again=False))
    title, reason = _trouble(connection)
    broken = connection.state == connections.SIGN_IN_AGAIN
    return ConnectionCard(
        state=connection.state,  # type: ignore[arg-type]
        company=connection.company_name or gettext("QuickBooks company"),
        plan=connection.plan or "",
        realm_id=connection.realm_id or "",
        last_sync_at=connection.last_success_at,
        open_issues=open_issues,
        synced_percent=_percent(counts),
        days=() if collapsed else _days(firm),
        signed_in_until=connection.refresh_expires_at.date()
        if connection.refresh_expires_at
        else None,
        connected_by=connection.connected_by.name if connection.connected_by else "",
        connected_on=connection.connected_at.date() if connection.connected_at else None,
        waiting=waiting_text(counts),
        reason_title=title,
        reason=reason,
        collapsed=collapsed and not expanded and not reason,
        expanded=expanded,
        expand_url=expand_url,
        connect=_connect(person, again=True) if broken else None,
        sync_now=_sync_now() if connection.state == connections.CONNECTED else None,
        disconnect=_disconnect() if person.connects else None,
        resume=_resume() if connection.state == connections.PAUSED else None,
        set_up_url="" if broken else url_for("quickbooks_set_up.show"),
        quickbooks_url=current_app.config["QBO_APP_URL"],
    )


# -- what can be pressed --------------------------------------------------------------------------


def _connect(person: Person, *, again: bool) -> Action | None:
    if not person.connects:
        return None
    label = gettext("Reconnect to QuickBooks") if again else gettext("Connect to QuickBooks")
    url = url_for("quickbooks_connection.connect")
    return Action("connect", label, url, gettext("Opening Intuit"))


def _disconnect() -> Action:
    url = url_for("quickbooks_connection.disconnect")
    return Action("disconnect", gettext("Disconnect"), url, question_url=url)


def _sync_now() -> Action:
    url = url_for("quickbooks_connection.sync_now")
    return Action("sync-now", gettext("Sync now"), url, gettext("Syncing"))


def _resume() -> Action:
    url = url_for("quickbooks_connection.resume")
    return Action("resume", gettext("Resume"), url, gettext("Resuming"))


# -- what is wrong with it ------------------------------------------------------------------------


def _trouble(connection: Connection) -> tuple[str, str]:
    """A title and a sentence for a lost sign-in, a pause or an outage; empty when all is well."""
    if connection.state == connections.SIGN_IN_AGAIN:
        return _sign_in_lost(connection)
    if connection.state == connections.PAUSED:
        return gettext("Sync is paused."), gettext(
            "Nothing goes to QuickBooks until you resume. Your records are safe."
        )
    if connection.set_up_at is None:
        return gettext("Set-up is not finished."), gettext(
            "Nothing goes to QuickBooks until you choose what to copy. Open Set-up below."
        )
    refused = _refused(connection.state_reason or "")
    if refused[0]:
        return refused
    if connection.failures >= TROUBLE_FROM:
        return gettext("QuickBooks does not answer."), _unreachable(connection)
    return "", ""


def _sign_in_lost(connection: Connection) -> tuple[str, str]:
    title, fix = _refused(connection.state_reason or "")
    if title:
        comfort = gettext("Your records are safe.")
        return title, f"{fix} {comfort}"
    return gettext("QuickBooks no longer accepts our access."), gettext(
        "This happens when someone removes Cuadra in QuickBooks, or the person who connected it "
        "loses admin rights. Your records are safe."
    )


def _refused(reason: str) -> tuple[str, str]:
    """What QuickBooks said of the company, if it said it: a lapsed subscription, lost rights.

    A refusal without a code is told by its status.
    """
    if not reason.startswith("refused"):
        return "", ""
    code = reason.removeprefix("refused").removeprefix("_")
    cause, facts = causes.classify(Fault(code=code, status=HTTPStatus.FORBIDDEN), "", "")
    if cause == causes.UNKNOWN:
        return "", ""
    described = causes.describe(cause, facts, "")
    return f"{described.cause}.", described.fix


def _unreachable(connection: Connection) -> str:
    said = [gettext("We keep trying by ourselves. Your records wait and are safe.")]
    if connection.last_success_at is not None:
        said.insert(0, gettext("It last did %(ago)s.", ago=ago(connection.last_success_at)))
    next_try = connection.not_before
    if next_try is not None and next_try > datetime.now(UTC):
        said.append(gettext("Next try at %(time)s.", time=local_time(next_try)))
    return " ".join(said)


# -- figures --------------------------------------------------------------------------------------


def _percent(counts: Counts) -> str:
    """``97.8%`` of what belongs in QuickBooks is there."""
    states = list(counts.values())
    total = sum(n for of_kind in states for state, n in of_kind.items() if state != outbox.OFF)
    done = sum(of_kind.get(outbox.DONE, 0) for of_kind in states)
    if not total:
        return ""
    share = done / total if done == total else min(done / total, 0.999)
    return percent(share)


def waiting_text(counts: Counts) -> str:
    """``12 invoices, 25 payments``: what waits to be sent."""
    found = []
    for kind, number in waiting_by_kind(counts).items():
        if number:
            found.append(_counted(kind, number))
    return ", ".join(found)


def waiting_by_kind(counts: Counts) -> dict[str, int]:
    moving = (outbox.READY, outbox.WAITING, outbox.SENT)
    return {kind: sum(of_kind.get(s, 0) for s in moving) for kind, of_kind in counts.items()}


def _counted(kind: str, number: int) -> str:
    return {
        "account": ngettext("%(num)s account", "%(num)s accounts", number),
        "service": ngettext("%(num)s service", "%(num)s services", number),
        "invoice": ngettext("%(num)s invoice", "%(num)s invoices", number),
        "payment": ngettext("%(num)s payment", "%(num)s payments", number),
        "refund": ngettext("%(num)s refund", "%(num)s refunds", number),
        "expense": ngettext("%(num)s expense", "%(num)s expenses", number),
    }[kind]


def _days(firm: Firm) -> tuple[tuple[int, int], ...]:
    """Accepted and rejected writes of each of the last fourteen days in the firm's zone."""
    starts = {f"day_{n}": start for n, start in enumerate(_midnights(firm))}
    rows = db.session.execute(_PER_DAY, {"firm_id": firm.id, **starts}).all()
    found = {n: (total - bad, bad) for n, total, bad in rows}
    if not found:
        return ()
    return tuple(found.get(n, (0, 0)) for n in range(DAYS))


def _per_day() -> Select[tuple[int, int, int]]:
    starts = [bindparam(f"day_{n}", type_=Attempt.at.type) for n in range(DAYS)]
    day = case(*((Attempt.at >= start, n) for n, start in reversed([*enumerate(starts)])))
    rejected = Attempt.outcome == attempts.REJECTED
    return (
        select(day, func.count(), func.sum(case((rejected, 1), else_=0)))
        .where(Attempt.firm_id == bindparam("firm_id"), Attempt.at >= starts[0])
        .group_by(day)
    )


_PER_DAY = _per_day()
"""Composed once: every page asks it."""


def _midnights(firm: Firm) -> list[datetime]:
    today = datetime.now(firm.zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return [datetime.combine(day, time.min, firm.zone).astimezone(UTC) for day in days]
