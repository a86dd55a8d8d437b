"""Which tests stay together where several processes share them (pytest-xdist)?

Those of a file, since they share what is dear to set up. The cases of the long matrices share
nothing: they are dealt one by one, and come last, since the queue begins with the longest units.
So no process is left with one file of them when the others have nothing more to do.
"""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

MATRICES = (
    "tests/faults/test_crashes",
    "tests/faults/test_nth_call",
    "tests/faults/test_any_order",
    "tests/faults/test_programs",
    "tests/stripe/test_any_order",
    "tests/security/test_naughty_strings",
    "tests/api/test_document",
)


class Dealing(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(MATRICES) else super()._split_scope(nodeid)
