"""Column types and shorthands that several tables share."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from sqlalchemy import BigInteger, Dialect, ForeignKey, Integer, String
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

from webapp.database import UtcDateTime

# SQLite only numbers a primary key by itself when its type is exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as text: SQLite would turn a NUMERIC into a float."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def utc_now() -> datetime:
    return datetime.now(UTC)


Key = Annotated[int, mapped_column(BigId, primary_key=True)]
FirmKey = Annotated[int, mapped_column(BigId, ForeignKey("firm.id", ondelete="CASCADE"))]
Minor = Annotated[int, mapped_column(BigInteger)]
Created = Annotated[datetime, mapped_column(UtcDateTime, default=utc_now)]
