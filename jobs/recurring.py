"""Recurring invoices: the scheduler looks for due ones, a job for each firm makes them."""

from __future__ import annotations

from webapp import hints, recurring

EVERY_S = 30.0
JOB = "jobs.recurring.make_due"


def queue_due() -> int:
    """Queue a job for every firm with something due; how many. A lost one is queued again."""
    firms = recurring.firms_with_due()
    for firm_id in firms:
        hints.queue_once(JOB, firm_id)
    return len(firms)


def make_due(firm_id: int) -> None:
    """The job itself; it may run twice, or beside itself."""
    from wsgi import app

    with app.app_context():
        recurring.make_due(firm_id)
        hints.job_taken(JOB, firm_id)
