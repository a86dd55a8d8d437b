"""What every page of the layout shows around its content: menu, banner, language, theme."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, g, request, url_for
from flask_babel import get_locale, gettext

from webapp.models.person import Person
from webapp.rights import current_firm, current_person


@dataclass(frozen=True)
class NavItem:
    """One entry of the sidebar."""

    label: str
    url: str
    icon: str
    current: bool
    badge: int | None = None


def init_app(app: Flask) -> None:
    @app.context_processor
    def around_the_page() -> dict[str, object]:
        person = current_person()
        return {
            "person": person,
            "firm": current_firm(),
            "nav_items": _items(app, person) if person else [],
            "support_url": app.config["SUPPORT_URL"],
            "language": str(get_locale() or "en"),
            # Asked where it is shown: most fragments do without it, and it counts the issues.
            "banner": lambda: _banner(person) if person else None,
            "unread_notifications": _unread(person) if person else 0,
        }


def _items(app: Flask, person: Person) -> list[NavItem]:
    if person.is_operator:
        entries = [
            (gettext("Workers"), "operator.home", "gear", "/operator"),
            (gettext("Security"), "own_security.index", "lock", "/settings/security"),
        ]
    else:
        entries = [
            (gettext("Clients"), "accounts.index", "clients", "/accounts"),
            (gettext("Invoices"), "invoices.index", "invoice", "/invoices"),
            (gettext("Recurring"), "recurring.index", "repeat", "/recurring"),
            (gettext("Payments"), "payments.index", "card", "/payments"),
            (gettext("Services"), "services.index", "tag", "/services"),
            (gettext("Settings"), "settings.index", "gear", "/settings"),
        ]
    return [
        NavItem(label, url_for(endpoint), icon, request.path.startswith(prefix))
        for label, endpoint, icon, prefix in entries
        if endpoint in app.view_functions
    ]


def _banner(person: Person) -> object | None:
    """The orange bar: for owner and admins only. A view that has counted the open issues of the
    firm leaves their number in ``g.open_issues``."""
    if not person.fixes_sync or person.firm_id is None:
        return None
    from webapp.quickbooks.banner import banner_for

    return banner_for(person.firm_id, g.get("open_issues"))


def _unread(person: Person) -> int:
    if not person.fixes_sync:
        return 0
    from webapp.quickbooks.notices import unread_count

    return unread_count(person)
