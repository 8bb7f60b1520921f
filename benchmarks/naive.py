"""The chain one would otherwise put together: stuff the top chunks into a prompt, show what the model writes.

LangChain's `create_stuff_documents_chain` over a stock Chroma retriever with its four documents. The model is the
same script that stands behind the product in `lying.py`; it writes the same claims from what it is shown.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.lying import Liar
from benchmarks.stock import langchain_retrievers
from store.embed import EmbeddingModel

if TYPE_CHECKING:
    from langchain_core.documents import Document
    from langchain_core.prompt_values import ChatPromptValue
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

TOP = 4
"""Chroma's as_retriever() brings four."""

SYSTEM = (
    "你是一个问答助手。只根据下面的资料回答问题，三句以内；资料里没有的，就说不知道。\n\n资料：\n{context}"
)


class NaiveChain:
    """Answers from the stock retriever's chunks; nothing stands between the model and the reader."""

    def __init__(self, folder: Path, chunks: list[Document], model: EmbeddingModel) -> None:
        self._retriever: BaseRetriever = langchain_retrievers(folder, chunks, model.embeddings, TOP)["Chroma"]

    def answer(self, question: str, liar: Liar) -> list[str]:
        """Give the sentences a reader reads."""
        documents = [
            document.model_copy(update={"metadata": {**document.metadata, "id": f"p{number}"}})
            for number, document in enumerate(self._retriever.invoke(question))
        ]
        return _chain(liar).invoke({"question": question, "context": documents}).split("\n")


def _chain(liar: Liar) -> Runnable[dict[str, object], str]:
    from langchain_classic.chains.combine_documents import create_stuff_documents_chain
    from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
    from langchain_core.runnables import RunnableLambda

    def model(prompt: ChatPromptValue) -> str:
        roles = {"human": "user"}
        messages = [
            {"role": roles.get(message.type, message.type), "content": message.content}
            for message in prompt.to_messages()
        ]
        claims = json.loads(liar.write({"messages": messages}))["claims"]
        return "\n".join(claim["text"] for claim in claims)

    return create_stuff_documents_chain(
        RunnableLambda(model),
        ChatPromptTemplate.from_messages([("system", SYSTEM), ("human", "问题：{question}")]),
        document_prompt=PromptTemplate.from_template('<passage id="{id}">\n{page_content}\n</passage>'),
    )
