"""The extractive engine as LangChain Runnables: invoke, batch, astream and callbacks as with any chain.

The command line calls the engine directly: importing LangChain takes longer than summarising a report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.runnables import Runnable, RunnableLambda

from chains.answer import Answerer
from chains.extract import summarize
from chains.models import Answer, AskInput, Summary, SummaryInput

if TYPE_CHECKING:
    from store.library import Library


def extractive_summary() -> Runnable[SummaryInput, Summary]:
    """Give the summary without a model as a chain."""

    def run(asked: SummaryInput) -> Summary:
        return summarize(asked.document, asked.report)

    return RunnableLambda(run).with_config(run_name="extractive_summary")


def extractive_answer(library: Library) -> Runnable[AskInput, Answer]:
    """Give answers over `library` without a model as a chain."""
    return RunnableLambda(Answerer(library).answer).with_config(run_name="extractive_answer")
