"""Is this a password to keep?

By NIST SP 800-63B and OWASP ASVS: length counts, composition does not, and what everybody tries
first is refused. The list of those comes with zxcvbn, so that nothing is asked of the network.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from flask_babel import gettext

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 200
SHORTEST_WORD_OF_ONES_OWN = 4


def wrong_with(password: str, own_words: Iterable[str] = ()) -> str | None:
    """What to tell the person, or None. ``own_words``: the e-mail address, name and firm."""
    if len(password) < MINIMUM_LENGTH:
        return gettext("Use at least %(n)s characters.", n=MINIMUM_LENGTH)
    if len(password) > MAXIMUM_LENGTH:
        return gettext("Use %(n)s characters or fewer.", n=MAXIMUM_LENGTH)
    if is_well_known(password):
        return gettext("Many people use this password, so it is tried first. Choose another.")
    if _is_one_of(own_words, password):
        return gettext("This is your name, address or firm. Choose something nobody can look up.")
    return None


def is_well_known(password: str) -> bool:
    """Among the 30,000 most used of those that were breached, in any case."""
    return password.casefold() in _breached()


def _is_one_of(words: Iterable[str], password: str) -> bool:
    """One of these words, give or take digits and signs: ``alder-pine2026``."""
    core = _letters(password)
    own = (part for word in words for part in (word, *word.split("@")))
    return any(
        len(_letters(part)) >= SHORTEST_WORD_OF_ONES_OWN and _letters(part) == core for part in own
    )


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalpha())


@cache
def _breached() -> frozenset[str]:
    # Imported late: only who chooses a password needs it, and it takes a while to load.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
