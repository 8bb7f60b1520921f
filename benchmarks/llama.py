"""LlamaIndex's stock retrievers, as its documentation puts them together, with an embedding model given to them.

Its own default embedding is OpenAI's and needs a key. `SentenceSplitter` cuts at its 1,024 tokens with 200 shared;
`BM25Retriever` is taken with its default tokens (a run of Chinese characters is one token) and with bigrams.
The fusion of both asks a language model for more questions unless told not to: one question is asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

if TYPE_CHECKING:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.schema import BaseNode

BIGRAMS = r"(?u)(?=(\w\w))"

Searcher = Callable[[str], list[tuple[str, str]]]
"""Query -> (document's id, text of the node), best first."""


def llama_searchers(documents: Mapping[str, str], embeddings: Embeddings, k: int) -> dict[str, Searcher]:
    """Index documents (id -> text) as LlamaIndex does by default; name -> what searches them."""
    from llama_index.core import Document
    from llama_index.core.node_parser import SentenceSplitter

    made = [Document(text=text, doc_id=key) for key, text in documents.items()]
    nodes = SentenceSplitter().get_nodes_from_documents(made)
    retrievers = llama_retrievers(nodes, embeddings, k)
    return {f"LlamaIndex {name}": _searcher(retriever) for name, retriever in retrievers.items()}


def llama_retrievers(nodes: Sequence[BaseNode], embeddings: Embeddings, k: int) -> dict[str, BaseRetriever]:
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.retrievers.bm25 import BM25Retriever

    dense = vector_index(nodes, embeddings).as_retriever(similarity_top_k=k)
    found: dict[str, BaseRetriever] = {"VectorStoreIndex": dense}
    for name, pattern in (("", r"(?u)\b\w\w+\b"), ("，二元切词", BIGRAMS)):
        words = BM25Retriever.from_defaults(nodes=list(nodes), similarity_top_k=k, token_pattern=pattern)
        found[f"QueryFusionRetriever{name}"] = QueryFusionRetriever(
            [dense, words],
            llm=MockLLM(),
            mode="reciprocal_rerank",
            num_queries=1,
            similarity_top_k=k,
            use_async=False,
        )
        found[f"BM25Retriever{name}"] = words
    return found


def vector_index(nodes: Sequence[BaseNode], embeddings: Embeddings) -> VectorStoreIndex:
    from llama_index.core import VectorStoreIndex

    return VectorStoreIndex(list(nodes), embed_model=_adapted(embeddings))


def _adapted(embeddings: Embeddings) -> BaseEmbedding:
    from llama_index.core.embeddings import BaseEmbedding

    class Adapted(BaseEmbedding):
        """LangChain's interface behind LlamaIndex's."""

        def _get_query_embedding(self, query: str) -> list[float]:
            return embeddings.embed_query(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return embeddings.embed_query(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return embeddings.embed_documents([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return embeddings.embed_documents(texts)

    return Adapted()


def _searcher(retriever: BaseRetriever) -> Searcher:
    def search(query: str) -> list[tuple[str, str]]:
        return [
            (found.node.ref_doc_id or "", found.node.get_content()) for found in retriever.retrieve(query)
        ]

    return search
