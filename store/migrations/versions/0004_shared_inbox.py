"""An inbox that several replicas share: whose each update is, and which replicas live.

What was unfinished before is of no chat's and of nobody's: one replica takes all of it up.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "chat_replicas",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("chat_inbox", sa.Column("chat_id", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("chat_inbox", sa.Column("owner", sa.String(length=32), nullable=False, server_default=""))
    op.create_index("inbox_by_chat", "chat_inbox", ["chat_id", "at"])
