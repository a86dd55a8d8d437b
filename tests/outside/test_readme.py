"""The README's script, run to the letter, makes a client, a service, an invoice and a payment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.commands.program import ROOT
from tests.outside.conftest import Company
from tests.outside.installation import PATIENCE_S, Api, wait_for

HEADING = "## A client, an invoice and a payment by API"
ADDRESS = "http://127.0.0.1:5000"
SHELL = shutil.which("bash")

pytestmark = pytest.mark.skipif(
    not SHELL or not shutil.which("curl"), reason="bash and curl run the script"
)


def script() -> str:
    """The indented lines under the heading."""
    section = Path(ROOT, "README.md").read_text().split(HEADING)[1].split("\n## ")[0]
    lines = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    return "\n".join(lines) + "\n"


def run(api: Api, commands: str) -> list[dict[str, Any]]:
    """What each curl answered. Anything that is no JSON, or a refusal, fails the test."""
    assert ADDRESS in commands
    done = subprocess.run(
        [str(SHELL), "-eu", "-c", commands.replace(ADDRESS, api.installation.address)],
        env={**os.environ, "TOKEN": api.token},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(text) for text in done.stdout.splitlines() if text]
    assert not any("title" in answer and "status" in answer for answer in answers), answers
    return answers


def test_script_of_the_readme_ends_in_quickbooks(api: Api, company: Company) -> None:
    assert api("PATCH", "settings", {"unmatched": "ask"}).status == 200
    names, client, found, *rest = re.split(r"^(?=curl)", script(), flags=re.M)
    [made] = run(api, names + client)
    assert made["name"] == "Nora Whitfield"

    issues: list[dict[str, Any]] = []
    wait_for(lambda: issues.extend(run(api, names + found)[0]["items"]) or issues, "the issue")
    assert issues[0]["record"]["external_id"] == made["external_id"]
    answers = run(api, names + "".join(rest).replace("/ID/", f"/{issues[0]['id']}/"))
    assert len(answers) == len(rest)
    assert set(answers[-1]) == {"connection", "settled", "counts"}

    api.settle()
    assert api.issues(state="open") == []
    [customer] = company.objects("Customer")
    [invoice], [payment] = company.objects("Invoice"), company.objects("Payment")
    assert customer["DisplayName"] == "Nora Whitfield"
    assert "Tax planning" in [item["Name"] for item in company.objects("Item")]
    assert invoice["CustomerRef"]["value"] == payment["CustomerRef"]["value"] == customer["Id"]
    assert (float(invoice["TotalAmt"]), float(invoice["Balance"])) == (500, 0)
    assert float(payment["TotalAmt"]) == 500
