"""What is a cause made of: its sentences, who can put it right, and the actions that help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from flask_babel.speaklater import LazyString

HERE, QUICKBOOKS, CONNECTION, US = "here", "quickbooks", "connection", "us"

RESYNC, SEND_OURS, KEEP_THEIRS = "resync", "send-ours", "keep-theirs"
RECREATE, LEAVE_OUT, USE_NUMBER = "recreate", "leave-out", "use-number"
LINK, CREATE_CUSTOMER, REACTIVATE = "link", "create-customer", "reactivate"
STOP_SYNCING, RENAME, DELETE = "stop-syncing", "rename", "delete"
SET_INCOME_ACCOUNT, ENABLE_CARD_METHOD = "set-income-account", "enable-card-method"

ACTIONS = (
    USE_NUMBER,
    ENABLE_CARD_METHOD,
    SET_INCOME_ACCOUNT,
    SEND_OURS,
    KEEP_THEIRS,
    RECREATE,
    LEAVE_OUT,
    LINK,
    REACTIVATE,
    CREATE_CUSTOMER,
    RENAME,
    RESYNC,
    STOP_SYNCING,
    DELETE,
)
"""Every action but ignore and restore, which are always there, in the order they are offered."""

DECISION = (SEND_OURS, KEEP_THEIRS)
"""For a record that somebody changed there: trying again could overwrite their work unseen."""

Wordings: TypeAlias = LazyString | tuple[LazyString, ...]
"""A sentence, or the same from the fullest wording to the one that needs no fact."""


@dataclass(frozen=True)
class Cause:
    """Why a record is not in QuickBooks as it is here.

    ``%(name)s`` in a sentence stands for a fact; the first wording whose facts are known is used.
    """

    key: str
    fixed_in: str
    """``here``, ``quickbooks``, ``connection``, or ``us`` where the fault is Cuadra's."""
    cause: Wordings
    fix: Wordings
    actions: tuple[str, ...] = (RESYNC,)
    """What can help on any kind of record; ``actions_of`` says which of them one kind has."""
    detail: Wordings = ()
    """A second sentence about this very record, left out where its facts are missing."""
    kinds: tuple[str, ...] = ()
    """The kinds of record that can have it; empty: any."""
    title: LazyString | None = None
    """A short name for menus and notices, where the plainest wording of the cause won't do."""

    @property
    def needs_decision(self) -> bool:
        """Only a person's choice ends it: no automatic try, no Resync, no part in bulk."""
        return SEND_OURS in self.actions or RECREATE in self.actions


def wordings(sentence: Wordings) -> tuple[LazyString, ...]:
    return sentence if isinstance(sentence, tuple) else (sentence,)


def catalogue(*causes: Cause) -> dict[str, Cause]:
    return {cause.key: cause for cause in causes}
