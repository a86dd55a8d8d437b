"""A firm that works with a company of the local QuickBooks, in plain words.

Every verb opens an application context of its own and gives back plain values, so that no session
of a test stands in the way of the engine's. Time passes by ``later``: every instant the firm has
stored moves back, which is what the database's clock going on looks like.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from tests.sandbox_process import SandboxProcess
from webapp import intake
from webapp.extensions import db
from webapp.models import Account, Attempt, Connection, Entry, Firm, Issue, Link, Record, model_of
from webapp.models import connection as connections
from webapp.models import issue as issue_states
from webapp.quickbooks import actions, connection, standing, sync
from webapp.quickbooks.payloads import ENTITIES

Json = dict[str, Any]
DAY = "2026-11-20"


@dataclass(frozen=True)
class Told:
    """An issue as a person would find it."""

    id: int
    cause: str
    state: str
    tries: int
    facts: Json
    theirs: Json | None
    kind: str
    record_id: int


@dataclass
class Office:
    app: Flask
    sandbox: SandboxProcess
    firm_id: int
    realm_id: str
    refresh_token: str

    # -- the firm ------------------------------------------------------------------------------

    @contextmanager
    def database(self) -> Iterator[None]:
        with self.app.app_context():
            yield

    def connect(self, unmatched: str = connections.CREATE) -> None:
        with self.database():
            connection.adopt(self.firm_id, self.realm_id, self.refresh_token, unmatched)

    def settings(self, **values: Any) -> None:
        with self.database():
            firm = db.session.get_one(Firm, self.firm_id)
            for name, value in values.items():
                setattr(firm, name, value)
            db.session.commit()

    def set_connection(self, **values: Any) -> None:
        with self.database():
            db.session.execute(
                update(Connection).where(Connection.firm_id == self.firm_id).values(**values)
            )
            db.session.commit()

    def connection(self) -> Connection:
        """Detached: to look at."""
        with self.database():
            found = Connection.of(self.firm_id)
            db.session.commit()
            return found

    # -- records -------------------------------------------------------------------------------

    def take(self, kind: str, hurry: bool = True, **data: Any) -> int:
        """A new record, as the API would take it in; its id."""
        with self.database():
            firm = db.session.get_one(Firm, self.firm_id)
            record = intake.take(kind, firm, data, hurry=hurry)
            db.session.commit()
            return record.id

    def change(self, kind: str, record_id: int, **data: Any) -> None:
        with self.database():
            firm = db.session.get_one(Firm, self.firm_id)
            intake.take(kind, firm, data, self._record(kind, record_id))
            db.session.commit()

    def remove(self, kind: str, record_id: int) -> None:
        with self.database():
            self._record(kind, record_id).remove()
            db.session.commit()

    def sync_account(self, record_id: int, on: bool) -> None:
        with self.database():
            account = db.session.get_one(Account, record_id)
            account.set_sync(on, None)
            db.session.commit()

    def _record(self, kind: str, record_id: int) -> Record:
        return db.session.get_one(model_of(kind), record_id)

    def client(self, name: str = "Ada Byron", **data: Any) -> int:
        return self.take("account", name=name, **data)

    def service(self, name: str = "Bookkeeping", rate: str = "120.00", **data: Any) -> int:
        return self.take("service", name=name, rate=rate, **data)

    def invoice(self, account: int, service: int, **data: Any) -> int:
        """240.00, unless ``lines`` say otherwise."""
        lines = data.pop("lines", None) or [{"service": service, "quantity": "2"}]
        return self.take("invoice", account=account, date=DAY, lines=lines, **data)

    def payment(self, invoice: int, amount: str = "100.00", **data: Any) -> int:
        return self.take("payment", invoice=invoice, date=DAY, amount=amount, **data)

    def refund(self, payment: int, amount: str = "30.00", **data: Any) -> int:
        return self.take("refund", payment=payment, date=DAY, amount=amount, **data)

    def expense(self, payment: int, amount: str = "3.20", **data: Any) -> int:
        return self.take("expense", payment=payment, date=DAY, amount=amount, **data)

    def one_of_each(self) -> dict[str, int]:
        """A record of every kind, by kind; not sent yet."""
        made = {"account": self.client(), "service": self.service()}
        made["invoice"] = self.invoice(made["account"], made["service"])
        made["payment"] = self.payment(made["invoice"])
        made["refund"] = self.refund(made["payment"])
        made["expense"] = self.expense(made["payment"])
        return made

    # -- the engine ----------------------------------------------------------------------------

    def work(self, seconds: float = 90.0) -> None:
        """Slices, one after the other, until nothing more is due at this moment."""
        give_up = time.monotonic() + seconds
        with self.database():
            while sync.run_slice(self.firm_id):
                assert time.monotonic() < give_up, "the firm's work does not end"

    def later(self, seconds: float) -> None:
        """So much time passes, also for a pause that the company's budget makes."""
        back = timedelta(seconds=seconds)
        with self.database():
            for entry in db.session.scalars(select(Entry).where(Entry.firm_id == self.firm_id)):
                entry.due_at = entry.due_at and entry.due_at - back
                entry.sent_at = entry.sent_at and entry.sent_at - back
            kept = Connection.of(self.firm_id)
            kept.not_before = kept.not_before and kept.not_before - back
            kept.slice_until = kept.slice_until and kept.slice_until - back
            kept.refreshing_until = kept.refreshing_until and kept.refreshing_until - back
            db.session.commit()
            self.app.extensions["redis"].delete(f"cuadra:budget:{self.realm_id}:pause")

    def settle(self, late: float = 0.0, rounds: int = 12) -> None:
        """Work, wait and look again until nothing is on its way.

        ``late`` seconds are really waited before each look, for commits that come late.
        """
        for _ in range(rounds):
            self.work()
            if not self.moving():
                return
            time.sleep(late)
            self.later(130)
        raise AssertionError(f"still moving: {self.moving()}")

    def moving(self) -> list[tuple[str, int, str]]:
        with self.database():
            rows = db.session.execute(
                select(Entry.kind, Entry.record_id, Entry.state).where(
                    Entry.firm_id == self.firm_id, Entry.state.in_(("ready", "sent"))
                )
            )
            return [tuple(row) for row in rows]

    # -- what became of it ---------------------------------------------------------------------

    def state(self, kind: str, record_id: int) -> str:
        """As the API says it."""
        with self.database():
            return standing.standing(self._record(kind, record_id)).state

    def entry(self, kind: str, record_id: int) -> Entry:
        """Detached: to look at."""
        with self.database():
            found = Entry.find(self.firm_id, kind, record_id)
            assert found is not None
            db.session.commit()
            return found

    def link(self, kind: str, record_id: int) -> Link | None:
        """Detached: to look at."""
        with self.database():
            return Link.find(self.firm_id, kind, record_id)

    def quickbooks_id(self, kind: str, record_id: int) -> str:
        link = self.link(kind, record_id)
        assert link is not None, f"{kind} {record_id} has no link"
        return link.quickbooks_id

    def theirs(self, kind: str, record_id: int) -> Json:
        """The record's object, as it is in QuickBooks now."""
        return self.object(ENTITIES[kind], self.quickbooks_id(kind, record_id))

    def issues(self, kind: str | None = None) -> list[Told]:
        """The open and the ignored ones, oldest first."""
        with self.database():
            wanted = select(Issue).where(
                Issue.firm_id == self.firm_id, Issue.state != issue_states.CLOSED
            )
            if kind:
                wanted = wanted.where(Issue.kind == kind)
            return [
                Told(i.id, i.cause, i.state, i.tries, i.facts, i.theirs, i.kind, i.record_id)
                for i in db.session.scalars(wanted.order_by(Issue.id))
            ]

    def only_issue(self) -> Told:
        found = self.issues()
        assert len(found) == 1, found
        return found[0]

    def act(self, issue: Told, action: str, **arguments: str) -> None:
        with self.database():
            found = db.session.get_one(Issue, issue.id)
            actions.perform(found, action, None, arguments)

    def attempts(self, kind: str, record_id: int) -> list[tuple[str, str]]:
        """Operation and outcome of every attempt, oldest first."""
        with self.database():
            rows = db.session.execute(
                select(Attempt.operation, Attempt.outcome)
                .where(
                    Attempt.firm_id == self.firm_id,
                    Attempt.kind == kind,
                    Attempt.record_id == record_id,
                )
                .order_by(Attempt.id)
            )
            return [tuple(row) for row in rows]

    def count(self, model: type, *where: Any) -> int:
        with self.database():
            counted = (
                select(func.count()).select_from(model).where(model.firm_id == self.firm_id, *where)
            )
            return db.session.scalar(counted) or 0

    # -- QuickBooks' side ----------------------------------------------------------------------

    def control(self, path: str, **body: Any) -> Json:
        return self.sandbox.control(path, {"realm": self.realm_id, **body})

    def objects(self, entity: str) -> list[Json]:
        """Those that are alive."""
        found: list[Json] = self.sandbox.control(f"objects?realm={self.realm_id}&entity={entity}")[
            "objects"
        ]
        return found

    def object(self, entity: str, quickbooks_id: str) -> Json:
        found: Json = self.sandbox.control(
            f"objects?realm={self.realm_id}&entity={entity}&id={quickbooks_id}"
        )["object"]
        return found

    def create_theirs(self, entity: str, **fields: Any) -> Json:
        made: Json = self.control("objects", entity=entity, fields=fields)["object"]
        return made

    def invoice_of_theirs(self, number: str) -> Json:
        """An invoice that somebody typed in QuickBooks."""
        customer = self._listed("Customer", DisplayName="Grace Hopper")
        income = {"value": self.account_called("Services")}
        item = self._listed("Item", Name="Consulting", Type="Service", IncomeAccountRef=income)
        detail = {"ItemRef": {"value": item["Id"]}}
        line = {"Amount": 75, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        return self.create_theirs(
            "Invoice",
            CustomerRef={"value": customer["Id"]},
            DocNumber=number,
            TxnDate="2026-11-19",
            Line=[line],
        )

    def _listed(self, entity: str, **fields: Any) -> Json:
        """The one of this name, made if there is none."""
        name = next(iter(fields))
        found = [row for row in self.objects(entity) if row[name] == fields[name]]
        return found[0] if found else self.create_theirs(entity, **fields)

    def account_called(self, name: str) -> str:
        return next(str(a["Id"]) for a in self.objects("Account") if a["Name"] == name)

    def fault(self, action: str, **rule: Any) -> None:
        self.sandbox.control("faults", {"action": action, "realm": self.realm_id, **rule})

    def ledger(self, **wanted: str) -> list[Json]:
        """Every write that the company was asked for, oldest first."""
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        entries: list[Json] = self.sandbox.control(f"ledger?realm={self.realm_id}&{query}")[
            "entries"
        ]
        return entries

    def audit(self) -> Json:
        return self.sandbox.control(f"audit?realm={self.realm_id}")

    def require_order(self) -> None:
        """One object per record, none twice, equal amounts, and books without a problem."""
        audit = self.audit()
        assert audit["problems"] == []
        assert audit["duplicates"]["PrivateNote"] == []
        for kind in ("invoice", "payment", "refund", "expense"):
            assert self._marked(ENTITIES[kind]) == self._linked(kind)

    def _marked(self, entity: str) -> dict[str, str]:
        """The objects that Cuadra made and that count: amounts by id."""
        return {
            str(found["Id"]): f"{found['TotalAmt']:.2f}"
            for found in self.objects(entity)
            if str(found.get("PrivateNote", "")).startswith("cuadra:")
        }

    def _linked(self, kind: str) -> dict[str, str]:
        """What is live here and has its object there: amounts by that object's id."""
        model = model_of(kind)
        amount = model.total_minor if kind == "invoice" else model.amount_minor  # type: ignore[attr-defined]
        with self.database():
            rows = db.session.execute(
                select(Link.quickbooks_id, amount)
                .join(model, Link.record_id == model.id)
                .where(
                    Link.firm_id == self.firm_id,
                    Link.kind == kind,
                    model.removed_at.is_(None),
                )
            )
            return {quickbooks_id: f"{minor / 100:.2f}" for quickbooks_id, minor in rows}


MakeOffice = Callable[..., Office]
