"""What thinks for the chats: the engine and the shelf it reads, in this process (`EngineHere`) or beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.intake import add_upload, move_to_common
from chains import retrieve
from chains.aside import aside, step_back
from chains.models import Answer, AskInput, Summary, SummaryInput
from chains.write_answer import Sentence
from store.document import reopen
from store.models import DEFAULT_WORKSPACE, Hit, IngestResult, Report, Scope, SourceText
from store.read import read

if TYPE_CHECKING:
    from bot.services import Services
    from chains.digest.models import Digest, DigestInput
    from store.library import Library

T = TypeVar("T")


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

    async def add_file(self, path: Path, name: str, workspace: str) -> IngestResult:
        """Read, index and store a file that was sent as `name`. Raises AppError, OSError."""

    async def add_text(self, text: str, name: str, workspace: str) -> IngestResult:
        """Index and store a text. Raises AppError."""

    async def share(self, report: Report, workspace: str) -> IngestResult:
        """Move a report to the common shelf. Raises AppError."""

    async def delete(self, report_id: str, workspace: str) -> Report:
        """Take a report off its shelf and give what went. Raises AppError."""

    async def aclose(self) -> None:
        """Let go of everything."""


class EngineHere:
    """In this process; `services` are closed by whoever made them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.model_name = services.engine.model_name
        # Read and indexed one file at a time: embedding takes every core there is.
        self._files = ThreadPoolExecutor(1, thread_name_prefix="files", initializer=step_back)

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

    async def add_file(self, path: Path, name: str, workspace: str) -> IngestResult:
        return await self._filed(lambda library: add_upload(library, read(path), name, workspace))

    async def add_text(self, text: str, name: str, workspace: str) -> IngestResult:
        source = SourceText(text, "text")
        return await self._filed(lambda library: add_upload(library, source, name, workspace))

    async def share(self, report: Report, workspace: str) -> IngestResult:
        return await self._filed(lambda library: move_to_common(library, report, workspace))

    async def delete(self, report_id: str, workspace: str) -> Report:
        return await self._filed(lambda library: library.delete(report_id, workspace))

    async def _filed(self, work: Callable[[Library], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._files, work, self._services.library)

    async def aclose(self) -> None:
        # What is under way is not waited for: the next start takes it up again.
        self._files.shutdown(wait=False, cancel_futures=True)
        await self._services.engine.aclose()
