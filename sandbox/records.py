"""What is one object of a company, as it stood at one moment, and how is it stored?

Records are never changed in place: a change is a new record with the next SyncToken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sandbox.entities import Entity
from sandbox.wire import Body

LIVE, VOIDED, DELETED = "live", "voided", "deleted"
DELETED_SUFFIX = " (deleted)"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Record:
    """One object as it stood at one moment. `body` has no Id, SyncToken or MetaData."""

    entity: str
    id: str
    body: Body
    created: datetime
    updated: datetime
    sync_token: int = 0
    state: str = LIVE
    history: tuple[tuple[int, str, str], ...] = ()
    previous: Record | None = None

    @property
    def active(self) -> bool:
        return self.state != DELETED and self.body.get("Active", True) is not False

    def amount(self, name: str) -> Decimal:
        return Decimal(self.body.get(name) or 0)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to one object; webhooks are made of these."""

    entity: str
    id: str
    operation: str
    at: datetime
    deleted_id: str = ""


def id_sequence(entity: Entity) -> str:
    """Transactions share one sequence of Ids; every list has its own."""
    return "transaction" if entity.is_transaction else entity.name


def number_space(entity: str) -> str:
    """Checks and bill payments share their document numbers; else each type has its own."""
    return "Purchase" if entity == "BillPayment" else entity


def record_to_json(record: Record) -> Body:
    return {
        "body": record.body,
        "created": record.created.isoformat(),
        "updated": record.updated.isoformat(),
        "sync_token": record.sync_token,
        "state": record.state,
        "history": record.history,
    }


def record_from_json(key: str, stored: Body) -> tuple[str, Record]:
    realm_id, entity, identifier = key.split("/")
    return realm_id, Record(
        entity,
        identifier,
        stored["body"],
        datetime.fromisoformat(stored["created"]),
        datetime.fromisoformat(stored["updated"]),
        stored["sync_token"],
        stored["state"],
        tuple((token, at, what) for token, at, what in stored["history"]),
    )
