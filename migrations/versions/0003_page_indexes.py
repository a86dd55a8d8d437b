"""Indexes of the QuickBooks page, and when a person last got the digest

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-24 00:50:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("attempt") as batch:
        batch.create_index("ix_attempt_firm", ["firm_id", "at", "outcome"], unique=False)
    with op.batch_alter_table("issue") as batch:
        batch.create_index("ix_issue_cause", ["firm_id", "kind", "state", "cause"], unique=False)
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("digest_sent_on", sa.Date(), nullable=True))


def downgrade():
    with op.batch_alter_table("person") as batch:
        batch.drop_column("digest_sent_on")
    with op.batch_alter_table("issue") as batch:
        batch.drop_index("ix_issue_cause")
    with op.batch_alter_table("attempt") as batch:
        batch.drop_index("ix_attempt_firm")
