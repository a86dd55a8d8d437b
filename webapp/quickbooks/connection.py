"""Connecting a firm to its company, disconnecting, and the choices of set-up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from webapp import hints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Entry, Issue, MirrorObject, Person, outbox
from webapp.models import connection as connections
from webapp.models import issue as issues
from webapp.quickbooks import company_reset, mirror, oauth, roles, tokens, whose_company
from webapp.quickbooks.errors import QuickBooksError
from webapp.quickbooks.session import UNHURRIED_S, company_of, write_now

REFUND_ITEM_NAME = "Refunds"
UNDEPOSITED_FUNDS = "UndepositedFunds"  # Intuit: account page, AccountSubType

log = structlog.get_logger(__name__)


class CannotConnect(Exception):
    """``reason`` is ``other_firm`` (the company belongs to another firm), ``other_company`` (this
    firm has another company), ``no_access`` (the sign-in does not open the company) or ``refused``
    (Intuit did not take the grant)."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


def connect(
    firm_id: int, realm_id: str, granted: oauth.Tokens, person: Person | None = None
) -> Connection:
    """Make the connection, or mend it with the same company. Commits, also at the start.

    Raises CannotConnect. Where QuickBooks gives no telling whether the sign-in opens the company it
    is kept all the same, since it can be had only once: nothing is sent before the company was read
    for set-up, and until then another can be connected instead. What waited for the sign-in goes on
    by itself, unless the company was reset meanwhile.
    """
    db.session.commit()
    proven = whose_company.opens(realm_id, granted.access)
    if proven is False:
        raise CannotConnect("no_access")
    connection = Connection.of(firm_id)
    if connection.realm_id not in (None, realm_id):
        if whose_company.keeps(connection):
            raise CannotConnect("other_company")
        whose_company.let_go(connection)
    if proven:
        whose_company.free(realm_id, firm_id)
    connection.realm_id = realm_id
    tokens.store(connection, granted)
    connection.connected_by_id = person.id if person else None
    connection.connected_at = database_now(db.session())
    connection.not_before, connection.failures = None, 0
    connection.changes_due_at = connection.connected_at  # somebody was away; who knows how long
    connection.change_state(connections.CONNECTED)
    if connection.reset_at is not None:
        company_reset.take_in(connection)
    try:
        _wake_forbidden(firm_id)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise CannotConnect("other_firm") from None
    log.info("connected", firm_id=firm_id)
    hints.send(firm_id)
    return connection


def disconnect(connection: Connection) -> None:
    """Stop, wipe, then revoke. Commits before the call, so that nothing is sent after it.

    Links and the company stay, so that the firm can come back to it; but a company in which it has
    nothing is left to whoever connects it next.
    """
    token = tokens.refresh_token(connection)
    connection.forget_tokens()
    if not whose_company.keeps(connection):
        whose_company.let_go(connection)
    connection.slice_fence += 1
    connection.change_state(connections.NONE)
    db.session.commit()
    log.info("disconnected", firm_id=connection.firm_id)
    if token:
        oauth.revoke(token)


def pause(connection: Connection, on: bool) -> None:
    """Stop or go on sending, at a person's wish; the caller commits."""
    if on and connection.state == connections.CONNECTED:
        connection.change_state(connections.PAUSED)
    elif not on and connection.state == connections.PAUSED:
        connection.change_state(connections.CONNECTED)
        hints.after_commit(connection.firm_id)


def adopt(firm_id: int, realm_id: str, refresh_token: str, unmatched: str) -> Connection:
    """Take over a connection that was made elsewhere, with set-up's defaults. Commits.

    Raises CannotConnect, oauth.IntuitUnreachable, or a QuickBooksError.
    """
    try:
        connection = connect(firm_id, realm_id, oauth.refresh(refresh_token))
    except oauth.GrantRefused:
        connection = _half_adopted(firm_id, realm_id)
    connection.unmatched = unmatched
    db.session.commit()
    mirror.fill(company_of(connection, patience_s=UNHURRIED_S), connection)
    finish_set_up(Connection.of(firm_id))
    return Connection.of(firm_id)


def _half_adopted(firm_id: int, realm_id: str) -> Connection:
    """An earlier try that used the token up, and failed only after that. Raises CannotConnect."""
    connection = Connection.of(firm_id)
    began = connection.realm_id == realm_id and connection.state == connections.CONNECTED
    db.session.commit()
    if not began or connection.set_up_at is not None:
        raise CannotConnect("refused")
    return connection


