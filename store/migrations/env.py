"""Run by Alembic, with the connection that store.migrate (or a developer's alembic.ini) gives it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from store import chats, digest_tables, inbox, job_tables, usage  # noqa: F401  # their tables are part of `metadata`
from store.db import metadata


def run(connection: sa.Connection) -> None:
    # store.migrate opens and commits the one transaction that holds every step.
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
    context.run_migrations()


run(context.config.attributes["connection"])
