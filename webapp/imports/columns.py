"""Which heading of a file means which field, and what does a row say in those fields?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask_babel import gettext

from webapp.imports.file import Table, Unreadable
from webapp.models.mirror import match_key

FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "account": {
        "external_id": ("id_externo",),
        "name": ("client", "client_name", "nombre", "cliente", "nombre_del_cliente"),
        "email": ("e_mail", "correo", "correo_electrónico"),
        "kind": ("type", "tipo"),
        "sync": ("sincronizar",),
    },
    "service": {
        "external_id": ("id_externo",),
        "name": ("service", "service_name", "nombre", "servicio", "nombre_del_servicio"),
        "description": ("descripción", "descripcion"),
        "rate": ("price", "tarifa", "precio"),
        "income_account": ("cuenta_de_ingresos",),
    },
}
"""The intake's fields of a kind, and the other headings by which a file may call each."""

TEMPLATES = {
    "account": (
        ("c-001", "Bluebird Café LLC", "office@bluebird.example", "business", "true"),
        ("c-002", "Nora Whitfield", "", "individual", "true"),
    ),
    "service": (
        ("s-001", "Bookkeeping", "Monthly bookkeeping", "420.00", ""),
        ("s-002", "Tax planning", "", "250.00", ""),
    ),
}
"""Rows of the file that people can download and fill in."""

_JOINTS = re.compile(r"[\s_\-]+")


@dataclass(frozen=True)
class Columns:
    """``fields`` holds, for each column, the field or None for one that is not imported."""

    fields: list[str | None]
    ignored: list[str]

    @property
    def named(self) -> list[str]:
        return [field for field in self.fields if field is not None]


def field_of(kind: str, heading: str) -> str | None:
    wanted = _JOINTS.sub("_", match_key(heading))
    for field, others in FIELDS[kind].items():
        if wanted == field or wanted in others:
            return field
    return None


def table_of(kind: str, text: str) -> Table:
    """As ``file.table_of``, by the headings of this kind."""
    from webapp.imports import file

    return file.table_of(text, lambda heading: field_of(kind, heading) is not None)


def columns_of(kind: str, header: Sequence[str]) -> Columns:
    """Raises Unreadable where a column is missing, or two mean the same."""
    fields = list(map(partial(field_of, kind), header))
    for field in FIELDS[kind]:
        twice = [heading for heading, found in zip(header, fields, strict=True) if found == field]
        if len(twice) > 1:
            names = "”, “".join(twice)
            raise Unreadable(
                gettext("The columns “%(names)s” hold the same. Leave one of them.", names=names)
            )
    if "name" not in fields:
        raise Unreadable(
            gettext(
                "No column is called “name”. Name the columns in the first row; these are known: "
                "%(names)s.",
                names=", ".join(FIELDS[kind]),
            )
        )
    unknown = [
        heading or gettext("column %(n)s", n=number)
        for number, (heading, field) in enumerate(zip(header, fields, strict=True), 1)
        if field is None
    ]
    return Columns(fields, unknown)


def data_of(columns: Columns, cells: Sequence[str]) -> dict[str, str]:
    """The row's values by field; an empty cell says nothing. Raises Unreadable if cells are
    missing, or stand beyond the last heading: which value belongs where is then a guess."""
    width = len(columns.fields)
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        raise Unreadable(
            gettext(
                "The row has %(n)s cells, the headings are %(width)s. Put quotes around values "
                "with separators or line breaks in them.",
                n=len(cells),
                width=width,
            )
        )
    pairs = zip(columns.fields, cells, strict=False)
    return {field: cell for field, cell in pairs if field is not None and cell.strip()}
