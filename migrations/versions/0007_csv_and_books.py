"""Files of clients and services on their way in, and comparisons of both books

Revision ID: 0007
Revises: 0008
Create Date: 2026-11-26 16:20:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "book_comparison",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("firm_id", BIG_ID, nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("position", sa.JSON(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=30), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("theirs_alone", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_book_comparison_firm_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_comparison")),
    )
    op.create_index("ix_book_comparison_firm", "book_comparison", ["firm_id", "id"])
    op.create_table(
        "book_difference",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("comparison_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("quickbooks_id", sa.String(length=30), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("ours_day", sa.Date(), nullable=True),
        sa.Column("ours_minor", BIG_ID, nullable=True),
        sa.Column("ours_account_id", BIG_ID, nullable=True),
        sa.Column("theirs_day", sa.Date(), nullable=True),
        sa.Column("theirs_minor", BIG_ID, nullable=True),
        sa.Column("theirs_account_id", BIG_ID, nullable=True),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("issue_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["comparison_id"],
            ["book_comparison.id"],
            name=op.f("fk_book_difference_comparison_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_difference")),
    )
    op.create_index("ix_book_difference_comparison", "book_difference", ["comparison_id", "kind"])
    op.create_table(
        "book_row",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("comparison_id", BIG_ID, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("ours_minor", sa.BigInteger(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.Column("theirs_minor", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comparison_id"],
            ["book_comparison.id"],
            name=op.f("fk_book_row_comparison_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_row")),
    )
    op.create_index("ix_book_row_shown", "book_row", ["comparison_id", "standing", "month"])
    op.create_table(
        "book_sighting",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("comparison_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("quickbooks_id", sa.String(length=30), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("total", sa.String(length=40), nullable=True),
        sa.Column("customer", sa.String(length=30), nullable=True),
        sa.Column("uid", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["comparison_id"],
            ["book_comparison.id"],
            name=op.f("fk_book_sighting_comparison_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_sighting")),
    )
    op.create_index(
        "ix_book_sighting_object",
        "book_sighting",
        ["comparison_id", "kind", "quickbooks_id"],
        unique=True,
    )
    op.create_table(
        "csv_import",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("firm_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("ignored", sa.JSON(), nullable=False),
        sa.Column("empty", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firm.id"], name=op.f("fk_csv_import_firm_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_csv_import_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_csv_import")),
    )
    op.create_index("ix_csv_import_firm", "csv_import", ["firm_id", "state", "id"])
    op.create_table(
        "csv_row",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("import_id", BIG_ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("record_version", sa.Integer(), nullable=True),
        sa.Column("undone", sa.String(length=8), nullable=True),
        sa.Column("kept_because", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["csv_import.id"], name=op.f("fk_csv_row_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_csv_row")),
    )
    op.create_index("ix_csv_row_outcome", "csv_row", ["import_id", "outcome", "line"])
    op.create_index("ix_csv_row_verdict", "csv_row", ["import_id", "verdict", "line"])


def downgrade():
    op.drop_table("csv_row")
    op.drop_table("csv_import")
    op.drop_table("book_sighting")
    op.drop_table("book_row")
    op.drop_table("book_difference")
    op.drop_table("book_comparison")
