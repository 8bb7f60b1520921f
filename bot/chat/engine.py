"""What thinks for the chats: the engine and the shelf it reads, in this process (`EngineHere`) or beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chains import retrieve
from chains.aside import aside
from chains.models import Answer, AskInput, Summary, SummaryInput
from chains.write_answer import Sentence
from store.document import reopen
from store.models import DEFAULT_WORKSPACE, Hit, Report, Scope

if TYPE_CHECKING:
    from bot.services import Services
    from chains.digest.models import Digest, DigestInput


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer that holds, and what kept the search for it from being what it should be."""

    answer: Answer
    notices: tuple[str, ...]


class ChatEngine(Protocol):
    """Everything that takes a processor for long. `account` is the shelf whose tokens are used."""

    model_name: str
    """Empty without a model."""

    async def warm_up(self) -> None:
        """Load indexes and the embedding model before the first question rather than with it."""

    def stream(self, ask: AskInput, account: str) -> AsyncIterator[Sentence | Answered]:
        """Give sentences as they come and, last, the answer. Raises AppError."""

    async def summarize(self, report: Report, workspace: str, account: str) -> Summary:
        """Summarise a report of a shelf. Raises AppError."""

    async def digest(self, asked: DigestInput, account: str) -> Digest:
        """Write a digest. Raises AppError."""

    async def search(self, query: str, workspaces: tuple[str, ...], k: int) -> list[Hit]:
        """Give the passages nearest to a query, none where even these are far from it. Raises AppError."""

    async def aclose(self) -> None:
        """Let go of everything."""


class EngineHere:
    """In this process; `services` are closed by whoever made them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.model_name = services.engine.model_name

    async def warm_up(self) -> None:
        self._services.library.follow_words()
        await self.search("报告", (DEFAULT_WORKSPACE,), 1)

    async def stream(self, ask: AskInput, account: str) -> AsyncIterator[Sentence | Answered]:
        library = self._services.library
        async for event in self._services.engine.astream(library, ask, account):
            if isinstance(event, Answer):
                yield Answered(event, tuple(await asyncio.to_thread(library.notices)))
            else:
                yield event

    async def summarize(self, report: Report, workspace: str, account: str) -> Summary:
        document = await aside(reopen, self._services.library, report, [workspace])
        return await self._services.engine.asummarize(SummaryInput(document, report), account)

    async def digest(self, asked: DigestInput, account: str) -> Digest:
        return await self._services.engine.adigest(self._services.library, asked, account)

    async def search(self, query: str, workspaces: tuple[str, ...], k: int) -> list[Hit]:
        library = self._services.library
        hits = await aside(retrieve.search, library, query, Scope(workspaces), k)
        return hits if retrieve.is_answered(query, hits, library.similarity_range) else []

    async def aclose(self) -> None:
        await self._services.engine.aclose()
