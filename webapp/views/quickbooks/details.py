"""What does an opened row add: what can be done, both sides, every try, QuickBooks' own words?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Attempt, Issue, Link, MirrorObject, Record, Service
from webapp.models import attempt as attempts
from webapp.quickbooks import actions, causes, roles
from webapp.quickbooks.addresses import open_url
from webapp.quickbooks.causes import cause as names
from webapp.views.history import sentence
from webapp.views.quickbooks import row_model as model
from webapp.views.quickbooks.button_model import Action, ActionField
from webapp.views.quickbooks.buttons import WITH_VALUE
from webapp.views.quickbooks.compare import compare
from webapp.views.quickbooks.row_model import IssueDetail, IssueRow
from webapp.views.quickbooks.rows import Rows
from webapp.views.quickbooks.words import needs_decision

SHOWN = 20

Values = Mapping[str, str]


def detail_of(
    rows: Rows,
    issue: Issue,
    row: IssueRow,
    values: Values | None = None,
    errors: Values | None = None,
) -> IssueRow:
    """The row with its detail. ``values`` and ``errors`` are of a refused form, by field."""
    record = issue.record
    tries = Attempt.latest_of(record, SHOWN)
    detail = IssueDetail(
        forms=tuple(_forms(rows, issue, values or {}, errors or {})),
        actions=tuple(_others(rows, issue)),
        compared=compare(issue, record) if _comparable(issue) else (),
        theirs_gone=_gone(issue),
        attempts=(*_timeline(issue, tries), _created(record)),
        answer=_answer(issue),
        advice=causes.advice(issue.cause),
        quickbooks_url=_over_there(issue),
        record_url=url_for(f"{record.kind}s.show", record_id=record.id),
        support_text=_for_support(issue),
    )
    return replace(row, detail=detail)


# -- what can be done -----------------------------------------------------------------------------


def _forms(rows: Rows, issue: Issue, values: Values, errors: Values) -> list[ActionField]:
    makers = {
        names.USE_NUMBER: _renumbering,
        names.RENAME: _renaming,
        names.SET_INCOME_ACCOUNT: _income_account,
    }
    return [
        makers[name](rows, issue, values, errors)
        for name in rows.buttons.available(issue)
        if name in makers
    ]


def _renumbering(rows: Rows, issue: Issue, values: Values, errors: Values) -> ActionField:
    number = values.get("number") or rows.facts.next_number
    action = rows.buttons.button(issue, names.USE_NUMBER)
    label = gettext("Use %(n)s and resync", n=number) if number else gettext("Use and resync")
    return ActionField(
        replace(action, label=label),
        gettext("New invoice number"),
        "number",
        number,
        hint=gettext("%(n)s is the next free number in QuickBooks.", n=rows.facts.next_number)
        if rows.facts.next_number
        else "",
        error=errors.get("number", ""),
        max_length=21,
        narrow=True,
    )


def _renaming(rows: Rows, issue: Issue, values: Values, errors: Values) -> ActionField:
    record = issue.record
    known = str(getattr(record, "display_name", record.title))
    return ActionField(
        rows.buttons.button(issue, names.RENAME),
        gettext("Name in QuickBooks"),
        "name",
        values.get("name", known),
        hint=gettext("For QuickBooks only. Here the name stays “%(name)s”.", name=record.title),
        error=errors.get("name", ""),
        max_length=100 if issue.kind == "service" else 500,
    )


def _income_account(rows: Rows, issue: Issue, values: Values, errors: Values) -> ActionField:
    """The service's own account if it can still be chosen, else the firm's default."""
    options = _income_accounts(issue.firm_id)
    service = issue.record
    own = service.income_account_id if isinstance(service, Service) else None
    chosen = own if own in dict(options) else rows.facts.default_income_id
    return ActionField(
        rows.buttons.button(issue, names.SET_INCOME_ACCOUNT),
        gettext("Income account"),
        "quickbooks_id",
        values.get("quickbooks_id", chosen),
        hint=gettext("The service is then sent again."),
        error=errors.get("quickbooks_id", ""),
        options=options,
    )


def _income_accounts(firm_id: int) -> tuple[tuple[str, str], ...]:
    found = db.session.scalars(
        select(MirrorObject)
        .where(
            MirrorObject.firm_id == firm_id,
            MirrorObject.entity == "Account",
            MirrorObject.active,
        )
        .order_by(MirrorObject.name_key, MirrorObject.id)
    )
    fitting = roles.ROLES[roles.INCOME].types
    return tuple(
        (row.quickbooks_id, row.name) for row in found if row.detail.get("account_type") in fitting
    )


def _others(rows: Rows, issue: Issue) -> list[Action]:
    """Every other act with its consequence; Ignore stands beside the row already."""
    left_out = WITH_VALUE | {names.USE_NUMBER, actions.IGNORE}
    if issue.kind == "account":
        left_out |= {names.LINK}
    return [
        rows.buttons.button(issue, name)
        for name in rows.buttons.available(issue)
        if name not in left_out
    ]


# -- both sides -----------------------------------------------------------------------------------


def _comparable(issue: Issue) -> bool:
    return bool(issue.theirs or _gone(issue))


def _gone(issue: Issue) -> str:
    if issue.cause == "voided":
        return gettext("Voided in QuickBooks")
    if issue.cause == "record_deleted":
        return gettext("Deleted in QuickBooks")
    return ""


def _over_there(issue: Issue) -> str:
    """The object compared with, else the record's own counterpart, if it still exists."""
    theirs = (issue.theirs or {}).get("Id")
    if theirs:
        return open_url(issue.kind, str(theirs))
    link = Link.find(issue.firm_id, issue.kind, issue.record_id)
    here = link.quickbooks_id if link and not link.gone else None
    return open_url(issue.kind, here) if here else ""


