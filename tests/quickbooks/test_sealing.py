"""Secrets at rest: whom they open for. No application needed."""

from __future__ import annotations

import pytest

from webapp.sealing import CannotUnseal, Sealer

OLD, NEW = "old-key-0123456789-0123456789-0123", "new-key-0123456789-0123456789-0123"


def test_sealed_secret_opens_for_its_owner() -> None:
    sealer = Sealer([NEW])
    assert sealer.unseal(sealer.seal("sécret", "firm:1"), "firm:1") == "sécret"


def test_sealing_twice_gives_different_bytes() -> None:
    sealer = Sealer([NEW])
    assert sealer.seal("secret", "firm:1") != sealer.seal("secret", "firm:1")


def test_secret_of_one_firm_does_not_open_for_another() -> None:
    sealer = Sealer([NEW])
    with pytest.raises(CannotUnseal):
        sealer.unseal(sealer.seal("secret", "firm:1"), "firm:2")


def test_keys_can_be_rotated() -> None:
    sealed = Sealer([OLD]).seal("secret", "firm:1")
    assert Sealer([NEW, OLD]).unseal(sealed, "firm:1") == "secret"
    resealed = Sealer([NEW, OLD]).seal("secret", "firm:1")
    assert Sealer([NEW]).unseal(resealed, "firm:1") == "secret"


def test_wrong_key_fails_closed() -> None:
    with pytest.raises(CannotUnseal):
        Sealer([NEW]).unseal(Sealer([OLD]).seal("secret", "firm:1"), "firm:1")


@pytest.mark.parametrize("position", [0, 1, 6, 20, -1])
def test_single_changed_byte_is_noticed(position: int) -> None:
    sealer = Sealer([NEW])
    sealed = bytearray(sealer.seal("secret", "firm:1"))
    sealed[position] ^= 1
    with pytest.raises(CannotUnseal):
        sealer.unseal(bytes(sealed), "firm:1")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"plain text"])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotUnseal):
        Sealer([NEW]).unseal(sealed, "firm:1")
