"""What is a transaction's DocNumber, and may it be used?

Intuit: with `CustomTxnNumbers` on an omitted number stays empty; with it off QuickBooks takes the
last number and adds one. A duplicate is refused only with custom numbers on and the company's
warning on; a bill's always.
"""

from __future__ import annotations

import re
from datetime import timedelta

from sandbox import errors
from sandbox.company import Draft
from sandbox.entities import Entity
from sandbox.records import Record, number_space
from sandbox.switches import Switches
from sandbox.wire import Body

NUMBERED = {"Invoice", "SalesReceipt", "RefundReceipt", "CreditMemo", "Estimate"}
CHECKED = {*NUMBERED, "Purchase", "BillPayment", "JournalEntry"}
FIRST = "1001"
FORCE = "AUTO_GENERATE"


def settle(
    draft: Draft,
    entity: Entity,
    body: Body,
    before: Record | None,
    switches: Switches,
    allow_duplicate: bool,
) -> None:
    """Assign a number if one is due, and refuse a taken one (6140)."""
    if "DocNumber" not in entity.fields or entity.name == "Payment":
        return
    custom = bool(draft.company.preference("SalesFormsPrefs", "CustomTxnNumbers"))
    missing = not body.get("DocNumber")
    if (before is None and missing and not custom and entity.name in NUMBERED) or body.get(
        "DocNumber"
    ) == FORCE:
        body["DocNumber"] = following(draft.company.last_numbers.get(entity.name))
    elif not missing and not allow_duplicate and _is_checked(entity, custom, switches):
        _refuse_taken(draft, entity, body["DocNumber"], before, switches)
    if before is None and body.get("DocNumber"):
        _remember(draft, entity, body["DocNumber"])


def _is_checked(entity: Entity, custom: bool, switches: Switches) -> bool:
    if entity.name == "Bill":
        return True
    return entity.name in CHECKED and custom and switches.docnumber_warning


def _refuse_taken(
    draft: Draft, entity: Entity, number: str, before: Record | None, switches: Switches
) -> None:
    if before is not None and before.body.get("DocNumber") == number:
        return
    key = (number_space(entity.name), number.casefold())
    unseen_since = draft.now - timedelta(seconds=switches.docnumber_race_s)
    for holder in draft.company.numbers.get(key, {}).values():
        if before is not None and (holder.entity, holder.id) == (before.entity, before.id):
            continue
        if switches.docnumber_case_sensitive and holder.body["DocNumber"] != number:
            continue
        if switches.docnumber_race_s and holder.created >= unseen_since:
            continue
        raise errors.duplicate_number(holder.body["DocNumber"], holder.entity, holder.id)


def following(last: str | None) -> str:
    """`APP-1000` -> `APP-1001`, `INV-0099` -> `INV-0100`; the first number of all is 1001."""
    if not last:
        return FIRST
    digits = re.search(r"(\d+)(\D*)$", last)
    if digits is None:
        return FIRST
    grown = str(int(digits[1]) + 1).zfill(len(digits[1]))
    number = last[: digits.start()] + grown + digits[2]
    return number if len(number) <= 21 else FIRST


def _remember(draft: Draft, entity: Entity, number: str) -> None:
    """The sequence follows the number created last; changing a number later does not move it."""
    draft.on_commit.append(lambda: draft.company.last_numbers.update({entity.name: number}))
