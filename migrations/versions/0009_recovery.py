"""Knowing after a restored backup what QuickBooks got, and telling of firms that fell silent

Revision ID: 0009
Revises: 0005
Create Date: 2026-11-26 16:20:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "pulse",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulse")),
    )
    op.create_table(
        "stray",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("firm_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("quickbooks_id", sa.String(length=30), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_stray_firm_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray")),
        sa.UniqueConstraint(
            "firm_id", "kind", "quickbooks_id", name=op.f("uq_stray_firm_id_kind_quickbooks_id")
        ),
    )
    with op.batch_alter_table("connection") as table:
        table.add_column(
            sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("work_since", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    with op.batch_alter_table("connection") as table:
        table.drop_column("silent_since")
        table.drop_column("work_since")
        table.drop_column("unsure")
    op.drop_table("stray")
    op.drop_table("pulse")
