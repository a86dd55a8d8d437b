"""Reading the fields of one record from a form or a JSON object, gathering what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from webapp.intake import values
from webapp.intake.lookup import Lookup
from webapp.models import Firm, Record

_ABSENT = object()


class Refused(Exception):
    """The data cannot become a record.

    ``errors`` maps a field's path, such as ``lines.0.rate``, to sentences that say what to write.
    """

    def __init__(self, errors: dict[str, list[str]]):
        super().__init__("; ".join(f"{path}: {' '.join(errors[path])}" for path in errors))
        self.errors = errors


class Reading:
    """One pass over ``data``. ``record`` is what the fields change; None for a new record."""

    def __init__(
        self,
        firm: Firm,
        data: Mapping[str, Any],
        record: Record | None = None,
        lookup: Lookup | None = None,
    ):
        self.firm, self.data, self.record = firm, data, record
        self.lookup = lookup or Lookup(firm.id)
        self.errors: dict[str, list[str]] = {}
        self._path = ""

    def within(self, path: str, data: Mapping[str, Any]) -> Reading:
        """A reading of a part, such as one line; its errors land in this one's."""
        part = Reading(self.firm, data, lookup=self.lookup)
        part.errors, part._path = self.errors, f"{self._path}{path}."
        return part

    def has(self, field: str) -> bool:
        return field in self.data

    def refuse(self, field: str, message: str) -> None:
        self.errors.setdefault(self._path + field, []).append(message)

    def refused(self, *fields: str) -> bool:
        """Whether something is already wrong with one of these fields."""
        return any(self._path + field in self.errors for field in fields)

    def value(
        self,
        field: str,
        parse: values.Parser,
        *,
        attribute: str | None = None,
        default: Any = None,
        required: str | None = None,
    ) -> Any:
        """The field, parsed. ``required`` is the message for a blank one.

        Absent from an existing record's data, it is the present value of ``attribute``, which is
        named as the field unless told otherwise.
        """
        kept = getattr(self.record, attribute or field) if self.record is not None else default
        given = self.data.get(field, _ABSENT)
        if given is _ABSENT and self.record is not None:
            return kept
        if given is _ABSENT or values.is_blank(given):
            if required is not None:
                self.refuse(field, required)
            return default
        try:
            return parse(given)
        except values.Unfit as unfit:
            self.refuse(field, str(unfit))
            return kept

    def named(self, field: str, kind: str, *, required: str | None = None) -> Any:
        """The firm's live record that the field names by its id or its external id."""

        def parse(reference: Any) -> Record:
            found = self.lookup.one(kind, reference)
            if found is None:
                raise values.Unfit(gettext("Not found. Name one by its id or external_id."))
            return found

        return self.value(field, parse, required=required)

    def external_id(self, kind: str) -> str | None:
        """Another program's name for the record: one record of a kind has it at a time."""
        external_id: str | None = self.value("external_id", values.text(200))
        if external_id is None or not self.has("external_id"):
            return external_id
        holder = self.lookup.holder(kind, external_id)
        if holder is not None and holder is not self.record and holder.live:
            self.refuse("external_id", gettext("Another record has this external_id."))
        return external_id

    def finish(self) -> None:
        """Raises Refused if anything was wrong."""
        if self.errors:
            raise Refused(self.errors)
