"""Knowing that a company was reset, and keeping the links whose objects went with it

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-26 19:45:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("connection") as table:
        table.add_column(sa.Column("reset_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("link") as table:
        table.alter_column("quickbooks_id", existing_type=sa.String(length=30), nullable=True)


def downgrade():
    op.execute("DELETE FROM link WHERE quickbooks_id IS NULL")
    with op.batch_alter_table("link") as table:
        table.alter_column("quickbooks_id", existing_type=sa.String(length=30), nullable=False)
    with op.batch_alter_table("connection") as table:
        table.drop_column("reset_at")
