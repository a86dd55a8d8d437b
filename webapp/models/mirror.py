"""What we know of the company's lists without asking: filled at connect, kept by every answer."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model, db
from webapp.models.columns import FirmKey, Key

_SPACES = re.compile(r"\s+")


def match_key(name: str) -> str:
    """Two names are the same when these are: NFKC, case folded, runs of space made one."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", name)).strip().casefold()


def search_key(name: str) -> str:
    """As ``match_key``, and without accents: what typing in a search box is compared with."""
    decomposed = unicodedata.normalize("NFD", match_key(name))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class MirrorObject(Model):
    """A customer, vendor, employee, item, account or payment method of the company."""

    __table_args__ = (
        UniqueConstraint("firm_id", "entity", "quickbooks_id"),
        Index("ix_mirror_object_name", "firm_id", "entity", "name_key"),
        Index("ix_mirror_object_search", "firm_id", "entity", "search_key"),
        Index("ix_mirror_object_email", "firm_id", "entity", "email"),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    entity: Mapped[str] = mapped_column(String(20))
    quickbooks_id: Mapped[str] = mapped_column(String(30))
    sync_token: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(600))
    name_key: Mapped[str] = mapped_column(String(600))
    search_key: Mapped[str] = mapped_column(String(600))
    email: Mapped[str | None] = mapped_column(String(254))
    active: Mapped[bool] = mapped_column(default=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The few fields that suggestions and checks show: city, balance, account type."""

    @classmethod
    def find(cls, firm_id: int, entity: str, quickbooks_id: str | None) -> MirrorObject | None:
        return db.session.scalar(
            select(cls).where(
                cls.firm_id == firm_id,
                cls.entity == entity,
                cls.quickbooks_id == quickbooks_id,
            )
        )

    @classmethod
    def named(cls, firm_id: int, entity: str, name: str) -> list[MirrorObject]:
        """Every object, active or not, whose name is the same after folding; active ones first."""
        return list(
            db.session.scalars(
                select(cls)
                .where(
                    cls.firm_id == firm_id, cls.entity == entity, cls.name_key == match_key(name)
                )
                .order_by(cls.active.desc(), cls.id)
            )
        )


class MirrorNumber(Model):
    """A document number of the company: numbers are compared exactly, per transaction type."""

    __table_args__ = (
        UniqueConstraint("firm_id", "txn_type", "quickbooks_id"),
        Index("ix_mirror_number_number", "firm_id", "txn_type", "number"),
        Index("ix_mirror_number_created", "firm_id", "txn_type", "created_at"),
        Index("ix_mirror_number_prefix", "firm_id", "txn_type", "prefix", "value"),
    )

    id: Mapped[Key]
    firm_id: Mapped[FirmKey]
    txn_type: Mapped[str] = mapped_column(String(20))
    quickbooks_id: Mapped[str] = mapped_column(String(30))
    number: Mapped[str] = mapped_column(String(40))
    prefix: Mapped[str] = mapped_column(String(40))
    value: Mapped[str | None] = mapped_column(String(22))
    """The trailing digits, left-padded with zeros so that text order is number order."""
    created_at: Mapped[datetime]
    txn_date: Mapped[date | None]
