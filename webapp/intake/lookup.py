"""Finding the records that data names, by id or external id, never outside the firm.

A lookup may serve many items: bulk loads what its items name with one query per kind.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Record, model_of

LARGEST_ID = 2**63 - 1
IDS_PER_QUERY = 500

_DIGITS = re.compile(r"[0-9]{1,19}")


class Lookup:
    def __init__(self, firm_id: int):
        self.firm_id = firm_id
        self._by_id: dict[tuple[str, int], Record] = {}
        self._by_external_id: dict[tuple[str, str], Record | None] = {}

    def one(self, kind: str, reference: Any) -> Record | None:
        """The live record named by an id, ``{"id": …}`` or ``{"external_id": …}``, or None."""
        if isinstance(reference, Mapping):
            if "external_id" in reference:
                holder = self.holder(kind, reference["external_id"])
                return holder if holder is not None and holder.live else None
            reference = reference.get("id")
        record_id = _as_id(reference)
        return None if record_id is None else self._with_id(kind, record_id)

    def holder(self, kind: str, external_id: Any) -> Record | None:
        """Whichever record of the firm has this external id, a removed one too."""
        wanted = as_external_id(external_id)
        if wanted is None:
            return None
        if (kind, wanted) not in self._by_external_id:
            self.preload(kind, [wanted])
        return self._by_external_id[kind, wanted]

    def preload(self, kind: str, external_ids: Collection[str]) -> None:
        """Look up many external ids at once; those that nobody has are remembered as such."""
        wanted = list(external_ids)
        self._by_external_id |= {(kind, external_id): None for external_id in wanted}
        model = model_of(kind)
        for start in range(0, len(wanted), IDS_PER_QUERY):
            chunk = wanted[start : start + IDS_PER_QUERY]
            for record in db.session.scalars(
                select(model).where(model.firm_id == self.firm_id, model.external_id.in_(chunk))
            ):
                self.remember(record)

    def remember(self, record: Record) -> None:
        """Note a record that was loaded or saved, so that later items find it."""
        self._by_id[record.kind, record.id] = record
        if record.external_id is not None:
            self._by_external_id[record.kind, record.external_id] = record

    def _with_id(self, kind: str, record_id: int) -> Record | None:
        if (kind, record_id) not in self._by_id:
            found = model_of(kind).in_firm(self.firm_id, record_id)
            if found is None:
                return None
            self.remember(found)
        record = self._by_id[kind, record_id]
        return record if record.live else None


def as_external_id(value: Any) -> str | None:
    """The text that an external id is kept as, or None for what cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip() or not _encodable(value):
        return None
    return value.strip()


def _encodable(value: str) -> bool:
    """Neither NUL nor lone surrogates reach a database."""
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def _as_id(value: Any) -> int | None:
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        return None
    return value
