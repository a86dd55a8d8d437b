"""Comparing both books: a job for each firm that asked for it."""

from __future__ import annotations

from webapp import hints
from webapp.quickbooks.books import work

LOOK_EVERY_S = 5.0


def go_on(firm_id: int) -> None:
    """The job itself; it may run twice, or beside itself. What is left goes to the queue's end."""
    from wsgi import app

    with app.app_context():
        hints.job_taken(work.JOB, firm_id)
        if work.go_on(firm_id):
            hints.queue_once(work.JOB, firm_id)
