"""Revisions that count from a time: 32 bits of seconds since 1970 end in January 2038

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-26 20:58:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == "postgresql":  # an integer of SQLite's has 64 bits
        op.alter_column("outbox_entry", "revision", type_=sa.BigInteger())


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("outbox_entry", "revision", type_=sa.Integer())
