"""What a person can do with an issue: the same acts, by the same names, on the page and in the API.

``offered`` says which; ``performing`` does one and commits. Acts that only change our side
(``retrying``, ``deciding``, ``content``, ``matching``) leave the sending to the outbox; those of
``repairing`` change QuickBooks itself.
"""

from webapp.quickbooks.actions.case import ActionRefused
from webapp.quickbooks.actions.offered import (
    IGNORE,
    RESTORE,
    available,
    unsettled_among,
    why_not,
)
from webapp.quickbooks.actions.performing import perform

__all__ = [
    "IGNORE",
    "RESTORE",
    "ActionRefused",
    "available",
    "perform",
    "unsettled_among",
    "why_not",
]
