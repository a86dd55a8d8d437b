"""TimeActivity, as upstream's tests/integration/test_timeactivity.py uses it."""

from __future__ import annotations

from datetime import datetime

from quickbooks import QuickBooks
from quickbooks.helpers import qb_datetime_utc_offset_format
from quickbooks.objects import Employee, TimeActivity

from tests.contract.objects import first, reread, saved, values_of


def moment(hour: int) -> str:
    return str(qb_datetime_utc_offset_format(datetime(2026, 7, 22, hour), "-07:00"))


def test_create(qb: QuickBooks) -> None:
    employee = first(qb, Employee)
    fields = {"NameOf": "Employee", "Description": "Marking", "CostRate": 50.0}
    span = {"StartTime": moment(10), "EndTime": moment(11)}
    activity = saved(qb, TimeActivity, EmployeeRef=employee.to_ref(), **span, **fields)
    after = reread(qb, activity)
    assert values_of(after, fields) == fields
    assert after.EmployeeRef.value == employee.Id


def test_update(qb: QuickBooks) -> None:
    activity = first(qb, TimeActivity)
    fields = {"Description": "Marking, twice", "CostRate": 75.0}
    for name, value in fields.items():
        setattr(activity, name, value)
    activity.save(qb=qb)
    assert values_of(reread(qb, activity), fields) == fields
