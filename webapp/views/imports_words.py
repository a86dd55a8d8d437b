"""How the pages of an import speak of its columns, its rows and its progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString, gettext, ngettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from webapp.imports import undo
from webapp.models import CsvImport, CsvRow
from webapp.models.csv_import import (
    CREATE,
    CREATED,
    DONE,
    KEPT,
    LEFT,
    PREVIEW,
    REFUSE,
    REMOVED,
    RUNNING,
    SAME,
    SKIP,
    UNDOING,
    UNDONE,
    UPDATE,
    UPDATED,
)

EXPLAINED = {
    "external_id": _l("The other program's name for the row. One that is here already is changed."),
    "name": _l("Required for a new row."),
    "email": _l("One address."),
    "kind": _l("business or individual; business if empty."),
    "sync": _l("true or false: whether it is copied to QuickBooks."),
    "description": _l("Up to 4,000 characters; line breaks may stand in quotes."),
    "rate": _l("Such as 250.00."),
    "income_account": _l("The account's id in QuickBooks; empty for the firm's default."),
}

STATES = {
    PREVIEW: _l("Waits for you to confirm"),
    RUNNING: _l("Importing"),
    DONE: _l("Imported"),
    UNDOING: _l("Undoing"),
    UNDONE: _l("Undone"),
}

_NARROWED = {
    CREATE: CsvRow.verdict == CREATE,
    UPDATE: CsvRow.verdict == UPDATE,
    SAME: CsvRow.verdict == SAME,
    SKIP: CsvRow.verdict == SKIP,
    REFUSE: CsvRow.verdict == REFUSE,
    LEFT: CsvRow.outcome == LEFT,
    KEPT: CsvRow.undone == KEPT,
}

LABELS = {
    REFUSE: _l("Errors"),
    LEFT: _l("Left alone"),
    KEPT: _l("Kept"),
    CREATE: _l("New"),
    UPDATE: _l("Changed"),
    SAME: _l("Unchanged"),
    SKIP: _l("Passed over"),
}
"""The filters over the rows, in their order."""

_PILLS = {
    REFUSE: (_l("Error"), "bad", "alert"),
    LEFT: (_l("Left alone"), "warn", "warning"),
    KEPT: (_l("Kept"), "warn", "warning"),
    REMOVED: (_l("Removed"), "mute", "minus"),
    CREATE: (_l("New"), "run", "plus"),
    CREATED: (_l("Created"), "ok", "check-circle"),
    UPDATE: (_l("Change"), "run", "pencil"),
    UPDATED: (_l("Updated"), "ok", "check-circle"),
    SAME: (_l("Unchanged"), "mute", "check"),
    SKIP: (_l("Passed over"), "mute", "minus"),
}

_KEPT_BECAUSE = {
    undo.GONE: _l("Somebody had removed it already."),
    undo.CHANGED: _l("Kept, because it was changed since."),
    undo.USED: _l("Kept, because something here uses it."),
}


@dataclass(frozen=True)
class Progress:
    done: int
    total: int


def narrowing(chosen: str) -> list[ColumnElement[bool]]:
    return [_NARROWED[chosen]] if chosen in _NARROWED else []


def filters(counts: Mapping[str, int]) -> list[tuple[str, LazyString, int]]:
    """Word, label and number of those that have rows."""
    return [(word, label, counts[word]) for word, label in LABELS.items() if counts.get(word)]


def total(counts: Mapping[str, int]) -> int:
    return sum(counts.get(verdict, 0) for verdict in (CREATE, UPDATE, SAME, SKIP, REFUSE))


def writes(counts: Mapping[str, int]) -> int:
    """How many rows make or change something."""
    return counts.get(CREATE, 0) + counts.get(UPDATE, 0)


def pill(row: CsvRow) -> tuple[LazyString, str, str]:
    """Label, tone and icon of where a row stands."""
    return _PILLS[row.undone or row.outcome or row.verdict]


def reasons(row: CsvRow) -> list[tuple[str, str]]:
    """The column and what to say of it; no column for the row as a whole."""
    said = [(field, sentence) for field, sentence in row.reasons]
    if row.kept_because:
        said.append(("", str(_KEPT_BECAUSE[row.kept_because])))
    return said


def progress(imported: CsvImport, counts: Mapping[str, int]) -> Progress | None:
    if imported.state == RUNNING:
        finished = sum(counts.get(outcome, 0) for outcome in (CREATED, UPDATED, LEFT))
        return Progress(finished, writes(counts))
    if imported.state == UNDOING:
        return Progress(counts.get(REMOVED, 0) + counts.get(KEPT, 0), counts.get(CREATED, 0))
    return None


def what_confirming_does(kind: str, counts: Mapping[str, int]) -> str:
    said = []
    if new := counts.get(CREATE, 0):
        said.append(_creates(kind, new))
    if changed := counts.get(UPDATE, 0):
        said.append(_changes(kind, changed))
    if refused := counts.get(REFUSE, 0):
        said.append(
            ngettext(
                "Leaves out the row with an error.",
                "Leaves out the %(num)s rows with errors.",
                refused,
            )
        )
    return " ".join([*said, gettext("What is imported is then copied to QuickBooks.")])


def _creates(kind: str, n: int) -> str:
    if kind == "account":
        return ngettext("Creates %(num)s client.", "Creates %(num)s clients.", n)
    return ngettext("Creates %(num)s service.", "Creates %(num)s services.", n)


def _changes(kind: str, n: int) -> str:
    if kind == "account":
        return ngettext("Changes %(num)s client.", "Changes %(num)s clients.", n)
    return ngettext("Changes %(num)s service.", "Changes %(num)s services.", n)


def _removes(kind: str, n: int) -> str:
    if kind == "account":
        return ngettext("Removes %(num)s client.", "Removes %(num)s clients.", n)
    return ngettext("Removes %(num)s service.", "Removes %(num)s services.", n)


def what_undoing_does(kind: str, outlook: Mapping[str, int], counts: Mapping[str, int]) -> str:
    said = [_removes(kind, outlook.get(undo.FREE, 0))]
    if changed := outlook.get(undo.CHANGED, 0):
        said.append(
            ngettext(
                "%(num)s stays because it was changed since.",
                "%(num)s stay because they were changed since.",
                changed,
            )
        )
    if used := outlook.get(undo.USED, 0):
        said.append(
            ngettext(
                "%(num)s stays because something here uses it.",
                "%(num)s stay because something here uses them.",
                used,
            )
        )
    if counts.get(UPDATED):
        said.append(gettext("What the import changed keeps its new values."))
    return " ".join([*said, gettext("Nothing is deleted in QuickBooks.")])
