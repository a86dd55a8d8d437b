"""What would a row of the file do: make a record, change one, nothing, or is it refused?

Told from the row and from what is here, without writing anything. The preview asks, and the import
asks again when it comes to the row: what no longer holds by then is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext
from sqlalchemy import select

from webapp import intake
from webapp.extensions import db
from webapp.models import Firm, Record, model_of
from webapp.models.csv_import import CREATE, REFUSE, SAME, SKIP, UPDATE
from webapp.models.mirror import match_key

Data = Mapping[str, str]
Reasons = list[list[str]]


@dataclass(frozen=True)
class Verdict:
    what: str
    reasons: Reasons = field(default_factory=list)
    record: Record | None = None
    """The one that the row changes."""

    @property
    def of(self) -> tuple[str, int | None, int | None]:
        """Two verdicts with the same one lead to the same."""
        record = self.record
        return self.what, record.id if record else None, record.version if record else None


def names_of(firm_id: int, kind: str) -> set[str]:
    """The folded names of the firm's live records of this kind."""
    model = model_of(kind)
    wanted = select(model.name).where(  # type: ignore[attr-defined]
        model.firm_id == firm_id, model.removed_at.is_(None)
    )
    return {match_key(name) for name in db.session.scalars(wanted)}


class Judge:
    """Judges rows of one firm and kind, against what was here when they were preloaded.

    ``names`` are the folded names of records here. ``within`` is for a file as a whole: then rows
    that repeat earlier ones are found, too.
    """

    def __init__(self, firm: Firm, kind: str, names: set[str], *, within: bool = False):
        self.firm, self.kind, self.names = firm, kind, names
        self.lookup = intake.Lookup(firm.id)
        self._within = within
        self._lines_of_ids: dict[str, int] = {}
        self._lines_of_names: dict[str, int] = {}

    def preload(self, rows: Iterable[Data]) -> None:
        wanted = {intake.as_external_id(data.get("external_id")) for data in rows} - {None}
        self.lookup.preload(self.kind, [name for name in wanted if name is not None])

    def verdict(self, line: int, data: Data) -> Verdict:
        external_id = intake.as_external_id(data.get("external_id"))
        repeated = self._repeated_id(line, external_id)
        if repeated is not None:
            return repeated
        holder = self.lookup.holder(self.kind, external_id) if external_id else None
        record = holder if holder is not None and holder.live else None
        try:
            wanted = intake.check(self.kind, self.firm, data, record, lookup=self.lookup)
        except intake.Refused as refused:
            return Verdict(REFUSE, [[f, " ".join(said)] for f, said in refused.errors.items()])
        if record is not None:
            same = all(getattr(record, name) == value for name, value in wanted.items())
            return Verdict(SAME if same else UPDATE, record=record)
        return self._new(line, match_key(wanted["name"]), external_id)

    def _repeated_id(self, line: int, external_id: str | None) -> Verdict | None:
        if not self._within or external_id is None:
            return None
        first = self._lines_of_ids.setdefault(external_id, line)
        if first == line:
            return None
        said = gettext("Line %(line)s has this external_id already. Keep one of them.", line=first)
        return Verdict(REFUSE, [["external_id", said]])

    def _new(self, line: int, name: str, external_id: str | None) -> Verdict:
        """Without an external id the name alone tells whether it is the same one again."""
        if external_id is None and name in self.names:
            said = gettext(
                "One of this name is here already. To change it or to add another one, give the "
                "row an external_id."
            )
            return Verdict(SKIP, [["name", said]])
        if self._within:
            first = self._lines_of_names.setdefault(name, line)
            if external_id is None and first != line:
                said = gettext(
                    "Line %(line)s has this name already. If they are two, give the row an "
                    "external_id.",
                    line=first,
                )
                return Verdict(SKIP, [["name", said]])
        return Verdict(CREATE)
