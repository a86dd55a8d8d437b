"""Keeping a preview, and carrying out what a person confirmed: every row once.

One transaction does some rows, under the firm's turn: imports of a firm never run beside each
other, and a worker that dies leaves all of a step or nothing. A row counts as done by its outcome,
so it does not matter who goes on, or how many try.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

import structlog
from flask_babel import force_locale, gettext
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from webapp import hints, intake
from webapp.extensions import db
from webapp.imports import columns, file, undo, verdicts
from webapp.imports.verdicts import Judge, Verdict
from webapp.intake.keeping import take_turn
from webapp.models import CsvImport, CsvRow, Firm, Record
from webapp.models.columns import utc_now
from webapp.models.csv_import import (
    CREATE,
    CREATED,
    DONE,
    LEFT,
    PREVIEW,
    REFUSE,
    RUNNING,
    UNDOING,
    UNDONE,
    UPDATE,
    UPDATED,
)

JOB = "jobs.imports.carry_out"
AT_ONCE = 200
SLICE_S = 5.0
"""How long one job works, so that other firms' work need not wait for a large file."""
AT_HAND = 200
"""So many rows are done while the person waits; more go to a worker."""
LOST_AFTER = timedelta(seconds=20)
PREVIEW_LASTS = timedelta(days=1)

Guard = Callable[[], AbstractContextManager[Any]]
_TAKE: dict[str, Callable[..., Record]] = {"account": intake.account, "service": intake.service}

log = structlog.get_logger(__name__)


# -- the preview ----------------------------------------------------------------------------------


def preview(firm: Firm, kind: str, name: str, content: bytes, person: Any, language: str) -> int:
    """Judge every row and keep them for the person to see; the id. Commits.

    Raises file.Unreadable. No transaction is open while the file is read: a large one takes
    seconds.
    """
    person_id, fixes = person.id, person.fixes_sync
    db.session.commit()
    table = columns.table_of(kind, file.text_of(content))
    found = columns.columns_of(kind, table.header)
    if "sync" in found.named and not fixes:
        raise file.Unreadable(
            gettext("Only the owner and admins decide what is synced. Remove the column “sync”.")
        )
    rows = _judged(firm, kind, table.rows, found)
    imported = CsvImport(
        firm_id=firm.id,
        kind=kind,
        file_name=name[-200:],
        language=language,
        fields=found.named,
        ignored=found.ignored,
        empty=table.empty,
        person_id=person_id,
    )
    db.session.add(imported)
    db.session.flush()
    db.session.execute(insert(CsvRow), [{"import_id": imported.id, **row} for row in rows])
    db.session.commit()
    return imported.id


def _judged(
    firm: Firm, kind: str, rows: Sequence[file.Row], found: columns.Columns
) -> list[dict[str, Any]]:
    read = [_read(row, found) for row in rows]
    judge = Judge(firm, kind, verdicts.names_of(firm.id, kind), within=True)
    judge.preload(data for _line, data, _said in read if data)
    db.session.commit()
    return [_kept(line, data, said, judge) for line, data, said in read]


def _read(row: file.Row, found: columns.Columns) -> tuple[int, dict[str, str], str]:
    """Line, data, and why there is none."""
    try:
        return row.line, columns.data_of(found, row.cells), ""
    except file.Unreadable as refused:
        return row.line, {}, str(refused)


def _kept(line: int, data: dict[str, str], said: str, judge: Judge) -> dict[str, Any]:
    verdict = Verdict(REFUSE, [["", said]]) if said else judge.verdict(line, data)
    what, record_id, version = verdict.of
    return {
        "line": line,
        "data": data,
        "verdict": what,
        "reasons": verdict.reasons,
        "record_id": record_id,
        "record_version": version,
    }


def tidy() -> None:
    """Forget the previews that nobody confirmed. Commits."""
    db.session.execute(
        delete(CsvImport).where(
            CsvImport.state == PREVIEW, CsvImport.created_at < utc_now() - PREVIEW_LASTS
        )
    )
    db.session.commit()


# -- starting -------------------------------------------------------------------------------------


def confirm(imported: CsvImport) -> bool:
    """Carry the preview out; False if that was done already. Commits."""
    return _start(imported, PREVIEW, RUNNING)


def take_back(imported: CsvImport) -> bool:
    """Undo what it made; False if that was done already. Commits."""
    return _start(imported, DONE, UNDOING)


