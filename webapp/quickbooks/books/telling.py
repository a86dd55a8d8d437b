"""A comparison as a program or a terminal is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from webapp import money
from webapp.extensions import db
from webapp.models import Account, BookComparison, BookDifference, BookRow
from webapp.models.books import EQUAL, EXPLAINED, UNEXPLAINED

WORDS = {UNEXPLAINED: "unexplained", EXPLAINED: "explained", EQUAL: "equal"}
HEADINGS = ("month", "client", "kind", "ours", "quickbooks", "result")


def summary(comparison: BookComparison) -> dict[str, Any]:
    """Plain values; amounts as text with a decimal point, as in the API."""
    rows = [_row(row, client) for row, client in _rows(comparison)]
    records = db.session.scalars(
        select(BookDifference)
        .where(BookDifference.comparison_id == comparison.id)
        .order_by(BookDifference.id)
    )
    return {
        "state": comparison.state,
        "trouble": comparison.trouble,
        "asked": comparison.asked,
        "reads": comparison.reads,
        "rows": len(rows),
        "unexplained": sum(row["result"] == WORDS[UNEXPLAINED] for row in rows),
        "explained": sum(row["result"] == WORDS[EXPLAINED] for row in rows),
        "left_out": comparison.left_out,
        "quickbooks_alone": comparison.theirs_alone,
        "differences": [row for row in rows if row["result"] != WORDS[EQUAL]],
        "records": [_record(record) for record in records],
    }


def table(told: dict[str, Any]) -> Iterator[str]:
    """Lines of text: what differs, then what it comes to."""
    lines = [HEADINGS, *map(_cells, told["differences"])]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADINGS))]
    for line in lines if told["differences"] else ():
        yield "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
    yield (
        f"{told['rows']} rows of month, client and kind: {told['unexplained']} unexplained, "
        f"{told['explained']} explained; {told['reads']} calls of QuickBooks."
    )


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    ours, theirs = (
        f"{row[side]['count']} / {row[side]['total']} {row['currency']}"
        for side in ("ours", "quickbooks")
    )
    return row["month"], row["client"] or "-", row["kind"], ours, theirs, row["result"]


def _rows(comparison: BookComparison) -> Any:
    return db.session.execute(
        select(BookRow, Account.name)
        .outerjoin(Account, Account.id == BookRow.account_id)
        .where(BookRow.comparison_id == comparison.id)
        .order_by(BookRow.standing, BookRow.month.desc(), BookRow.id)
    ).all()


def _row(row: BookRow, client: str | None) -> dict[str, Any]:
    return {
        "month": row.month,
        "account_id": row.account_id,
        "client": client,
        "kind": row.kind,
        "currency": row.currency,
        "ours": _side(row.ours, row.ours_minor, row.currency),
        "quickbooks": _side(row.theirs, row.theirs_minor, row.currency),
        "result": WORDS[row.standing],
    }


def _side(count: int, minor: int, currency: str) -> dict[str, Any]:
    return {"count": count, "total": money.to_text(minor, currency)}


def _record(record: BookDifference) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "id": record.record_id,
        "quickbooks_id": record.quickbooks_id,
        "title": record.title,
        "why": record.why,
        "issue_id": record.issue_id,
    }
