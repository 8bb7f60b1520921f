"""Search by meaning: Chroma, one collection a workspace, cosine space, vectors always our own."""

from __future__ import annotations

import hashlib
import math
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from store.chroma import Backend
from store.errors import IndexMismatchError
from store.health import IndexDamagedError

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration as HNSWConfiguration
    from chromadb.api.models.Collection import Collection

PREFIX = "reportbot."
"""Collections named otherwise are not ours: a Chroma server may hold other people's."""

HNSW: HNSWConfiguration = {"space": "cosine", "max_neighbors": 24, "ef_construction": 200, "ef_search": 200}
"""Recall@50 0.97 and more where Chroma's defaults give 0.84 (20,000 vectors, 60 inner dimensions)."""

_NOT_ON_DISK_YET, _ON_DISK_S, _ON_DISK_TRIES = "Nothing found on disk", 0.1, 10

EXACT_UP_TO = 400
"""A search within this many passages always compares them all: exact, and faster than a filtered graph."""

EXACT_PER_ROOT = 4
"""On a large shelf, one within so many times the root of its passages does too (1,264 of 100,000). Comparing
takes time by the passages in scope, the graph by those it passes on its way to one: where 1,000 of 100,000
are in scope, 52 ms and 80."""

NAMED_UP_TO = 5_000
"""A search within this many passages names them to Chroma, which takes a fraction of its filter's time
(1,500 passages: 12 ms instead of 22 on a shelf of 12,000, 57 instead of 89 on one of 100,000). Beyond it the
graph is left too early: recall@50 is 0.96 at 5,000 random vectors and 0.86 at 10,000."""


