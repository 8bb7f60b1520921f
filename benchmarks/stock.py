"""LangChain's and Chroma's stock search over documents, with an embedding model given to them.

`RecursiveCharacterTextSplitter` 1000/200 as in LangChain's own tutorials. `BM25Retriever` is taken with its default
tokens (white space) and with our bigrams; Chroma by itself cuts nothing, so it gets LangChain's pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from langchain_core.embeddings import Embeddings

from store.words import tokens

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever

CHUNK, OVERLAP = 1_000, 200
BATCH = 5_000

Searcher = Callable[[str], list[tuple[str, str]]]
"""Query -> (document's id, text of the piece), best first."""


def split(documents: Mapping[str, str]) -> list[Document]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    return splitter.create_documents(list(documents.values()), [{"source": key} for key in documents])


def langchain_retrievers(
    folder: Path, chunks: list[Document], embeddings: Embeddings, k: int
) -> dict[str, BaseRetriever]:
    from langchain_chroma import Chroma
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever

    chroma = Chroma(persist_directory=str(folder), embedding_function=embeddings)
    for start in range(0, len(chunks), BATCH):
        chroma.add_documents(chunks[start : start + BATCH])
    dense = chroma.as_retriever(search_kwargs={"k": k})
    found: dict[str, BaseRetriever] = {"Chroma": dense}
    for name, preprocess in (("", str.split), ("，二元切词", tokens)):
        words = BM25Retriever.from_documents(chunks, preprocess_func=preprocess, k=k)
        found[f"EnsembleRetriever{name}"] = EnsembleRetriever(retrievers=[words, dense], weights=[0.5, 0.5])
    return found


def langchain_searchers(
    folder: Path, chunks: list[Document], embeddings: Embeddings, k: int
) -> dict[str, Searcher]:
    retrievers = langchain_retrievers(folder, chunks, embeddings, k)
    return {f"LangChain {name}": _searcher(retriever, k) for name, retriever in retrievers.items()}


def _searcher(retriever: BaseRetriever, k: int) -> Searcher:
    def search(query: str) -> list[tuple[str, str]]:
        return [(str(found.metadata["source"]), found.page_content) for found in retriever.invoke(query)][:k]

    return search


def chroma_searcher(folder: Path, chunks: list[Document], embeddings: Embeddings, k: int) -> Searcher:
    """Search a collection of Chroma's own client with its default settings."""
    import chromadb
    from chromadb.api.types import EmbeddingFunction

    class Given(EmbeddingFunction[list[str]]):
        def __init__(self) -> None:
            """Chroma wants a constructor of one's own."""

        def __call__(self, input: list[str]) -> list[np.ndarray]:  # noqa: A002 - Chroma's own name for it
            import numpy as np

            return [np.asarray(vector, dtype=np.float32) for vector in embeddings.embed_documents(input)]

        def embed_query(self, input: list[str]) -> list[np.ndarray]:  # noqa: A002
            import numpy as np

            return [np.asarray(embeddings.embed_query(text), dtype=np.float32) for text in input]

        @staticmethod
        def name() -> str:
            return "given"

        def get_config(self) -> dict[str, object]:
            return {}

        @staticmethod
        def build_from_config(config: dict[str, object]) -> Given:
            return Given()

    client = chromadb.PersistentClient(str(folder))
    collection = client.create_collection("stock", embedding_function=Given())
    for start in range(0, len(chunks), BATCH):
        part = chunks[start : start + BATCH]
        collection.add(
            ids=[str(start + number) for number in range(len(part))],
            documents=[chunk.page_content for chunk in part],
            metadatas=[{"source": chunk.metadata["source"]} for chunk in part],
        )

    def search(query: str) -> list[tuple[str, str]]:
        found = collection.query(query_texts=[query], n_results=min(k, collection.count()))
        return list(_pairs(cast("Mapping[str, list[list[object]]]", found)))

    return search


def _pairs(found: Mapping[str, list[list[object]]]) -> Iterator[tuple[str, str]]:
    for metadata, text in zip(found["metadatas"][0], found["documents"][0], strict=True):
        yield str(cast("Mapping[str, object]", metadata)["source"]), str(text)
