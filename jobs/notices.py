"""Mail that the scheduler sends: new causes every minute, the digest in each firm's morning, links
to a new password at once."""

from __future__ import annotations

from webapp import resets
from webapp.quickbooks import letters

NEW_CAUSES_EVERY_S = 60.0
"""Long enough for many records with one cause to become one line."""
DIGESTS_EVERY_S = 30.0
"""A thousand firms of one zone have one morning, and a time round does not last for all."""
RESETS_EVERY_S = 2.0
"""Somebody is waiting for it."""


def new_causes() -> int:
    return letters.send_new_causes()


def digests() -> int:
    return letters.send_digests()


def password_resets() -> int:
    return resets.send_due()
