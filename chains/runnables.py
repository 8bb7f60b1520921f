"""Both engines as LangChain Runnables: invoke, batch, astream and callbacks as with any chain.

The command line calls the engines directly: importing LangChain takes longer than summarising a report.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda

from chains.answer import Answerer
from chains.digest.build import make_digest
from chains.digest.models import Digest, DigestInput
from chains.digest.written import DigestWriter
from chains.extract import summarize
from chains.models import Answer, AskInput, Summary, SummaryInput
from chains.write_answer import AnswerWriter, Sentence
from chains.write_summary import SummaryWriter

if TYPE_CHECKING:
    from chains.llm import ChatModel
    from prompts.template import Language
    from store.library import Library


def extractive_summary() -> Runnable[SummaryInput, Summary]:
    """Give the summary without a model as a chain."""

    def run(asked: SummaryInput) -> Summary:
        return summarize(asked.document, asked.report)

    return RunnableLambda(run).with_config(run_name="extractive_summary")


def extractive_answer(library: Library) -> Runnable[AskInput, Answer]:
    """Give answers over `library` without a model as a chain."""
    return RunnableLambda(Answerer(library).answer).with_config(run_name="extractive_answer")


def written_summary(
    model: ChatModel, account: str, language: Language = "zh"
) -> Runnable[SummaryInput, Summary]:
    """Give the summary worded by a model as a chain, to be invoked asynchronously."""
    writer = SummaryWriter(model, language)

    async def run(asked: SummaryInput) -> Summary:
        return await writer.summarize(asked, account)

    return RunnableLambda(run).with_config(run_name="written_summary")


def written_answer(library: Library, model: ChatModel, account: str) -> Runnable[AskInput, Sentence | Answer]:
    """Give answers worded by a model as a chain: astream gives verified sentences and, last, the answer."""
    writer = AnswerWriter(Answerer(library), model)

    async def run(asked: AsyncIterator[AskInput]) -> AsyncIterator[Sentence | Answer]:
        async for ask in asked:
            async for event in writer.stream(ask, account):
                yield event

    return RunnableGenerator(run).with_config(run_name="written_answer")


def extractive_digest(library: Library, language: Language = "zh") -> Runnable[DigestInput, Digest]:
    """Give digests of `library` without a model as a chain."""

    def run(asked: DigestInput) -> Digest:
        return make_digest(library, asked, language)

    return RunnableLambda(run).with_config(run_name="extractive_digest")


def written_digest(
    library: Library, model: ChatModel, account: str, language: Language = "zh"
) -> Runnable[DigestInput, Digest]:
    """Give digests whose points are worded by a model as a chain, to be invoked asynchronously."""
    writer = DigestWriter(model, language)

    async def run(asked: DigestInput) -> Digest:
        return await writer.write(library, asked, account)

    return RunnableLambda(run).with_config(run_name="written_digest")
