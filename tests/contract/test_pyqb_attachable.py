"""Attachable, as upstream's tests/integration/test_attachable.py uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quickbooks import QuickBooks
from quickbooks.objects import Attachable, AttachableRef, Vendor

from tests.contract.objects import built, reread, saved


def about(vendor: Vendor) -> list[AttachableRef]:
    return [built(AttachableRef, EntityRef=vendor.to_ref())]


def assert_file_of(qb: QuickBooks, vendor: Vendor, **content: Any) -> None:
    fields = {"FileName": "hours.txt", "ContentType": "text/plain"}
    attached = saved(qb, Attachable, AttachableRef=about(vendor), **fields, **content)
    after = reread(qb, attached)
    assert after.AttachableRef[0].EntityRef.value == vendor.Id
    assert after.FileName == "hours.txt"


def test_create_note(qb: QuickBooks, vendor: Vendor) -> None:
    note = saved(qb, Attachable, AttachableRef=about(vendor), Note="Rang twice")
    after = reread(qb, note)
    assert after.AttachableRef[0].EntityRef.value == vendor.Id
    assert after.Note == "Rang twice"


def test_update_note(qb: QuickBooks, vendor: Vendor) -> None:
    note = saved(qb, Attachable, AttachableRef=about(vendor), Note="Rang once")
    note.Note = "Rang three times"
    note.save(qb=qb)
    assert reread(qb, note).Note == "Rang three times"


def test_create_file(qb: QuickBooks, vendor: Vendor, tmp_path: Path) -> None:
    file = tmp_path / "hours.txt"
    file.write_text("Mon 2 h\nTue 3 h\n")
    assert_file_of(qb, vendor, _FilePath=str(file))


def test_create_file_from_bytes(qb: QuickBooks, vendor: Vendor) -> None:
    assert_file_of(qb, vendor, _FileBytes=b"Mon 2 h\nTue 3 h\n")
