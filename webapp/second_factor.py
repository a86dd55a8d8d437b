"""The second factor of a sign-in: codes of an app (RFC 6238), and recovery codes without it.

Six digits, 30 seconds, SHA-1: what every app speaks. A code of the step before or after is taken as
well, since clocks differ; no code is taken twice, nor one older than the last that was.
"""

from __future__ import annotations

import secrets

import pyotp
import segno
from flask import current_app
from sqlalchemy import delete, func, select, update

from webapp.database import change
from webapp.extensions import db
from webapp.models import Person, RecoveryCode, SecondFactor
from webapp.models.columns import utc_now
from webapp.models.digest import digest
from webapp.sealing import Sealer

ISSUER = "Cuadra"
STEP_S = 30
DIGITS = 6
TOLERATED_STEPS = (0, -1, 1)

RECOVERY_CODES = 10
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters and digits that are taken for each other."""
RECOVERY_GROUPS, GROUP_LENGTH = 4, 6
"""118 bits in all: a plain hash keeps them."""


def is_on(person: Person) -> bool:
    factor = _of(person)
    return factor is not None and factor.on_since is not None


def set_up(person: Person) -> None:
    """A new secret, not asked for until ``turn_on``; the caller commits.

    Does nothing while the factor is on: that has to be turned off first.
    """
    factor = _of(person)
    if factor is not None and factor.on_since is not None:
        return
    if factor is None:
        factor = SecondFactor(person_id=person.id)
        db.session.add(factor)
    factor.secret = _sealer().seal(pyotp.random_base32(), _owner(person.id))


def secret_being_set_up(person: Person) -> str | None:
    """The secret in base32, for the app; None when nothing is being set up."""
    factor = _of(person)
    if factor is None or factor.on_since is not None:
        return None
    return _sealer().unseal(factor.secret, _owner(person.id))


def picture(person: Person, secret: str) -> str:
    """The QR code that an app reads, as an SVG without styles or scripts of its own."""
    address = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=ISSUER)
    return segno.make(address, error="m").svg_inline(
        scale=5, border=4, svgclass=None, lineclass=None, omitsize=True, dark="#000", light="#fff"
    )


def turn_on(person: Person, code: str) -> list[str] | None:
    """Ask for codes from now on; the recovery codes in clear, this once. None for a wrong code.

    The caller commits.
    """
    factor = _of(person)
    if factor is None or factor.on_since is not None or not _take_app_code(factor, code):
        return None
    factor.on_since = utc_now()
    return new_recovery_codes(person)


def new_recovery_codes(person: Person) -> list[str]:
    """Fresh ones in clear; the earlier ones are void. The caller commits."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(person_id=person.id, digest=digest(_bare(c))) for c in codes)
    return codes


def turn_off(person: Person) -> None:
    """Forget secret and recovery codes; the caller commits."""
    for table in (SecondFactor, RecoveryCode):
        db.session.execute(delete(table).where(table.person_id == person.id))


def take(person: Person, code: str) -> bool:
    """Is it the app's code, or a recovery code, not used before? It is used up by this.

    The caller commits. Of several who show the same code at once, one is believed.
    """
    factor = _of(person)
    if factor is None or factor.on_since is None:
        return False
    return _take_app_code(factor, code) or _take_recovery_code(person.id, code)


def recovery_codes_left(person: Person) -> int:
    unused = RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None)
    return db.session.scalar(select(func.count()).where(*unused)) or 0


def _take_app_code(factor: SecondFactor, code: str) -> bool:
    typed = "".join(code.split())
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return False
    step = _step_of(_sealer().unseal(factor.secret, _owner(factor.person_id)), typed)
    if step is None:
        return False
    newer = update(SecondFactor).where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
    return change(db.session(), newer.values(last_step=step)) == 1


def _step_of(secret: str, code: str) -> int | None:
    """The step whose code this is, near now."""
    app, now = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S), utc_now()
    current = int(now.timestamp()) // STEP_S
    fitting = [
        current + away
        for away in TOLERATED_STEPS
        if secrets.compare_digest(app.generate_otp(current + away), code)
    ]
    return fitting[0] if fitting else None


def _take_recovery_code(person_id: int, code: str) -> bool:
    unused = update(RecoveryCode).where(
        RecoveryCode.person_id == person_id,
        RecoveryCode.digest == digest(_bare(code)),
        RecoveryCode.used_at.is_(None),
    )
    return change(db.session(), unused.values(used_at=utc_now())) == 1


def _recovery_code() -> str:
    groups = (
        "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(GROUP_LENGTH))
        for _ in range(RECOVERY_GROUPS)
    )
    return "-".join(groups)


def _bare(code: str) -> str:
    """As people type it: case, spaces and hyphens do not count."""
    return "".join(char for char in code.lower() if char.isalnum())


def _of(person: Person) -> SecondFactor | None:
    return db.session.scalar(select(SecondFactor).where(SecondFactor.person_id == person.id))


def _sealer() -> Sealer:
    sealer: Sealer = current_app.extensions["sealer"]
    return sealer


def _owner(person_id: int) -> str:
    return f"person:{person_id}"
