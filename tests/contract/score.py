"""How many of their authors' own cases do the clients pass against the sandbox, and why not all?

A counterpart of a python-quickbooks case is one test; node-quickbooks' cases are counted inside a
test, which hands them on as properties.
"""

from __future__ import annotations

import pytest

COUNTERPARTS = "tests/contract/test_pyqb_"
NODE_CASES, NODE_PASSED = "node-quickbooks cases", "node-quickbooks cases that pass"
LEFT_OUT = "cdc.js and charge.js left out"
OUTCOMES = ("passed", "failed", "error", "skipped")


def lines(reporter: pytest.TerminalReporter) -> list[str]:
    """Nothing when no client was tried."""
    return [*_python(reporter), *_node(reporter)]


def _python(reporter: pytest.TerminalReporter) -> list[str]:
    ours = {
        outcome: [report for report in reporter.getreports(outcome) if _counts(report)]
        for outcome in OUTCOMES
    }
    total = sum(map(len, ours.values()))
    if not total:
        return []
    head = f"python-quickbooks: {len(ours['passed'])} of {total} upstream cases pass"
    others = (
        f"  {outcome}: {report.nodeid.removeprefix(COUNTERPARTS)}{_reason(report)}"
        for outcome in OUTCOMES[1:]
        for report in ours[outcome]
    )
    return [head, *others]


def _counts(report: pytest.TestReport) -> bool:
    """A passed fixture is no passed case; one that is skipped or fails before its call is."""
    about_a_case = report.nodeid.startswith(COUNTERPARTS)
    return about_a_case and (report.when == "call" or not report.passed)


def _reason(report: pytest.TestReport) -> str:
    """`longrepr` of a skipped test is (file, line, "Skipped: why")."""
    if isinstance(report.longrepr, tuple):
        return f" ({report.longrepr[2].removeprefix('Skipped: ')})"
    return ""


def _node(reporter: pytest.TerminalReporter) -> list[str]:
    """Properties come once per report of a test's call, passed or failed."""
    calls = [r for kind in ("passed", "failed") for r in reporter.getreports(kind)]
    properties = [dict(report.user_properties) for report in calls if report.when == "call"]
    total = sum(int(str(known.get(NODE_CASES, 0))) for known in properties)
    passed = sum(int(str(known.get(NODE_PASSED, 0))) for known in properties)
    return (
        [f"node-quickbooks: {passed} of {total} upstream cases pass, {LEFT_OUT}"] if total else []
    )
