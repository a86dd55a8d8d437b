"""Stripe's events: the scheduler looks for what is due, a job for each firm takes it in."""

from __future__ import annotations

from webapp import hints
from webapp.stripe import taking_in

TIDY_EVERY_S = 3_600.0


def sweep() -> int:
    return taking_in.sweep()


def tidy() -> None:
    taking_in.tidy()


def take_in(firm_id: int) -> None:
    """The job itself; it may run twice, or beside itself."""
    from wsgi import app

    with app.app_context():
        hints.job_taken(taking_in.JOB, firm_id)
        if taking_in.take_in(firm_id):
            hints.queue_once(taking_in.JOB, firm_id)
