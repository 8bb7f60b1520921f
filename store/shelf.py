"""Reports and passages in SQL: every statement there is, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal, cast

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, update

from store.changes import Change, net, note_coming, note_leaving, prune, rows_between, utc_now
from store.db import fetch, fetch_value, passages, reports, shelf, sources, texts, word_changes, writing
from store.errors import NotFoundError
from store.models import Document, Passage, PassageDraft, Report, SourceText
from store.rows import (
    ID_LENGTH,
    fact_columns,
    passage_columns,
    passage_of_row,
    report_of_row,
    source_key,
    text_columns,
)

INDEXING, READY, DELETING = "indexing", "ready", "deleting"

_IN_LIMIT = 500
"""Values an IN list may hold; SQLite's limit is far higher, planning time is not."""

_WORDS_BATCH = 50
"""Reports whose passages are read at once: some 2,000 passages."""


WORD_CHANGES_KEPT = timedelta(days=30)
"""A word index that was away for longer is built anew."""


@dataclass(frozen=True, slots=True)
class ShelfState:
    """The one row that tells whether anything is new; see the table `shelf` for what its numbers mean."""

    identity: str
    generation: int
    words_at: int
    words_from: int
    rebuilding_as: str | None


@dataclass(frozen=True, slots=True)
class WordChanges:
    """Reports whose passages came or went, up to the change `number`."""

    number: int
    report_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A report's cleaned text and, where it has pages, the offsets at which they begin."""

    workspace: str
    text: str
    page_starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A report that an interrupted add or delete left behind."""

    id: str
    workspace: str
    state: Literal["indexing", "deleting"]


class Shelf:
    """The SQL side of a library. Reads see ready reports of the workspaces named, nothing else."""

    def __init__(self, engine: Engine, *, now: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._now = now

    # --- state -----------------------------------------------------------------------------

    def state(self) -> ShelfState:
        names = (field.name for field in fields(ShelfState))
        (row,) = self._rows(select(*(shelf.c[name] for name in names)))
        return ShelfState(**row._mapping)

    def begin_rebuilding(self, shape: str) -> None:
        """From now on no report counts as indexed, until `set_shape` or `restructure` says so."""
        with writing(self._engine) as connection:
            raise_generation(connection)
            connection.execute(update(shelf).values(rebuilding_as=shape))
            connection.execute(update(reports).values(indexed_as=""))

    def end_rebuilding(self) -> None:
        """Whoever follows the words begins anew: what was rebuilt may be cut otherwise."""
        with writing(self._engine) as connection:
            number = raise_generation(connection)
            connection.execute(update(shelf).values(rebuilding_as=None, words_at=number, words_from=number))

    def shapes(self) -> set[str]:
        """Under which embedding and chunking the ready reports are indexed."""
        query = select(reports.c.indexed_as).where(reports.c.state == READY).distinct()
        return {row[0] for row in self._rows(query)}

    def unfinished(self, workspace: str | None = None) -> list[Unfinished]:
        """Reports half come or half gone, of one workspace or of all."""
        query = select(reports.c.id, reports.c.workspace, reports.c.state).where(
            reports.c.state.in_([INDEXING, DELETING])
        )
        if workspace is not None:
            query = query.where(reports.c.workspace == workspace)
        return [Unfinished(row.id, row.workspace, row.state) for row in self._rows(query)]

    def passage_counts(self) -> dict[str, int]:
        """Workspace -> number of ready passages."""
        query = (
            select(reports.c.workspace, func.sum(reports.c.passages).label("total"))
            .where(reports.c.state == READY)
            .group_by(reports.c.workspace)
        )
        return {row.workspace: int(row.total) for row in self._rows(query)}

    def report_counts(self) -> dict[str, int]:
        query = (
            select(reports.c.workspace, func.count().label("total"))
            .where(reports.c.state == READY)
            .group_by(reports.c.workspace)
        )
        return {row.workspace: int(row.total) for row in self._rows(query)}

    def passage_ids(
        self, workspace: str, report_ids: Iterable[str] | None = None, *, limit: int | None = None
    ) -> list[str]:
        """Ids of the ready passages of a workspace, or of some reports in it."""
        if report_ids is not None:
            visible = list(self._shelves(report_ids, [workspace]))
            named = (
                select(passages.c.id).where(passages.c.report_id.in_(batch)) for batch in _parts(visible)
            )
            return list(islice((row.id for query in named for row in self._rows(query.limit(limit))), limit))
        query = (
            select(passages.c.id)
            .join(reports, reports.c.id == passages.c.report_id)
            .where(reports.c.state == READY, reports.c.workspace == workspace)
        )
        return [row.id for row in self._rows(query.limit(limit))]

    def share(self, workspace: str, report_ids: Iterable[str]) -> float:
        """Which part of a workspace's passages these reports hold, 0 to 1."""
        visible = list(self._shelves(report_ids, [workspace]))
        counts = (
            select(func.sum(reports.c.passages)).where(reports.c.id.in_(part)) for part in _parts(visible)
        )
        total = self.passage_counts().get(workspace, 0)
        return sum(int(self._scalar(count) or 0) for count in counts) / total if total else 0.0

    # --- what word indexes follow ------------------------------------------------------------

    def word_changes(self, after: int, limit: int) -> WordChanges | None:
        """Read about `limit` changes with numbers above `after`, each number whole; None where there is none."""
        pair = (word_changes.c.number, word_changes.c.report_id)
        query = select(*pair).where(word_changes.c.number > after).order_by(*pair)
        rows = self._rows(query.limit(limit))
        if not rows:
            return None
        if len(rows) == limit:
            rows = self._rows(query.where(word_changes.c.number <= rows[-1].number))
        return WordChanges(rows[-1].number, tuple(dict.fromkeys(row.report_id for row in rows)))

    def words_behind(self, after: int) -> tuple[int, datetime | None]:
        """Count the changes with numbers above `after`, and say when the first of them was made."""
        told: Any = select(func.count().label("n"), func.min(word_changes.c.at).label("since"))
        (row,) = self._rows(told.where(word_changes.c.number > after))
        return int(row.n), row.since

    def words_of(self, report_ids: Iterable[str]) -> Iterator[Passage]:
        """Every passage of those of the reports that are ready."""
        for batch in _parts(list(report_ids), _WORDS_BATCH):
            query = select(reports.c.id, reports.c.workspace).where(reports.c.state == READY)
            held = {row.id: row.workspace for row in self._rows(query.where(reports.c.id.in_(batch)))}
            for row in self._rows(select(passages).where(passages.c.report_id.in_(held))):
                yield passage_of_row(row, held[row.report_id])

    def ready_ids(self) -> Iterator[str]:
        """The id of every ready report, read bit by bit."""
        last = -1
        query = select(reports.c.id, reports.c.position).where(reports.c.state == READY)
        while rows := self._rows(
            query.where(reports.c.position > last).order_by(reports.c.position).limit(_IN_LIMIT)
        ):
            yield from (row.id for row in rows)
            last = rows[-1].position

    # --- reads -----------------------------------------------------------------------------

    def placed(self, workspace: str) -> list[tuple[int, Report]]:
        """The reports of a workspace with their place in the order of taking in."""
        query = self._visible(select(reports), [workspace]).order_by(reports.c.position)
        return [(row.position, report_of_row(row)) for row in self._rows(query)]

    def matching(self, prefix: str, workspaces: Sequence[str], limit: int = 6) -> list[Report]:
        """Reports whose id begins with `prefix`, an exact one alone."""
        query = self._visible(select(reports), workspaces).where(
            reports.c.id.startswith(prefix, autoescape=True)
        )
        return [report_of_row(row) for row in self._rows(query.order_by(reports.c.position).limit(limit))]

    def report(self, id_or_prefix: str, workspaces: Sequence[str]) -> Report:
        """Find a report by its id or an unambiguous beginning of it."""
        prefix = id_or_prefix.strip().lower()
        found = self.matching(prefix, workspaces) if prefix else []
        if not found:
            raise NotFoundError(f"没有编号为 {id_or_prefix} 的报告")
        if len(found) > 1:
            names = "；".join(f"{report.id} {report.title}" for report in found)
            raise NotFoundError(f"编号 {id_or_prefix} 不唯一：{names}", hint="请把编号写长一些。")
        return found[0]

    def text(self, report_id: str) -> str:
        return str(self._scalar(select(texts.c.text).where(texts.c.report_id == report_id)))

    def bodies(self, report_ids: Sequence[str]) -> dict[str, Body]:
        """Report id -> its text, of those that are ready, on whatever shelf."""
        columns = (reports.c.id, reports.c.workspace, texts.c.text, texts.c.page_starts)
        query = select(*columns).join(texts, texts.c.report_id == reports.c.id)
        return {
            row.id: Body(row.workspace, row.text, tuple(row.page_starts))
            for batch in _parts(report_ids)
            for row in self._rows(query.where(reports.c.state == READY, reports.c.id.in_(batch)))
        }

    def source(self, report_id: str) -> str:
        return str(self._scalar(select(reports.c.source).where(reports.c.id == report_id)))

    def origin(self, report_id: str) -> SourceText:
        (row,) = self._rows(select(texts).where(texts.c.report_id == report_id))
        return SourceText(
            text=row.raw,
            media=row.media,
            encoding=row.encoding,
            title=row.raw_title,
            published=row.raw_published,
            page_starts=tuple(row.raw_page_starts),
        )

    def passages(self, report_id: str, workspaces: Sequence[str]) -> list[Passage]:
        query = select(passages).where(passages.c.report_id == report_id).order_by(passages.c.ordinal)
        rows = self._rows(query)
        shelves = self._shelves([report_id], workspaces)
        return [passage_of_row(row, shelves[report_id]) for row in rows if shelves]

    def passages_by_id(
        self, ids: Sequence[str], workspaces: Sequence[str], report_ids: Iterable[str] | None = None
    ) -> dict[str, Passage]:
        """Read passages, in order of `ids`; those deleted, half done or out of scope are not there."""
        rows: list[Row[Any]] = []
        for batch in _parts(ids):
            rows += self._rows(select(passages).where(passages.c.id.in_(batch)))
        # After the rows, so that what is deleted between the two statements is not shown.
        shelves = self._shelves({row.report_id for row in rows}, workspaces)
        wanted = shelves.keys() if report_ids is None else shelves.keys() & set(report_ids)
        found = {
            row.id: passage_of_row(row, shelves[row.report_id]) for row in rows if row.report_id in wanted
        }
        return {key: found[key] for key in ids if key in found}

    def _shelves(self, report_ids: Iterable[str], workspaces: Sequence[str]) -> dict[str, str]:
        """Report id -> workspace, of those that may be seen.

        By primary key, and told apart here: joined or filtered in SQL, SQLite walks the state index
        of the whole shelf instead (10 ms at 20,000 passages).
        """
        columns = (reports.c.id, reports.c.workspace, reports.c.state)
        visible: dict[str, str] = {}
        for batch in _parts(list(report_ids)):
            for row in self._rows(select(*columns).where(reports.c.id.in_(batch))):
                if row.state == READY and row.workspace in workspaces:
                    visible[row.id] = row.workspace
        return visible

    def find_content(self, workspace: str, digest: str) -> Report | None:
        query = self._visible(select(reports), [workspace]).where(reports.c.content_hash == digest)
        rows = self._rows(query.order_by(reports.c.position).limit(1))
        return report_of_row(rows[0]) if rows else None

    def holder(self, workspace: str, source: str) -> str | None:
        """Which report a source stands for now."""
        query = select(sources.c.report_id).where(
            sources.c.workspace == workspace, sources.c.source == source_key(source)
        )
        return cast("str | None", self._scalar(query))

    def changes(self, workspaces: Sequence[str], since: datetime, until: datetime) -> list[Change]:
        """Give what has changed on these shelves from `since` to before `until`, on balance."""
        with writing(self._engine) as connection:
            # Waits for a writer that has taken its time stamp and not committed: its row must not
            # fall between this window and the next.
            connection.execute(update(shelf).values(generation=shelf.c.generation))
            return net(rows_between(connection, workspaces, since, until))

    # --- writes (the caller holds the write lock) --------------------------------------------

    def free_id(self, workspace: str, digest: str) -> str:
        """Derive a report's id from its content; a taken one (reindexed text) is passed over."""
        for salt in range(1_000):
            seed = f"{workspace}\0{digest}" + (f"\0{salt}" if salt else "")
            candidate = hashlib.sha256(seed.encode()).hexdigest()[:ID_LENGTH]
            if self._scalar(select(reports.c.id).where(reports.c.id == candidate)) is None:
                return candidate
        raise AssertionError("a thousand ids taken")

    def insert(self, report_id: str, document: Document, workspace: str, shape: str) -> None:
        """Write a report with everything it has, invisible until `publish`."""
        with writing(self._engine) as connection:
            raise_generation(connection)
            last = connection.execute(select(func.max(reports.c.position))).scalar()
            fixed = {
                "id": report_id,
                "workspace": workspace,
                "state": INDEXING,
                "position": (last or 0) + 1,
                "added_at": self._now(),
                "source": document.source,
            }
            connection.execute(insert(reports).values(**fixed, **fact_columns(document, shape)))
            connection.execute(insert(texts).values(report_id=report_id, **text_columns(document)))
            _insert_passages(connection, report_id, document.passages)

    def publish(self, report_id: str, workspace: str, source: str) -> Unfinished | None:
        """In one transaction: the report becomes visible, `source` stands for it from now on, and
        the report it stood for before, when no other source holds it, becomes invisible (returned).
        """
        before = self.holder(workspace, source)
        with writing(self._engine) as connection:
            number = raise_generation(connection)
            mine = (reports.c.id == report_id) & (reports.c.state == INDEXING)
            is_new = connection.execute(update(reports).where(mine).values(state=READY)).rowcount > 0
            _point(connection, workspace, source, report_id)
            retired = None if before in (None, report_id) or _adopt(connection, str(before)) else before
            at = self._now()
            if retired:
                connection.execute(update(reports).where(reports.c.id == retired).values(state=DELETING))
                note_leaving(connection, retired, at)
            if is_new:
                note_coming(connection, report_id, at, former=retired)
            moved = [*([report_id] if is_new else []), *([retired] if retired else [])]
            tell_words(connection, number, moved, at)
            prune(connection, at)
            _prune_words(connection, at)
        return Unfinished(retired, workspace, "deleting") if retired else None

    def mark_deleting(self, report_id: str) -> None:
        with writing(self._engine) as connection:
            number = raise_generation(connection)
            connection.execute(update(reports).where(reports.c.id == report_id).values(state=DELETING))
            connection.execute(delete(sources).where(sources.c.report_id == report_id))
            at = self._now()
            note_leaving(connection, report_id, at)
            tell_words(connection, number, [report_id], at)

    def purge(self, report_id: str) -> None:
        with writing(self._engine) as connection:
            raise_generation(connection)
            # Spelled out: a database where cascades are switched off must not keep anything.
            for table in (sources, passages, texts):
                connection.execute(delete(table).where(table.c.report_id == report_id))
            connection.execute(delete(reports).where(reports.c.id == report_id))

    def rows_left(self, report_id: str) -> int:
        counts = (select(func.count()).where(t.c.report_id == report_id) for t in (sources, passages, texts))
        own = select(func.count()).where(reports.c.id == report_id)
        return sum(int(self._scalar(query)) for query in (own, *counts))

    def restructure(self, report_id: str, document: Document, shape: str) -> None:
        """Write a report's facts, text and passages anew under its id (reindex)."""
        with writing(self._engine) as connection:
            raise_generation(connection)
            facts = fact_columns(document, shape)
            connection.execute(update(reports).where(reports.c.id == report_id).values(**facts))
            cleaned = {"text": document.text, "page_starts": list(document.page_starts)}
            connection.execute(update(texts).where(texts.c.report_id == report_id).values(**cleaned))
            connection.execute(delete(passages).where(passages.c.report_id == report_id))
            _insert_passages(connection, report_id, document.passages)

    def all_ready(self) -> list[tuple[str, str, str]]:
        """(id, workspace, indexed_as) of every ready report, in order of taking in."""
        columns = (reports.c.id, reports.c.workspace, reports.c.indexed_as)
        query = select(*columns).where(reports.c.state == READY).order_by(reports.c.position)
        return [(row.id, row.workspace, row.indexed_as) for row in self._rows(query)]

    def set_shape(self, report_id: str, shape: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(reports).where(reports.c.id == report_id).values(indexed_as=shape))

    # --- how ---------------------------------------------------------------------------------

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return fetch(self._engine, query)

    def _scalar(self, query: Select[Any]) -> Any:
        return fetch_value(self._engine, query)

    @staticmethod
    def _visible(query: Select[Any], workspaces: Sequence[str]) -> Select[Any]:
        return query.where(reports.c.state == READY, reports.c.workspace.in_(list(workspaces)))


