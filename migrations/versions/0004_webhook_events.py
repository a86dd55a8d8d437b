"""Webhook events

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 00:55:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "webhook_event",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("realm_id", sa.String(length=30), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("quickbooks_id", sa.String(length=30), nullable=False),
        sa.Column("operation", sa.String(length=20), nullable=False),
        sa.Column("deleted_id", sa.String(length=30), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("firm_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["firm_id"],
            ["firm.id"],
            name=op.f("fk_webhook_event_firm_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("key", name=op.f("uq_webhook_event_key")),
    )
    op.create_index(
        "ix_webhook_event_fresh",
        "webhook_event",
        ["id"],
        sqlite_where=sa.text("looked_at IS NULL"),
        postgresql_where=sa.text("looked_at IS NULL"),
    )
    op.create_index(
        "ix_webhook_event_object", "webhook_event", ["realm_id", "entity", "quickbooks_id"]
    )
    op.create_index("ix_webhook_event_merges", "webhook_event", ["firm_id", "deleted_id"])
    op.create_table(
        "unread_webhook",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unread_webhook")),
        sa.UniqueConstraint("key", name=op.f("uq_unread_webhook_key")),
    )
    op.add_column(
        "connection", sa.Column("unechoed_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("link", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    with op.batch_alter_table("link") as batch:
        batch.drop_column("seen_at")
    with op.batch_alter_table("connection") as batch:
        batch.drop_column("unechoed_since")
    op.drop_table("unread_webhook")
    op.drop_table("webhook_event")
