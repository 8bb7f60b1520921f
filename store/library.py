"""The one door to the shelf: take reports in, give them out, search them, take them off.

What a crash may leave, and why nothing of it is ever seen
-----------------------------------------------------------
SQL is the one truth. A report is `indexing`, `ready` or `deleting`; every read and every search
result passes through SQL and sees `ready` reports of the named workspaces only. A write holds the
lock of its workspace (store.locks), which is let go of when a process dies.

    add      embed (no lock) -> lock -> SQL: report, text, passages as `indexing`
             -> vectors -> SQL, one transaction: `ready`, the source points here, the report that the
             source stood for before is `deleting`, word indexes are told -> remove that one as below
    delete   lock -> SQL, one transaction: `deleting`, word indexes are told -> vectors -> asked whether
             anything is left -> SQL: rows gone
    words    every process's own copy follows SQL by itself (store.replica)

So whoever holds a workspace's lock and finds a row that is not `ready` knows that its writer died: it
is removed, at the next open or the next write. A replaced report is visible up to the one transaction
in which its successor becomes so. Power cuts and hands in the folders can break more than that: at the
first use of an index its count is held against SQL, and only where they differ are the ids compared,
the missing ones added and the orphans dropped.

A Chroma server that is away stops no search: it goes by words alone, and `notices` says so. Writes
wait for it for a while; what they had begun is left to whoever writes next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from store import db, rebuild
from store.carry import Record, carried_out, pack
from store.changes import Change, utc_now
from store.chroma import Backend, Embedded
from store.errors import AppError, EmbeddingError, NotFoundError, UsageError
from store.follower import Follower
from store.fuse import fuse, words_weight
from store.health import Finding, VectorsAwayError
from store.indexes import Candidates, Indexes
from store.migrate import prepare
from store.models import DEFAULT_WORKSPACE, Document, Hit, Passage, Report, Scope, SourceText
from store.recent import Recent
from store.remembered import Remembered
from store.replica import WordsLag
from store.script import fold
from store.served import Served
from store.shelf import Body, Shelf, ShelfState
from store.sight import Sight
from store.vectors import VectorIndex
from store.writer import Status, Writer, write_lock

if TYPE_CHECKING:
    from store.embed import EmbeddingModel

LOCK_TIMEOUT_S = 10.0
VECTORS_PATIENCE_S = 60.0
"""How long a write waits for a Chroma server that is away."""
LAG_TOLD_S = 5.0
"""A word index that is behind for longer than this is told of."""
COMPARE_EVERY_S = 5.0
"""Counting takes time by the whole shelf, and counts differ while somebody writes."""
QUERIES_KEPT = 500
"""Questions whose vectors are remembered: a group asks the same again, and follow-ups repeat it."""
CANDIDATES = 50
"""Passages each index puts forward."""


class Library:
    """Reports of all workspaces in one data directory. Safe to share between threads."""

    def __init__(
        self,
        data_dir: Path,
        *,
        embedding: EmbeddingModel | None,
        chunking_version: int,
        database_url: str | None = None,
        chroma_url: str | None = None,
        lock_timeout_s: float = LOCK_TIMEOUT_S,
        vectors_patience_s: float = VECTORS_PATIENCE_S,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Open the shelf in `data_dir`, creating it at first, and finish what a crash cut off.

        Indexes and the embedding model are only loaded when something needs them. Without an
        `embedding` searches go by words alone. `now` gives aware UTC: when reports come and go.
        """
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"无法使用数据目录 {data_dir}：{error.strerror}") from error
        self._embedding = embedding
        self._chunking = f".c{chunking_version}"
        self.shape = (embedding.name if embedding else "words") + self._chunking
        url = database_url or db.sqlite_url(data_dir)
        self._engine = db.open_engine(url)
        prepare(self._engine)
        self._shelf = Shelf(self._engine, now=now)
        backend: Backend = Served(chroma_url) if chroma_url else Embedded(data_dir / "vectors")
        owner = self._shelf.state().identity[:16] if chroma_url else ""
        vectors = VectorIndex(backend, self.shape, owner) if embedding else None
        self._indexes = Indexes(self._shelf, data_dir / "words", vectors, self.embed_texts)
        self._sight = Sight(self._shelf, self._indexes.reload, self.shape, self._chunking)
        self._sentences = Remembered(self.embed_texts)
        self._queries = Remembered(self._embed_queries, QUERIES_KEPT)
        self._recent = Recent(self._shelf)
        self._follower: Follower | None = None
        self._writer = Writer(
            self._engine,
            self._shelf,
            self._indexes,
            self._sight,
            write_lock(url, data_dir, self._shelf, has_own_vectors=bool(embedding) and not chroma_url),
            shape=self.shape,
            embed=self.embed_texts if embedding else None,
            lock_timeout_s=lock_timeout_s,
            patience_s=vectors_patience_s,
        )
        self._agreed: set[str | None] = set()
        self._compare_at: dict[str | None, float] = {}
        self._start()

    def _start(self) -> None:
        # A server that is away must not keep a process from starting: the next write finishes these.
        with suppress(VectorsAwayError):
            for workspace in {report.workspace for report in self._shelf.unfinished()}:
                self._writer.mend(workspace, lambda: None)

    # --- taking in and taking off ---------------------------------------------------------------

    def add(self, document: Document, *, workspace: str = DEFAULT_WORKSPACE) -> tuple[Status, Report]:
        """Store and index a document. The same text again is `unchanged`, under another source too."""
        return self._writer.add(document, workspace)

    def delete(self, report_id: str, workspace: str) -> Report:
        """Take a report off the shelf and out of both indexes; raises if anything of it is left.

        Seen no more from the first moment on, whatever then keeps its vectors from being removed.
        """
        return self._writer.delete(report_id, workspace)

    def carry_in(self, record: Record, *, same_shape: bool) -> bool:
        """Take in a report of an export; False where it is here already. `same_shape`: its vectors may be used."""
        return self._writer.carry_in(record, same_shape=same_shape)

    # --- giving out -----------------------------------------------------------------------------

    def reports(self, workspaces: Sequence[str]) -> list[Report]:
        """Every report of these workspaces, the newest taken in last."""
        return self._recent.reports(workspaces)

    def report(self, id_or_prefix: str, workspaces: Sequence[str]) -> Report:
        """Find a report by its id or an unambiguous beginning of it."""
        return self._shelf.report(id_or_prefix, workspaces)

    def text(self, report_id: str, workspaces: Sequence[str]) -> str:
        """The cleaned text: what every offset points into."""
        return self._shelf.text(self.report(report_id, workspaces).id)

    def origin(self, report_id: str, workspaces: Sequence[str]) -> SourceText:
        """What the reader decoded, before cleaning."""
        return self._shelf.origin(self.report(report_id, workspaces).id)

    def raw(self, report_id: str, workspaces: Sequence[str]) -> str:
        return self.origin(report_id, workspaces).text

    def bodies(self, report_ids: Iterable[str], workspaces: Sequence[str]) -> dict[str, Body]:
        """Give the cleaned texts of reports, by their whole ids; those not on these shelves are not there."""
        return self._recent.bodies(report_ids, workspaces)

    def passages(self, report_id: str, workspaces: Sequence[str]) -> list[Passage]:
        """A report's passages in order."""
        return self._shelf.passages(self.report(report_id, workspaces).id, workspaces)

    def passage(self, passage_id: str, workspaces: Sequence[str]) -> Passage:
        found = self._shelf.passages_by_id([passage_id], workspaces)
        if passage_id not in found:
            raise NotFoundError(f"没有编号为 {passage_id!r} 的段落")
        return found[passage_id]

    def changes(self, workspaces: Sequence[str], since: datetime, until: datetime) -> list[Change]:
        """What came, went or was replaced from `since` (inclusive) to `until` (exclusive), on balance.

        Aware times; in the order in which it happened. What came and went again is not there, nor is a
        reindex. Changes are kept for store.changes.KEPT.
        """
        return self._shelf.changes(workspaces, since, until)

    def carry_out(self, workspaces: Sequence[str] | None) -> Iterator[Record]:
        """Give the reports of these workspaces, or all, with everything they have, for an export."""
        for record in carried_out(self._engine, self._shelf, workspaces):
            report = record["report"]
            found = self._indexes.vectors_of(report["workspace"], report["id"])
            whole = found.keys() >= {p["id"] for p in record["passages"]}
            record["vectors"] = [pack(found[p["id"]]) for p in record["passages"]] if whole else None
            yield record

    def require_chunking_of(self, shape: str) -> None:
        """Refuse passages that were cut otherwise than this program cuts them."""
        if not shape.endswith(self._chunking):
            raise UsageError(
                f"导出文件的切分版本是 {shape.rpartition('.')[2]}，本程序是 {self._chunking[1:]}",
                hint="请在原来的书架上升级 reportbot、运行 `reportbot reindex`，再重新导出。",
            )

    # --- searching --------------------------------------------------------------------------------

    def search(
        self, query: str, scope: Scope, *, k: int = 10, vector: Sequence[float] | None = None
    ) -> list[Hit]:
        """Rank passages for `query`, best first. `vector` spares embedding the query again."""
        if k <= 0 or not query.strip() or scope.report_ids == frozenset():
            return []
        self._words_current()
        self._require_shape(writing=False)
        self._ensure_agreement(scope.workspaces)
        limit = max(CANDIDATES, k)
        embed: Callable[[], Sequence[float]] | None = None
        if self._embedding is not None:
            embed = (lambda: vector) if vector is not None else (lambda: self.embed_query(query))
        found = self._candidates(query, scope, limit, embed)
        return self._hits(found.dense, found.words.scores, found.words.coverage, scope, limit)[:k]

    def holds_phrase(self, phrase: str, scope: Scope) -> bool:
        """Tell whether a phrase stands in any passage in scope, whatever its script and width."""
        if scope.report_ids == frozenset():
            return False
        self._words_current()
        self._ensure_agreement(scope.workspaces)
        found = self._candidates(phrase, scope, CANDIDATES, None)
        hits = self._hits({}, found.words.scores, found.words.coverage, scope, CANDIDATES)
        return any(fold(phrase) in fold(hit.passage.text) for hit in hits)

    def _candidates(
        self, query: str, scope: Scope, limit: int, embed: Callable[[], Sequence[float]] | None
    ) -> Candidates:
        # Naming every report would make both indexes look at each by its id.
        if scope.report_ids is not None and self._recent.are_all(scope.report_ids, scope.workspaces):
            scope = Scope(scope.workspaces)
        return self._indexes.candidates(query, scope, limit, embed, held=self._sight.counts)

    def _hits(
        self, dense: dict[str, float], words: dict[str, float], coverage: float, scope: Scope, limit: int
    ) -> list[Hit]:
        passages = self._shelf.passages_by_id(list({**dense, **words}), scope.workspaces, scope.report_ids)
        # A complete list says of what it lacks that it did not match at all.
        floor = 0.0 if len(words) < limit else None
        ranked = fuse(
            {key: dense[key] for key in dense if key in passages},
            {key: words[key] for key in words if key in passages},
            weight=words_weight(coverage) if dense else 1.0,
            words_floor=floor,
        )
        return [Hit(passages[key], score, words.get(key), dense.get(key)) for key, score in ranked]

    @property
    def similarity_range(self) -> tuple[float, float] | None:
        """The cosines of the unrelated and of the same, None without an embedding model."""
        return self._embedding.similarity_range if self._embedding else None

    def embed_query(self, text: str) -> list[float]:
        return self._queries([text])[0]

    def _embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._model().embeddings.embed_query(text) for text in texts]

    def embed_texts(self, texts: Sequence[str]) -> list[list[float]]:
        model = self._model()
        vectors = model.embeddings.embed_documents(list(texts)) if texts else []
        sizes = {len(vector) for vector in vectors}
        if len(vectors) != len(texts) or len(sizes) > 1 or (model.dimensions and sizes - {model.dimensions}):
            raise EmbeddingError(f"嵌入模型 {model.name} 返回的向量数目或维数不对")
        return vectors

    def embed_sentences(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed what is likely to be met again soon: kept in memory for a while."""
        return self._sentences(texts)

    def _model(self) -> EmbeddingModel:
        if self._embedding is None:
            raise EmbeddingError("没有可用的嵌入模型")
        return self._embedding

    # --- health -------------------------------------------------------------------------------------

    def reindex(
        self,
        *,
        parse: rebuild.Parse | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Finding]:
        """Rebuild both indexes from the stored text; cut off, it goes on where it stopped.

        `parse` (store.document.parse) works structure out anew; a report it refuses keeps
        what it has and is named in the findings. Searches are refused until the end.
        """
        with self._writer.writing(None):
            self._agreed.clear()
            self._compare_at.clear()
            try:
                return rebuild.rebuild(self._shelf, self._indexes, self.shape, parse, progress)
            finally:
                self._sight.look_again()

    def check(self) -> list[Finding]:
        """Hold the indexes against SQL, id by id."""
        self._words_current()
        return rebuild.check(self._shelf, self._indexes, self._sight.mismatch)

    def words_lag(self) -> WordsLag:
        """How far this process's word index is behind the shelf."""
        return self._indexes.words.lag(self._shelf.state())

    def notices(self) -> list[str]:
        """What keeps searches from being what they should be, at the moment."""
        told = ["连不上 Chroma 服务器，暂时只按词语检索"] if self._indexes.are_vectors_away else []
        lag = self.words_lag()
        if lag.seconds > LAG_TOLD_S:
            told.append(f"词语索引还落后 {lag.changes} 处改动，新收的报告可能搜不全")
        return told

    def follow_words(self) -> None:
        """Keep the word index up to date from now on, for a process that runs on."""
        if self._follower is None:
            self._follower = Follower(self._words_current)

    def close(self) -> None:
        if self._follower is not None:
            self._follower.stop()
        with suppress(AppError):  # whoever searches next makes up for it
            self._writer.words_follow()
        self._indexes.close()
        self._writer.lock.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- locks and agreement ----------------------------------------------------------------------------

    def _words_current(self) -> ShelfState:
        """See what is new, and have the word index hold it."""
        state = self._sight.sync()
        self._indexes.words.follow(state)
        return state

    def _require_shape(self, *, writing: bool) -> None:
        self._sight.require_shape(writing=writing, has_embedding=self._embedding is not None)

    def _ensure_agreement(self, workspaces: Sequence[str]) -> None:
        """At the first use of an index, hold its count against SQL, and mend it if they differ."""
        if self._is_to_compare(None) and self._words_agree():
            self._agreed.add(None)
        for workspace in filter(self._is_to_compare, workspaces):
            with suppress(VectorsAwayError):
                agrees = self._indexes.vectors_agree(workspace)
                if agrees or self._writer.mend(workspace, partial(self._indexes.mend_vectors, workspace)):
                    self._agreed.add(workspace)

    def _is_to_compare(self, index: str | None) -> bool:
        """Tell whether an index has not been found to agree; asked while others write, not at every search."""
        now = time.monotonic()
        if index in self._agreed or now < self._compare_at.get(index, 0.0):
            return False
        self._compare_at[index] = now + COMPARE_EVERY_S
        return True

    def _words_agree(self) -> bool:
        """Hold the word index against SQL; False where somebody is writing: that is looked at again."""
        words, state = self._indexes.words, self._shelf.state()
        if not words.is_current(state):
            return False
        wanted = sum(self._shelf.passage_counts().values())
        if self._shelf.state().words_at != state.words_at:
            return False
        return words.index.count() == wanted or words.mend(state)
