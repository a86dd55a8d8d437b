"""What may a field of an entity hold, and how is a request body read against that?

Fields are declared as text, one per line: `Name kind[:argument] [flag ...]`. Kinds: text, number,
flag, date, moment, ref, email, memo (an object with a `value`), enum, object, list, lines.
Flags: required, readonly, hidden (cannot stand in a WHERE), queryable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox import errors
from sandbox.wire import Body

SCALARS = {"text", "number", "flag", "date", "moment", "enum"}
MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Field:
    """One property of an entity. `limit` is the longest text in characters; 0 means no limit."""

    name: str
    kind: str
    limit: int = 0
    options: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()

    @property
    def required(self) -> bool:
        return "required" in self.flags

    @property
    def read_only(self) -> bool:
        return "readonly" in self.flags

    @property
    def queryable(self) -> bool:
        if "hidden" in self.flags:
            return False
        return self.kind in SCALARS or "queryable" in self.flags


Fields = dict[str, Field]


def declare(text: str, *bases: Fields) -> Fields:
    """Read a block of declarations on top of those of `bases`; a later line wins."""
    fields: Fields = {}
    for base in bases:
        fields.update(base)
    for line in text.split("\n"):
        if line.strip():
            field = _declaration(line.split())
            fields[field.name] = field
    return fields


def _declaration(words: list[str]) -> Field:
    name, kind, *flags = words
    kind, _, argument = kind.partition(":")
    limit = int(argument) if argument.isdigit() else 0
    options = () if argument.isdigit() else tuple(filter(None, argument.split("|")))
    return Field(name, kind, limit, options, frozenset(flags))


def read_body(fields: Fields, payload: object, owner: str, path: str = "") -> Body:
    """Check names, types, lengths and choices; drop read-only values; None where one was emptied.

    Raises Refusal 2010, 2050, 2090, 2170 or 2210."""
    if not isinstance(payload, dict):
        raise errors.unreadable()
    body: Body = {}
    for name, value in payload.items():
        field = fields.get(name)
        if field is None:
            raise errors.unrecognized(name, owner)
        if not field.read_only:
            body[name] = None if _is_empty(value) else read_value(field, value, path + name)
    return body


def _is_empty(value: object) -> bool:
    """Clients send "", null and hollow references for "nothing"."""
    if isinstance(value, dict) and "value" in value:
        return value["value"] in (None, "")
    return value is None or value == ""


def read_value(field: Field, value: object, path: str) -> Any:
    return _READERS[field.kind](field, value, path)


def _text(field: Field, value: object, path: str) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, str | int | Decimal):
        raise errors.unreadable()
    text = str(value)
    if field.limit and len(text) > field.limit:
        raise errors.too_long(path, field.limit, len(text))
    return text


def _number(field: Field, value: object, path: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise errors.unreadable()
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        raise errors.unreadable() from None
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS:
        raise errors.invalid_number(path, value)
    return number


def _flag(field: Field, value: object, path: str) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise errors.unreadable()
    return value


def _date(field: Field, value: object, path: str) -> str:
    """A bare `YYYY-MM-DD`; a time after it is cut off."""
    if not isinstance(value, str):
        raise errors.unreadable()
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        raise errors.unreadable() from None


def _enum(field: Field, value: object, path: str) -> str:
    if value not in field.options:
        raise errors.invalid_enumeration(value, path)
    return str(value)


def _ref(field: Field, value: object, path: str) -> Body:
    """`{"value": "58", "name": ...}`, or just the value."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        value = {"value": value}
    if not isinstance(value, dict) or not isinstance(value.get("value"), str | int):
        raise errors.unreadable()
    ref = {"value": str(value["value"])}
    for extra in ("name", "type"):
        if isinstance(value.get(extra), str) and value[extra]:
            ref[extra] = value[extra]
    return ref


def _email(field: Field, value: object, path: str) -> Body | None:
    if not isinstance(value, dict):
        raise errors.unreadable()
    address = value.get("Address")
    if _is_empty(address):
        return None
    if not isinstance(address, str):
        raise errors.unreadable()
    if field.limit and len(address) > field.limit:
        raise errors.too_long(path, field.limit, len(address))
    if "@" not in address or "." not in address:
        raise errors.invalid_email(address)
    return {"Address": address}


def _memo(field: Field, value: object, path: str) -> Body:
    if not isinstance(value, dict):
        raise errors.unreadable()
    return {"value": _text(field, value.get("value", ""), path)}


def _object(field: Field, value: object, path: str) -> Body:
    if not isinstance(value, dict):
        raise errors.unreadable()
    return {name: None if _is_empty(item) else item for name, item in value.items()}


def _list(field: Field, value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise errors.unreadable()
    return value


_READERS = {
    "text": _text,
    "moment": _text,
    "number": _number,
    "flag": _flag,
    "date": _date,
    "enum": _enum,
    "ref": _ref,
    "email": _email,
    "memo": _memo,
    "object": _object,
    "list": _list,
    "lines": _list,
}
