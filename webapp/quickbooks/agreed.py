"""What had our record said when both sides last agreed? Only what is new since then is sent.

A link's ``known`` tells what QuickBooks held. Beside it stands what ours said otherwise at that
time, without anybody wanting to change it: the price of an item that was linked by its name, a due
date that QuickBooks filled in, an edit of theirs that a person kept. Without such a note
(``OTHERWISE``) all that differs is new.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from webapp.quickbooks.facts import OTHERWISE, Facts, contradicted, facts_of, told

CHOSEN_IN_SET_UP = ("account", "vendor", "lines", "expense_lines")
"""The facts that name what was chosen there, besides what the record itself says."""


@dataclass(frozen=True)
class Told:
    """The facts that a request was about, which of them its answer contradicts, and its facts."""

    facts: Facts
    contradicted: list[str]
    answered: Facts

    @classmethod
    def of(cls, entity: str, sent: Mapping[str, Any], answered: Mapping[str, Any]) -> Told:
        """Both are QuickBooks bodies."""
        said, theirs = told(entity, sent), facts_of(entity, answered)
        return cls(said, contradicted(entity, said, theirs), theirs)


def agreed(known: Facts, ours: Facts, except_for: Container[str] = ()) -> Facts:
    """``known``, with a note of what ours says otherwise; not of what is still to be settled.

    Of that, what set-up chose is noted as never said: else theirs would pass for set-up's choice
    of then (see ``earlier_choices``).
    """
    otherwise = {
        name: ours.get(name)
        for name in known.keys() | ours.keys()
        if ours.get(name) != known.get(name) and name not in except_for
    }
    unsaid = {name: None for name in CHOSEN_IN_SET_UP if name in except_for}
    return {**known, OTHERWISE: {**otherwise, **unsaid}}


def alike_by_now(known: Facts, ours: Facts) -> Facts:
    """``known``, without the notes of what ours said otherwise and says as theirs by now: it was
    changed to that here, so that changing it back is new."""
    otherwise = known.get(OTHERWISE, {})
    left = {n: said for n, said in otherwise.items() if ours.get(n) != known.get(n)}
    return known if left == otherwise else {**known, OTHERWISE: left}


def ours_in(known: Facts) -> Facts:
    """What our record said when this was noted."""
    said = {**known, **known.get(OTHERWISE, {})}
    return {name: value for name, value in said.items() if value is not None and name != OTHERWISE}


def before_edit(known: Facts, was: Facts) -> Facts:
    """``known``, with these facts as they were before somebody edited them."""
    kept = {name: value for name, value in {**known, **was}.items() if value is not None}
    otherwise = known.get(OTHERWISE, {})
    return {**kept, OTHERWISE: {n: said for n, said in otherwise.items() if n not in was}}


def seen_again(before: Facts, now: Facts) -> Facts:
    """Theirs is as ``now`` says, and ours as it was."""
    return agreed(now, ours_in(before)) if OTHERWISE in before else now


def accepted(before: Facts, request: Told) -> Facts:
    """A request was carried out, and they hold what its answer says.

    What it only repeated of theirs (see ``updates``) was not ours.
    """
    said = {name: value for name, value in request.facts.items() if value != before.get(name)}
    return agreed(request.answered, {**ours_in(before), **said}, request.contradicted)
