"""The tables, and how a connection to them is opened. SQL is the one truth about what is on the shelf."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
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
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

from store.errors import UsageError
from store.health import DatabaseError

# Where the package that brings a driver is not called as the driver.
DRIVER_PACKAGES = {"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
BUSY_TIMEOUT_MS = 10_000

POOL_SIZE, POOL_OVERFLOW, POOL_TIMEOUT_S = 2, 8, 30
"""A process has an engine for each store: kept connections are few, the most it may open is bounded."""

RECONNECT_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""How long a database server that refuses connections is waited for: a restart takes a few seconds."""

MESSAGE_CHARS = 300

_PSYCOPG = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "application_name": "reportbot",
    # A statement that waits for a lock, or a transaction that was forgotten, ends by itself.
    "options": "-c statement_timeout=120s -c lock_timeout=15s -c idle_in_transaction_session_timeout=120s",
}


class Utc(TypeDecorator[datetime]):
    """An aware time. SQLite gives times back without their zone; all of them are UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: object) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


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
    # Another database has another one: an index that was built from that one is none of this.
    Column("identity", String(32), nullable=False, server_default=""),
    # The last generation that changed which words are to be found, and up to which one `word_changes`
    # no longer tells what changed.
    Column("words_at", Integer, nullable=False, server_default="0"),
    Column("words_from", Integer, nullable=False, server_default="0"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("workspace", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    # The order of taking in; ids are hashes and clocks can jump.
    Column("position", Integer, nullable=False),
    Column("added_at", Utc, nullable=False),
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
    Column("at", Utc, nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("report_id", String(12), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("former", String(12)),
    Index("changes_by_workspace", "workspace", "at"),
)

# Which report's passages came or went with which generation of the shelf. The number is taken under the shelf
# row's lock: whoever has seen one has seen all lower ones, whatever order transactions commit in elsewhere.
word_changes = Table(
    "word_changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("report_id", String(12), primary_key=True),
    Column("at", Utc, nullable=False, index=True),
)


def shown_url(url: str) -> str:
    """Name a database without what is secret in its address."""
    named = sa.make_url(url)
    host = f"{named.host}:{named.port or 5432}/" if named.host else ""
    return f"{named.get_backend_name()} {host}{named.database}"


def sqlite_url(data_dir: Path) -> str:
    return sa.URL.create("sqlite", database=str(data_dir / "reports.sqlite3")).render_as_string()


def open_engine(url: str, *, overflow: int = POOL_OVERFLOW, poolclass: type[Pool] | None = None) -> Engine:
    """Connect to `url`; SQLite gets WAL, foreign keys and patience, PostgreSQL time limits.

    `overflow` is how many connections above POOL_SIZE a server may be asked for, -1 for any number.
    """
    engine = _create_engine(url, overflow, poolclass)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def is_shared(engine: Engine) -> bool:
    """Tell whether other machines may have this database open."""
    return engine.dialect.name != "sqlite"


def is_shared_url(url: str) -> bool:
    return sa.make_url(url).get_backend_name() != "sqlite"


def _create_engine(url: str, overflow: int, poolclass: type[Pool] | None) -> Engine:
    try:
        return sa.create_engine(url, poolclass=poolclass, **_options(url, overflow, pooled=poolclass is None))
    except NoSuchModuleError as error:
        kind = sa.make_url(url).drivername
        raise UsageError(
            f"DATABASE_URL 里的数据库 {kind} 不认识",
            hint="请写 postgresql+psycopg://…，或去掉 DATABASE_URL 以使用 SQLite。",
        ) from error
    except (ArgumentError, ValueError):  # not to be read, or a port that is no number
        # Its message quotes the URL, and with it the password.
        raise UsageError(
            "DATABASE_URL 写得不对",
            hint="请写 postgresql+psycopg://用户:密码@主机/数据库，或去掉 DATABASE_URL 以使用 SQLite。",
        ) from None
    except ModuleNotFoundError as error:
        module = error.name or sa.make_url(url).drivername
        package = DRIVER_PACKAGES.get(module, module)
        raise UsageError(
            f"DATABASE_URL 要用的数据库驱动 {module} 没有安装",
            hint=f'请运行 `{sys.executable} -m pip install "{package}"`，或去掉 DATABASE_URL 以使用 SQLite。',
        ) from error


def _options(url: str, overflow: int, *, pooled: bool) -> dict[str, Any]:
    kind = sa.make_url(url)
    if kind.get_backend_name() == "sqlite":
        return {}
    options: dict[str, Any] = {"pool_pre_ping": True}
    if pooled:
        limits = {"pool_size": POOL_SIZE, "max_overflow": overflow, "pool_timeout": POOL_TIMEOUT_S}
        options |= {**limits, "pool_use_lifo": True}
    if kind.get_driver_name() == "psycopg":
        given = {name: value for name, value in _PSYCOPG.items() if name not in kind.query}
        options["connect_args"] = given
    return options


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Lend a connection; what SQLAlchemy raises becomes a DatabaseError."""
    try:
        with _connected(engine) as connection:
            yield connection
    except SQLAlchemyError as error:
        raise database_error(error) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Lend a connection in a transaction that is committed at the end."""
    try:
        with _connected(engine) as connection, connection.begin():
            yield connection
    except SQLAlchemyError as error:
        raise database_error(error) from error


def fetch(engine: Engine, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
    """Read rows; once more where the server went away in the middle of it."""
    try:
        with _connected(engine) as connection:
            return connection.execute(query).fetchall()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise database_error(error) from error
    with reading(engine) as connection:
        return connection.execute(query).fetchall()


def fetch_value(engine: Engine, query: sa.Select[Any]) -> Any:
    """Read the first column of the first row, None where there is none."""
    rows = fetch(engine, query)
    return rows[0][0] if rows else None


def _connected(engine: Engine) -> Connection:
    """Check a connection out; a server that is being restarted is waited for."""
    for pause_s in RECONNECT_PAUSES_S if is_shared(engine) else ():
        try:
            return engine.connect()
        except OperationalError as error:
            if _is_refusal_for_good(error):
                raise
            time.sleep(pause_s)
    return engine.connect()


def _is_refusal_for_good(error: OperationalError) -> bool:
    """Tell a wrong password or name from a server that is away: waiting does not help there."""
    text = str(error.orig)
    return any(sign in text for sign in ("authentication", "does not exist", "password", "resolve"))


def database_error(error: SQLAlchemyError) -> DatabaseError:
    """Say in one line what SQLAlchemy raised."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = " ".join(str(cause).split())[:MESSAGE_CHARS]
    if isinstance(error, OperationalError) and hasattr(cause, "sqlstate"):  # PostgreSQL's, not SQLite's
        return DatabaseError(
            f"数据库连不上或中断了：{said}", hint="请检查 DATABASE_URL，并确认数据库服务在运行。"
        )
    return DatabaseError(f"数据库出错：{said}")


def insert_new(table: Table, rows: Sequence[dict[str, Any]], engine: Engine) -> Any:
    """Make an INSERT that passes over rows whose key is taken, by another process or long since."""
    return _dialect_insert(engine, table).values(list(rows)).on_conflict_do_nothing()


def upsert(
    table: Table, row: dict[str, Any], engine: Engine, changed: dict[str, Any], where: Any = None
) -> Any:
    """Make an INSERT that sets `changed` (and only if `where`) on the row whose key is taken."""
    statement = _dialect_insert(engine, table).values(row)
    keys = list(table.primary_key.columns)
    return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=where)


def _dialect_insert(engine: Engine, table: Table) -> Any:
    return (postgresql if engine.dialect.name == "postgresql" else sqlite).insert(table)


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
