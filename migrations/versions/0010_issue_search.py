"""Searching a list of issues without reading its rows, on SQLite

Revision ID: 0010
Revises: 0006
Create Date: 2026-11-26 19:50:00

"""

from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    # A search key may be longer than an index entry of PostgreSQL.
    if op.get_bind().dialect.name == "sqlite":
        columns = ["firm_id", "kind", "state", "id", "search_key"]
        op.create_index("ix_issue_search", "issue", columns)


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_issue_search", "issue")
