"""Reports as they are written to an export and read from one: rows with everything they have, and vectors."""

from __future__ import annotations

from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from store.db import fetch, insert_new, passages, reports, sources, texts, writing
from store.shelf import INDEXING, READY, Shelf, raise_generation, tell_words

Record = dict[str, Any]


def carried_out(engine: Engine, shelf: Shelf, workspaces: Sequence[str] | None) -> Iterator[Record]:
    """Read ready reports in the order of taking in, of these workspaces or of all."""
    wanted = set(workspaces) if workspaces is not None else None
    for report_id, workspace, _ in shelf.all_ready():
        if wanted is None or workspace in wanted:
            record = _read(engine, report_id)
            if record["report"]:  # not deleted since the list was read
                yield record


def _read(engine: Engine, report_id: str) -> Record:
    def rows(table: sa.Table, key: sa.Column[Any], order: str) -> list[Record]:
        query = sa.select(table).where(key == report_id).order_by(table.c[order])
        return [dict(row._mapping) for row in fetch(engine, query)]

    own = rows(reports, reports.c.id, "id")
    return {
        "report": own[0] if own and own[0]["state"] == READY else None,
        "text": next(iter(rows(texts, texts.c.report_id, "report_id")), None),
        "passages": rows(passages, passages.c.report_id, "ordinal"),
        "sources": [row["source"] for row in rows(sources, sources.c.report_id, "source")],
    }


def insert_carried(engine: Engine, record: Record, shape: str) -> None:
    """Write a report with everything it has, invisible until `publish_carried`."""
    with writing(engine) as connection:
        raise_generation(connection)
        last = connection.execute(sa.select(sa.func.max(reports.c.position))).scalar()
        own = {
            "state": INDEXING,
            "position": (last or 0) + 1,
            "indexed_as": shape,
            "added_at": datetime.fromisoformat(record["report"]["added_at"]),
        }
        connection.execute(reports.insert().values({**record["report"], **own}))
        connection.execute(texts.insert().values(record["text"]))
        if record["passages"]:
            connection.execute(passages.insert(), record["passages"])


def publish_carried(engine: Engine, report_id: str, record: Record, at: datetime) -> None:
    """Make a report visible under its sources, but for those that stand for another one here.

    Not noted as a change: what the shelf it comes from noted is carried over with it.
    """
    workspace = record["report"]["workspace"]
    rows = [{"workspace": workspace, "source": key, "report_id": report_id} for key in record["sources"]]
    with writing(engine) as connection:
        number = raise_generation(connection)
        mine = (reports.c.id == report_id) & (reports.c.state == INDEXING)
        came = connection.execute(reports.update().where(mine).values(state=READY)).rowcount
        if rows:
            connection.execute(insert_new(sources, rows, engine))
        tell_words(connection, number, [report_id] if came else [], at)


def pack(vector: Sequence[float]) -> str:
    return b64encode(array("f", vector).tobytes()).decode("ascii")


def unpack(text: str) -> list[float]:
    return array("f", b64decode(text)).tolist()
