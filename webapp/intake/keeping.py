"""Putting checked values into a record, and asking for it to be sent if anything changed."""

from __future__ import annotations

from typing import Any, TypeVar

from webapp.extensions import Model, db
from webapp.intake.reading import Reading
from webapp.models import Firm, Record

R = TypeVar("R", bound=Record)


def take_turn(firm_id: int, record: Record | None = None) -> None:
    """The firm's turn (``Firm.take_turn``); ``record`` is read again if it had to be waited for."""
    taken = Firm.take_turn(firm_id)
    if taken and record is not None and not db.session.is_modified(record):
        db.session.refresh(record)


def put(record: Model, values: dict[str, Any]) -> bool:
    """Set the attributes that differ; whether any did."""
    different = {name: new for name, new in values.items() if getattr(record, name) != new}
    for name, new in different.items():
        setattr(record, name, new)
    return bool(different)


def keep(
    reading: Reading, record: R, values: dict[str, Any], *, hurry: bool, changed: bool = False
) -> R:
    """Set, save and remember. An existing record that nothing changes is not sent again.

    ``changed`` says that the caller has changed more than ``values``.
    """
    _free_external_id(reading, record, values["external_id"])
    different = put(record, values)
    if different or changed or reading.record is None:
        record.save(hurry=hurry)
    reading.lookup.remember(record)
    return record


def _free_external_id(reading: Reading, record: Record, external_id: str | None) -> None:
    """A removed record gives its external id up to the one that comes in its place."""
    if external_id is None or external_id == record.external_id:
        return
    holder = reading.lookup.holder(record.kind, external_id)
    if holder is not None and holder is not record:
        holder.external_id = None
        db.session.flush()