class VectorIndex:
    """Vectors of passages, named `shape` (embedding and chunking) beside the workspace.

    `owner` tells the collections of one database from those of others on the same server; empty where the
    store is the data directory's own. Calls to an embedded Chroma are serialised: it shares one SQLite file and reloads under our feet.
    """

    def __init__(self, backend: Backend, shape: str, owner: str = "") -> None:
        self._backend = backend
        self._shape = shape
        self._prefix = f"{PREFIX}{owner}." if owner else PREFIX
        self._lock = threading.RLock()
        self._client: Client | None = None
        self._collections: dict[str, Collection] = {}

    def reload(self) -> None:
        """Forget what is held in memory: another process has written. The next call reads anew."""
        if self._backend.is_shared:
            self._collections = {}  # which a reindex may have replaced; all else the server knows
        else:
            self.close()

    def close(self) -> None:
        with self._lock:
            self._collections = {}
            if self._client is not None:
                self._backend.disconnect(self._client)
                self._client = None

    @property
    def is_away(self) -> bool:
        return self._backend.is_away

    def wait(self, deadline: float) -> bool:
        """Wait for a server that is away; False where it stays so until `deadline` (time.monotonic)."""
        return self._backend.wait(deadline)

    def add(
        self,
        workspace: str,
        report_id: str,
        passage_ids: Sequence[str],
        vectors: Sequence[Sequence[float]],
    ) -> None:
        """Store the vectors of one report; those already there under these ids are overwritten."""
        with self._guarded() as client:
            collection = self._collection(client, workspace)
            size = self._batch_size(client)
            for start in range(0, len(passage_ids), size):
                ids = list(passage_ids[start : start + size])
                part = [list(vector) for vector in vectors[start : start + size]]
                labels = [{"report": report_id} for _ in ids]
                collection.upsert(ids=ids, embeddings=part, metadatas=labels)  # type: ignore[arg-type]

    def delete_report(self, workspace: str, report_id: str) -> None:
        """Delete from every collection of the workspace, those of other models too."""
        with self._guarded() as client:
            for name in self._names(client, workspace):
                _open(client, name).delete(where={"report": report_id})

    def delete_passages(self, workspace: str, passage_ids: Sequence[str]) -> None:
        with self._guarded() as client:
            collection = self._existing(client, workspace)
            size = self._batch_size(client)
            for start in range(0, len(passage_ids) if collection else 0, size):
                collection.delete(ids=list(passage_ids[start : start + size]))  # type: ignore[union-attr]

    def count(self, workspace: str) -> int:
        with self._guarded() as client:
            collection = self._existing(client, workspace)
            return collection.count() if collection else 0

    def count_report(self, workspace: str, report_id: str) -> int:
        with self._guarded() as client:
            found = (_open(client, name) for name in self._names(client, workspace))
            return sum(len(each.get(where={"report": report_id}, include=[])["ids"]) for each in found)

    def ids(self, workspace: str) -> set[str]:
        """Read every passage id of a workspace (for repairs)."""
        with self._guarded() as client:
            collection = self._existing(client, workspace)
            return set(collection.get(include=[])["ids"]) if collection else set()

    def search(
        self,
        workspace: str,
        vector: Sequence[float],
        limit: int,
        *,
        report_ids: Iterable[str] | None = None,
        passage_ids: Sequence[str] | None = None,
    ) -> dict[str, float]:
        """Give passage id -> cosine similarity, best first.

        `passage_ids`, where given, are those of `report_ids`: the faster way to say the same.
        """
        from tenacity import Retrying, retry_if_exception_message, stop_after_attempt, wait_fixed

        # Another process's first vectors are known a moment before they are on disk.
        again = Retrying(
            retry=retry_if_exception_message(match=f"(?s).*{_NOT_ON_DISK_YET}"),
            wait=wait_fixed(_ON_DISK_S),
            stop=stop_after_attempt(_ON_DISK_TRIES),
            before_sleep=lambda _: self.reload(),
            reraise=True,
        )
        where = {"report": {"$in": list(report_ids)}} if report_ids is not None else None
        return again(self._search, workspace, vector, limit, where, passage_ids)

    def _search(
        self,
        workspace: str,
        vector: Sequence[float],
        limit: int,
        where: dict[str, dict[str, list[str]]] | None,
        passage_ids: Sequence[str] | None,
    ) -> dict[str, float]:
        from chromadb.errors import InternalError

        with self._guarded() as client:
            collection = self._existing(client, workspace)
            if collection is None:
                return {}
            if passage_ids:
                # Chroma refuses an id it does not hold: one that was deleted since SQL was asked.
                with suppress(InternalError):
                    return _nearest(collection, vector, limit, ids=list(passage_ids))
            return _nearest(collection, vector, limit, where=where)

    def compare(
        self, workspace: str, vector: Sequence[float], passage_ids: Sequence[str], limit: int
    ) -> dict[str, float]:
        """Give exactly the best of `passage_ids`: passage id -> cosine similarity, best first."""
        import numpy as np

        with self._guarded() as client:
            collection = self._existing(client, workspace)
            if collection is None or not passage_ids:
                return {}
            got = collection.get(ids=list(passage_ids), include=["embeddings"])
        if not got["ids"]:
            return {}
        stored = np.asarray(got["embeddings"], dtype=np.float32)
        query = np.asarray(vector, dtype=np.float32)
        lengths = np.linalg.norm(stored, axis=1) * np.linalg.norm(query)
        similarities = stored @ query / np.maximum(lengths, 1e-12)
        best = np.argsort(-similarities, kind="stable")[:limit]
        return {got["ids"][i]: float(similarities[i]) for i in best}

    def collections(self) -> dict[str, int]:
        """Name every collection of ours with its size."""
        with self._guarded() as client:
            return {name: _open(client, name).count() for name in self._names(client)}

    def of_report(self, workspace: str, report_id: str) -> dict[str, list[float]]:
        """Read the vectors of a report's passages, by their ids."""
        with self._guarded() as client:
            collection = self._existing(client, workspace)
            if collection is None:
                return {}
            got = collection.get(where={"report": report_id}, include=["embeddings"])
        found = got["embeddings"] if got["embeddings"] is not None else []
        return {key: [float(x) for x in vector] for key, vector in zip(got["ids"], found, strict=True)}

    def has(self, workspace: str) -> bool:
        with self._guarded() as client:
            return self._existing(client, workspace) is not None

    def stale(self, workspaces: Iterable[str]) -> list[str]:
        """Name our collections that belong to none of `workspaces` under the present shape."""
        wanted = {self._name(workspace) for workspace in workspaces}
        with self._guarded() as client:
            return [name for name in self._names(client) if name not in wanted]

    def drop(self, names: Iterable[str]) -> None:
        with self._guarded() as client:
            self._collections = {}
            for name in names:
                client.delete_collection(name)

    def drop_all(self) -> None:
        """Drop every collection of ours; a store that cannot even do that is thrown away."""
        try:
            with self._guarded() as client:
                self.drop(self._names(client))
        except IndexDamagedError:
            self.close()
            self._backend.wipe()

    def _collection(self, client: Client, workspace: str) -> Collection:
        known = self._collections  # another thread may put an empty one in its place
        if workspace not in known:
            known[workspace] = client.get_or_create_collection(
                self._name(workspace),
                configuration={"hnsw": HNSW},
                embedding_function=None,
            )
        return known[workspace]

    def _existing(self, client: Client, workspace: str) -> Collection | None:
        from chromadb.errors import NotFoundError

        known = self._collections
        if workspace not in known:
            try:
                known[workspace] = _open(client, self._name(workspace))
            except NotFoundError:
                return None
        return known[workspace]

    def _name(self, workspace: str) -> str:
        return f"{self._prefix}{collection_name(workspace, self._shape)}"

    def _names(self, client: Client, workspace: str | None = None) -> list[str]:
        start = self._prefix if workspace is None else f"{self._prefix}{_workspace_part(workspace)}"
        return [c.name for c in client.list_collections() if c.name.startswith(start)]

    @contextmanager
    def _guarded(self) -> Iterator[Client]:
        from chromadb.errors import ChromaError, InvalidDimensionException

        with self._turn(), self._backend.guard():
            try:
                yield self._connected()
            except InvalidDimensionException as error:
                raise IndexMismatchError(f"向量维数与已建索引不同：{error}") from error
            except ChromaError as error:
                if "dimension" in str(error):
                    raise IndexMismatchError(f"向量维数与已建索引不同：{error}") from error
                raise IndexDamagedError(f"向量索引出错：{error}") from error

    def _turn(self) -> AbstractContextManager[object]:
        return nullcontext() if self._backend.is_shared else self._lock

    def _connected(self) -> Client:
        with self._lock:
            if self._client is None:
                self._client = self._backend.connect()
            return self._client

    def _batch_size(self, client: Client) -> int:
        return self._backend.batch_size or client.get_max_batch_size()


def exact_up_to(held: int) -> int:
    """Give the scope, in passages, up to which all are compared on a shelf of `held` passages."""
    return max(EXACT_UP_TO, int(EXACT_PER_ROOT * math.sqrt(held)))


def collection_name(workspace: str, shape: str) -> str:
    """Name a collection within its owner's: readable where possible, unique always, legal for Chroma."""
    return f"{_workspace_part(workspace)}{_slug(shape)}-{_digest(shape)}"


def _workspace_part(workspace: str) -> str:
    return f"{_slug(workspace)}-{_digest(workspace)}."


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:60] or "w"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _nearest(
    collection: Collection,
    vector: Sequence[float],
    limit: int,
    *,
    ids: list[str] | None = None,
    where: dict[str, dict[str, list[str]]] | None = None,
) -> dict[str, float]:
    found = collection.query(
        query_embeddings=list(vector),
        n_results=limit,
        ids=ids,
        where=where,  # type: ignore[arg-type]
        include=["distances"],
    )
    distances = (found["distances"] or [[]])[0]
    return {key: 1.0 - float(gap) for key, gap in zip(found["ids"][0], distances, strict=True)}


def _open(client: Client, name: str) -> Collection:
    return client.get_collection(name, embedding_function=None)
