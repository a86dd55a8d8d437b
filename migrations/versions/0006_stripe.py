"""Stripe

Revision ID: 0006
Revises: 0007
Create Date: 2026-11-26 16:10:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def firm_key(table):
    return sa.ForeignKeyConstraint(
        ["firm_id"], ["firm.id"], name=op.f(f"fk_{table}_firm_id"), ondelete="CASCADE"
    )


def upgrade():
    op.create_table(
        "stripe_connection",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("firm_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=11), nullable=False),
        sa.Column("api_key", sa.LargeBinary(), nullable=True),
        sa.Column("webhook_secret", sa.LargeBinary(), nullable=True),
        sa.Column("key_ending", sa.String(length=4), nullable=True),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("key_checked_at", INSTANT, nullable=True),
        sa.Column("connected_by_id", BIG_ID, nullable=True),
        sa.Column("connected_at", INSTANT, nullable=True),
        sa.Column("event_seen_at", INSTANT, nullable=True),
        sa.Column("events_read_at", INSTANT, nullable=True),
        sa.Column("events_due_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('none', 'connected', 'key_refused')",
            name=op.f("ck_stripe_connection_state"),
        ),
        sa.ForeignKeyConstraint(
            ["connected_by_id"],
            ["person.id"],
            name=op.f("fk_stripe_connection_connected_by_id"),
            ondelete="SET NULL",
        ),
        firm_key("stripe_connection"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_connection")),
        sa.UniqueConstraint("firm_id", name=op.f("uq_stripe_connection_firm_id")),
    )
    op.create_table(
        "stripe_event",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("firm_id", BIG_ID, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("looked_at", INSTANT, nullable=True),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        firm_key("stripe_event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
        sa.UniqueConstraint("key", name=op.f("uq_stripe_event_key")),
    )
    fresh = sa.text("looked_at IS NULL")
    op.create_index(
        "ix_stripe_event_fresh",
        "stripe_event",
        ["firm_id"],
        sqlite_where=fresh,
        postgresql_where=fresh,
    )
    op.create_index("ix_stripe_event_firm", "stripe_event", ["firm_id", "id"])
    op.create_table(
        "stripe_object",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("firm_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("stripe_id", sa.String(length=80), nullable=False),
        sa.Column("charge_id", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("payment_id", BIG_ID, nullable=True),
        sa.Column("refund_id", BIG_ID, nullable=True),
        sa.Column("expense_id", BIG_ID, nullable=True),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("dismissed_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        firm_key("stripe_object"),
        *(
            sa.ForeignKeyConstraint(
                [f"{kind}_id"], [f"{kind}.id"], name=op.f(f"fk_stripe_object_{kind}_id")
            )
            for kind in ("payment", "refund", "expense")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_object")),
        sa.UniqueConstraint(
            "firm_id", "stripe_id", name=op.f("uq_stripe_object_firm_id_stripe_id")
        ),
    )
    due, shown = sa.text("due_at IS NOT NULL"), sa.text("problem IS NOT NULL")
    op.create_index("ix_stripe_object_charge", "stripe_object", ["firm_id", "charge_id"])
    op.create_index(
        "ix_stripe_object_due", "stripe_object", ["due_at"], sqlite_where=due, postgresql_where=due
    )
    op.create_index(
        "ix_stripe_object_shown",
        "stripe_object",
        ["firm_id", "id"],
        sqlite_where=shown,
        postgresql_where=shown,
    )
    for kind in ("payment", "refund", "expense"):
        op.create_index(
            op.f(f"ix_stripe_object_{kind}_id"), "stripe_object", [f"{kind}_id"]
        )


def downgrade():
    op.drop_table("stripe_object")
    op.drop_table("stripe_event")
    op.drop_table("stripe_connection")
