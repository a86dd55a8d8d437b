"""Files on their way in, and on their way out again: a job for each firm that has one."""

from __future__ import annotations

from webapp import hints
from webapp.imports import work

LOOK_EVERY_S = 20.0
TIDY_EVERY_S = 3600.0


def carry_out(firm_id: int) -> None:
    """The job itself; it may run twice, or beside itself. What is left goes to the queue's end."""
    from wsgi import app

    with app.app_context():
        hints.job_taken(work.JOB, firm_id)
        if work.carry_out(firm_id):
            hints.queue_once(work.JOB, firm_id)
