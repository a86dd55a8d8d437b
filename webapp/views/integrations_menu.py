"""The pills above the integrations: those that work, with how much needs a person."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func

from webapp.extensions import db
from webapp.models import StripeObject
from webapp.views.quickbooks.page_model import Tab
from webapp.views.settings_menu import INTEGRATIONS_URL

QUICKBOOKS, STRIPE = "quickbooks", "stripe"


def integrations_menu(firm_id: int, current: str, quickbooks_open: int) -> tuple[Tab, ...]:
    """``quickbooks_open``: open issues. A badge goes when nothing is open."""
    shown = shown_count(firm_id)
    return (
        Tab(
            "QuickBooks", INTEGRATIONS_URL, quickbooks_open or None, current == QUICKBOOKS, "books"
        ),
        Tab("Stripe", url_for("stripe_page.index"), shown or None, current == STRIPE, "card"),
    )


def shown_count(firm_id: int) -> int:
    shown = StripeObject.shown(firm_id).order_by(None)
    return db.session.scalar(shown.with_only_columns(func.count())) or 0
