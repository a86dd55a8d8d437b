"""What holds up the whole company is said on the page, and ended by clicks alone.

A stop is broken over there, a record made that cannot go, and the page asked what it says; then
somebody mends it over there, the owner clicks, and what waited goes by itself.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.support import Translations
from playwright.sync_api import Page, expect

from tests.browser.journeys.company import PAGE, SET_UP, STOPS, Stop
from tests.browser.journeys.ending import open_issues, wait_for_end
from tests.browser.journeys.hand import Hand
from tests.browser.journeys.scene import Scene
from tests.browser.journeys.table import Journey
from tests.browser.live import Live

CATALOGUES = Path(__file__).parents[3] / "webapp" / "translations"


@pytest.fixture(scope="module")
def sold(running: Live) -> tuple[int, int]:
    """A client and a service that are in QuickBooks."""
    running.hear_of_changes(True)
    made = running.account("Marlow Dental"), running.service("Old item")
    running.settle()
    return made


def in_(language: str, sentence: str) -> str:
    """As the page says it to a reader of that language."""
    return str(Translations.load(CATALOGUES, [language]).gettext(sentence))


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.cause)
def test_company_that_stopped_goes_on_by_clicks(
    running: Live, page: Page, sold: tuple[int, int], language: str, stop: Stop
) -> None:
    scene = Scene(running, stop.cause.replace("_", " "), *sold)
    stop.breaks(scene)
    waiting = scene.invoice()
    said = page.locator("#qb-connection .connection-reason")
    running.wait(lambda: page.goto(PAGE) is not None and said.count() > 0, "the page to say it")
    expect(said).to_contain_text(in_(language, stop.says))
    assert scene.record("invoice", waiting)["sync"]["state"] == "waiting"
    assert open_issues(running) == {}
    state = running.api("sync")["connection"]
    assert state == ("sign_in_again" if stop.signed_out else "connected")
    stop.mends(scene)
    stop.clicks(page, scene)
    wait_for_end(scene, "invoice", waiting, "synced")
    page.goto(PAGE)
    expect(said).to_have_count(0)


@pytest.mark.parametrize("journey", SET_UP, ids=lambda journey: journey.id)
def test_what_lies_in_the_set_up_is_synced_by_clicks(
    running: Live, page: Page, sold: tuple[int, int], journey: Journey
) -> None:
    scene = Scene(running, journey.id.replace("_", " "), *sold)
    journey.before(scene)
    record = journey.make(scene)
    running.wait(lambda: (journey.kind, record) in open_issues(running), "the issue")
    issue = open_issues(running)[journey.kind, record]
    assert issue["cause"] == journey.cause
    hand = Hand(page, journey.kind, issue["id"])
    expect(hand.look(journey.cause)).to_be_visible()
    journey.clicks(hand, scene)
    wait_for_end(scene, journey.kind, record, journey.ends)


def test_nothing_was_sent_twice(running: Live) -> None:
    """After all of it the books are in order."""
    running.settle()
    assert running.sandbox.control("audit")["problems"] == []
