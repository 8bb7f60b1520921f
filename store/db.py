"""The tables, and how a connection to them is opened. SQL is the one truth about what is on the shelf."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
)
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from store.errors import UsageError
from store.health import DatabaseError

SCHEMA_VERSION = 2
# Where the package that brings a driver is not called as the driver.
DRIVER_PACKAGES = {"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
BUSY_TIMEOUT_MS = 10_000

metadata = MetaData()

shelf = Table(
    "shelf",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("schema_version", Integer, nullable=False),
    # Rises with everything a reader could notice, so that other processes look again.
    Column("generation", Integer, nullable=False),
    # While a reindex runs (or was cut off): the shape it is building. None otherwise.
    Column("rebuilding_as", String(200)),
)

reports = Table(
    "reports",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("workspace", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    # The order of taking in; ids are hashes and clocks can jump.
    Column("position", Integer, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("content_hash", String(64), nullable=False),
    # Which embedding and chunking the passages were indexed under.
    Column("indexed_as", String(200), nullable=False),
    Column("source", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("period", JSON, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("published", String(40)),
    Column("script", String(4), nullable=False),
    Column("chars", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Index("reports_by_workspace", "workspace", "state", "position"),
    Index("reports_by_content", "workspace", "content_hash"),
    Index("reports_by_state", "state"),
)

texts = Table(
    "texts",
    metadata,
    Column("report_id", ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("page_starts", JSON, nullable=False),
    # What the reader decoded, so that structure can be worked out again by `reindex`.
    Column("raw", Text, nullable=False),
    Column("media", String(20), nullable=False),
    Column("encoding", String(40)),
    Column("raw_title", Text),
    Column("raw_published", Text),
    Column("raw_page_starts", JSON, nullable=False),
)

# Several sources may hold the same text: the report leaves with the last of them.
sources = Table(
    "sources",
    metadata,
    Column("workspace", String(200), primary_key=True),
    Column("source", String(1000), primary_key=True),
    Column("report_id", ForeignKey("reports.id", ondelete="CASCADE"), nullable=False, index=True),
)

passages = Table(
    "passages",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("report_id", ForeignKey("reports.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("page", Integer),
    Index("passages_by_report", "report_id", "ordinal"),
)

# What came onto a shelf and what left it, in order of `id`. A replacement is two rows: the old report is
# removed, the new one has `former`. No key to `reports`: a row outlives its report.
changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String(200), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("report_id", String(12), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("former", String(12)),
    Index("changes_by_workspace", "workspace", "at"),
)


def sqlite_url(data_dir: Path) -> str:
    return sa.URL.create("sqlite", database=str(data_dir / "reports.sqlite3")).render_as_string()


def open_engine(url: str) -> Engine:
    """Connect to `url`; SQLite gets WAL, foreign keys and patience."""
    engine = _create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _create_engine(url: str) -> Engine:
    try:
        return sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    except NoSuchModuleError as error:
        kind = sa.make_url(url).drivername
        raise UsageError(
            f"DATABASE_URL 里的数据库 {kind} 不认识",
            hint="请写 postgresql+psycopg://…，或去掉 DATABASE_URL 以使用 SQLite。",
        ) from error
    except ModuleNotFoundError as error:
        module = error.name or sa.make_url(url).drivername
        package = DRIVER_PACKAGES.get(module, module)
        raise UsageError(
            f"DATABASE_URL 要用的数据库驱动 {module} 没有安装",
            hint=f'请运行 `{sys.executable} -m pip install "{package}"`，或去掉 DATABASE_URL 以使用 SQLite。',
        ) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Lend a connection; what SQLAlchemy raises becomes a DatabaseError."""
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise _database_error(error) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Lend a connection in a transaction that is committed at the end."""
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise _database_error(error) from error


def _database_error(error: SQLAlchemyError) -> DatabaseError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return DatabaseError(f"数据库出错：{cause}")


def is_current(engine: Engine) -> bool:
    """Tell whether every table is there, with what this version keeps in them."""
    with reading(engine) as connection:
        if metadata.tables.keys() - sa.inspect(connection).get_table_names():
            return False
        version = connection.execute(sa.select(shelf.c.schema_version)).scalar()
        return version is not None and version >= SCHEMA_VERSION


def create_tables(engine: Engine) -> None:
    """Create what is missing. The caller holds the write lock, for two processes may start at once."""
    with writing(engine) as connection:
        metadata.create_all(connection)
        if connection.execute(sa.select(shelf.c.id)).first() is None:
            connection.execute(shelf.insert().values(id=1, schema_version=SCHEMA_VERSION, generation=0))
    # Apart from the above, for a database may commit a table on its own: cut off here, it is done next time.
    with writing(engine) as connection:
        older = connection.execute(
            shelf.update().where(shelf.c.schema_version < 2).values(schema_version=SCHEMA_VERSION)
        )
        if older.rowcount:
            connection.execute(_as_added())


def _as_added() -> sa.Insert:
    """Let the reports of a shelf that kept no changes count as added when they were taken in."""
    columns = ("workspace", "at", "kind", "report_id", "content_hash", "title", "agency")
    held = sa.select(
        reports.c.workspace,
        reports.c.added_at,
        sa.literal("added", String(10)),
        reports.c.id,
        reports.c.content_hash,
        reports.c.title,
        reports.c.agency,
    )
    return changes.insert().from_select(
        columns, held.where(reports.c.state == "ready").order_by(reports.c.position)
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        # A killed process loses nothing; a power cut may lose the last commits, never the order.
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
