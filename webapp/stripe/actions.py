"""What a person does with something of Stripe's that is shown: choose, try again, dismiss, restore.

Each commits. What the person chose is kept, and recorded at once if it can be; what Stripe has to
be asked for follows by itself.
"""

from __future__ import annotations

from webapp import hints
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import StripeObject
from webapp.stripe import taking_in


def choose(
    found: StripeObject,
    *,
    account: int | None = None,
    invoice: int | None = None,
    payment: int | None = None,
) -> bool:
    """It belongs to this client or invoice, or it is this payment already; whether that went.

    The ids are the firm's own, which the caller has seen to.
    """
    named = {"account": account, "invoice": invoice, "payment": payment}
    found.choice = {name: id_ for name, id_ in named.items() if id_ is not None}
    return _now(found)


def retry(found: StripeObject) -> bool:
    """Whether it is recorded now, or on its way."""
    return _now(found)


def dismiss(found: StripeObject) -> None:
    """Leave it out, and of a charge that is no payment yet what was given back of it, too."""
    found.dismissed_at = database_now(db.session())
    found.settle()
    _wake(found)
    db.session.commit()


def restore(found: StripeObject) -> bool:
    """It counts again, and with a charge what went with it."""
    for one in StripeObject.dismissed_with(found):
        one.dismissed_at = None
        one.due_at = database_now(db.session())
    _wake(found)
    return _now(found)


def _now(found: StripeObject) -> bool:
    found.due_at, found.tries = database_now(db.session()), 0
    db.session.commit()
    taking_in.record_now(found.firm_id, found.id)
    hints.queue_once(taking_in.JOB, found.firm_id)
    return found.problem is None


def _wake(found: StripeObject) -> None:
    """What rests on it goes on, at the sweep."""
    StripeObject.wake_children(found, database_now(db.session()))
