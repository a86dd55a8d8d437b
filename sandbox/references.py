"""Does every reference in a body point at something that exists and may be used?

Top-level references and those in line details are checked; QuickBooks fills in each one's `name`.
"""

from __future__ import annotations

from sandbox import errors
from sandbox.company import Draft
from sandbox.entities import ENTITIES, Entity
from sandbox.fields import Field, Fields
from sandbox.line_schema import DETAIL_NAMES, LINE_DETAILS
from sandbox.records import DELETED, Record
from sandbox.wire import Body


def resolve_all(
    draft: Draft, entity: Entity, body: Body, before: Record | None, inactive_code: str
) -> None:
    """Fill in the names of all references.

    Raises Refusal 2500 for one that does not exist, 610 or 2500 for one made inactive, unless the
    object held that reference before."""
    held = _held(before.body) if before else set()
    resolver = _Resolver(draft, inactive_code, held)
    resolver.fields(entity.fields, body, "")
    for line in body.get("Line") or []:
        resolver.line(line)
    _check_currency(draft, body)


def _held(body: Body) -> set[tuple[str, str]]:
    """Every (property, Id) the object already refers to."""
    found = set()
    stack: list[object] = [body]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            for name, item in value.items():
                if name.endswith("Ref") and isinstance(item, dict):
                    found.add((name, str(item.get("value"))))
            stack.extend(value.values())
    return found


class _Resolver:
    def __init__(self, draft: Draft, inactive_code: str, held: set[tuple[str, str]]) -> None:
        self.draft = draft
        self.inactive_code = inactive_code
        self.held = held

    def line(self, line: Body) -> None:
        kind = str(line.get("DetailType", ""))
        name = DETAIL_NAMES.get(kind, kind)
        if isinstance(line.get(name), dict) and name in LINE_DETAILS:
            self.fields(LINE_DETAILS[name], line[name], f"Line.{name}.")

    def fields(self, fields: Fields, body: Body, path: str) -> None:
        for name, value in body.items():
            field = fields.get(name)
            if field and field.kind == "ref" and field.options and isinstance(value, dict):
                self.one(field, value, path + name)

    def one(self, field: Field, ref: Body, path: str) -> None:
        target = self._target(field, ref)
        if target is None or target.state == DELETED:
            raise errors.invalid_reference(path)
        if target.entity == "Item" and target.body.get("Type") == "Category" and "Line" in path:
            raise errors.invalid_reference(path)
        if not target.active and (field.name, target.id) not in self.held:
            raise errors.inactive_reference(path, self.inactive_code)
        entity = ENTITIES[target.entity]
        ref["name"] = target.body.get("FullyQualifiedName") or target.body.get(entity.name_field)
        if len(field.options) > 1:
            ref["type"] = target.entity

    def _target(self, field: Field, ref: Body) -> Record | None:
        """A reference that may mean several kinds says which in `type`; Vendor is the default."""
        kinds = field.options
        if ref.get("type") in kinds:
            kinds = (ref["type"],)
        for kind in kinds:
            target = self.draft.find(kind, ref["value"])
            if target is not None:
                return target
        return None


def _check_currency(draft: Draft, body: Body) -> None:
    company = draft.company
    currency = (body.get("CurrencyRef") or {}).get("value")
    if currency in (None, company.home_currency):
        return
    if not company.preference("CurrencyPrefs", "MultiCurrencyEnabled"):
        raise errors.business(
            "Multi Currency should be enabled to perform this operation.", "CurrencyRef"
        )
