"""What the processes do that a test starts and kills. Runs in a fork that has the application."""

from __future__ import annotations

import time
from typing import Any

from webapp import failpoints

PATIENCE_S = 40.0


def work(firm_id: int, failpoint: str = "") -> None:
    """Slice after slice until nothing of the firm is on its way; exit code 1 if it never ends."""
    from wsgi import app

    failpoints.arm(failpoint)
    give_up = time.monotonic() + PATIENCE_S
    with app.app_context():
        while _moving(firm_id):
            _slice(firm_id)
            if time.monotonic() > give_up:
                raise SystemExit(1)
            time.sleep(0.02)


def _slice(firm_id: int) -> None:
    from webapp.quickbooks import sync

    sync.run_slice(firm_id)


def _moving(firm_id: int) -> bool:
    from sqlalchemy import exists, select

    from webapp.extensions import db
    from webapp.models import Entry

    moving = exists().where(Entry.firm_id == firm_id, Entry.state.in_(("ready", "sent")))
    found = bool(db.session.scalar(select(moving)))
    db.session.commit()
    return found


def take(firm_id: int, kind: str, data: dict[str, Any], failpoint: str = "") -> None:
    """Take a record in, as the API does, updating the one of its external id."""
    from webapp import intake
    from webapp.extensions import db
    from webapp.models import Firm
    from wsgi import app

    failpoints.arm(failpoint)
    with app.app_context():
        intake.upsert(kind, db.session.get_one(Firm, firm_id), data)
        db.session.commit()


def refresh(firm_id: int, failpoint: str = "") -> None:
    """Ask for a good access token; exit code 3 when the sign-in is lost."""
    from webapp.quickbooks import tokens
    from webapp.quickbooks.errors import QuickBooksError
    from wsgi import app

    failpoints.arm(failpoint)
    with app.app_context():
        try:
            tokens.access_token(firm_id)
        except QuickBooksError:
            raise SystemExit(3) from None
