"""Which entry of a firm is next, and who has taken it up?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, or_, select, update

from webapp.database import database_now
from webapp.extensions import db
from webapp.models.outbox import PERSON, Entry


class Left(IntEnum):
    """What is still due when a slice of a firm's work ends."""

    NOTHING = 0
    SOMETHING = 1
    A_PERSONS_WISH = 2
    """Uttered after the slice had begun: another worker may have been sent away with it."""


class Due(NamedTuple):
    """An entry that somebody should act on, as it was found ``at`` that instant."""

    at: datetime
    id: int
    kind: str
    priority: int
    level: int
    sent: bool
    """Its answer never came."""
    picked: int
    like_it: int
    """How many of its kind and priority are due, itself included, as far as they were counted."""


def first_due(firm_id: int, count_to: int) -> Due | None:
    """The most urgent of the due entries; ends the transaction.

    On SQLite without the writers' lock: this is asked over and over.
    """
    if not db.session().in_transaction():
        db.session.connection(execution_options={"read_only": True})
    now = database_now(db.session())
    wanted = {"firm_id": firm_id, "now": now, "count_to": count_to}
    rows = db.session.execute(_MOST_URGENT, wanted).all()
    db.session.commit()  # no transaction may stay open while answers are waited for
    if not rows:
        return None
    like = [row for row in rows if (row.kind, row.priority) == (rows[0].kind, rows[0].priority)]
    return Due(now, *rows[0], like_it=len(like))


def claim(firm_id: int, first: Due, limit: int) -> list[int]:
    """Take up ``first`` and what is due like it, about ``limit`` in all: their ids.

    An entry that a worker took up before and never finished comes alone, so that one which
    kills its worker does not take its neighbours along. Unanswered ones bring along the rest of
    their batches, which are looked into as a whole; all are locked in order, at once. Commits.
    """
    like_it = {**first._asdict(), "firm_id": firm_id, "limit": limit}
    if first.picked:
        ids = [first.id]
    elif first.sent:
        unanswered = {"firm_id": firm_id, "ids": list(db.session.scalars(_DUE_LIKE, like_it))}
        ids = list(db.session.scalars(_WITH_BATCH_MATES, unanswered))
    else:
        ids = list(db.session.scalars(_DUE_LIKE_LOCKED, like_it))
    db.session.execute(_PICK_UP, {"ids": ids})
    db.session.commit()
    return ids


def put_down(ids: Iterable[int]) -> None:
    """Taken up but not acted on after all; the caller commits."""
    db.session.execute(
        Entry.changing(Entry.id.in_(list(ids)), Entry.picked > 0).values(picked=Entry.picked - 1),
        execution_options={"synchronize_session": False},
    )


def left(firm_id: int, since: datetime) -> Left:
    """What a slice that began at ``since`` leaves behind."""
    at = {"firm_id": firm_id, "now": database_now(db.session()), "since": since}
    due, wished = db.session.execute(_LEFT, at).one()
    if wished is not None:
        return Left.A_PERSONS_WISH
    return Left.NOTHING if due is None else Left.SOMETHING


# -- statements that a worker runs over and over: to build one costs more than to run it -----------

_DUE = Entry.firm_id == bindparam("firm_id"), Entry.due_at.is_not(None)

_MOST_URGENT = (
    select(
        Entry.id,
        Entry.kind,
        Entry.priority,
        Entry.level,
        Entry.sent_at.is_not(None),
        Entry.picked,
    )
    .where(*_DUE, Entry.due_at <= bindparam("now"))
    .order_by(Entry.priority, Entry.level, Entry.id)
    .limit(bindparam("count_to", type_=Integer))
)
_DUE_NOW = Entry.firm_id == bindparam("firm_id"), Entry.due_at <= bindparam("now")
_LEFT = select(
    Entry.most_urgent(*_DUE_NOW),
    Entry.most_urgent(*_DUE_NOW, Entry.due_at >= bindparam("since"), Entry.priority == PERSON),
)
_DUE_LIKE = (
    select(Entry.id)
    .where(
        *_DUE,
        Entry.due_at <= bindparam("at"),
        Entry.priority == bindparam("priority"),
        Entry.level == bindparam("level"),
        Entry.kind == bindparam("kind"),
        Entry.picked == bindparam("picked"),
        Entry.sent_at.is_not(None) == bindparam("sent"),
    )
    .order_by(Entry.id)
    .limit(bindparam("limit", type_=Integer))
)
_DUE_LIKE_LOCKED = _DUE_LIKE.with_for_update()
_WITH_BATCH_MATES = (
    select(Entry.id)
    .where(
        *_DUE,
        Entry.picked == 0,
        Entry.sent_at.is_not(None),
        or_(
            Entry.id.in_(bindparam("ids")),
            Entry.batch_id.in_(
                select(Entry.batch_id).where(
                    Entry.id.in_(bindparam("ids")), Entry.batch_id.is_not(None)
                )
            ),
        ),
    )
    .order_by(Entry.id)
    .with_for_update()
)
_PICK_UP = (
    update(Entry)
    .where(Entry.id.in_(bindparam("ids")))
    .values(picked=Entry.picked + 1)
    .execution_options(synchronize_session=False)
)
