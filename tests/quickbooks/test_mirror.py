"""The mirror is read anew while somebody else writes to it."""

from __future__ import annotations

import threading
import time

from sqlalchemy import func, select

from tests.quickbooks.office import Office
from webapp.extensions import db
from webapp.models import Connection, MirrorNumber
from webapp.quickbooks import mirror
from webapp.quickbooks.hold import Hold
from webapp.quickbooks.session import company_of

BESIDE_S = 0.5


def test_reading_it_anew_waits_for_a_worker_that_notes_the_same_number(office: Office) -> None:
    office.invoice(office.client(), office.service(), number="M-1")
    office.settle()
    invoice = next(iter(office.objects("Invoice")))
    noted = threading.Event()

    def worker() -> None:
        with office.database():
            hold = Hold.take(office.firm_id)
            assert hold is not None
            with hold.transaction():
                mirror.keep(office.firm_id, "Invoice", invoice)
                db.session.flush()
                noted.set()
                time.sleep(BESIDE_S)
            hold.release()

    beside = threading.Thread(target=worker)
    beside.start()
    assert noted.wait(10)
    with office.database():
        connection = Connection.of(office.firm_id)
        mirror.fill(company_of(connection), connection)
        beside.join()
        found = select(func.count()).where(
            MirrorNumber.firm_id == office.firm_id, MirrorNumber.number == "M-1"
        )
        assert db.session.scalar(found) == 1
