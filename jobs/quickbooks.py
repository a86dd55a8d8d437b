"""The one job RQ carries: work on a firm for a moment."""

from __future__ import annotations

from webapp import hints
from webapp.models.claiming import Left
from webapp.quickbooks import reading, recovery, sync
from wsgi import app


def sync_firm(firm_id: int) -> None:
    """A slice of the firm's work, then what changed over there. If more is due, a new hint goes to
    the end of the queue, so that the other firms come first; not for what a person asked for
    meanwhile."""
    with app.app_context():
        hints.taken(firm_id)
        recovery.beat()
        left = sync.run_slice(firm_id)
        reading.catch_up(firm_id)
        if left:
            hints.send_next(firm_id, hurry=left is Left.A_PERSONS_WISH)
