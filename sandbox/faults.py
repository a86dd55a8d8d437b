"""What should go wrong on purpose, and with which request?

A rule matches requests (method, path, entity, realm, operation) and says what happens to the nth
and the following matches. Doing it is the server's part.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sandbox.messages import Request

ACTIONS = {
    "delay": "wait `seconds`, then answer as usual",
    "status": "answer `status` (and `body`) without doing anything",
    "reset": "reset the connection without doing anything",
    "commit_then_drop": "do it, then close the connection without an answer",
    "commit_then_status": "do it, then answer `status`",
    "commit_late": "hold the request `hold` seconds, drop it, and do it `seconds` after it came",
    "truncate": "do it, announce the whole body, send half",
    "malformed": "do it, answer with broken JSON",
    "drip": "do it, send the body a few bytes at a time over `seconds`",
    "unauthorized": "answer 401 without doing anything",
    "throttled": "answer 429 without doing anything",
    "html": "answer `status` with a load balancer's HTML",
    "fault": "refuse this write, or this batch item, with `code`, `message`, `detail`, `element`",
    "xml": "answer `status` with the gateway's XML",
}


@dataclass
class Rule:
    """`nth` is the first match it acts on (1-based), `times` how many it acts on (0: all after).

    `times` does not end what `nth` has not begun."""

    action: str
    method: str = ""
    path: str = ""
    entity: str = ""
    operation: str = ""
    realm: str = ""
    nth: int = 1
    times: int = 1
    probability: float = 1.0
    seconds: float = 0.0
    hold: float = 0.0
    status: int = 500
    body: str = ""
    content_type: str = "text/plain"
    contains: str = ""
    code: str = "6000"
    message: str = "A business validation error has occurred while processing your request"
    detail: str = "Business Validation Error: refused on purpose"
    element: str = ""
    kind: str = "ValidationFault"
    id: int = 0
    matched: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(
                f"no action is called {self.action!r}; there are: {', '.join(ACTIONS)}"
            )
        re.compile(self.path)

    def fits_request(self, request: Request, what: dict[str, str]) -> bool:
        if self.method and self.method.upper() != request.method:
            return False
        if self.path and not re.search(self.path, request.target):
            return False
        return self.fits(what, request.body)

    def fits(self, what: dict[str, str], body: bytes) -> bool:
        """`contains` is a text the body must hold, such as a marker or a number."""
        if self.contains.encode() not in body:
            return False
        return all(
            not wanted or wanted.lower() == what.get(name, "").lower()
            for name, wanted in (
                ("entity", self.entity),
                ("operation", self.operation),
                ("realm", self.realm),
            )
        )

    @property
    def spent(self) -> bool:
        return bool(self.times) and self.fired >= self.times


@dataclass
class Faults:
    """The rules in force; the first that is due wins."""

    rules: list[Rule] = field(default_factory=list)
    random: random.Random = field(default_factory=random.Random)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def add(self, values: dict[str, Any]) -> Rule:
        """Raises ValueError for an unknown name, action or pattern."""
        settable = {f.name for f in fields(Rule)} - {"id", "matched", "fired"}
        if values.keys() - settable:
            raise ValueError(f"a fault has no {', '.join(sorted(values.keys() - settable))}")
        sample = Rule("delay")
        read = {name: type(getattr(sample, name))(value) for name, value in values.items()}
        usual = {"fault": 400, "throttled": 429}
        read.setdefault("status", usual.get(read.get("action", ""), 500))
        try:
            rule = Rule(**{"action": "", **read})
        except re.error as error:
            raise ValueError(f"path is not a regular expression: {error}") from None
        rule.id = next(self._ids)
        self.rules.append(rule)
        return rule

    def match(self, request: Request, what: dict[str, str]) -> Rule | None:
        """The rule for a request as a whole."""
        rules = (r for r in self.rules if r.action != "fault" and r.fits_request(request, what))
        return self._first_due(rules)

    def match_write(self, what: dict[str, str], body: bytes) -> Rule | None:
        """The rule of action `fault` for one write, alone or in a batch."""
        return self._first_due(r for r in self.rules if r.action == "fault" and r.fits(what, body))

    def _first_due(self, rules: Iterable[Rule]) -> Rule | None:
        for rule in rules:
            if rule.spent:
                continue
            rule.matched += 1
            if rule.matched >= rule.nth and self.random.random() < rule.probability:
                rule.fired += 1
                return rule
        return None

    def clear(self, number: int | None = None) -> None:
        """Remove one rule, or all."""
        self.rules[:] = [r for r in self.rules if number is not None and r.id != number]

    def list(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self.rules]
