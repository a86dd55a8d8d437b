"""When does the same again make no sense, or has a person to know that it is tried again and again?

Asked of a request whose object a look-up did not find. One company's outage must not open an issue
for each of its records, so it counts whether others got through meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from webapp.models import Attempt, Connection, Entry, Issue, Record
from webapp.quickbooks import attempt_log, causes, issues
from webapp.quickbooks.errors import DUPLICATE_CODES, Fault
from webapp.quickbooks.rejecting import DUPLICATE_REQUEST, reject

BELIEVED = 4
"""So many Faults in answer to one request id: had the first try been carried out, the id would have
brought its answer back. QuickBooks may go on saying the same to this id for ever."""
TOLD, TOLD_OF_A_LONE_ONE = 8, 20
"""So many unclear answers in a row are told, if others got through meanwhile; and if none did."""
BUSY = "busy"


def given_up(entry: Entry, record: Record, connection: Connection) -> bool:
    """Is it told or planned anew? False when the request is to be repeated. The caller commits."""
    if entry.failures < BELIEVED:
        return False
    if attempt_log.refused_with_its_company(record, entry.request_id, BELIEVED):
        _plan_anew(entry)
        return True
    unclear = attempt_log.unclear_in_a_row(record, TOLD_OF_A_LONE_ONE)
    faults = list(takewhile(attempt_log.is_fault, unclear))
    if sum(one.request_id == entry.request_id for one in faults) >= BELIEVED:
        last = attempt_log.fault_of(faults[0])
        _end(entry, record, last, often=_often(faults, connection))
        return True
    if _often(unclear, connection) and not Issue.unsettled_of(record):
        issues.open_issue(record, BUSY, {}, attempt_log.fault_of(unclear[0]))
    return False


def _often(answers: Sequence[Attempt], connection: Connection) -> bool:
    got_through = connection.last_success_at
    others = bool(answers and got_through and got_through > answers[-1].at)
    return len(answers) >= (TOLD if others else TOLD_OF_A_LONE_ONE)


def _end(entry: Entry, record: Record, fault: Fault, *, often: bool) -> None:
    """What QuickBooks calls a duplicate keeps its request id until the record is changed."""
    changed = entry.sent_version is not None and entry.sent_version < entry.wanted
    if fault.code.lstrip("0") in DUPLICATE_CODES and not changed:
        reject(entry, record, DUPLICATE_REQUEST, {}, fault)
    elif often:
        reject(entry, record, causes.UNKNOWN, {}, fault)
    else:
        _plan_anew(entry)


def _plan_anew(entry: Entry) -> None:
    in_batch = entry.batch_id is not None
    entry.plan_anew()
    entry.picked = 1 if in_batch else 0  # alone this time
