"""One issue on the page: its row, its detail, and every act of ``quickbooks.actions`` as a form."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from webapp.extensions import db
from webapp.models import Account, Entry, Issue
from webapp.models import issue as issues
from webapp.quickbooks import actions, bulk
from webapp.quickbooks.actions import ActionRefused
from webapp.quickbooks.causes import cause as names
from webapp.quickbooks.relinking import undo_link
from webapp.rights import for_fixers, own, person_id
from webapp.views.answers import from_htmx
from webapp.views.quickbooks.activity import activity_card
from webapp.views.quickbooks.buttons import ASKING, LEAVING, off_because
from webapp.views.quickbooks.counts import counts_of
from webapp.views.quickbooks.details import detail_of
from webapp.views.quickbooks.error_list import all_at_once, tabs
from webapp.views.quickbooks.lists import Wish
from webapp.views.quickbooks.page import (
    FOLDER,
    connection_of,
    integrations,
    list_fragment,
    page_with,
)
from webapp.views.quickbooks.picking import Picked, pick
from webapp.views.quickbooks.questions import question_about
from webapp.views.quickbooks.results import Result, result_of
from webapp.views.quickbooks.row_model import IssueRow
from webapp.views.quickbooks.rows import Rows
from webapp.views.quickbooks.suggestions import suggestions_for
from webapp.views.settings_menu import INTEGRATIONS_URL

bp = Blueprint(
    "quickbooks_issues", __name__, url_prefix=f"{INTEGRATIONS_URL}/issues/<int:issue_id>"
)

Answer = Response | str | tuple[str, int]


# -- looking --------------------------------------------------------------------------------------


@bp.get("/row")
@for_fixers
def row(issue_id: int) -> str:
    """How far a syncing row is; asked every 2 s until it is settled."""
    issue = own(Issue, issue_id)
    if issue.state == issues.CLOSED:
        return _after_closing(issue)
    rows = _rows(issue)
    shown = rows.row(issue)
    if shown.state == "open" and not shown.state_text:
        shown = rows.row(issue, state="failed_again", news=_failed_again(issue))
    if shown.state == "syncing":
        return _render_row(shown)
    return _render_row(shown) + _changes(issue, Result(said=shown.state_text))


def _after_closing(issue: Issue) -> str:
    """Fixed; unless QuickBooks now refuses the record for another reason."""
    other = Issue.open_of(issue.record)
    if other is not None:
        shown = _rows(other).row(
            other, state="failed_again", news=gettext("A new answer, just now.")
        )
        return _render_row(shown) + _changes(other, Result(said=shown.cause))
    shown = _rows(issue).row(issue, state="fixed")
    return _render_row(shown) + _changes(issue, result_of(issue, names.RESYNC))


def _failed_again(issue: Issue) -> str:
    if issue.tries <= 1:
        return gettext("Failed again, just now.")
    words = {2: gettext("Second try, just now."), 3: gettext("Third try, just now.")}
    return words.get(issue.tries) or gettext("Try %(number)s, just now.", number=issue.tries)


@bp.get("/detail")
@for_fixers
def detail(issue_id: int) -> Answer:
    """The detail alone; without htmx, the list with this row opened."""
    issue = own(Issue, issue_id)
    if not from_htmx():
        return redirect(_list_url(issue, open=issue.id), 303)
    rows = _rows(issue)
    shown = detail_of(rows, issue, rows.row(issue, opened=True))
    return render_template(f"{FOLDER}/_detail.html", row=shown, detail=shown.detail)


@bp.get("/customers")
@for_fixers
def suggest(issue_id: int) -> str:
    """The combobox's options for what was typed."""
    issue = own(Issue, issue_id)
    account = _account_of(issue)
    typed = request.args.get("q", "").strip()[:200]
    return render_template(
        f"{FOLDER}/_suggestions.html",
        suggestions=suggestions_for(account, typed),
        combo_id=f"qb-customer-{issue.id}",
    )


# -- acting ---------------------------------------------------------------------------------------


@bp.get("/<action>")
@for_fixers
def ask(issue_id: int, action: str) -> Answer:
    """The question before an act that asks first."""
    issue = own(Issue, issue_id)
    if action not in ASKING:
        abort(HTTPStatus.METHOD_NOT_ALLOWED)
    refusal = actions.why_not(issue, action)
    if refusal:
        flash(refusal)
        return redirect(_list_url(issue), 303)
    page = "_question" if from_htmx() else "question"
    return render_template(f"{FOLDER}/{page}.html", question=question_about(issue, action))


@bp.post("/<action>")
@for_fixers
def act(issue_id: int, action: str) -> Answer:
    issue = own(Issue, issue_id)
    if issue.state == issues.CLOSED:
        return _gone(issue)
    picked = pick(issue, action, request.form)
    if picked.problem:
        return _refused(issue, picked, picked.problem)
    try:
        actions.perform(issue, picked.action, person_id(), picked.arguments)
    except ActionRefused as refusal:
        return _refused(issue, picked, refusal)
    if "shared" in request.form:
        _do_the_others(issue, picked.action)
    return _done(issue, picked.action)


@bp.post("/sync-again")
@for_fixers
def sync_again(issue_id: int) -> Answer:
    """Undo "do not sync this account"."""
    issue = own(Issue, issue_id)
    account = _account_of(issue)
    account.set_sync(True, person_id())
    db.session.commit()
    said = gettext("Sync is on for %(account)s.", account=account.name)
    if not from_htmx():
        flash(said)
        return redirect(_list_url(issue), 303)
    return list_fragment(Wish(issue.firm_id, issue.kind), said, toast=said)


