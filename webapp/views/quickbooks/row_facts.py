"""What do the rows of a page's issues need to know, beyond the issues themselves?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import (
    Connection,
    Entry,
    Expense,
    Invoice,
    Issue,
    Link,
    MirrorObject,
    Payment,
    Refund,
    Service,
    model_of,
)
from webapp.quickbooks import numbering, roles


class RowFacts:
    """Of issues of one kind, loaded when first asked for: a statement each, however many rows."""

    def __init__(
        self,
        firm_id: int,
        kind: str,
        issues: Sequence[Issue],
        connection: Connection | None,
        next_number: str | None = None,
    ):
        """``next_number`` spares looking it up, where it is known already."""
        self.firm_id, self.kind, self.issues = firm_id, kind, issues
        self.connection = connection
        self._next_number = next_number

    @cached_property
    def _ids(self) -> list[int]:
        return [issue.record_id for issue in self.issues]

    @cached_property
    def entries(self) -> dict[int, Entry]:
        found = db.session.scalars(
            select(Entry).where(
                Entry.firm_id == self.firm_id,
                Entry.kind == self.kind,
                Entry.record_id.in_(self._ids),
            )
        )
        return {entry.record_id: entry for entry in found}

    @cached_property
    def linked(self) -> set[int]:
        return set(
            db.session.scalars(
                select(Link.record_id).where(
                    Link.firm_id == self.firm_id,
                    Link.kind == self.kind,
                    Link.record_id.in_(self._ids),
                )
            )
        )

    @cached_property
    def clients(self) -> dict[int, int]:
        """The account that each record belongs to, by the record's id."""
        model = model_of(self.kind)
        if issubclass(model, Invoice | Payment):
            asked = select(model.id, model.account_id)
        elif issubclass(model, Refund | Expense):
            asked = select(model.id, Payment.account_id).join(
                Payment, model.payment_id == Payment.id
            )
        else:
            return {}
        return dict(db.session.execute(asked.where(model.id.in_(self._ids))).all())

    @cached_property
    def next_number(self) -> str:
        """The number that renumbering would give now; the same for every row."""
        if self._next_number is not None:
            return self._next_number
        last = numbering.last_in_quickbooks(self.firm_id)
        return (numbering.next_free_after(self.firm_id, last) if last else None) or ""

    @cached_property
    def services(self) -> dict[int, Service]:
        """By id, where the issues are of services."""
        if self.kind != "service":
            return {}
        found = db.session.scalars(select(Service).where(Service.id.in_(self._ids)))
        return {service.id: service for service in found}

    def income_name_of(self, service: Service) -> str:
        """The name of the income account that it uses; "" when not known."""
        return self._income_names.get(self._income_id_of(service), "")

    @property
    def default_income_id(self) -> str:
        """The income account of set-up, by its QuickBooks id; "" before."""
        return self.connection.accounts.get(roles.INCOME, "") if self.connection else ""

    def _income_id_of(self, service: Service) -> str:
        return service.income_account_id or self.default_income_id

    @cached_property
    def _income_names(self) -> dict[str, str]:
        ids = {self._income_id_of(service) for service in self.services.values()}
        found = db.session.scalars(
            select(MirrorObject).where(
                MirrorObject.firm_id == self.firm_id,
                MirrorObject.entity == "Account",
                MirrorObject.quickbooks_id.in_(ids),
            )
        )
        return {row.quickbooks_id: row.name for row in found}