def _parts(values: Sequence[str], size: int = _IN_LIMIT) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def raise_generation(connection: Connection) -> int:
    """Raise the generation and give it; writers of all processes go one after the other from here on.

    First in every transaction: it takes SQLite's write lock at once instead of half way.
    """
    raised = update(shelf).values(generation=shelf.c.generation + 1).returning(shelf.c.generation)
    return int(connection.execute(raised).scalar_one())


def tell_words(connection: Connection, number: int, report_ids: Sequence[str], at: datetime) -> None:
    """Let word indexes look at these reports again, in the transaction that changes them."""
    if report_ids:
        rows = [{"number": number, "report_id": key, "at": at} for key in report_ids]
        connection.execute(insert(word_changes), rows)
        connection.execute(update(shelf).values(words_at=number))


def _prune_words(connection: Connection, now: datetime) -> None:
    old = word_changes.c.at < now - WORD_CHANGES_KEPT
    last = connection.execute(select(func.max(word_changes.c.number)).where(old)).scalar()
    if last is not None:
        connection.execute(delete(word_changes).where(word_changes.c.number <= last))
        connection.execute(update(shelf).values(words_from=last))


def _point(connection: Connection, workspace: str, source: str, report_id: str) -> None:
    key = source_key(source)
    mine = (sources.c.workspace == workspace) & (sources.c.source == key)
    connection.execute(delete(sources).where(mine))
    connection.execute(insert(sources).values(workspace=workspace, source=key, report_id=report_id))


def _adopt(connection: Connection, report_id: str) -> bool:
    """Give a report that lost a source another of its own; False where none is left."""
    query = select(sources.c.source).where(sources.c.report_id == report_id).order_by(sources.c.source)
    other = connection.execute(query.limit(1)).scalar()
    if other is None:
        return False
    connection.execute(update(reports).where(reports.c.id == report_id).values(source=other))
    return True


def _insert_passages(connection: Connection, report_id: str, drafts: Sequence[PassageDraft]) -> None:
    if drafts:
        connection.execute(insert(passages), [passage_columns(report_id, draft) for draft in drafts])
