"""Recurring invoices, and what the next invoice number is looked up in

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-24 01:10:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GOING = sa.text("paused_at IS NULL AND removed_at IS NULL")


def upgrade():
    op.create_table(
        "recurring",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("firm_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("memo", sa.String(length=1000), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=7), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ends_after", sa.Integer(), nullable=True),
        sa.Column("next_date", sa.Date(), nullable=True),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_recurring_firm_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recurring_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring")),
    )
    op.create_index(op.f("ix_recurring_account_id"), "recurring", ["account_id"])
    op.create_index("ix_recurring_firm", "recurring", ["firm_id", "next_date"])
    op.create_index(
        "ix_recurring_due",
        "recurring",
        ["next_date"],
        sqlite_where=GOING,
        postgresql_where=GOING,
    )
    op.create_table(
        "recurring_line",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("recurring_id", BIG_ID, nullable=False),
        sa.Column("service_id", BIG_ID, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(length=4000), nullable=True),
        sa.Column("quantity", sa.String(length=40), nullable=False),
        sa.Column("rate_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recurring_id"],
            ["recurring.id"],
            name=op.f("fk_recurring_line_recurring_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_recurring_line_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_line")),
    )
    op.create_index(op.f("ix_recurring_line_recurring_id"), "recurring_line", ["recurring_id"])
    op.create_index(op.f("ix_recurring_line_service_id"), "recurring_line", ["service_id"])
    op.create_table(
        "recurring_invoice",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("recurring_id", BIG_ID, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("invoice_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recurring_id"],
            ["recurring.id"],
            name=op.f("fk_recurring_invoice_recurring_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
            name=op.f("fk_recurring_invoice_invoice_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_invoice")),
        sa.UniqueConstraint(
            "recurring_id", "date", name=op.f("uq_recurring_invoice_recurring_id_date")
        ),
    )
    op.create_index(op.f("ix_recurring_invoice_invoice_id"), "recurring_invoice", ["invoice_id"])
    op.create_index("ix_invoice_firm_latest", "invoice", ["firm_id", "id"])
    op.drop_index("ix_invoice_firm_number", "invoice")
    op.create_index("ix_invoice_firm_number", "invoice", ["firm_id", "number", "removed_at"])


def downgrade():
    op.drop_index("ix_invoice_firm_number", "invoice")
    op.create_index("ix_invoice_firm_number", "invoice", ["firm_id", "number"])
    op.drop_index("ix_invoice_firm_latest", "invoice")
    op.drop_table("recurring_invoice")
    op.drop_table("recurring_line")
    op.drop_table("recurring")
