"""Taking back what an import made: only that, and only what nobody has used or changed since.

Records that it changed keep their new values. In QuickBooks nothing is deleted: a client or
service that is removed here is only unlinked there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select

from webapp import intake
from webapp.extensions import db
from webapp.models import (
    CsvImport,
    CsvRow,
    Invoice,
    InvoiceLine,
    Payment,
    Record,
    Recurring,
    RecurringLine,
    model_of,
)
from webapp.models.csv_import import CREATED, KEPT, REMOVED

GONE, CHANGED, USED = "gone", "changed", "used"
FREE = ""


def outlook(imported: CsvImport) -> dict[str, int]:
    """How many of the records it made would go (under FREE), and how many stay for which reason."""
    kept, wanted = _with_reason(imported)
    reasons = wanted.with_only_columns(kept.label("reason")).order_by(None).subquery()
    found = select(reasons.c.reason, func.count()).group_by(reasons.c.reason)
    return dict(db.session.execute(found).all())


def some(imported: CsvImport, limit: int) -> bool:
    """Remove some more of them in the caller's transaction; whether there may be others left."""
    _kept, wanted = _with_reason(imported)
    rows = db.session.execute(wanted.where(CsvRow.undone.is_(None)).limit(limit)).all()
    for row, record, reason in rows:
        _take_back(row, record, reason)
    return len(rows) == limit


def _take_back(row: CsvRow, record: Record, reason: str) -> None:
    if reason == FREE:
        try:
            intake.remove(record)
        except intake.Refused:
            reason = USED
    row.undone = REMOVED if reason == FREE else KEPT
    row.kept_because = reason or None


def _with_reason(imported: CsvImport) -> tuple[ColumnElement[str], Select[Any]]:
    """Why a record must stay, FREE if it need not; and the rows, their records and that."""
    model = model_of(imported.kind)
    reason = case(
        (model.removed_at.is_not(None), GONE),
        (model.version != CsvRow.record_version, CHANGED),
        (or_(*_uses(imported.kind, model)), USED),
        else_=FREE,
    )
    wanted = (
        select(CsvRow, model, reason)
        .join(model, model.id == CsvRow.record_id)
        .where(CsvRow.import_id == imported.id, CsvRow.outcome == CREATED)
        .order_by(CsvRow.line)
    )
    return reason, wanted


def _uses(kind: str, model: type[Record]) -> Sequence[ColumnElement[bool]]:
    """Whatever names the record counts, also what was removed since: it was used."""
    columns: dict[str, tuple[Any, ...]] = {
        "account": (Invoice.account_id, Payment.account_id, Recurring.account_id),
        "service": (InvoiceLine.service_id, RecurringLine.service_id),
    }
    return [exists().where(column == model.id) for column in columns[kind]]
