"""Tables as this version of the program wants them: made, adopted or brought up to date when a store opens.

All steps run in one transaction that holds a lock, so that of several processes that start at once one
does the work and a killed one leaves nothing half done: SQLite's write lock, PostgreSQL's advisory lock.
"""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from store.db import database_error, is_shared, reading
from store.errors import UsageError

HEAD = "0004"
"""The newest revision; kept here so that an up-to-date database costs one read and no Alembic."""

FOLDER = Path(__file__).with_name("migrations")

_LOCK = 0x7265706F  # any number that no other program in the database uses


def prepare(engine: Engine) -> None:
    """Bring the database up to date. Raises UsageError where it is newer than this program."""
    with reading(engine) as connection:
        revision = revision_of(connection)
    if revision == HEAD:
        return
    if revision is not None and revision not in _known():
        raise UsageError(
            f"数据库的结构是 {revision} 版，比本程序认识的 {HEAD} 版新",
            hint="请升级 reportbot，或在 DATABASE_URL、REPORTBOT_DATA_DIR 里换一个数据库。",
        )
    try:
        _upgrade(engine)
    except SQLAlchemyError as error:
        raise database_error(error) from error


def revision_of(connection: Connection) -> str | None:
    """Read which revision a database is at, None where it has never seen Alembic."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _known() -> set[str]:
    names = (re.match(r"\d+", path.name) for path in (FOLDER / "versions").glob("*.py"))
    return {name.group() for name in names if name}


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    # The transaction is begun by hand: sqlite3 would begin none for what changes tables.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("BEGIN" if is_shared(engine) else "BEGIN IMMEDIATE")
        try:
            if is_shared(engine):
                connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
