"""Whose is a QuickBooks company? The firm's whose sign-in was seen to open it, and no other's.

A firm that has something in its company keeps it, connected or not. Until then it may connect
another one, and whoever can prove that the company is theirs gets it from a firm that never could.
"""

from __future__ import annotations

from sqlalchemy import exists, select

from webapp.extensions import db
from webapp.models import Connection, Link
from webapp.models import connection as connections
from webapp.quickbooks import company_reset
from webapp.quickbooks.errors import AccessRefused, CompanyStopped, QuickBooksError, Rejected
from webapp.quickbooks.session import company_with

NO_ACCESS_CODES = frozenset({"120", "3100"})  # Intuit: error codes


def opens(realm_id: str, access_token: str) -> bool | None:
    """Does this new token open the company (Intuit: companyinfo)? None: no telling now.

    A company that is throttled, locked, lapsed or out of reach says nothing about the token. No
    transaction may be open.
    """
    try:
        company_with(realm_id, access_token).company_info()
    except (AccessRefused, Rejected):
        return False
    except CompanyStopped as error:
        return False if error.fault.code.lstrip("0") in NO_ACCESS_CODES else None
    except QuickBooksError:
        return None
    return True


def keeps(connection: Connection) -> bool:
    """Has the firm something in its company, or could it have? Nothing is sent before set-up."""
    linked = select(exists().where(Link.firm_id == connection.firm_id))
    began = connection.set_up_at is not None or connection.reset_at is not None
    return began or bool(db.session.scalar(linked))


def let_go(connection: Connection) -> None:
    """Forget the company and what was read of it; the caller commits."""
    company_reset.forget(connection)
    connection.realm_id = connection.company_name = connection.plan = None


def free(realm_id: str, firm_id: int) -> None:
    """Another firm that was never seen to open the company gives way to this one, which was.

    The caller commits.
    """
    holder = db.session.scalar(
        select(Connection)
        .where(
            Connection.realm_id == realm_id,
            Connection.firm_id != firm_id,
            Connection.company_name.is_(None),
        )
        .with_for_update()
    )
    if holder is not None and not keeps(holder):
        let_go(holder)
        holder.forget_tokens()
        holder.change_state(connections.NONE)
        db.session.flush()  # before the next one takes it