def finish_set_up(connection: Connection, chosen: Mapping[str, str] | None = None) -> None:
    """Keep set-up's choices, the defaults for the rest, and let the firm's records go. Commits."""
    picked = {**default_roles(connection.firm_id), **connection.accounts, **(chosen or {})}
    connection.accounts = {role: id_ for role, id_ in picked.items() if id_}
    db.session.commit()
    if not connection.accounts.get(roles.REFUND_ITEM):
        _make_refund_item(connection)
    connection.set_up_at = connection.set_up_at or database_now(db.session())
    connection.reset_at = None
    wake_failed(connection.firm_id)
    db.session.commit()


def sync_now(connection: Connection) -> None:
    """A person asks that what waits goes now: also to a company that refused all of it, since they
    may have put that right. The caller commits.

    What QuickBooks itself asked for, to wait after too many calls, stays.
    """
    if connection.state_reason:
        connection.not_before = None
    wake_failed(connection.firm_id)


def wake_failed(firm_id: int) -> None:
    """Something that blocked records has changed: those it blocked are tried again."""
    db.session.execute(
        Entry.changing(Entry.firm_id == firm_id, Entry.state == outbox.READY).values(
            due_at=database_now(db.session()), failures=0
        ),
        execution_options={"synchronize_session": False},
    )
    hints.after_commit(firm_id)


def _wake_forbidden(firm_id: int) -> None:
    """What the person who connected before was not allowed to do is tried by the next one's right.
    The caller commits."""
    forbidden = exists().where(
        Issue.firm_id == firm_id,
        Issue.kind == Entry.kind,
        Issue.record_id == Entry.record_id,
        Issue.cause == "permission_missing",
        Issue.state == issues.OPEN,
    )
    db.session.execute(
        Entry.changing(Entry.firm_id == firm_id, Entry.state == outbox.REJECTED, forbidden).values(
            state=outbox.READY, due_at=database_now(db.session()), tries=0, failures=0
        ),
        execution_options={"synchronize_session": False},
    )


def default_roles(firm_id: int) -> dict[str, str | None]:
    """The company's accounts that set-up proposes, by what they are and what they are called."""
    accounts = db.session.scalars(
        select(MirrorObject)
        .where(
            MirrorObject.firm_id == firm_id,
            MirrorObject.entity == "Account",
            MirrorObject.active.is_(True),
        )
        .order_by(MirrorObject.id)
    ).all()
    named = {**_named(firm_id, "Vendor", "Stripe"), **_named(firm_id, "Item", REFUND_ITEM_NAME)}
    return {
        roles.INCOME: _pick(accounts, roles.INCOME, r"^services?$|service|fee income|sales"),
        roles.DEPOSIT: _undeposited(accounts) or _pick(accounts, roles.DEPOSIT, r"undeposited"),
        roles.CLEARING: _pick(accounts, roles.CLEARING, r"clearing|stripe", only="Bank"),
        roles.FEE_ACCOUNT: _pick(accounts, roles.FEE_ACCOUNT, r"merchant|processing|bank charge"),
        roles.FEE_VENDOR: named.get("Vendor"),
        roles.REFUND_ITEM: named.get("Item"),
    }


def _undeposited(accounts: Sequence[MirrorObject]) -> str | None:
    """The account of this sort, however the company calls it ("Payments to deposit")."""
    found = [row for row in accounts if row.detail.get("subtype") == UNDEPOSITED_FUNDS]
    return found[0].quickbooks_id if found else None


def _pick(
    rows: Sequence[MirrorObject], role: str, wanted: str, only: str | None = None
) -> str | None:
    """The account whose name fits best: the pattern's earlier words first, else the first."""
    types = {only} if only else roles.ROLES[role].types
    fitting = [row for row in rows if row.detail.get("account_type") in types]
    for word in wanted.split("|"):
        for row in fitting:
            if re.search(word, row.name_key):
                return row.quickbooks_id
    return fitting[0].quickbooks_id if fitting else None


def _named(firm_id: int, entity: str, name: str) -> dict[str, str]:
    found = [row for row in MirrorObject.named(firm_id, entity, name) if row.active]
    return {entity: found[0].quickbooks_id} if found else {}


def _make_refund_item(connection: Connection) -> None:
    """Refund receipts need an item; a company without one gets "Refunds". Failing to is no harm:
    the refund's issue then asks for the choice."""
    income = connection.accounts.get(roles.INCOME)
    if not income:
        return
    firm_id = connection.firm_id
    body = {
        "Name": REFUND_ITEM_NAME,
        "Type": "Service",
        "IncomeAccountRef": {"value": income},
    }
    try:
        found = write_now(connection, "Item", "create", body)
    except QuickBooksError as error:
        log.warning("refund_item_not_made", firm_id=firm_id, error=str(error))
        return
    mirror.keep(firm_id, "Item", found)
    connection.accounts = {**connection.accounts, roles.REFUND_ITEM: str(found["Id"])}
    db.session.commit()
