"""Whoever changes a guard hears of it here, not when `make guards` is run the next time."""

from __future__ import annotations

from tests.mutation.copies import ROOT
from tests.mutation.guards import GUARDS, Guard


def test_every_guard_is_where_it_is_said_to_be() -> None:
    places = {(guard.file, guard.guard): (ROOT / guard.file).read_text() for guard in GUARDS}
    lost = [place for place, source in places.items() if source.count(place[1]) != 1]
    assert lost == []


def test_every_guard_has_its_test() -> None:
    assert [guard.test for guard in GUARDS if not _is_there(guard)] == []


def _is_there(guard: Guard) -> bool:
    file, _, case = guard.test.partition("::")
    name = case.partition("[")[0]
    return f"def {name}" in (ROOT / file).read_text()