@bp.post("/unlink")
@for_fixers
def unlink(issue_id: int) -> Answer:
    """Undo the choice of a customer."""
    issue = own(Issue, issue_id)
    account = _account_of(issue)
    undone = undo_link(account, person_id())
    said = gettext("The link of %(account)s is undone.", account=account.name)
    if not undone:
        said = gettext("This is not possible any more. Reload the page.")
    if not from_htmx():
        flash(said)
        return redirect(_list_url(issue), 303)
    return list_fragment(Wish(issue.firm_id, issue.kind), said, toast=said)


def _do_the_others(issue: Issue, action: str) -> None:
    """The line stood for every record that the same cause keeps back."""
    others = Issue.shared_by == issue.shared_by
    if action == names.RESYNC:
        bulk.resync(issue.firm_id, issue.kind, others, person_id())
    elif action == actions.IGNORE:
        bulk.ignore(issue.firm_id, issue.kind, others, person_id())
    elif action == actions.RESTORE:
        bulk.restore(issue.firm_id, issue.kind, others)
    db.session.commit()


# -- answering ------------------------------------------------------------------------------------


def _done(issue: Issue, action: str) -> Answer:
    result = result_of(issue, action)
    if not from_htmx():
        flash(result.toast or result.said or gettext("Done."))
        return redirect(_list_url(issue), 303)
    if request.headers.get("HX-Target", "").endswith("#qb-list"):
        return list_fragment(Wish(issue.firm_id, issue.kind), result.said)
    if action in LEAVING or action in ASKING:
        return _changes(issue, result, acted=True)
    rows = _rows(issue)
    state = rows.state_of(issue)
    shown = rows.row(issue, state="syncing" if state == "open" and not rows.buttons.off else state)
    return _render_row(shown) + _changes(issue, result, acted=True, closes_detail=True)


def _gone(issue: Issue) -> Answer:
    """Somebody else was quicker."""
    said = gettext("%(name)s was already fixed.", name=issue.title)
    if not from_htmx():
        flash(said)
        return redirect(_list_url(issue), 303)
    return _render_row(_rows(issue).row(issue, state="gone")) + _changes(
        issue, Result(said=said), closes_detail=True
    )


def _refused(issue: Issue, picked: Picked, refusal: ActionRefused) -> Answer:
    """The row again with what is wrong, beside the field if it is a field's."""
    db.session.rollback()
    issue = own(Issue, issue.id)
    errors = {field: messages[0] for field, messages in refusal.errors.items()}
    rows = _rows(issue)
    choosing = issue.kind == "account" and picked.action in (names.LINK, names.CREATE_CUSTOMER)
    shown = rows.row(
        issue,
        news="" if choosing else errors.get("", ""),
        error=next(iter(errors.values())) if choosing else "",
        typed=picked.typed,
        opened=not choosing,
    )
    shown = picked.offer(shown)
    if not choosing:
        shown = detail_of(rows, issue, shown, request.form, errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if not from_htmx():
        return _list_with(issue, shown), status
    answer = _render_row(shown)
    if shown.detail:
        answer += render_template(
            f"{FOLDER}/_detail.html", row=shown, detail=shown.detail, oob=True
        )
    return answer + render_template(f"{FOLDER}/_said.html", said=str(refusal)), status


def _list_with(issue: Issue, shown: IssueRow) -> str:
    """The whole page, in whose list this row stands as given."""
    return page_with(Wish(issue.firm_id, issue.kind), shown)


def _changes(
    issue: Issue, result: Result, *, acted: bool = False, closes_detail: bool = False
) -> str:
    """Out of band: counts, banner, badge, what is read aloud, a toast.

    After an act also the activity card, which from then on asks for itself; a row that only asked
    how far it is leaves the card alone, since it may show the progress of many.
    """
    counts, connection = counts_of(issue.firm_id), connection_of(issue.firm_id)
    wish = Wish(issue.firm_id, issue.kind)
    return render_template(
        f"{FOLDER}/_changed.html",
        tab_entries=tabs(issue.kind, counts),
        page={"integrations": integrations(counts)},
        list={
            "total_open": counts.total_open,
            "checked_at": connection.last_success_at if connection else None,
            "resync_all": all_at_once(wish, counts, off_because(connection)),
            "numbers": (
                (issues.OPEN, counts.open[issue.kind]),
                (issues.IGNORED, counts.ignored[issue.kind]),
            ),
        },
        activity=activity_card(connection, Entry.counts(issue.firm_id))
        if acted and connection
        else None,
        result=result,
        closes=issue.id if closes_detail else None,
    )


def _render_row(row: IssueRow) -> str:
    return render_template(f"{FOLDER}/_row.html", row=row)


# -- finding --------------------------------------------------------------------------------------


def _account_of(issue: Issue) -> Account:
    """The account that the issue is about, or 404."""
    if not isinstance(issue.record, Account):
        abort(404)
    return issue.record


def _rows(issue: Issue) -> Rows:
    return Rows(issue.firm_id, issue.kind, [issue], connection_of(issue.firm_id))


def _list_url(issue: Issue, **arguments: object) -> str:
    return url_for("quickbooks_page.errors", name=f"{issue.kind}s", **arguments)
