"""Every route of the program, and whom it answers. The sweeps read the URL map beside this table.

A new route fails them until it is named here: put its endpoint under the one access that its
decorator gives. What an address holds besides (``<int:record_id>`` …) is told by ``World.value``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from flask import Flask
from werkzeug.routing import Rule

SAFE = ("GET", "HEAD", "OPTIONS")


class Access(Enum):
    PUBLIC = "everybody, signed in or not"
    SIGNED_IN = "whoever is signed in, operators too (for_signed_in)"
    FIRM = "owner, admins and members of a firm (for_firm)"
    FIXERS = "owner and admins (for_fixers)"
    OWNER = "the owner (for_owner)"
    OPERATOR = "operators (for_operators)"
    TOKEN = "programs with a bearer token; never a browser (the API's Area)"
    SIGNED = "whoever signs the body (views.SIGNED)"


def _named(blueprint: str, *names: str) -> set[str]:
    return {f"{blueprint}.{name}" for name in names}


_RECORD = ("index", "new", "create", "show", "update", "delete")
_API_RECORD = ("list", "create", "one", "change", "remove")

WHO: dict[Access, set[str]] = {
    Access.PUBLIC: {"static"}
    | _named("auth", "home", "sign_in", "start_session", "second_step", "take_code", "sign_out")
    | _named("auth", "choose_language")
    | _named("forgotten", "ask", "send_link", "choose", "reset")
    | _named("health", "alive", "ready")
    | {"api-docs.openapi_json"},
    Access.SIGNED_IN: _named("confirm", "ask", "confirm", "go_on")
    | _named("auth", "choose_theme")
    | _named("own_security", "index", "change_password", "change_email")
    | _named("own_security", "end_session", "end_others")
    | _named("two_step", "index", "set_up", "turn_on", "renew_codes", "turn_off"),
    Access.FIRM: _named("accounts", *_RECORD, "edit", "invoices", "payments")
    | _named("services", *_RECORD)
    | _named("invoices", *_RECORD, "edit", "lines", "totals", "account_hint")
    | _named("payments", *_RECORD, "edit", "open_invoices")
    | _named("refunds", "new", "create", "show", "update", "delete")
    | _named("expenses", "new", "create", "show", "update", "delete")
    | _named("recurring", *_RECORD, "pause", "resume", "lines", "totals")
    | _named("number_check", "check")
    | _named("imports", "new", "template", "create", "show", "confirm", "discard", "take_back")
    | _named("notifications", "index", "open_notice", "read_all")
    | _named("settings", "index"),
    Access.FIXERS: _named("accounts", "sync", "unlink")
    | _named("settings", "firm", "save_firm")
    | _named("team", "index", "add", "change_role", "renew_password", "disable", "enable")
    | _named("tokens", "index", "issue", "revoke")
    | _named("notifications", "settings", "receive")
    | _named("quickbooks_page", "index", "with_slash", "errors")
    | _named("quickbooks_export", "errors")
    | _named("quickbooks_books", "index", "compare", "show")
    | _named("quickbooks_bulk", "selected", "everything")
    | _named("quickbooks_connection", "pause", "resume", "sync_now", "activity", "numbers")
    | _named("quickbooks_issues", "ask", "act", "suggest", "detail", "row")
    | _named("quickbooks_issues", "sync_again", "unlink")
    | _named("quickbooks_set_up", "show", "accept", "read_again")
    | _named("stripe_page", "index", "with_slash")
    | _named("stripe_fixing", "show", "invoices", "choose", "retry", "dismiss", "restore"),
    Access.OWNER: _named(
        "quickbooks_connection", "connect", "callback", "ask_disconnect", "disconnect"
    )
    | _named("stripe_page", "connect", "save_keys", "disconnect"),
    Access.OPERATOR: _named("operator", "home", "jobs")
    | _named("metrics", "show")
    | _named("rq_dashboard", "queues_overview", "workers_overview", "jobs_overview", "job_view")
    | _named("rq_dashboard", "list_queues", "list_workers", "list_jobs", "job_info")
    | _named("rq_dashboard", "favicon", "static", "delete_job_view", "requeue_job_view")
    | _named("rq_dashboard", "requeue_all", "empty_queue", "compact_queue"),
    Access.TOKEN: _named("api_accounts", *_API_RECORD)
    | _named("api_services", *_API_RECORD)
    | _named("api_invoices", *_API_RECORD)
    | _named("api_payments", *_API_RECORD)
    | _named("api_refunds", *_API_RECORD)
    | _named("api_expenses", *_API_RECORD)
    | _named("api_issues", "listed", "one", "act")
    | _named("api_settings", "current", "changed")
    | {"api_bulk.bulk", "api_customers.suggestions", "api_invoice-numbers.check", "api_sync.sync"},
    Access.SIGNED: _named("webhooks", "intuit", "stripe"),
}

CHANGES_ON_GET = {
    "quickbooks_connection.connect": "a fresh OAuth state in one's own session, on the way out",
    "quickbooks_connection.callback": "OAuth's way back is a GET; its state is good for one",
}
"""The only reading routes that may write, each with its reason."""

TABLE = "tests/security/routes.py"


@dataclass(frozen=True)
class Call:
    """One method of one route."""

    rule: Rule
    method: str

    @property
    def endpoint(self) -> str:
        return str(self.rule.endpoint)

    @property
    def access(self) -> Access:
        found = access_of(self.endpoint)
        assert found is not None
        return found

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} ({self.endpoint})"


def access_of(endpoint: str) -> Access | None:
    return next((access for access, named in WHO.items() if endpoint in named), None)


def calls(app: Flask) -> Iterator[Call]:
    """Every method of every declared route, those that read first."""
    found = [
        Call(rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if access_of(str(rule.endpoint))
    ]
    yield from sorted(found, key=lambda call: (call.method != "GET", call.endpoint, str(call)))
