"""Does every cause say, in both languages, what happened and what to do, whatever is known?"""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.languages import LANGUAGES
from webapp.models.record import KINDS
from webapp.quickbooks.causes import (
    CAUSES,
    UNKNOWN,
    actions_of,
    advice,
    all_keys,
    classify,
    describe,
    title,
)
from webapp.quickbooks.causes.cause import ACTIONS, wordings
from webapp.quickbooks.errors import Fault
from webapp.quickbooks.facts import ANSWERED

CATALOGUE = Path(__file__).parents[2] / "webapp/translations/es/LC_MESSAGES/messages.po"


@pytest.fixture(scope="module", autouse=True)
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An application that speaks the committed catalogue, compiled or not."""
    folder = tmp_path_factory.mktemp("translations")
    compiled = folder / "es/LC_MESSAGES/messages.mo"
    compiled.parent.mkdir(parents=True)
    with CATALOGUE.open("rb") as source, compiled.open("wb") as target:
        write_mo(target, read_po(source, locale="es"))
    app = Flask(__name__)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)
    Babel(app)
    with app.test_request_context():
        yield


ALL_FACTS = {
    "n": "1042",
    "next": "1043",
    "holder": "Pinecrest Builders",
    "client": "Rosa Quintero",
    "customer": "Tran Family LLC",
    "service": "Payroll",
    "item": "Payroll (old)",
    "account": "clearing",
    "company": "Hale & Ortiz",
    "closed_to": "2026-06-30",
    "ours": "$1,120.00",
    "theirs": "$1,020.00",
    "time": "2:45 p. m.",
    "line": 3,
    "limit": "100",
    "length": "120",
    "value": "58",
    "field": "number, total",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facts", [{}, ALL_FACTS], ids=["nothing known", "all known"])
@pytest.mark.parametrize("key", CAUSES)
def test_every_cause_has_whole_sentences(key: str, facts: dict, language: str) -> None:
    with force_locale(language):
        said = describe(key, facts, "invoice")
    assert said.cause
    assert not said.cause.endswith(".")
    assert said.fix.endswith(".")
    assert not said.detail or said.detail.endswith(".")
    assert "%" not in said.cause + said.detail + said.fix


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_causes_read_the_same(language: str) -> None:
    with force_locale(language):
        causes = [describe(key, {}, "invoice").cause for key in CAUSES]
        titles = [title(key) for key in CAUSES]
    assert len(set(causes)) == len(causes)
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fix_is_the_catch_alls_nor_sends_to_support(language: str) -> None:
    with force_locale(language):
        fixes = {key: describe(key, {}, "invoice").fix for key in CAUSES if key != UNKNOWN}
        catch_all = describe(UNKNOWN, {}, "invoice").fix
    assert catch_all not in fixes.values()
    assert not [key for key, fix in fixes.items() if "support" in fix or "soporte" in fix]


@pytest.mark.parametrize("key", CAUSES)
def test_spanish_is_not_english(key: str) -> None:
    said = {}
    for language in LANGUAGES:
        with force_locale(language):
            said[language] = describe(key, ALL_FACTS, "invoice")
    assert said["en"].cause != said["es"].cause
    assert said["en"].fix != said["es"].fix


@pytest.mark.parametrize("key", CAUSES)
def test_plainest_wording_needs_no_fact(key: str) -> None:
    cause = CAUSES[key]
    for sentence in (cause.cause, cause.fix):
        plainest = str(wordings(sentence)[-1]).replace("%(this)s", "")
        assert "%(" not in plainest


def test_number_taken_names_both_numbers_and_the_holder() -> None:
    facts = {"n": "1042", "next": "1043", "holder": "Pinecrest Builders"}
    said = describe("dup_number", facts, "invoice")
    assert said.cause == "Number 1042 is already used in QuickBooks"
    assert said.detail == "It belongs to an invoice of Pinecrest Builders."
    assert said.fix == "Change the number to 1043, then resync."
    with force_locale("es"):
        said = describe("dup_number", facts, "invoice")
    assert said.cause == "El número 1042 ya existe en QuickBooks"
    assert said.fix == "Cambie el número a 1043 y resincronice."


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("en", "QuickBooks is closed up to Jun 30, 2026."),
        ("es", "QuickBooks está cerrado hasta el 30 jun 2026."),
    ],
)
def test_day_is_written_for_the_reader(language: str, detail: str) -> None:
    with force_locale(language):
        assert describe("closed", {"closed_to": "2026-06-30"}, "invoice").detail == detail


@pytest.mark.parametrize("day", [None, "", "soon", "2026-02-30", 20260630])
def test_day_that_makes_no_sense_is_left_out(day: object) -> None:
    assert describe("closed", {"closed_to": day}, "invoice").detail == ""


def test_fields_are_named_for_the_reader() -> None:
    assert describe("differs", {"field": "number, total"}, "invoice").detail == (
        "It differs in the number, the total."
    )
    assert describe("differs", {"field": "number, Nonsense"}, "invoice").detail == ""


@pytest.mark.parametrize("entity", ANSWERED)
def test_every_fact_that_can_differ_has_a_name(entity: str) -> None:
    assert describe("differs", {"field": ", ".join(ANSWERED[entity])}, "invoice").detail


def test_facts_are_not_taken_for_placeholders() -> None:
    said = describe("dup_number", {"n": "%(next)s 100%", "next": "1"}, "invoice")
    assert said.cause == "Number %(next)s 100% is already used in QuickBooks"


def test_a_cause_nobody_has_seen_reads_as_the_catch_all_and_has_advice() -> None:
    assert describe("nonsense", {}, "invoice") == describe(UNKNOWN, {}, "invoice")
    assert advice("nonsense") == advice(UNKNOWN) != ""
    assert advice("dup_number") == ""


# -- actions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind in KINDS for key in all_keys(kind)])
def test_every_cause_offers_something_that_can_be_done(kind: str, key: str) -> None:
    offered = actions_of(key, kind)
    assert offered
    assert set(offered) <= set(ACTIONS)
    assert ("delete" in offered) is (kind == "service")
    assert ("stop-syncing" in offered) is (kind == "account")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["edited", "differs", "record_deleted", "voided"])
def test_what_was_changed_there_is_never_just_sent_again(key: str, kind: str) -> None:
    assert "resync" not in actions_of(key, kind, linked=True)


def test_customer_that_was_merged_away_is_made_anew_never_active_again() -> None:
    """Intuit: the one that lost is no more; and the one that stays may be another client's."""
    offered = actions_of("customer_merged", "account", linked=True)
    assert {"link", "create-customer"} <= set(offered)
    assert "reactivate" not in offered
    assert "reactivate" in actions_of("customer_deleted", "account", linked=True)


