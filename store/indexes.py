"""The two indexes beside SQL: vectors written with each report, words following it; searched in parallel, mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from store.errors import IndexMismatchError
from store.health import VectorsAwayError
from store.models import Scope
from store.replica import WordReplica
from store.rows import indexed_text, report_of
from store.shelf import Shelf
from store.vectors import NAMED_UP_TO, VectorIndex, exact_up_to
from store.words import WordHits

Vector = Sequence[float]

MEND_UP_TO = 500
"""Missing vectors that are made anew on the spot (about two minutes); beyond it, `reindex` is asked for."""

SIFT_MARGIN, SIFT_UP_TO = 2.0, 1_000
"""Of an unfiltered search this many times deeper than the scope's share asks for, up to this depth."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What each index found, passage id -> score, best first."""

    dense: dict[str, float]
    words: WordHits


class Indexes:
    """Words always, vectors where there is an embedding. Opened at first use.

    `embed` turns indexed texts into vectors, for mending.
    """

    def __init__(
        self,
        shelf: Shelf,
        words_folder: Path,
        vectors: VectorIndex | None,
        embed: Callable[[list[str]], list[list[float]]],
    ) -> None:
        self._shelf = shelf
        self.words = WordReplica(shelf, words_folder)
        self.vectors = vectors
        self._embed = embed
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="dense")

    def reload(self) -> None:
        """Another process has written: read anew what is held in memory."""
        if self.vectors is not None:
            self.vectors.reload()

    def close(self) -> None:
        self._threads.shutdown()
        if self.vectors is not None:
            self.vectors.close()

    @property
    def are_vectors_away(self) -> bool:
        return self.vectors is not None and self.vectors.is_away

    def wait_for_vectors(self, deadline: float) -> bool:
        """Wait for a server that is away; False where it stays so until `deadline` (time.monotonic)."""
        return self.vectors is None or self.vectors.wait(deadline)

    # --- one report -----------------------------------------------------------------------

    def add(self, workspace: str, report_id: str, passage_ids: list[str], vectors: Sequence[Vector]) -> None:
        """Store the vectors of a report's passages, in the same order."""
        if self.vectors is not None and passage_ids:
            self.vectors.add(workspace, report_id, passage_ids, vectors)

    def replace_vectors(self, workspace: str, report_id: str, texts: dict[str, str]) -> None:
        """Embed a report's passages anew and leave no vector of an earlier cut."""
        if self.vectors is None:
            return
        vectors = self._embed(list(texts.values()))
        self.vectors.delete_report(workspace, report_id)
        if texts:
            self.vectors.add(workspace, report_id, list(texts), vectors)

    def vectors_of(self, workspace: str, report_id: str) -> dict[str, list[float]]:
        """Give the vectors of a report's passages, by their ids; none where there are none."""
        return self.vectors.of_report(workspace, report_id) if self.vectors is not None else {}

    def remove(self, workspace: str, report_id: str) -> None:
        if self.vectors is not None:
            self.vectors.delete_report(workspace, report_id)

    def left(self, workspace: str, report_id: str) -> int:
        """Count what is still held of a report."""
        return self.vectors.count_report(workspace, report_id) if self.vectors is not None else 0

    # --- search -----------------------------------------------------------------------------

    def candidates(
        self,
        query: str,
        scope: Scope,
        limit: int,
        vector: Callable[[], Vector] | None,
        *,
        held: Mapping[str, int],
    ) -> Candidates:
        """Ask both indexes at once. `vector` may compute; `held`: every workspace's number of passages."""
        task = self._threads.submit(self._dense, scope, limit, vector, held) if vector is not None else None
        words = self.words.index.search(
            query,
            limit,
            workspaces=None if set(held) <= set(scope.workspaces) else scope.workspaces,
            report_ids=scope.report_ids,
        )
        return Candidates(_unless_away(task), words)

    def _dense(
        self, scope: Scope, limit: int, vector: Callable[[], Vector], held: Mapping[str, int]
    ) -> dict[str, float]:
        query = vector()
        found: dict[str, float] = {}
        for workspace in dict.fromkeys(scope.workspaces):
            found.update(self._dense_in(workspace, scope, limit, query, held.get(workspace, 0)))
        best = sorted(found.items(), key=lambda pair: -pair[1])
        return dict(best[:limit])

    def _dense_in(
        self, workspace: str, scope: Scope, limit: int, query: Vector, held: int
    ) -> dict[str, float]:
        if self.vectors is None:
            return {}
        reports = scope.report_ids
        if reports is None:
            return self.vectors.search(workspace, query, limit)
        ids = self._shelf.passage_ids(workspace, reports, limit=NAMED_UP_TO + 1)
        if len(ids) <= exact_up_to(held):
            return self.vectors.compare(workspace, query, ids, limit)
        if sifted := self._sifted(self.vectors, workspace, reports, limit, query):
            return sifted
        named = ids if len(ids) <= NAMED_UP_TO else None
        return self.vectors.search(workspace, query, limit, report_ids=reports, passage_ids=named)

    def _sifted(
        self, vectors: VectorIndex, workspace: str, report_ids: frozenset[str], limit: int, query: Vector
    ) -> dict[str, float]:
        """Look deeper into the whole shelf and keep what is in scope; nothing where that is not enough."""
        share = self._shelf.share(workspace, report_ids)
        depth = int(SIFT_MARGIN * limit / share) if share else 0
        if not 0 < depth <= SIFT_UP_TO:
            return {}
        found = vectors.search(workspace, query, depth)
        sifted = {key: found[key] for key in found if report_of(key) in report_ids}
        return dict(islice(sifted.items(), limit)) if len(sifted) >= limit else {}

    # --- held against SQL ---------------------------------------------------------------------

    def vectors_agree(self, workspace: str) -> bool:
        wanted = self._shelf.passage_counts().get(workspace, 0)
        return self.vectors is None or self.vectors.count(workspace) == wanted

    def mend_vectors(self, workspace: str, *, whatever_it_takes: bool = False) -> None:
        """Make a workspace's collection hold exactly its ready passages (under the write lock).

        Raises IndexMismatchError where more than MEND_UP_TO vectors would have to be made.
        """
        if self.vectors is None:
            return
        held = self.vectors.ids(workspace)
        wanted = self._shelf.passage_ids(workspace)
        missing = [key for key in wanted if key not in held]
        if len(missing) > MEND_UP_TO and not whatever_it_takes:
            raise IndexMismatchError(f"向量索引缺少 {len(missing)} 段（书架“{workspace}”）")
        orphans = held.difference(wanted)
        if orphans:
            self.vectors.delete_passages(workspace, sorted(orphans))
        self._add_vectors(workspace, missing)

    def _add_vectors(self, workspace: str, missing: list[str]) -> None:
        for batch in _batches(missing, 64):
            passages = list(self._shelf.passages_by_id(batch, [workspace]).values())
            vectors = self._embed([indexed_text(p) for p in passages])
            for passage, vector in zip(passages, vectors, strict=True):
                assert self.vectors is not None  # noqa: S101  # narrowed by the only caller
                self.vectors.add(workspace, passage.report_id, [passage.id], [vector])


def _unless_away(task: Future[dict[str, float]] | None) -> dict[str, float]:
    """Go by words alone where the server with the vectors is away; `are_vectors_away` says so."""
    try:
        return task.result() if task is not None else {}
    except VectorsAwayError:
        return {}


def _batches(values: Sequence[str], size: int) -> Iterator[list[str]]:
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
