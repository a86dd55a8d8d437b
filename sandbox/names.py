"""Is a name allowed, is it free, and what is it called when its holder is made inactive?

Customers, vendors and employees share one space of names; items and accounts are unique among
siblings; upper and lower case are the same. An inactive object's name gains " (deleted)", so that
it is free again.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox import errors
from sandbox.company import Draft
from sandbox.entities import Entity
from sandbox.records import DELETED_SUFFIX, Record
from sandbox.switches import Switches
from sandbox.wire import Body

PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
FORBIDDEN = {"DisplayName": ":\t\n", "Item": ":\t\n", "Account": ':"'}
TAKEN = {
    "people": "Another customer, vendor or employee is already using this name. "
    "Please use a different name.",
    "Account": "Another account is already using this name.  Please use a different name.",
}
DEEPEST = 5


def settle(
    draft: Draft, entity: Entity, body: Body, before: Record | None, switches: Switches
) -> None:
    """Build, check and complete the names of a list object.

    Raises Refusal 2040, 6080, 6180 or 6240."""
    if entity.names_with == "people":
        _display_name(body)
    name = str(body.get(entity.name_field) or "")
    if not name.strip():
        raise errors.required(entity.name_field)
    body[entity.name_field] = name.strip() if entity.names_with == "people" else name
    _check_characters(entity, name)
    _activity(draft, entity, body, before, switches)
    _hierarchy(draft, entity, body, before)
    _check_free(draft, entity, body, before, switches)


def _display_name(body: Body) -> None:
    if not body.get("DisplayName"):
        body["DisplayName"] = " ".join(str(body[p]) for p in PARTS if body.get(p)) or None
    if not body["DisplayName"]:
        raise errors.no_name()
    body.setdefault("PrintOnCheckName", body["DisplayName"][:110])


def _check_characters(entity: Entity, name: str) -> None:
    forbidden = FORBIDDEN.get(entity.name) or FORBIDDEN.get(entity.name_field, "")
    if entity.name == "TaxAgency":
        forbidden = ""
    if any(character in name for character in forbidden):
        raise errors.invalid_text(entity.name_field)


def _activity(
    draft: Draft, entity: Entity, body: Body, before: Record | None, switches: Switches
) -> None:
    """Rename on the way out and back: "Ada" <-> "Ada (deleted)"."""
    body["Active"] = body.get("Active") is not False
    was_active = before is None or before.active
    name = body[entity.name_field]
    if was_active and not body["Active"]:
        body[entity.name_field] = _deleted_name(draft, entity, name, switches)
    elif not was_active and body["Active"]:
        body[entity.name_field] = base_name(name)


def base_name(name: str) -> str:
    """The name without " (deleted)" or " (deleted 2)"."""
    head, mark, _ = name.rpartition(DELETED_SUFFIX[:-1])
    return head if mark and name.endswith(")") else name


def _deleted_name(draft: Draft, entity: Entity, name: str, switches: Switches) -> str:
    """What a second deletion of one name is called is unknown; a switch says which we play."""
    candidate = name + DELETED_SUFFIX
    taken = draft.company.names
    number = 2
    while (
        switches.second_deletion == "numbered"
        and (entity.names_with, candidate.casefold()) in taken
    ):
        candidate = f"{name} (deleted {number})"
        number += 1
    return candidate


def _hierarchy(draft: Draft, entity: Entity, body: Body, before: Record | None) -> None:
    """`FullyQualifiedName` is `Parent:Child`; at most five levels."""
    if "FullyQualifiedName" not in entity.fields:
        return
    chain = list(_ancestors(draft, entity, body))
    if before is not None and before.id in {parent.id for parent in chain}:
        raise errors.business("An object cannot be its own parent.", "ParentRef")
    if len(chain) >= DEEPEST:
        raise errors.too_deep()
    if "Level" in entity.fields and chain:
        body["Level"] = len(chain)
    parts = [parent.body[entity.name_field] for parent in reversed(chain)]
    body["FullyQualifiedName"] = ":".join([*parts, body[entity.name_field]])


def _ancestors(draft: Draft, entity: Entity, body: Body) -> Iterator[Record]:
    parent_id = (body.get("ParentRef") or {}).get("value")
    for _ in range(DEEPEST + 1):
        parent = draft.find(entity.name, parent_id) if parent_id else None
        if parent is None:
            return
        yield parent
        parent_id = parent.body.get("ParentRef", {}).get("value")


def _check_free(
    draft: Draft, entity: Entity, body: Body, before: Record | None, switches: Switches
) -> None:
    if not body["Active"] and switches.second_deletion == "same":
        return
    name = body[entity.name_field].casefold()
    wanted = [name]
    if not switches.inactive_name_free:
        wanted.append(name + DELETED_SUFFIX)
    for candidate in wanted:
        for holder in draft.company.names.get((entity.names_with, candidate), {}).values():
            itself = before is not None and (holder.entity, holder.id) == (before.entity, before.id)
            if not itself and _same_space(entity, body, holder):
                raise errors.duplicate_name(TAKEN.get(entity.names_with, "null"))


def _same_space(entity: Entity, body: Body, holder: Record) -> bool:
    """People share names whatever their parent; other lists are unique among siblings."""
    if entity.names_with == "people":
        return True
    ours = (body.get("ParentRef") or {}).get("value")
    return bool(ours == holder.body.get("ParentRef", {}).get("value"))


def rename_descendants(draft: Draft, entity: Entity, record: Record) -> None:
    """A new name of a parent shows in the full names of all below it."""
    for child in draft.company.below(entity.name, record.id):
        full = f"{record.body['FullyQualifiedName']}:{child.body[entity.name_field]}"
        if child.body.get("FullyQualifiedName") != full:
            changed = draft.change(child, {**child.body, "FullyQualifiedName": full})
            rename_descendants(draft, entity, changed)
