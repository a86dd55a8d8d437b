"""Is the firm still ours to work on? The lease on it, and the one way to write while having it.

Every transaction of whoever works on a firm first checks the fence and renews the lease, so that a
worker which was stopped past its lease changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import current_app

from webapp.extensions import db
from webapp.models import Connection


class Hold:
    """The right to work on one firm; only one worker has it, anywhere."""

    def __init__(self, firm_id: int, fence: int, lease: timedelta):
        self.firm_id, self.fence, self.lease = firm_id, fence, lease
        self._renewed_at = time.monotonic()

    @classmethod
    def take(cls, firm_id: int, *, to_read: bool = False) -> Hold | None:
        """None while another worker has the firm, or it is not connected, or it must rest.

        Where it is unsure what was sent, only reading is allowed.
        """
        lease = timedelta(seconds=current_app.config["LEASE_S"])
        fence = Connection.claim_slice(firm_id, lease, to_read=to_read)
        return None if fence is None else cls(firm_id, fence, lease)

    @property
    def patience_s(self) -> float:
        """How long to wait for anything before the lease wants renewing."""
        return self.lease.total_seconds() / 3

    @contextmanager
    def transaction(self) -> Iterator[tuple[datetime, Connection]]:
        """One commit, made only while the firm is ours: the database's time, and the connection
        as it is now. Raises LostSlice."""
        try:
            connection = Connection.hold_slice(self.firm_id, self.fence, self.lease)
            assert connection.slice_until is not None
            yield connection.slice_until - self.lease, connection
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        self._renewed_at = time.monotonic()

    def keep(self) -> None:
        """Renew the lease if it is time to. Raises LostSlice."""
        if time.monotonic() - self._renewed_at > self.patience_s:
            with self.transaction():
                pass

    def release(self) -> None:
        Connection.release_slice(self.firm_id, self.fence)
