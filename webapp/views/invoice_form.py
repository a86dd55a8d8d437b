"""The invoice form between two clicks: its head, its number and what is said of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask import request
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Connection, Firm, Invoice, Link, MirrorObject
from webapp.models.connection import NONE
from webapp.quickbooks import numbering
from webapp.views.line_form import Line, LineForm, as_typed, posted_lines
from webapp.views.typed import typed

FIELDS = ("account", "number", "date", "due_date", "currency", "memo")


@dataclass
class InvoiceForm(LineForm):
    invoice: Invoice | None = None

    endpoint = "invoices"

    # -- where it comes from -----------------------------------------------------------------

    @classmethod
    def blank(cls, firm: Firm, account: str = "") -> InvoiceForm:
        today = datetime.now(firm.zone).date()
        values = {
            "account": account,
            "number": numbering.proposed(firm),
            "date": today.isoformat(),
        }
        return cls(firm, values, [Line()])

    @classmethod
    def of(cls, firm: Firm, invoice: Invoice) -> InvoiceForm:
        values = {
            "account": str(invoice.account_id),
            "number": invoice.number,
            "date": invoice.date.isoformat(),
            "due_date": invoice.due_date.isoformat() if invoice.due_date else "",
            "currency": invoice.currency,
            "memo": invoice.memo or "",
        }
        lines = [as_typed(line, invoice.currency) for line in invoice.lines]
        return cls(firm, values, lines, invoice=invoice)

    @classmethod
    def posted(cls, firm: Firm, invoice: Invoice | None) -> InvoiceForm:
        return cls(firm, typed(*FIELDS), posted_lines(), invoice=invoice)

    def apply_buttons(self) -> bool:
        """Do what *Use 1043* asked, too."""
        use = request.form.get("use_number")
        if use is not None:
            self.values["number"] = use
        return super().apply_buttons() or use is not None

    def data(self) -> dict[str, object]:
        return super().data() | {"allow_duplicate": "allow_duplicate" in request.form}

    # -- its currency --------------------------------------------------------------------------

    @cached_property
    def currencies(self) -> list[str]:
        """What it may be in: its own, the firm's and the company's, mostly one and the same."""
        own = self.invoice.currency if self.invoice else self.firm.currency
        return list(dict.fromkeys((own, self.firm.currency, *home_currency(self.firm.id))))

    @property
    def currency(self) -> str:
        chosen = self.values.get("currency", "")
        return chosen if chosen in self.currencies else self.currencies[0]

    # -- what it says of the number and the client ---------------------------------------------

    @cached_property
    def free_number(self) -> str:
        """What to use instead of a number that is taken; else empty.

        While numbers are synced, one that QuickBooks has counts as taken, too.
        """
        number = self.values.get("number", "").strip()
        if number and self.firm.sync_invoice_numbers:
            return numbering.check(self.firm, number, self.invoice).suggestion or ""
        taken = bool(number) and numbering.used_here(self.firm.id, number)
        return (numbering.next_free_after(self.firm.id, number) if taken else None) or ""

    @property
    def warns_of_number(self) -> bool:
        """QuickBooks has the number, and nobody has said yet that it may be used all the same."""
        insists = "allow_duplicate" in request.form
        changed = self.invoice is None or self.values.get("number") != self.invoice.number
        return self.firm.sync_invoice_numbers and changed and not insists and bool(self.free_number)

    @property
    def number_state(self) -> str:
        """The state of the number field after the form came back."""
        if "number" not in self.errors:
            return "idle"
        if not self.values.get("number", "").strip():
            return "empty"
        return "duplicate" if self.free_number else "idle"

    @property
    def linked_customer(self) -> str:
        """The QuickBooks customer of the chosen client; empty while there is none."""
        link = Link.of(self.chosen_account) if self.chosen_account else None
        if link is None or self.chosen_account is None:
            return ""
        known = MirrorObject.find(self.firm.id, "Customer", link.quickbooks_id)
        return known.name if known else self.chosen_account.display_name


def home_currency(firm_id: int) -> list[str]:
    """The only one that QuickBooks takes; none while no company is connected."""
    home = select(Connection.home_currency).where(
        Connection.firm_id == firm_id, Connection.state != NONE
    )
    return list(db.session.scalars(home))
