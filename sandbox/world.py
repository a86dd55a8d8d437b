"""What is there in all: companies, tokens, switches, and what has happened so far?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from sandbox import chart
from sandbox.clock import Clock
from sandbox.company import Company
from sandbox.faults import Faults
from sandbox.ledger import Counters, Ledger
from sandbox.limits import Limits
from sandbox.oauth import Tokens
from sandbox.records import record_from_json
from sandbox.replays import Replays
from sandbox.storage import Storage
from sandbox.stripe.accounts import Accounts
from sandbox.switches import Switches
from sandbox.webhooks import Webhooks

DEFAULT_REALM = "9130350000000001"
DEFAULT_NAME = "Sandbox Company_US_1"


@dataclass
class Settings:
    """How the sandbox was started."""

    data: Path | None = None
    redirect_uris: tuple[str, ...] = ()
    webhook_urls: tuple[str, ...] = ()
    switches: Switches = field(default_factory=Switches)


class World:
    """The one state of a sandbox process."""

    def __init__(self, settings: Settings) -> None:
        self.url = ""
        self.redirect_uris = settings.redirect_uris
        self.switches = settings.switches
        self.clock = Clock()
        self.storage = Storage(settings.data)
        self.tokens = Tokens(self.storage, self.clock, self.switches)
        self.replays = Replays(self.storage, self.clock, self.switches)
        self.limits = Limits(self.clock, self.switches)
        self.faults = Faults()
        self.ledger = Ledger(self.storage, self.clock)
        self.counters = Counters()
        self.stripe = Accounts(self.storage, self.clock)
        self._load_keys()
        self.webhooks = Webhooks(self.clock, self.switches, self.webhook_verifier_token)
        self.webhooks.targets = list(settings.webhook_urls)
        self.companies: dict[str, Company] = {}
        self._load_companies()
        self.default_realm = next(iter(self.companies), "")
        if not self.companies:
            self.default_realm = self.add_company(DEFAULT_REALM, DEFAULT_NAME).realm_id
        self.storage.commit()

    def _load_keys(self) -> None:
        """The app's keys stay the same over restarts with one data file."""
        stored = dict(self.storage.all("app")).get("keys") or {
            "client_id": "AB" + secrets.token_hex(24),
            "client_secret": secrets.token_urlsafe(30),
            "webhook_verifier_token": secrets.token_urlsafe(24),
        }
        self.client_id: str = stored["client_id"]
        self.client_secret: str = stored["client_secret"]
        self.webhook_verifier_token: str = stored["webhook_verifier_token"]
        self.storage.put("app", "keys", lambda: stored)

    def _load_companies(self) -> None:
        for realm_id, stored in self.storage.all("company"):
            company = Company(realm_id, stored["name"], self.storage)
            company.status = stored["status"]
            company.sales_tax_percent = Decimal(stored["sales_tax_percent"])
            company.last_numbers = stored["last_numbers"]
            company.last_ids = stored["last_ids"]
            company.refuses_grants_to = stored.get("refuses_grants_to", 0.0)
            self.companies[realm_id] = company
        loaded = [record_from_json(key, stored) for key, stored in self.storage.all("record")]
        loaded.sort(key=lambda pair: (pair[1].entity, len(pair[1].id), pair[1].id))
        for realm_id, record in loaded:
            self.companies[realm_id].place(record)

    def add_company(self, realm_id: str, name: str) -> Company:
        """A new company with QuickBooks' default lists and nothing else."""
        company = Company(realm_id, name, self.storage)
        draft = company.draft(self.clock.now(), "QuickBooks")
        chart.seed(draft, name)
        draft.commit()
        self.companies[realm_id] = company
        return company

    def next_realm(self) -> str:
        return str(max(int(realm_id) for realm_id in self.companies) + 1)

    def reset_company(self, realm_id: str, signs_out: bool = False) -> Company:
        """Empty it: ids begin anew. ``signs_out`` refuses everyone (10200) until they sign in."""
        old = self.companies[realm_id]
        for entity, table in old.tables.items():
            for identifier in table:
                self.storage.delete("record", f"{realm_id}/{entity}/{identifier}")
        self.replays.forget(realm_id)
        company = self.add_company(realm_id, old.name)
        if signs_out:
            company.refuses_grants_to = self.clock.timestamp()
            company.save()
        return company