def _start(imported: CsvImport, before: str, after: str) -> bool:
    moved = imported.move(before, after)
    db.session.commit()
    if not moved:
        return False
    small = imported.row_count() <= AT_HAND
    db.session.commit()
    if not small or carry_out(imported.firm_id):
        hints.queue_once(JOB, imported.firm_id)
    return True


def queue_lost() -> int:
    """Queue the firms whose imports nobody works on any more; how many. Commits."""
    lost = select(CsvImport.firm_id).where(
        CsvImport.state.in_((RUNNING, UNDOING)), CsvImport.touched_at < utc_now() - LOST_AFTER
    )
    firms = db.session.scalars(lost.distinct()).all()
    db.session.commit()
    for firm_id in firms:
        hints.queue_once(JOB, firm_id)
    return len(firms)


# -- carrying out ---------------------------------------------------------------------------------


def carry_out(firm_id: int, seconds: float = SLICE_S) -> bool:
    """Work on the firm's imports for a while, the oldest first; whether more is left. Commits."""
    give_up = time.monotonic() + seconds
    names = _Names(firm_id)
    while _step(firm_id, names):
        if time.monotonic() > give_up:
            return True
    return False


class _Names:
    """The names that were here when this process came to an import."""

    def __init__(self, firm_id: int):
        self.firm_id = firm_id
        self._import_id: int | None = None
        self._names: set[str] = set()

    def at(self, imported: CsvImport) -> set[str]:
        if self._import_id != imported.id:
            self._import_id = imported.id
            self._names = verdicts.names_of(self.firm_id, imported.kind)
        return self._names


def _step(firm_id: int, names: _Names) -> bool:
    """Some rows of one import, in one transaction; False when nothing is left."""
    try:
        return _in_turn(firm_id, names, nullcontext)
    except IntegrityError:
        # Somebody made one of these records meanwhile: once more, with a savepoint for each.
        db.session.rollback()
        return _in_turn(firm_id, names, db.session.begin_nested)


def _in_turn(firm_id: int, names: _Names, guard: Guard) -> bool:
    take_turn(firm_id)
    imported = db.session.scalar(
        select(CsvImport)
        .where(CsvImport.firm_id == firm_id, CsvImport.state.in_((RUNNING, UNDOING)))
        .order_by(CsvImport.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if imported is None:
        db.session.commit()
        return False
    imported.touched_at = utc_now()
    with force_locale(imported.language):
        if imported.state == UNDOING:
            more = undo.some(imported, AT_ONCE)
        else:
            more = _some(imported, names, guard)
    if not more:
        imported.state = UNDONE if imported.state == UNDOING else DONE
        imported.finished_at = utc_now()
        log.info("import_finished", import_id=imported.id, state=imported.state)
    db.session.commit()
    db.session.expunge_all()
    return True


def _some(imported: CsvImport, names: _Names, guard: Guard) -> bool:
    rows = db.session.scalars(
        select(CsvRow)
        .where(
            CsvRow.import_id == imported.id,
            CsvRow.verdict.in_((CREATE, UPDATE)),
            CsvRow.outcome.is_(None),
        )
        .order_by(CsvRow.line)
        .limit(AT_ONCE)
    ).all()
    firm = db.session.get_one(Firm, imported.firm_id)
    judge = Judge(firm, imported.kind, names.at(imported))
    judge.preload(row.data for row in rows)
    for row in rows:
        _do(row, judge, imported, guard)
    return len(rows) == AT_ONCE


def _do(row: CsvRow, judge: Judge, imported: CsvImport, guard: Guard) -> None:
    verdict = judge.verdict(row.line, row.data)
    if verdict.of != (row.verdict, row.record_id, row.record_version):
        _leave(row, verdict.reasons)
        return
    try:
        with guard():
            record = _take(imported, judge, row.data, verdict.record)
    except IntegrityError:
        if guard is nullcontext:
            raise
        _leave(row, [])
        return
    row.outcome = CREATED if row.verdict == CREATE else UPDATED
    row.record_id, row.record_version = record.id, record.version


def _leave(row: CsvRow, reasons: list[list[str]]) -> None:
    changed = gettext("This was changed here after the preview. Import the file again.")
    row.outcome, row.reasons = LEFT, [*reasons, ["", changed]]


def _take(imported: CsvImport, judge: Judge, data: dict[str, str], record: Record | None) -> Record:
    how: dict[str, Any] = {"lookup": judge.lookup, "hurry": False}
    if imported.kind == "account":
        how["person_id"] = imported.person_id
    return _TAKE[imported.kind](judge.firm, data, record, **how)
