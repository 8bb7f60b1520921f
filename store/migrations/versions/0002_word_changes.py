"""What word indexes follow: which report's passages came or went with which generation.

Revision ID: 0002
"""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "word_changes",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("report_id", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", "report_id"),
    )
    op.create_index("ix_word_changes_at", "word_changes", ["at"])
    op.add_column("shelf", sa.Column("identity", sa.String(length=32), nullable=False, server_default=""))
    for name in ("words_at", "words_from"):
        op.add_column("shelf", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    # Nothing is told of what came before: whoever has seen less begins with all there is.
    begin = "UPDATE shelf SET identity = :identity, words_at = generation, words_from = generation"
    op.get_bind().execute(sa.text(begin), {"identity": uuid4().hex})
