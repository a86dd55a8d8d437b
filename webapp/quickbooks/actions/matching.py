"""Saying which object of QuickBooks a record is, that it needs a new one, or that it needs none."""

from __future__ import annotations

from flask_babel import gettext

from webapp.models import Account, Link, outbox
from webapp.models.service import Service
from webapp.quickbooks import links
from webapp.quickbooks.actions.case import ActionRefused, Case
from webapp.quickbooks.facts import voided
from webapp.quickbooks.payloads import ENTITIES


def link(case: Case) -> None:
    """Take the object a person chose as the record's own; nothing is overwritten there."""
    if isinstance(case.record, Account | Service):
        _link_listed(case)
    else:
        _link_document(case)
    case.settle(outbox.DONE)


def create_customer(case: Case) -> None:
    """A new customer, whatever was found; a deleted one's link gives way."""
    if case.link is not None:
        links.cut(case.record)
    case.entry.create_anyway = True
    case.send_again()


def stop_syncing(case: Case) -> None:
    """Out of QuickBooks, with everything of theirs, until somebody turns it on again."""
    assert isinstance(case.record, Account)
    case.record.set_sync(False, case.person_id)


def delete(case: Case) -> None:
    """The service leaves Cuadra; invoices that used it keep their lines."""
    case.record.remove()
    case.issue.close(case.person_id)


def refuse_taken(case: Case, quickbooks_id: str, name: str) -> None:
    """Raises ActionRefused where another record of the kind has that object already."""
    holder = Link.to(case.issue.firm_id, case.record.kind, quickbooks_id)
    if holder is not None and holder.record_id != case.record.id:
        raise ActionRefused(
            "quickbooks_id", gettext("“%(name)s” is already linked to another record.", name=name)
        )


def _link_listed(case: Case) -> None:
    entity = ENTITIES[case.record.kind]
    wanted = case.text("quickbooks_id") or str(case.issue.facts.get("holder_id", ""))
    chosen = case.listed(entity, wanted)
    if chosen is None:
        message = gettext("Choose a customer from the list, or create a new one.")
        if isinstance(case.record, Service):
            message = gettext("Choose a product or service from the list.")
        raise ActionRefused("quickbooks_id", message)
    if not chosen.active:
        message = gettext("“%(name)s” is inactive in QuickBooks.", name=chosen.name)
        raise ActionRefused("quickbooks_id", message)
    if isinstance(case.record, Service) and chosen.detail.get("type") != "Service":
        message = gettext("“%(name)s” is not a service in QuickBooks.", name=chosen.name)
        raise ActionRefused("quickbooks_id", message)
    refuse_taken(case, chosen.quickbooks_id, chosen.name)
    links.take(case.record, chosen)
    case.note("link", f"{entity} {chosen.quickbooks_id}")


def _link_document(case: Case) -> None:
    theirs = case.issue.theirs
    wanted = case.text("quickbooks_id")
    if theirs is None or (wanted and wanted != str(theirs.get("Id"))):
        raise ActionRefused("quickbooks_id", gettext("Compare both before you link them."))
    if voided(theirs):
        message = gettext("It is voided in QuickBooks and stands for nothing. Use another number.")
        raise ActionRefused("quickbooks_id", message)
    refuse_taken(case, str(theirs["Id"]), case.record.title)
    links.note(case.record, theirs)
    link = Link.of(case.record)
    assert link is not None
    link.known = case.as_it_is(theirs)
    case.note("link", f"{ENTITIES[case.record.kind]} {theirs['Id']}")
