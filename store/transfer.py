"""A shelf as one file, to be taken in elsewhere: from the small layout to the large one and back, or as a backup.

The file is a ZIP of JSON lines. `manifest.json` tells format, embedding and number; `reports.jsonl` holds a report a line, in
the order of taking in, with its text, its passages, its sources, its original and, where the collection has
them, its vectors (float32, little-endian, base64); `changes.jsonl` what came and went; with everything
exported there is also a `tables/NAME.jsonl` for each table of the chats, the digests and the usage.

Taking a file in twice changes nothing. Ids, positions' order, times and vectors stay, so that answers do.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from store import chats, digest_tables, inbox, usage  # noqa: F401  # their tables are part of `metadata`
from store.db import Utc, changes, fetch, insert_new, metadata, open_engine, writing
from store.errors import ReadError
from store.library import Library
from store.migrate import prepare

FORMAT = 1
_SHELF_TABLES = frozenset(("shelf", "reports", "texts", "sources", "passages", "changes", "word_changes"))
_PASSING = frozenset(("digest_lease", "jobs", "job_contents", "workers", "chat_replicas"))
"""What says who works at the moment, and means nothing elsewhere."""

_PAGE = 500
Record = dict[str, Any]


@dataclass
class Moved:
    """How much went out or came in."""

    reports: int = 0
    unchanged: int = 0
    rows: dict[str, int] = field(default_factory=dict)


# --- out ----------------------------------------------------------------------------------------


def export(library: Library, url: str, path: Path, workspaces: list[str] | None) -> Moved:
    """Write these workspaces, or everything there is, to `path`; it is whole or not there."""
    moved = Moved()
    beside = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            moved.reports = _write(archive, "reports.jsonl", library.carry_out(workspaces))
            _write_tables(archive, url, workspaces, moved)
            # Last: a file that was cut off has none.
            manifest = {"format": FORMAT, "shape": library.shape, "reports": moved.reports}
            archive.writestr("manifest.json", json.dumps(manifest))
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return moved


def _write_tables(archive: zipfile.ZipFile, url: str, workspaces: list[str] | None, moved: Moved) -> None:
    engine = open_engine(url)
    try:
        wanted = None if workspaces is None else changes.c.workspace.in_(workspaces)
        _write(archive, "changes.jsonl", _rows_of(engine, changes, wanted))
        for table in _other_tables() if workspaces is None else ():
            name = f"tables/{table.name}.jsonl"
            moved.rows[table.name] = _write(archive, name, _rows_of(engine, table, None))
    finally:
        engine.dispose()


def _other_tables() -> list[sa.Table]:
    return [t for t in metadata.sorted_tables if t.name not in _SHELF_TABLES | _PASSING]


def _write(archive: zipfile.ZipFile, name: str, records: Iterator[Record]) -> int:
    count = 0
    with archive.open(name, "w", force_zip64=True) as member:
        for record in records:
            member.write(
                json.dumps(record, ensure_ascii=False, default=_plain).encode("utf-8", "surrogatepass")
                + b"\n"
            )
            count += 1
    return count


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _rows_of(engine: sa.Engine, table: sa.Table, wanted: sa.ColumnElement[bool] | None) -> Iterator[Record]:
    """Read a table page by page, by its key: a long export must not hold a transaction open."""
    key = list(table.primary_key.columns)
    query = sa.select(table).order_by(*key)
    if wanted is not None:
        query = query.where(wanted)
    page = fetch(engine, query.limit(_PAGE))
    while page:
        yield from (dict(row._mapping) for row in page)
        last = tuple(page[-1]._mapping[column.name] for column in key)
        page = fetch(engine, query.where(sa.tuple_(*key) > sa.tuple_(*_literals(key, last))).limit(_PAGE))


def _literals(key: list[sa.Column[Any]], values: tuple[Any, ...]) -> list[sa.ColumnElement[Any]]:
    return [sa.literal(value, column.type) for column, value in zip(key, values, strict=True)]


# --- in -----------------------------------------------------------------------------------------


def count_reports(path: Path) -> int:
    """Count what a file holds. Raises ReadError where it is none of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            return int(_manifest(archive)["reports"])
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise _not_ours(path) from error


def import_(library: Library, url: str, path: Path, progress: Callable[[int], None] | None = None) -> Moved:
    """Take in what `export` wrote. Raises ReadError where the file is none of ours."""
    moved = Moved()
    try:
        with zipfile.ZipFile(path) as archive:
            shape = str(_manifest(archive)["shape"])
            library.require_chunking_of(shape)
            for record in _lines(archive, "reports.jsonl"):
                came = library.carry_in(record, same_shape=shape == library.shape)
                moved.reports += came
                moved.unchanged += not came
                if progress is not None:
                    progress(moved.reports + moved.unchanged)
            _read_tables(archive, url, moved)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise _not_ours(path) from error
    return moved


def _not_ours(path: Path) -> ReadError:
    return ReadError(f"不是 reportbot 导出的文件，或已损坏：{path.name}", hint=_HINT)


def _manifest(archive: zipfile.ZipFile) -> Record:
    manifest: Record = json.loads(archive.read("manifest.json"))
    if manifest["format"] > FORMAT:
        raise ReadError("导出文件的格式比本程序新", hint="请升级 reportbot 后再导入。")
    return manifest


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[Record]:
    with archive.open(name) as member, TextIOWrapper(member, "utf-8", "surrogatepass") as lines:
        for line in lines:
            yield json.loads(line)


def _read_tables(archive: zipfile.ZipFile, url: str, moved: Moved) -> None:
    engine = open_engine(url)
    try:
        prepare(engine)
        _add_rows(engine, changes, _lines(archive, "changes.jsonl"))
        held = set(archive.namelist())
        for table in _other_tables():
            name = f"tables/{table.name}.jsonl"
            if name in held:
                moved.rows[table.name] = _add_rows(engine, table, _lines(archive, name))
    finally:
        engine.dispose()


def _add_rows(engine: sa.Engine, table: sa.Table, records: Iterator[Record]) -> int:
    """Insert what is not there. A row whose key is only a number given by the database gets a new one here."""
    count = 0
    key = list(table.primary_key.columns)
    counted = len(key) == 1 and table.autoincrement_column is key[0]
    with writing(engine) as connection:
        for record in records:
            # A file from before a column was there lacks it; the column has a default.
            held = [column for column in table.columns if column.name in record or not column.server_default]
            row = {column.name: _read(column, record[column.name]) for column in held}
            if counted:
                del row[key[0].name]
                there = sa.select(key[0]).where(
                    *(_equal(table.c[name], value) for name, value in row.items())
                )
                if connection.execute(there.limit(1)).first() is None:
                    count += connection.execute(table.insert().values(row)).rowcount
            else:
                count += connection.execute(insert_new(table, [row], engine)).rowcount
    return count


def _equal(column: sa.Column[Any], value: object) -> sa.ColumnElement[bool]:
    if isinstance(column.type, sa.JSON):
        return sa.true()  # PostgreSQL cannot compare JSON; the other columns tell rows apart
    return column.is_(None) if value is None else column == value


def _read(column: sa.Column[Any], value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(column.type, Utc) and value else value


_HINT = "请用 `reportbot export` 重新导出。"