def test_an_account_is_resynced_only_when_it_is_linked() -> None:
    assert "resync" not in actions_of("email_invalid", "account")
    assert "resync" in actions_of("email_invalid", "account", linked=True)


def test_a_second_customer_is_offered_only_when_the_first_is_gone() -> None:
    assert "create-customer" not in actions_of("email_invalid", "account", linked=True)
    assert "create-customer" in actions_of("customer_deleted", "account", linked=True)
    assert "create-customer" in actions_of("no_customer", "account")


def test_a_taken_number_is_replaced_or_its_holder_linked() -> None:
    assert actions_of("dup_number", "invoice") == ("use-number", "link", "resync")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_have_the_catch_all_and_lists_it_last(kind: str) -> None:
    assert all_keys(kind)[-1] == UNKNOWN
    assert ("dup_number" in all_keys(kind)) is (kind == "invoice")


# -- anything at all -------------------------------------------------------------------------------

ANYTHING = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())


@given(
    key=st.sampled_from(sorted(CAUSES)) | st.text(),
    facts=st.dictionaries(st.sampled_from(sorted(ALL_FACTS)) | st.text(), ANYTHING),
    kind=st.sampled_from(KINDS) | st.text(),
    language=st.sampled_from(LANGUAGES),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_facts_can_be_described(key: str, facts: dict, kind: str, language: str) -> None:
    with force_locale(language):
        said = describe(key, facts, kind)
    assert said.cause
    assert said.fix


@given(detail=st.text(alphabet=string.printable), kind=st.sampled_from(KINDS))
def test_any_fault_can_be_described(detail: str, kind: str) -> None:
    cause, facts = classify(Fault("6140", detail=detail), kind, "create")
    assert describe(cause, facts, kind).cause
