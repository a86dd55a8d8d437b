"""``make guards``: take each guard against a fault away, and see the fault's test go red.

A test that stays green without the guard proves nothing. Where two guards stand behind each other
(the look-up and the request id, say), the test named is one in which only this guard is left.
Prints a JSON line per guard; the exit code is 1 where a test stayed green, or a guard is not where
it is said to be. ``ONLY=7`` tries those of one row of the fault matrix.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.copies import PYTEST, copy_to

FAILED = 1
"""pytest's exit code where tests ran and failed; anything else is no proof."""

FAULTS, ENGINE = "tests/faults", "tests/quickbooks"
OUTBOX, CONNECTION = "webapp/models/outbox.py", "webapp/models/connection.py"
QUICKBOOKS = "webapp/quickbooks"
WEBHOOKS = "tests/views/test_webhooks.py"


@dataclass(frozen=True)
class Guard:
    row: int
    """Of the fault matrix: see docs/faults.md."""
    file: str
    guard: str
    without: str
    test: str


LEASE_IS_OVER = (
    '        (Connection.slice_until.is_(None)) | (Connection.slice_until <= bindparam("now")),\n'
)
GUARDS = (
    Guard(
        1,
        CONNECTION,
        LEASE_IS_OVER,
        "        Connection.slice_until.is_(None),\n",
        f"{FAULTS}/test_crashes.py::test_worker_killed_before_giving_back_its_lease"
        "_holds_the_firm_only_so_long",
    ),
    Guard(
        1,
        "webapp/models/record.py",
        "        db.session.flush()\n",
        "        db.session.commit()\n",
        f"{FAULTS}/test_crashes_on_the_way_in.py"
        "::test_record_killed_on_its_way_in_is_wholly_there_or_not_at_all[row-create]",
    ),
    Guard(
        1,
        OUTBOX,
        "        self.state, self.sent_at = SENT, now\n",
        "        self.state, self.sent_at = DONE, now\n",
        f"{FAULTS}/test_crashes.py"
        "::test_killed_worker_leaves_nothing_lost_and_nothing_twice[sending-create]",
    ),
    Guard(
        2,
        f"{QUICKBOOKS}/sync.py",
        "    except RedisError as error:\n",
        "    except ZeroDivisionError as error:\n",
        f"{FAULTS}/test_nth_call.py"
        "::test_call_that_fails_costs_a_retry_and_nothing_else[in the worker-redis]",
    ),
    Guard(
        2,
        "webapp/hints.py",
        '    except RedisError as error:\n        log.warning("hint_lost"',
        '    except ZeroDivisionError as error:\n        log.warning("hint_lost"',
        f"{FAULTS}/test_nth_call.py"
        "::test_call_that_fails_costs_a_retry_and_nothing_else[on the way in-redis]",
    ),
    Guard(
        3,
        f"{QUICKBOOKS}/flight.py",
        "request.body, request.request_id)\n",
        'request.body, f"{time.monotonic()}")\n',
        f"{ENGINE}/test_sync_unknown.py::test_create_is_replayed_where_the_look_up_lags",
    ),
    Guard(
        4,
        OUTBOX,
        "        self.due_at = now + settle_after\n",
        "        self.due_at = now\n",
        f"{ENGINE}/test_sync_unknown.py::test_nothing_is_sent_again_before_the_cutoff",
    ),
    Guard(
        5,
        f"{QUICKBOOKS}/lookup.py",
        "    return found\n",
        "    return {}\n",
        f"{ENGINE}/test_sync_unknown.py::test_create_is_found_where_request_ids_are_ignored",
    ),
    Guard(
        6,
        CONNECTION,
        'Connection.slice_fence == bindparam("fence")',
        'Connection.slice_fence >= bindparam("fence")',
        "tests/models/test_slices.py::test_worker_that_was_taken_over_may_write_nothing",
    ),
    Guard(
        6,
        f"{QUICKBOOKS}/flight.py",
        "    if time.monotonic() > flight.send_by:\n",
        "    if False:\n",
        f"{FAULTS}/test_programs.py::test_worker_that_hung_before_sending_does_not_send_late",
    ),
    Guard(
        6,
        f"{QUICKBOOKS}/flight.py",
        "_not_to_go(flight, company) or _held_up(flight)",
        "_held_up(flight) or _not_to_go(flight, company)",
        f"{FAULTS}/test_programs.py"
        "::test_worker_that_hung_before_sending_does_not_send_late[asked]",
    ),
    Guard(
        7,
        f"{QUICKBOOKS}/plan.py",
        "if entry.picked > outbox.CRASHES_ALLOWED:",
        "if False:",
        f"{FAULTS}/test_killers.py"
        "::test_record_that_kills_its_workers_is_set_aside_and_its_neighbours_go",
    ),
    Guard(
        7,
        f"{QUICKBOOKS}/unsettled.py",
        "if entry.picked > outbox.CRASHES_ALLOWED]",
        "if False]",
        f"{FAULTS}/test_killers.py"
        "::test_record_that_kills_its_workers_is_set_aside_and_its_neighbours_go[sending-sending]",
    ),
    Guard(
        7,
        OUTBOX,
        "        return self.sent_at is not None\n",
        "        return self.state == SENT\n",
        f"{FAULTS}/test_killers.py"
        "::test_set_aside_with_a_request_out_is_looked_for_before_it_is_sent_again[resynced]",
    ),
    Guard(
        7,
        f"{QUICKBOOKS}/sync.py",
        "        if alone and self._on_their_way():\n",
        "        if False:\n",
        f"{FAULTS}/test_killers.py::test_suspects_are_looked_for_one_at_a_time",
    ),
    Guard(
        8,
        "jobs/schedule.py",
        '        Task("sweep", app.config["SWEEP_EVERY_S"], sweep.sweep),\n',
        "",
        f"{FAULTS}/test_redis.py::test_work_resumes_after_redis_was_in_trouble[go_down]",
    ),
    Guard(
        8,
        "webapp/__init__.py",
        'app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True',
        'app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = False',
        f"{FAULTS}/test_redis.py::test_people_sign_in_and_pages_open_without_redis",
    ),
    Guard(
        9,
        CONNECTION,
        LEASE_IS_OVER,
        "",
        f"{ENGINE}/test_wishes_meanwhile.py"
        "::test_what_came_during_a_slice_is_left_as_what_it_is[True]",
    ),
    Guard(
        13,
        "webapp/database.py",
        "    with session.no_autoflush:  # asking the time is no reason to write half a change\n",
        "    return datetime.now(UTC)\n    with session.no_autoflush:\n",
        f"{FAULTS}/test_clocks.py::test_no_host_is_early_or_late_by_its_own_clock",
    ),
    Guard(
        14,
        f"{QUICKBOOKS}/tokens.py",
        "    return bool(taken)\n",
        "    return True\n",
        f"{FAULTS}/test_sign_in.py::test_twenty_processes_make_one_refresh",
    ),
    Guard(
        15,
        f"{QUICKBOOKS}/tokens.py",
        '    lose_sign_in(firm_id, "refresh_refused")\n',
        "",
        f"{FAULTS}/test_sign_in.py",
    ),
    Guard(
        16,
        f"{QUICKBOOKS}/tokens.py",
        "    for _attempt in range(2):\n",
        "    for _attempt in range(1):\n",
        f"{ENGINE}/test_tokens.py",
    ),
    Guard(
        17,
        f"{QUICKBOOKS}/health.py",
        "        _rest(connection, now + timedelta(seconds=error.retry_after_s))\n",
        "",
        f"{ENGINE}/test_sync_company.py"
        "::test_throttled_company_waits_even_where_redis_forgot_its_pause",
    ),
    Guard(
        18,
        f"{QUICKBOOKS}/client.py",
        "        if time.monotonic() > give_up:\n",
        "        if False:\n",
        f"{ENGINE}/test_client.py::test_slow_drip_frees_its_worker_in_time",
    ),
    Guard(
        19,
        "webapp/models/webhook.py",
        '        insert(model).on_conflict_do_nothing(index_elements=["key"]),\n',
        "        insert(model),\n",
        f"{WEBHOOKS}::test_same_webhook_a_hundred_times_at_once_is_one_event[cloudevents]",
    ),
    Guard(
        20,
        "webapp/stripe/facts.py",
        "    if _rank(told.kind, said) <= _rank(told.kind, known):\n",
        "    if True:\n",
        "tests/stripe/test_any_order.py"
        "::test_order_does_not_matter_while_stripe_cannot_be_asked[refund that fails]",
    ),
    Guard(
        21,
        f"{QUICKBOOKS}/hearing.py",
        "    return read_to is None or read_to <= now - period(connection, now)\n",
        "    return read_to is None\n",
        f"{ENGINE}/test_changes_reading.py::test_lost_webhook_is_repaired_within_one_period",
    ),
    Guard(
        22,
        f"{QUICKBOOKS}/webhooks.py",
        "    if not whole:\n",
        "    if False:\n",
        f"{WEBHOOKS}::test_signed_nonsense_is_set_aside_and_the_next_accepted[1]",
    ),
    Guard(
        23,
        f"{QUICKBOOKS}/hearing.py",
        "        connection = connections.get(realm_id)\n",
        "        connection = next(iter(connections.values()), None)\n",
        f"{ENGINE}/test_changes_reading.py::test_each_event_of_a_mixed_body_reaches_its_own_firm",
    ),
    Guard(
        24,
        f"{QUICKBOOKS}/refusals.py",
        "    if facts.edited(own_voids.expected(record, link.known, now), now):\n",
        "    if False:\n",
        f"{ENGINE}/test_sync_conflicts.py::test_persons_edit_is_not_overwritten_but_shown",
    ),
    Guard(
        24,
        f"{QUICKBOOKS}/absences.py",
        "bodies.append(company.find(entity, id_) or ",
        "bodies.append(",
        f"{ENGINE}/test_changes_unseen.py::test_what_a_lagging_query_does_not_show_is_not_gone",
    ),
    Guard(
        25,
        OUTBOX,
        "        if self.state != SENT:\n            self.set_ready()\n",
        "        if True:\n            self.set_ready()\n",
        f"{FAULTS}/test_double_clicks.py"
        "::test_resync_while_its_answer_is_outstanding_asks_nothing_anew",
    ),
    Guard(
        26,
        f"{QUICKBOOKS}/connection.py",
        "    connection.forget_tokens()\n",
        "",
        f"{FAULTS}/test_programs.py::test_nothing_is_sent_after_disconnecting_in_the_middle",
    ),
    Guard(
        27,
        f"{QUICKBOOKS}/sync.py",
        "            while self._on_their_way():\n",
        "            while False:\n",
        f"{ENGINE}/test_wishes_meanwhile.py"
        "::test_what_came_during_a_slice_is_left_as_what_it_is[True]",
    ),
)


def main() -> int:
    only = os.environ.get("ONLY")
    wanted = [guard for guard in GUARDS if not only or guard.row == int(only)]
    with tempfile.TemporaryDirectory(prefix="guards-") as name:
        copy_to(Path(name))
        verdicts = [_try(Path(name), guard) for guard in wanted]
    return int(set(verdicts) != {"red"})


def _try(copy: Path, guard: Guard) -> str:
    file = copy / guard.file
    source = file.read_text()
    if source.count(guard.guard) != 1:
        verdict = f"is there {source.count(guard.guard)} times"
    else:
        file.write_text(source.replace(guard.guard, guard.without))
        verdict = _judge(copy, guard.test)
        file.write_text(source)
    said = {"row": guard.row, "guard": guard.file, "test": guard.test, "verdict": verdict}
    print(json.dumps(said), flush=True)
    return verdict


def _judge(copy: Path, test: str) -> str:
    code = subprocess.run([*PYTEST, test], cwd=copy, capture_output=True).returncode
    return {0: "green", FAILED: "red"}.get(code, f"pytest ended with {code}")


if __name__ == "__main__":
    sys.exit(main())
