"""A QuickBooks that speaks otherwise, and an installation that was told its addresses only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.outside.installation import Api, Installation, free_port, installed
from tests.quickbooks import accents
from tests.quickbooks.accents import Proxy, speaking
from tests.sandbox_process import SandboxProcess

HEARD = (*accents.AT_ONCE, accents.slow)


@dataclass(frozen=True)
class Company:
    """QuickBooks' side, as a person there sees it."""

    sandbox: SandboxProcess
    realm_id: str
    refresh_token: str

    def control(self, path: str, **body: Any) -> dict[str, Any]:
        return self.sandbox.control(path, {"realm": self.realm_id, **body})

    def objects(self, entity: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sandbox.control(
            f"objects?realm={self.realm_id}&entity={entity}"
        )["objects"]
        return found

    def audit(self) -> dict[str, Any]:
        return self.sandbox.control(f"audit?realm={self.realm_id}")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess.start(limits=False) as process:
        yield process


@pytest.fixture(scope="module")
def proxy(sandbox: SandboxProcess) -> Iterator[Proxy]:
    with speaking(sandbox.api_url, HEARD) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, sandbox: SandboxProcess, proxy: Proxy
) -> Iterator[Installation]:
    said, port = sandbox.announced, free_port()
    folder: Path = tmp_path_factory.mktemp("outside")
    with installed(
        folder,
        port,
        QBO_API_URL=proxy.address + "/",
        INTUIT_DISCOVERY_URL=proxy.discovery_url,
        INTUIT_CLIENT_ID=said["client_id"],
        INTUIT_CLIENT_SECRET=said["client_secret"],
        INTUIT_WEBHOOK_VERIFIER_TOKEN=said["webhook_verifier_token"],
        SECOND_TRY_AFTER_S="3",
        CDC_EVERY_S="5",
        SWEEP_EVERY_S="1",
    ) as installation:
        sandbox.control("webhooks", {"targets": [f"{installation.address}/webhooks/intuit"]})
        yield installation


@pytest.fixture(scope="module")
def company(sandbox: SandboxProcess) -> Company:
    made = sandbox.control("companies", {"name": "Outside"})
    company = Company(sandbox, made["realm_id"], made["refresh_token"])
    company.control("preferences", CustomTxnNumbers=True)
    return company


@pytest.fixture(scope="module")
def api(installation: Installation, company: Company) -> Api:
    """A firm made and connected by the commands of the README, its programs running."""
    made = installation.flask(
        *("firm", "create", "--name", "Alder & Pine"),
        *("--owner-email", "owner@alder.example", "--owner-password", "a-long-enough-password"),
    )
    assert made.returncode == 0, made.stderr
    firm = json.loads(made.stdout)
    assert set(firm) >= {"firm_id", "api_token"}
    adopted = installation.flask(
        *("quickbooks", "adopt", "--firm", str(firm["firm_id"])),
        *("--realm-id", company.realm_id, "--refresh-token", company.refresh_token),
        *("--unmatched", "create"),
    )
    assert adopted.returncode == 0, adopted.stderr
    assert json.loads(adopted.stdout)["connection"] == "connected"
    installation.start()
    return Api(installation, firm["api_token"])
