"""Which of the set-up's accounts is it that a record names and the books no longer use?

QuickBooks only says that something is inactive; the mirror knows what.
"""

from __future__ import annotations

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Connection, MirrorObject, Record
from webapp.quickbooks import roles

USED_BY = {
    "service": (roles.INCOME,),
    "payment": (roles.DEPOSIT, roles.CLEARING),
    "refund": (roles.DEPOSIT, roles.CLEARING),
    "expense": (roles.CLEARING, roles.FEE_ACCOUNT),
}
"""The parts of the set-up that a kind's account references come from."""


def inactive_role(record: Record) -> str | None:
    """The one part whose account is inactive; None where the mirror shows none, or several."""
    chosen = Connection.of(record.firm_id).accounts
    parts = {chosen[role]: role for role in USED_BY.get(record.kind, ()) if chosen.get(role)}
    inactive = db.session.scalars(
        select(MirrorObject.quickbooks_id).where(
            MirrorObject.firm_id == record.firm_id,
            MirrorObject.entity == "Account",
            MirrorObject.quickbooks_id.in_(parts),
            MirrorObject.active.is_(False),
        )
    ).all()
    return parts[inactive[0]] if len(inactive) == 1 else None
