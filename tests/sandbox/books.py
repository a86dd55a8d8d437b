"""One company of a sandbox, spoken to over HTTP as an app would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import requests

from tests.sandbox_process import SandboxProcess

Json = dict[str, Any]


class Refused(Exception):
    """The API answered with a Fault."""

    def __init__(self, answer: requests.Response) -> None:
        error = answer.json()["Fault"]["Error"][0]
        super().__init__(f"{error['code']} {error['Message']}: {error['Detail']}")
        self.status = answer.status_code
        self.code: str = error["code"]
        self.message: str = error["Message"]
        self.detail: str = error["Detail"]
        self.element: str | None = error.get("element")


@dataclass
class Books:
    """`post` and `get` answer the bare response; `create` and so on the object, or raises."""

    sandbox: SandboxProcess
    realm_id: str
    refresh_token: str
    session: requests.Session
    access_token: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": "application/json"})

    @classmethod
    def open(cls, sandbox: SandboxProcess, session: requests.Session | None = None) -> Books:
        """A fresh company with its own connection."""
        made = sandbox.control("companies", {"name": "Fresh"})
        books = cls(sandbox, made["realm_id"], made["refresh_token"], session or requests.Session())
        books.refresh()
        return books

    # -- sign-in ------------------------------------------------------------------------------

    @property
    def client(self) -> tuple[str, str]:
        return self.sandbox.announced["client_id"], self.sandbox.announced["client_secret"]

    def token_call(self, **form: str) -> requests.Response:
        url = f"{self.sandbox.api_url}/oauth2/v1/tokens/bearer"
        return self.session.post(url, data=form, auth=self.client)

    def refresh(self) -> Json:
        answer = self.token_call(grant_type="refresh_token", refresh_token=self.refresh_token)
        assert answer.status_code == 200, answer.text
        tokens: Json = answer.json()
        self.access_token, self.refresh_token = tokens["access_token"], tokens["refresh_token"]
        return tokens

    # -- calls --------------------------------------------------------------------------------

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        sent = {"Authorization": f"Bearer {self.access_token}", **self.headers, **(headers or {})}
        url = f"{self.sandbox.api_url}/v3/company/{self.realm_id}/{path}"
        return self.session.request(method, url, headers=sent, timeout=30, **more)

    def post(self, path: str, body: Any, **query: str) -> requests.Response:
        return self.request("POST", path, json=body, params=query)

    def get(self, path: str, **query: str) -> requests.Response:
        return self.request("GET", path, params=query)

    def _object(self, answer: requests.Response, entity: str) -> Json:
        if "Fault" in answer.json():
            raise Refused(answer)
        assert answer.status_code == 200
        result: Json = answer.json()[entity]
        return result

    def create(self, entity: str, fields: Json, **query: str) -> Json:
        return self._object(self.post(entity.lower(), fields, **query), entity)

    def update(self, entity: str, current: Json, sparse: bool = True, **fields: Any) -> Json:
        body = {"Id": current["Id"], "SyncToken": current["SyncToken"], "sparse": sparse, **fields}
        return self._object(self.post(entity.lower(), body), entity)

    def delete(self, entity: str, current: Json) -> Json:
        return self._act(entity, current, operation="delete")

    def void(self, entity: str, current: Json) -> Json:
        return self._act(entity, current, operation="void")

    def _act(self, entity: str, current: Json, **query: str) -> Json:
        body = {"Id": current["Id"], "SyncToken": current["SyncToken"]}
        return self._object(self.post(entity.lower(), body, **query), entity)

    def read(self, entity: str, identifier: str) -> Json:
        return self._object(self.get(f"{entity.lower()}/{identifier}"), entity)

    def query(self, statement: str) -> Json:
        return self._object(self.get("query", query=statement), "QueryResponse")

    def found(self, entity: str, where: str = "") -> list[Json]:
        answer = self.query(f"SELECT * FROM {entity} {where}")
        rows: list[Json] = answer.get(entity, [])
        return rows

    def batch(self, *items: Json, **query: str) -> dict[str, Json]:
        """The answers by bId."""
        answer = self.post("batch", {"BatchItemRequest": list(items)}, **query)
        if "Fault" in answer.json():
            raise Refused(answer)
        return {item["bId"]: item for item in answer.json()["BatchItemResponse"]}

    def control(self, path: str, **body: Any) -> Json:
        return self.sandbox.control(path, {"realm": self.realm_id, **body})

    def audit(self) -> Json:
        return self.sandbox.control(f"audit?realm={self.realm_id}")

    # -- things to write with -----------------------------------------------------------------

    def account(self, name: str) -> str:
        return str(self.found("Account", f"WHERE Name = '{name}'")[0]["Id"])

    def customer(self, name: str = "Ada Byron", **fields: Any) -> Json:
        return self.create("Customer", {"DisplayName": name, **fields})

    def item(self, name: str = "Tuition", **fields: Any) -> Json:
        income = {"value": self.account("Services")}
        return self.create(
            "Item", {"Name": name, "Type": "Service", "IncomeAccountRef": income, **fields}
        )

    def invoice_fields(self, customer: Json, item: Json, amount: float = 240, **more: Any) -> Json:
        return {
            "CustomerRef": {"value": customer["Id"]},
            "TxnDate": "2026-11-20",
            "Line": [sale_line(item, amount)],
            **more,
        }

    def invoice(self, customer: Json, item: Json, amount: float = 240, **more: Any) -> Json:
        return self.create("Invoice", self.invoice_fields(customer, item, amount, **more))

    def payment(self, customer: Json, total: float, *invoices: Json, **more: Any) -> Json:
        """Pays each invoice in full, or as much as `total` over their number."""
        lines = [pay_line(i, min(i["Balance"], total / len(invoices))) for i in invoices]
        fields = {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": total, "Line": lines}
        return self.create("Payment", {**fields, **more})


def sale_line(item: Json, amount: float, **detail: Any) -> Json:
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}, **detail},
    }


def pay_line(target: Json, amount: float, kind: str = "Invoice") -> Json:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": target["Id"], "TxnType": kind}]}


def expense_line(account: str, amount: float) -> Json:
    return {
        "Amount": amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account}},
    }
