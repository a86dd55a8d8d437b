"""Every cause that a person can end: broken in QuickBooks to begin with, synced by clicks alone.

All of it is broken together, before the first click, so that one running program and one signed-in
browser serve every journey.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.journeys import company
from tests.browser.journeys.ending import ENDS_WITHIN_S, open_issues, state_of, wait_for_end
from tests.browser.journeys.hand import Hand
from tests.browser.journeys.scene import Scene
from tests.browser.journeys.table import JOURNEYS, Journey
from tests.browser.live import Json, Live
from webapp.quickbooks.causes import CAUSES

BY_ITSELF = {"busy", "company_locked", "duplicate_request", "access_expired"}
"""No person has to do anything."""

OURS = {"value_missing", "number_format", "amount_mismatch", "unsupported_value"} | {
    "operation_unsupported",
    "stopped_worker",
}
"""Mistakes of Cuadra."""

OF_THE_COMPANY = {walk.cause for walk in (*company.STOPS, *company.SET_UP)}
"""These concern the company as a whole, so they come one after the other: see ``test_company``."""

ELSEWHERE = {"link_undone", "lost_in_reset"}
"""The one takes a person who undid a link: see ``test_people``. The other is left by a reset: see
``company.set_up_again_and_resync``."""

NOT_MET = {"no_number"}
"""The local QuickBooks never leaves out a number that was sent: see ``test_sync_conflicts``."""


def test_every_cause_has_its_journey_or_a_reason_for_none() -> None:
    walked = {journey.cause for journey in JOURNEYS}
    others = BY_ITSELF | OURS | OF_THE_COMPANY | ELSEWHERE | NOT_MET
    assert walked.isdisjoint(others)
    assert walked | others == CAUSES.keys()


@dataclass
class Broken:
    scene: Scene
    record: int
    issue: Json | None


@pytest.fixture(scope="module")
def all_broken(running: Live) -> dict[str, Broken]:
    """By the journey's id."""
    running.hear_of_changes(True)
    running.sandbox.control("switches", {"webhook_merge_field": "none"})  # else a link just follows
    client, service = running.account("Marlow Dental"), running.service("Old item")
    card = {"Name": "Credit Card", "Type": "NON_CREDIT_CARD"}
    running.sandbox.control("objects", {"entity": "PaymentMethod", "fields": card})
    running.sandbox.control("close-books", {"date": "2024-12-31"})
    scenes = {j.id: Scene(running, j.id.replace("_", " "), client, service) for j in JOURNEYS}
    for journey in JOURNEYS:
        journey.before(scenes[journey.id])
    know_of(running, scenes["no_customer-link"].customer("the last of them"))
    running.settle()
    records = {journey.id: journey.make(scenes[journey.id]) for journey in JOURNEYS}
    running.settle()
    for journey in JOURNEYS:
        journey.after(scenes[journey.id], records[journey.id])
    running.settle()
    wait_for_issues(running, records)
    running.hear_of_changes(False)
    issues = open_issues(running)
    return {
        j.id: Broken(scenes[j.id], records[j.id], issues.get((j.kind, records[j.id])))
        for j in JOURNEYS
    }


def know_of(running: Live, customer: str) -> None:
    """Cuadra hears of what is new in QuickBooks in order: of this customer last."""
    known = "customers?q=the%20last"
    running.wait(lambda: customer in str(running.api(known)), "the customers to be known")


def wait_for_issues(running: Live, records: dict[str, int]) -> None:
    """What happens over there is heard of in its own time."""
    wanted = {(j.kind, records[j.id], j.cause) for j in JOURNEYS}
    deadline = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < deadline:
        found = {(*key, issue["cause"]) for key, issue in open_issues(running).items()}
        if wanted <= found:
            return
        running.sandbox.control("webhooks/resend", {})  # QuickBooks repeats itself, too
        time.sleep(2)


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.id)
def test_what_was_broken_is_synced_by_clicks(
    all_broken: dict[str, Broken], page: Page, journey: Journey
) -> None:
    broken = all_broken[journey.id]
    assert broken.issue is not None, state_of(broken.scene, journey.kind, broken.record)
    assert broken.issue["cause"] == journey.cause
    hand = Hand(page, journey.kind, broken.issue["id"])
    expect(hand.look(journey.cause)).to_be_visible()
    if journey.mended:
        broken.scene.mend()
    journey.clicks(hand, broken.scene)
    wait_for_end(broken.scene, journey.kind, broken.record, journey.ends)
