"""Why is a record not in QuickBooks as it is here, and what can a person do about it?

``classify`` finds the cause of a Fault, ``describe`` words it in the reader's language, and
``actions_of`` says which actions help. The sentences stand in one catalogue, split by subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from webapp.quickbooks.causes import company, content, matching, transactions, wording
from webapp.quickbooks.causes.cause import (
    ACTIONS,
    CREATE_CUSTOMER,
    DELETE,
    ENABLE_CARD_METHOD,
    KEEP_THEIRS,
    LEAVE_OUT,
    LINK,
    REACTIVATE,
    RECREATE,
    RENAME,
    RESYNC,
    SEND_OURS,
    SET_INCOME_ACCOUNT,
    STOP_SYNCING,
    USE_NUMBER,
    Cause,
)
from webapp.quickbooks.causes.classification import classify
from webapp.quickbooks.causes.content import UNKNOWN
from webapp.quickbooks.causes.wording import Description

__all__ = [
    "ACTIONS",
    "CAUSES",
    "CREATE_CUSTOMER",
    "DELETE",
    "ENABLE_CARD_METHOD",
    "KEEP_THEIRS",
    "LEAVE_OUT",
    "LINK",
    "REACTIVATE",
    "RECREATE",
    "RENAME",
    "RESYNC",
    "SEND_OURS",
    "SET_INCOME_ACCOUNT",
    "STOP_SYNCING",
    "UNKNOWN",
    "USE_NUMBER",
    "Cause",
    "Description",
    "actions_of",
    "advice",
    "all_keys",
    "classify",
    "describe",
    "title",
]

CAUSES: dict[str, Cause] = {
    **matching.CAUSES,
    **transactions.CAUSES,
    **company.CAUSES,
    **content.CAUSES,
}

_ALWAYS = {
    "account": (LINK, CREATE_CUSTOMER, STOP_SYNCING),
    "service": (DELETE,),
}
_COMPARING = {SEND_OURS, KEEP_THEIRS, RECREATE, LEAVE_OUT, RESYNC}
_POSSIBLE = {
    "account": {SEND_OURS, KEEP_THEIRS, RESYNC, LINK, CREATE_CUSTOMER, REACTIVATE}
    | {RENAME, STOP_SYNCING},
    "service": _COMPARING | {LINK, REACTIVATE, RENAME, SET_INCOME_ACCOUNT, DELETE},
    "invoice": _COMPARING | {USE_NUMBER, LINK},
    "payment": _COMPARING | {ENABLE_CARD_METHOD},
    "refund": _COMPARING | {ENABLE_CARD_METHOD},
    "expense": _COMPARING,
}


def describe(key: str, facts: Mapping[str, Any], kind: str) -> Description:
    """The cause, its detail and its fix in the current locale. Never fails for a missing fact.

    Facts that sentences may name: ``n`` and ``next`` (numbers), ``holder`` (whose the other record
    is), ``client``, ``service``, ``item``, ``account`` (a name, or a part of set-up), ``customer``,
    ``company``, ``closed_to`` (an ISO date), ``ours`` and ``theirs`` (amounts, e-mails,
    currencies), ``time``, ``line``, ``limit``, ``length``, ``value``, and ``field`` (names of
    fields as in ``wording.FIELDS``, separated by commas).
    """
    return wording.describe_cause(_cause(key), facts, kind)


def title(key: str) -> str:
    """A short name for the filter and for notices, in the current locale."""
    return wording.title_of(_cause(key))


def advice(key: str) -> str:
    """What to try, in the details of an issue whose cause nobody has seen before; else empty."""
    return "" if key in CAUSES and key != UNKNOWN else str(content.ADVICE)


def all_keys(kind: str) -> list[str]:
    """The causes that this kind of record can have, the catch-all last."""
    return [key for key, cause in CAUSES.items() if not cause.kinds or kind in cause.kinds]


@cache
def actions_of(key: str, kind: str, linked: bool = False) -> tuple[str, ...]:
    """The contract's actions that help, besides ignore and restore.

    ``linked`` says that the record has its counterpart in QuickBooks: only then can an account be
    resynced, and creating a second customer is offered only where the first one is gone.
    """
    cause = _cause(key)
    offered = set(cause.actions) & _POSSIBLE[kind] | set(_ALWAYS.get(kind, ()))
    if linked and kind not in ("account", "service"):
        offered -= {LINK}  # its own object would be left over there, and be nobody's
    if kind == "account":
        if not linked:
            offered -= {RESYNC}
        elif CREATE_CUSTOMER not in cause.actions:
            offered -= {CREATE_CUSTOMER}
    return tuple(action for action in ACTIONS if action in offered)


def _cause(key: str) -> Cause:
    return CAUSES.get(key, CAUSES[UNKNOWN])
