"""What a mutant is, in one line: where, what stood there and what stands there now."""

from __future__ import annotations

import difflib


def change(was: str, became: str) -> str:
    """``31: if scaled != whole -> if scaled == whole``, for as many lines as differ."""
    before, after = was.splitlines(), became.splitlines()
    found = difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    return "; ".join(
        f"{start + 1}: {_words(before[start:end])} -> {_words(after[new:new_end])}"
        for kind, start, end, new, new_end in found
        if kind != "equal"
    )


def _words(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)
