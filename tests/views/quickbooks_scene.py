"""A connected firm with issues, for the tests of the QuickBooks page; no QuickBooks is called.

Issues come in by the engine's own way in. Ids go out, so that no session stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask

from tests.conftest import FirmFixture
from tests.views.conftest import Records, invoice_data
from webapp import intake
from webapp.database import database_now
from webapp.extensions import db
from webapp.models import Connection, Entry, Firm, Issue, MirrorObject, model_of
from webapp.models import connection as connections
from webapp.models.mirror import match_key, search_key
from webapp.quickbooks import rejecting
from webapp.quickbooks.errors import Fault

BASE = "/settings/integrations/quickbooks"
THEIRS = {
    "Id": "45823",
    "SyncToken": "3",
    "DocNumber": "1042",
    "CustomerRef": {"value": "88", "name": "Pinecrest Builders"},
    "TxnDate": "2026-08-11",
    "TotalAmt": 2400,
    "Line": [],
}
DUPLICATE = Fault(
    code="6140",
    message="Duplicate Document Number Error",
    detail="DocNumber=1042 is assigned to TxnType=Invoice with TxnId=45823",
    intuit_tid="1-66bd",
    status=400,
)


@dataclass
class Scene:
    app: Flask
    firm_id: int
    records: Records

    # -- the connection ------------------------------------------------------------------------

    def connect(self, **values: Any) -> None:
        with self.app.app_context():
            connection = Connection.of(self.firm_id)
            connection.realm_id = connection.realm_id or f"9{self.firm_id:015}"
            connection.company_name = "Hale & Ortiz CPAs, LLC"
            connection.set_up_at = connection.mirrored_at = database_now(db.session())
            connection.change_state(connections.CONNECTED)
            for name, value in values.items():
                setattr(connection, name, value)
            db.session.commit()

    def customer(self, quickbooks_id: str, name: str, **values: Any) -> None:
        with self.app.app_context():
            db.session.add(
                MirrorObject(
                    firm_id=self.firm_id,
                    entity=values.pop("entity", "Customer"),
                    quickbooks_id=quickbooks_id,
                    sync_token="0",
                    name=name,
                    name_key=match_key(name),
                    search_key=search_key(name),
                    **values,
                )
            )
            db.session.commit()

    # -- issues --------------------------------------------------------------------------------

    def issue(self, kind: str = "invoice", cause: str = "dup_number", **how: Any) -> int:
        """An open issue of the firm's record of this kind; its id."""
        record_id = how.pop("record_id", getattr(self.records, kind))
        with self.app.app_context():
            record = db.session.get_one(model_of(kind), record_id)
            entry = Entry.of(record)
            assert entry is not None
            rejecting.reject(
                entry, record, cause, how.get("facts", {}), how.get("fault"), how.get("theirs")
            )
            db.session.commit()
            return self._latest(kind, record_id)

    def _latest(self, kind: str, record_id: int) -> int:
        found = db.session.execute(
            db.select(Issue.id)
            .where(Issue.kind == kind, Issue.record_id == record_id)
            .order_by(Issue.id.desc())
        )
        return int(found.scalars().first() or 0)

    def invoice(self, number: str) -> int:
        with self.app.app_context():
            firm = db.session.get_one(Firm, self.firm_id)
            data = invoice_data(self.records.account, self.records.service, number=number)
            invoice = intake.invoice(firm, data)
            db.session.commit()
            return invoice.id

    # -- what became of them -------------------------------------------------------------------

    def state(self, issue_id: int) -> str:
        with self.app.app_context():
            return db.session.get_one(Issue, issue_id).state

    def entry(self, kind: str, record_id: int | None = None) -> Entry:
        """Detached: to look at."""
        with self.app.app_context():
            found = Entry.find(self.firm_id, kind, record_id or getattr(self.records, kind))
            db.session.commit()
            assert found is not None
            return found


def scene_of(app: Flask, firm: FirmFixture, records: Records) -> Scene:
    scene = Scene(app, firm.id, records)
    scene.connect()
    return scene
