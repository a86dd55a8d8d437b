"""What a journey needs to break something: records of the firm, and the hand of "someone in
QuickBooks", which is the local QuickBooks' control address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.browser.live import Json, Live

DAY = "2026-11-20"


@dataclass
class Scene:
    """``word`` is the journey's own: its records and objects are told apart by it."""

    live: Live
    word: str
    client: int
    """A client that is linked, and in ``service`` what is sold to it."""
    service: int
    refusals: list[int] = field(default_factory=list)

    @property
    def number(self) -> str:
        return self.word.upper()[:20]

    # -- someone in QuickBooks -----------------------------------------------------------------

    def do(self, path: str, **body: Any) -> Json:
        return self.live.sandbox.control(path, body)

    def theirs(self, entity: str, **fields: Any) -> str:
        return str(self.do("objects", entity=entity, fields=fields)["object"]["Id"])

    def customer(self, name: str, **fields: Any) -> str:
        return self.theirs("Customer", DisplayName=name, **fields)

    def find(self, entity: str, **fields: Any) -> Json:
        """The first object that has these fields."""
        for found in self.live.sandbox.control(f"objects?entity={entity}")["objects"]:
            if all(found.get(name) == value for name, value in fields.items()):
                return found
        raise LookupError(f"{entity} {fields}")

    def counterpart(self, kind: str, record_id: int) -> str:
        """The id of the record's object."""
        return str(self.record(kind, record_id)["sync"]["quickbooks_id"])

    def refuse(self, entity: str, code: str, detail: str = "", **rule: Any) -> None:
        """QuickBooks says no to what has the journey's word in it, until that is mended there."""
        known = {"contains": f'"{self.word}"', "times": 0, **rule}
        made = self.do("faults", action="fault", entity=entity, code=code, detail=detail, **known)
        self.refusals.append(int(made["id"]))

    def mend(self) -> None:
        """Somebody has put right over there what was refused."""
        for number in self.refusals:
            self.live.sandbox.control("faults", {"id": number}, "DELETE")
        self.refusals.clear()

    # -- the firm ------------------------------------------------------------------------------

    def make(self, kind: str, /, **fields: Any) -> int:
        return int(self.live.api(f"{kind}s", fields)["id"])

    def record(self, kind: str, record_id: int) -> Json:
        found: Json = self.live.api(f"{kind}s/{record_id}")
        return found

    def change(self, kind: str, record_id: int, /, **fields: Any) -> None:
        self.live.api(f"{kind}s/{record_id}", fields, "PATCH")

    def remove(self, kind: str, record_id: int) -> None:
        self.live.api(f"{kind}s/{record_id}", method="DELETE")

    def account(self, name: str = "", **fields: Any) -> int:
        return self.make("account", name=name or self.word, kind="business", **fields)

    def sold(self, name: str = "", **fields: Any) -> int:
        """A service."""
        return self.make("service", name=name or self.word, rate="120.00", **fields)

    def invoice(self, **fields: Any) -> int:
        lines = fields.pop("lines", [{"service": self.service, "quantity": "2", "rate": "120.00"}])
        known = {"account": self.client, "number": self.number, "date": DAY, **fields}
        return self.make("invoice", lines=lines, **known)

    def payment(self, invoice: int | None = None, **fields: Any) -> int:
        invoice = invoice or self.invoice()
        known = {"amount": "100.00", "method": "check", "date": DAY, **fields}
        return self.make("payment", invoice=invoice, reference=self.word, **known)

    def ask_api(self, kind: str, record_id: int, action: str, **arguments: Any) -> None:
        """An act on the record's open issue, as another program of the firm might do it."""
        issue = next(i for i in self.open_issues(kind) if i["record"]["id"] == record_id)
        self.live.api(f"issues/{issue['id']}/{action}", arguments)

    def open_issues(self, kind: str) -> list[Json]:
        found: list[Json] = self.live.api(f"issues?kind={kind}&state=open&limit=100")["items"]
        return found
