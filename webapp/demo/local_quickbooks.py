"""The hand of "someone in QuickBooks": the control address of the local QuickBooks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2

TIMEOUT_S = 30


@dataclass(frozen=True)
class LocalQuickBooks:
    """What the local QuickBooks announced when it started; see its README."""

    control_url: str
    realm_id: str
    refresh_token: str

    @classmethod
    def announced(cls, line: str) -> LocalQuickBooks:
        said = json.loads(line)
        return cls(said["control_url"], said["realm_id"], said["refresh_token"])

    def do(self, path: str, **body: Any) -> dict[str, Any]:
        """Raises httpx2.HTTPError when it is refused."""
        answer = httpx2.post(
            f"{self.control_url}/{path}", json={"realm": self.realm_id, **body}, timeout=TIMEOUT_S
        )
        answer.raise_for_status()
        decoded: dict[str, Any] = answer.json()
        return decoded

    def create(self, entity: str, **fields: Any) -> str:
        """The new object's id."""
        return str(self.do("objects", entity=entity, fields=fields)["object"]["Id"])

    def find(self, entity: str, name: str) -> str:
        """The id of the first object of this name. Raises KeyError when there is none."""
        answer = httpx2.get(
            f"{self.control_url}/objects",
            params={"realm": self.realm_id, "entity": entity},
            timeout=TIMEOUT_S,
        )
        for found in answer.json()["objects"]:
            if found.get("Name", found.get("DisplayName")) == name:
                return str(found["Id"])
        raise KeyError(name)
