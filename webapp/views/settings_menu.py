"""The menu bar of the settings: which pages a person finds there."""

from __future__ import annotations

from flask import current_app, url_for
from flask_babel import gettext

from webapp.rights import current_person
from webapp.views.quickbooks.page_model import Tab

INTEGRATIONS_URL = "/settings/integrations/quickbooks"
STRIPE_URL = "/settings/integrations/stripe"


def settings_menu(current: str) -> tuple[Tab, ...]:
    """``current`` is one of firm, team, tokens, integrations, notifications, security."""
    person = current_person()
    fixes = person is not None and person.fixes_sync
    entries = [
        ("firm", gettext("Firm"), url_for("settings.firm"), fixes),
        ("team", gettext("Team"), url_for("team.index"), fixes),
        ("tokens", gettext("API tokens"), url_for("tokens.index"), fixes),
        ("integrations", gettext("Integrations"), INTEGRATIONS_URL, fixes),
        ("notifications", gettext("Notifications"), _notifications_url(), fixes),
        ("security", gettext("Security"), url_for("own_security.index"), True),
    ]
    return tuple(
        Tab(label, url, current=name == current)
        for name, label, url, allowed in entries
        if allowed and url
    )


def _notifications_url() -> str:
    if "notifications.settings" not in current_app.view_functions:
        return ""
    return url_for("notifications.settings")
