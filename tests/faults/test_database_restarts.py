"""PostgreSQL stops as by a power cut, again and again: nothing is lost, nothing is sent twice.

People are told to come back, and everything goes on by itself."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, make_url

from tests.conftest import FirmFixture, make_firm
from tests.faults.test_programs import wait_for
from tests.postgres import NoPostgres, Server, fresh_database, own_server
from tests.quickbooks.office import DAY, Office
from tests.sandbox_process import SandboxProcess
from webapp import create_app, database_version
from webapp.extensions import db

Program = Callable[..., subprocess.Popen[bytes]]
HEALED_WITHIN_S = 20  # five seconds are meant; a loaded machine takes longer to start processes
REDIS_OF_ITS_OWN = "db=1"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    try:
        with own_server() as server:
            yield server
    except NoPostgres as error:
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """A database whose commits are kept: the test server's own setting would lose some."""
    with fresh_database(server.url) as url:
        kept: URL = make_url(url).update_query_dict({"options": "-csynchronous_commit=on"})
        yield kept.render_as_string(hide_password=False)


class Site:
    """Web, worker and scheduler on that database, and a firm that a program sends invoices for."""

    def __init__(self, office: Office, firm: FirmFixture, port: int):
        self.office, self.firm, self.port = office, firm, port
        self.statuses: Counter[int] = Counter()

    def post(self, kind: str, **body: Any) -> int:
        """The status; 0 when there was no answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/{kind}",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.firm.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status = int(answer.status)
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            status = 0
        self.statuses[status] += 1
        return status

    def insist(self, kind: str, **body: Any) -> None:
        """As a program should: again after a while, under the same external id."""
        give_up = time.monotonic() + 90
        while self.post(kind, **body) not in (200, 201):
            assert time.monotonic() < give_up, f"never taken: {self.statuses}"
            time.sleep(0.3)

    def ready(self) -> bool:
        try:
            address = f"http://127.0.0.1:{self.port}/readyz?only=web"
            with urllib.request.urlopen(address, timeout=5):
                return True
        except OSError:
            return False


@pytest.fixture
def site(
    url: str,
    sandbox: SandboxProcess,
    surroundings: dict[str, str],
    program: Program,
    configured: Callable[..., None],
    instance: Path,
) -> Site:
    redis = surroundings["REDIS_URL"].replace("db=0", REDIS_OF_ITS_OWN)
    said = sandbox.announced
    app = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": url,
            "REDIS_URL": redis,
            "QBO_API_URL": said["api_url"],
            "INTUIT_DISCOVERY_URL": said["discovery_url"],
            "INTUIT_CLIENT_ID": said["client_id"],
            "INTUIT_CLIENT_SECRET": said["client_secret"],
        }
    )
    with app.app_context():
        db.create_all()
        db.session.execute(db.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        (head,) = database_version.heads()
        db.session.execute(db.text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
        db.session.commit()
    firm = make_firm(app, "Restarted", "restarted.example")
    company = sandbox.control("companies", {"name": "Restarted"})
    office = Office(app, sandbox, firm.id, company["realm_id"], company["refresh_token"])
    office.control("preferences", CustomTxnNumbers=True)
    office.connect()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    settings = {"DATABASE_URL": url, "REDIS_URL": redis}
    web = f"gunicorn --bind=127.0.0.1:{port} --worker-class=gthread --threads=8 wsgi:app"
    program(*web.replace("wsgi", "--no-control-socket wsgi").split(), **settings)
    program("jobs.worker", **settings)
    program("jobs.schedule", **settings)
    site = Site(office, firm, port)
    wait_for(site.ready, "the web answers")
    return site


def send_invoices(site: Site, count: int) -> None:
    site.insist("accounts", external_id="c", name="Ada Byron")
    site.insist("services", external_id="s", name="Bookkeeping", rate="120.00")
    line = {"service": {"external_id": "s"}, "quantity": "2"}
    for number in range(count):
        site.insist(
            "invoices",
            external_id=f"i-{number}",
            account={"external_id": "c"},
            date=DAY,
            lines=[line],
        )
        time.sleep(0.05)


def survive(site: Site, server: Server, cuts: int, invoices: int) -> None:
    sender = threading.Thread(target=send_invoices, args=(site, invoices))
    sender.start()
    healed = []
    for _ in range(cuts):
        time.sleep(2)
        server.stop("immediate")
        time.sleep(1)
        server.start()
        healed.append(wait_for(site.ready, "the web is back", HEALED_WITHIN_S))
    sender.join(180)
    assert not sender.is_alive()
    wait_for(lambda: not site.office.moving(), "everything is settled", 120)
    assert len(site.office.objects("Invoice")) == invoices
    site.office.require_order()
    assert site.office.issues() == []
    told_to_come_back = {status for status in site.statuses if status not in (200, 201)}
    assert told_to_come_back <= {0, 503}, site.statuses


@pytest.mark.full
def test_a_power_cut_of_the_database_loses_nothing(site: Site, server: Server) -> None:
    survive(site, server, cuts=1, invoices=25)


@pytest.mark.full
def test_many_power_cuts_of_the_database_lose_nothing(site: Site, server: Server) -> None:
    survive(site, server, cuts=8, invoices=400)
