"""What can someone do in QuickBooks itself, past the app?

Each act goes through the same rules as the API and shows up the same way: a new SyncToken, a
webhook, a row in change data capture. The person always sees the current version, so never has a
stale token.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox import errors
from sandbox.company import Company, render
from sandbox.entities import BY_PATH, ENTITIES, Entity
from sandbox.operations import PERSON, commit, perform
from sandbox.records import DELETED, Record
from sandbox.wire import Body, copy_of
from sandbox.world import World
from sandbox.writes import ALWAYS_SENT, Options

ALLOW_ALL = Options(allow_duplicate_number=True)


def entity_called(name: str) -> Entity:
    """Raises ValueError."""
    entity = BY_PATH.get(name.lower())
    if entity is None:
        raise ValueError(f"no entity is called {name!r}")
    return entity


def create(world: World, company: Company, entity: Entity, fields: Body) -> Body:
    """`fields` as in the API. A person may ignore the warning about a number in use."""
    return perform(world, company, "create", entity, fields, ALLOW_ALL, PERSON)


def update(world: World, company: Company, entity: Entity, identifier: str, fields: Body) -> Body:
    """A sparse update of the current version."""
    payload = {**_current(company, entity, identifier), "sparse": True, **fields}
    needed = ALWAYS_SENT.get(entity.name)
    if needed:
        payload.setdefault(needed, company.read(entity.name, identifier).body[needed])
    return perform(world, company, "update", entity, payload, ALLOW_ALL, PERSON)


def delete(world: World, company: Company, entity: Entity, identifier: str) -> Body:
    payload = _current(company, entity, identifier)
    return perform(world, company, "delete", entity, payload, ALLOW_ALL, PERSON)


def void(world: World, company: Company, entity: Entity, identifier: str) -> Body:
    payload = _current(company, entity, identifier)
    return perform(world, company, "void", entity, payload, ALLOW_ALL, PERSON)


def set_active(
    world: World, company: Company, entity: Entity, identifier: str, active: bool
) -> Body:
    if not entity.name_field:
        raise errors.unsupported(f"inactivate {entity.name}")
    return update(world, company, entity, identifier, {"Active": active})


def _current(company: Company, entity: Entity, identifier: str) -> Body:
    record = company.read(entity.name, identifier)
    return {"Id": record.id, "SyncToken": str(record.sync_token)}


# -- changing an amount ----------------------------------------------------------------------


def set_amount(
    world: World, company: Company, entity: Entity, identifier: str, amount: Decimal
) -> Body:
    """Make the total `amount`: a payment's own, or by the first line of anything else."""
    record = company.read(entity.name, identifier)
    return update(world, company, entity, identifier, amount_fields(record, amount))


def amount_fields(record: Record, amount: Decimal) -> Body:
    if record.entity in ("Payment", "BillPayment"):
        return {"TotalAmt": amount}
    lines: list[Body] = copy_of(record.body.get("Line") or [])
    if not lines:
        return {}
    others = record.amount("TotalAmt") - lines[0].get("Amount", Decimal(0))
    lines[0]["Amount"] = amount - others
    detail = lines[0].get(str(lines[0].get("DetailType")), {})
    if "UnitPrice" in detail or "Qty" in detail:
        detail |= _repriced(detail.get("Qty") or Decimal(1), lines[0]["Amount"])
    return {"Line": lines}


def _repriced(quantity: Decimal, amount: Decimal) -> Body:
    """As QuickBooks' own form does it: the quantity stays, the rate follows."""
    rate = (amount / quantity).quantize(Decimal("0.0000001"))
    return {"Qty": quantity, "UnitPrice": rate.normalize() + 0}


# -- the company as a whole ------------------------------------------------------------------


def prefer(world: World, company: Company, group: str, values: Body) -> Body:
    """Change some preferences of one group, e.g. `SalesFormsPrefs`."""
    return update(world, company, ENTITIES["Preferences"], "1", {group: values})


def close_books(world: World, company: Company, day: str | None) -> Body:
    """Close everything up to and including `day`; None opens the books again."""
    return prefer(world, company, "AccountingInfoPrefs", {"BookCloseDate": day})


def merge(world: World, company: Company, entity: Entity, loser_id: str, winner_id: str) -> Body:
    """Two become one: what referred to the loser refers to the winner; the loser is gone."""
    if loser_id == winner_id:
        raise ValueError("an object cannot be merged with itself")
    draft = company.draft(world.clock.now(), PERSON)
    loser = company.read(entity.name, loser_id)
    winner = company.read(entity.name, winner_id)
    if not entity.name_field:
        raise errors.unsupported(f"merge {entity.name}")
    ref = {"value": winner.id, "name": winner.body[entity.name_field]}
    for table in company.tables.values():
        for record in table.values():
            if record.state != DELETED and _refers(record.body, entity, loser_id):
                draft.change(record, _repointed(record.body, entity, loser_id, ref))
    draft.change(draft.latest(loser), {}, "Delete", DELETED)
    merged = draft.change(draft.latest(winner), draft.latest(winner).body, "Merge")
    draft.deleted_ids[entity.name, winner.id] = loser_id
    draft.silent.add((entity.name, loser_id))
    commit(world, draft)
    return render(company, draft.latest(merged))


def _is_reference(name: str, value: object, entity: Entity) -> bool:
    fits = {"Customer": ("CustomerRef", "ParentRef"), "Vendor": ("VendorRef", "EntityRef")}
    names = fits.get(entity.name, (f"{entity.name}Ref", "ParentRef"))
    if entity.name == "Account":
        return name.endswith("AccountRef")
    return name in names and isinstance(value, dict)


def _refers(body: object, entity: Entity, identifier: str) -> bool:
    if isinstance(body, list):
        return any(_refers(item, entity, identifier) for item in body)
    if not isinstance(body, dict):
        return False
    return any(
        (_is_reference(name, value, entity) and value.get("value") == identifier)
        or _refers(value, entity, identifier)
        for name, value in body.items()
    )


def _repointed(body: Body, entity: Entity, identifier: str, ref: Body) -> Body:
    changed: Body = copy_of(body)
    stack: list[object] = [changed]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            for name, item in value.items():
                if _is_reference(name, item, entity) and item.get("value") == identifier:
                    value[name] = {**item, **ref}
            stack.extend(value.values())
    return changed
