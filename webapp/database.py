"""How the two databases are made to behave alike: SQLite's pragmas, and the database's clock."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Table,
    Update,
    event,
    insert,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 30_000
CACHE_KIB = 16_000
"""Of each connection, as far as it is used: room for the indexes that counting a crowd walks
through. With SQLite's own 2,000 every walk reads them anew."""
UNFINISHED = (TransactionStatus.INTRANS, TransactionStatus.INERROR)
_SQLITE_NOW = "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"
_POSTGRES_NOW = "SELECT clock_timestamp()"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant. SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def database_now(session: Session) -> datetime:
    """The database's own time, to the millisecond: hosts may disagree, leases must not.

    Inside one PostgreSQL transaction it moves on, unlike ``now()``.
    """
    with session.no_autoflush:  # asking the time is no reason to write half a change
        if session.get_bind().dialect.name == "sqlite":
            stamp = session.connection().exec_driver_sql(_SQLITE_NOW).scalar_one()
            return datetime.fromisoformat(str(stamp)).replace(tzinfo=UTC)
        instant: datetime = session.connection().exec_driver_sql(_POSTGRES_NOW).scalar_one()
    return instant.astimezone(UTC)


def change(session: Session, statement: Update | Delete) -> int:
    """Run a bulk change past the session's own objects; how many rows it touched."""
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return cast(CursorResult[Any], done).rowcount


def add_rows(session: Session, model: type[Any], rows: list[dict[str, Any]]) -> None:
    """Insert rows past the session's own objects by one statement, defaults filled in."""
    if rows:
        session.execute(insert(cast(Table, model.__table__)), rows)


def prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, a patient lock, and ``BEGIN IMMEDIATE``.

    A deferred transaction that reads and then writes fails at once when another writer came in
    between, whatever the busy timeout; taking the write lock at the start waits instead.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            f"cache_size=-{CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def end_failed_commits(engine: Engine) -> None:
    """Roll back what a connection still has open when it goes back into the pool.

    After a commit that failed SQLAlchemy takes the transaction for ended. Where the database does
    not, the connection would be of no use to the next one, and keep its locks.
    """

    @event.listens_for(engine, "checkin")
    def _checkin(connection: sqlite3.Connection | psycopg.Connection | None, _record: Any) -> None:
        if connection is not None and _in_transaction(connection):
            connection.rollback()


def _in_transaction(connection: sqlite3.Connection | psycopg.Connection) -> bool:
    if isinstance(connection, sqlite3.Connection):
        return connection.in_transaction
    return connection.info.transaction_status in UNFINISHED
