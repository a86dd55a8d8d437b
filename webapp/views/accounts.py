"""The firm's clients: their list, and each one's profile."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp import intake
from webapp.extensions import db
from webapp.models import Account, Invoice, Payment
from webapp.quickbooks.relinking import undo_link
from webapp.quickbooks.standing import standings
from webapp.rights import asking_firm, firm_id, for_firm, for_fixers, own, person_id
from webapp.views.answers import done, from_htmx, page, refused
from webapp.views.client_card import card_of
from webapp.views.deletion import Question, ask, ask_or_delete
from webapp.views.history import connection_state
from webapp.views.once import once, saved
from webapp.views.paging import asked_for, matches, page_of
from webapp.views.typed import typed

bp = Blueprint("accounts", __name__, url_prefix="/accounts")

FIELDS = ("name", "email", "kind")


@bp.get("")
@for_firm
def index() -> tuple[str, int]:
    query = select(Account).where(Account.firm_id == firm_id(), Account.removed_at.is_(None))
    if asked_for():
        query = query.where(matches(asked_for(), Account.name, Account.email))
    rows = page_of(query.order_by(Account.name, Account.id))
    return page(
        "accounts/index.html", "list", page=rows, q=asked_for(), standings=standings(rows.rows)
    )


@bp.get("/new")
@for_firm
def new() -> tuple[str, int]:
    return page("accounts/form.html", "form", account=None, values={"kind": "business"}, errors={})


@bp.post("")
@for_firm
@once
def create() -> Response | tuple[str, int]:
    return _save(None)


@bp.get("/<int:record_id>")
@for_firm
def show(record_id: int) -> tuple[str, int]:
    """The Info tab."""
    account = own(Account, record_id)
    return page(
        "accounts/show.html",
        "quickbooks",
        account=account,
        card=card_of(account),
        connection=connection_state(account.firm_id),
    )


@bp.get("/<int:record_id>/invoices")
@for_firm
def invoices(record_id: int) -> tuple[str, int]:
    account = own(Account, record_id)
    rows = page_of(
        select(Invoice)
        .where(Invoice.account_id == account.id, Invoice.removed_at.is_(None))
        .order_by(Invoice.date.desc(), Invoice.id.desc())
        .options(joinedload(Invoice.account))
    )
    return page(
        "accounts/invoices.html",
        "list",
        account=account,
        page=rows,
        standings=standings(rows.rows),
    )


@bp.get("/<int:record_id>/payments")
@for_firm
def payments(record_id: int) -> tuple[str, int]:
    account = own(Account, record_id)
    rows = page_of(
        select(Payment)
        .where(Payment.account_id == account.id, Payment.removed_at.is_(None))
        .order_by(Payment.date.desc(), Payment.id.desc())
        .options(joinedload(Payment.account), joinedload(Payment.invoice))
    )
    return page(
        "accounts/payments.html",
        "list",
        account=account,
        page=rows,
        standings=standings(rows.rows),
    )


@bp.get("/<int:record_id>/edit")
@for_firm
def edit(record_id: int) -> tuple[str, int]:
    account = own(Account, record_id)
    values = {"name": account.name, "email": account.email or "", "kind": account.account_kind}
    return page("accounts/form.html", "form", account=account, values=values, errors={})


@bp.post("/<int:record_id>")
@for_firm
def update(record_id: int) -> Response | tuple[str, int]:
    return _save(own(Account, record_id))


@bp.route("/<int:record_id>/delete", methods=["GET", "POST"])
@for_firm
def delete(record_id: int) -> Response | tuple[str, int]:
    account = own(Account, record_id)
    question = Question(
        title=gettext('Delete "%(name)s"?', name=account.name),
        text=gettext(
            "The client is removed from Cuadra. The customer in QuickBooks stays as it is."
        ),
        delete=gettext("Delete client"),
        keep=gettext("Keep client"),
        back=url_for(".show", record_id=account.id),
    )
    return ask_or_delete(
        account, question, after=url_for(".index"), said=gettext("Client deleted.")
    )


@bp.route("/<int:record_id>/unlink", methods=["GET", "POST"])
@for_fixers
def unlink(record_id: int) -> Response | tuple[str, int]:
    """Take the link to a customer back, and choose another in the Accounts list."""
    account = own(Account, record_id)
    if request.method == "POST":
        undone = undo_link(account, person_id())
        said = gettext("The link of %(account)s is undone.", account=account.name)
        if not undone:
            said = gettext("This is not possible now. Try again in a minute.")
        page_of_errors = url_for("quickbooks_page.errors", name="accounts")
        return done(page_of_errors if undone else url_for(".show", record_id=account.id), said)
    return ask(
        Question(
            title=gettext("Link %(account)s to another customer?", account=account.name),
            text=gettext(
                "Its new records wait until you have chosen. What QuickBooks has under the present "
                "customer is then moved to the one you choose; the customer itself stays there."
            ),
            delete=gettext("Undo the link and choose"),
            keep=gettext("Keep the link"),
            back=url_for(".show", record_id=account.id),
            working=gettext("Undoing"),
        )
    )


@bp.post("/<int:record_id>/sync")
@for_fixers
def sync(record_id: int) -> Response | str:
    """The switch of the profile: copy this client and what is theirs, or leave it all out."""
    account = own(Account, record_id)
    if request.form.get("on") not in ("0", "1"):
        abort(400)
    on = request.form["on"] == "1"
    intake.account(asking_firm(), {"sync": on}, account, person_id=person_id())
    db.session.commit()
    said = (
        gettext("Sync is on for %(account)s.", account=account.name)
        if on
        else gettext("Sync is off for %(account)s.", account=account.name)
    )
    if not from_htmx():
        return done(url_for(".show", record_id=account.id), said)
    return render_template(
        "accounts/_switched.html",
        account=account,
        card=card_of(account),
        connection=connection_state(account.firm_id),
        said=said,
    )


def _save(account: Account | None) -> Response | tuple[str, int]:
    values = typed(*FIELDS)
    try:
        kept = intake.account(asking_firm(), values, account)
    except intake.Refused as refusal:
        db.session.rollback()
        return refused(
            "accounts/form.html", "form", account=account, values=values, errors=refusal.errors
        )
    return saved(url_for(".show", record_id=kept.id), gettext("Client saved."))