# -- what was tried -------------------------------------------------------------------------------


def _timeline(issue: Issue, tries: Sequence[Attempt]) -> list[model.Attempt]:
    """What was sent, newest first; above it, what was found without sending anything."""
    failed = sum(attempt.outcome == attempts.REJECTED for attempt in tries)
    lines = []
    if issue.code is None:
        noticed = gettext("Noticed in QuickBooks")
        held = gettext("Held back before it was sent")
        title = noticed if needs_decision(issue.cause) else held
        lines.append(model.Attempt(title, issue.tried_at, gettext("automatic")))
    for attempt in tries:
        rejected = attempt.outcome == attempts.REJECTED
        title = _failed(failed) if rejected else sentence(attempt)
        failed -= rejected
        who = attempt.person.name if attempt.person else gettext("automatic")
        lines.append(model.Attempt(title, attempt.at, who, attempt.outcome != attempts.ACCEPTED))
    return lines


def _failed(number: int) -> str:
    words = {
        1: gettext("First try failed"),
        2: gettext("Second try failed"),
        3: gettext("Third try failed"),
    }
    return words.get(number) or gettext("Try %(number)s failed", number=number)


def _created(record: Record) -> model.Attempt:
    title = {
        "account": gettext("Account created"),
        "service": gettext("Service created"),
        "invoice": gettext("Invoice created"),
        "payment": gettext("Payment recorded"),
        "refund": gettext("Refund recorded"),
        "expense": gettext("Expense recorded"),
    }[record.kind]
    return model.Attempt(title, record.created_at, "", failed=False)


def _answer(issue: Issue) -> model.Answer | None:
    if not (issue.code or issue.message):
        return None
    return model.Answer(
        issue.code or "", issue.message or "", issue.detail or "", issue.intuit_tid or ""
    )


def _for_support(issue: Issue) -> str:
    """Ids, codes and times; no name of a client."""
    said = {
        "issue": issue.id,
        "record": f"{issue.kind} {issue.record_id}",
        "cause": issue.cause,
        "code": issue.code,
        "message": issue.message,
        "intuit_tid": issue.intuit_tid,
        "tries": issue.tries,
        "tried_at": issue.tried_at.isoformat(),
    }
    return json.dumps({name: value for name, value in said.items() if value is not None})
