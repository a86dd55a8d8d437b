"""How is one write carried out and made visible, whoever asked for it?

The API, a batch item, the control API and a person at the web page all come through `perform`.
"""

from __future__ import annotations

from sandbox import errors, writes
from sandbox.company import Company, Draft, render
from sandbox.entities import Entity
from sandbox.records import DELETED, Record
from sandbox.wire import Body
from sandbox.world import World
from sandbox.writes import Options

APP, PERSON = "app", "person"
DUPLICATES = "allowduplicatedocnum"
SINGLES = ("CompanyInfo", "Preferences")


def perform(
    world: World,
    company: Company,
    operation: str,
    entity: Entity,
    payload: Body,
    options: Options,
    actor: str = APP,
) -> Body:
    """Do one write, commit it and announce it; the object as QuickBooks shows it.

    Raises Refusal, with nothing changed."""
    draft = company.draft(world.clock.now(), actor)
    if operation == "create":
        record = writes.create(draft, entity, payload, world.switches, options)
    elif operation == "update":
        record = writes.update(draft, entity, payload, world.switches, options)
    elif operation == "delete":
        record = writes.delete(draft, entity, payload)
    elif operation == "void":
        record = writes.void(draft, entity, payload, anything=actor == PERSON)
    else:
        raise errors.unsupported(operation)
    commit(world, draft)
    return shown(company, draft.latest(record))


def commit(world: World, draft: Draft) -> None:
    """Show the changes to everyone and tell the webhooks."""
    world.webhooks.add(draft.company.realm_id, draft.commit())


def shown(company: Company, record: Record) -> Body:
    if record.state == DELETED:
        return {"status": "Deleted", "domain": "QBO", "Id": record.id}
    return render(company, record)


def read_back(company: Company, entity: Entity, identifier: str) -> Body:
    """Raises Refusal 610."""
    return render(company, company.read(entity.name, identifier))
