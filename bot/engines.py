"""Which engine answers: a model where one is set, else the text itself.

Blocking for the command line; with an `a` in front for the bot, on its own event loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from chains import extract
from chains.aside import aside
from chains.models import Answer, AskInput, Summary, SummaryInput, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.settings import Settings
    from chains.digest.build import Progress
    from chains.digest.models import Digest, DigestInput
    from chains.llm import ChatModel
    from chains.write_answer import Sentence
    from prompts.template import Language
    from store.library import Library
    from store.usage import UsageStore

DEFAULT_MODEL = "gpt-4o-mini"
_PROBE_ACCOUNT = "doctor"


class Extractive:
    """Summaries, answers and digests in the reports' own words."""

    model_name = ""

    def __init__(self, language: Language = "zh") -> None:
        self._language = language

    def summarize(self, asked: SummaryInput, account: str) -> Summary:
        return extract.summarize(asked.document, asked.report)

    def answer(self, library: Library, ask: AskInput, account: str) -> Answer:
        from chains.answer import Answerer

        return Answerer(library).answer(ask)

    def digest(
        self, library: Library, asked: DigestInput, account: str, progress: Progress | None = None
    ) -> Digest:
        from chains.digest.build import compose

        return compose(library, asked, self._language, progress).digest

    async def asummarize(self, asked: SummaryInput, account: str) -> Summary:
        return await aside(self.summarize, asked, account)

    async def adigest(self, library: Library, asked: DigestInput, account: str) -> Digest:
        return await aside(self.digest, library, asked, account)

    async def astream(
        self, library: Library, ask: AskInput, account: str
    ) -> AsyncIterator[Sentence | Answer]:
        yield await aside(self.answer, library, ask, account)

    async def aclose(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing is held."""


class Written:
    """Summaries, answers and digests worded by a model and checked. One event loop lasts as long as the engine."""

    def __init__(self, make_model: Callable[[], ChatModel], language: Language, model_name: str) -> None:
        self.model_name = model_name
        self._make_model = make_model
        self._language = language
        self._runner = asyncio.Runner()
        self._model: ChatModel | None = None

    def summarize(self, asked: SummaryInput, account: str) -> Summary:
        return self._runner.run(self.asummarize(asked, account))

    def answer(self, library: Library, ask: AskInput, account: str) -> Answer:
        return self._runner.run(self._answer(library, ask, account))

    def digest(
        self, library: Library, asked: DigestInput, account: str, progress: Progress | None = None
    ) -> Digest:
        return self._runner.run(self.adigest(library, asked, account, progress))

    def try_out(self) -> str:
        """Have the model say something and give its name. Raises ModelError."""
        from chains.llm import Message

        model = self._connected()
        probe = [Message("user", 'Reply with this JSON and nothing else: {"ok": true}')]
        self._runner.run(model.complete(probe, _PROBE_ACCOUNT))
        return model.name

    def close(self) -> None:
        self._runner.run(self.aclose())
        self._runner.close()

    async def aclose(self) -> None:
        if self._model is not None:
            await self._model.aclose()
            self._model = None

    async def astream(
        self, library: Library, ask: AskInput, account: str
    ) -> AsyncIterator[Sentence | Answer]:
        """Give verified sentences as they come and, last, the answer that holds."""
        from chains.answer import Answerer
        from chains.write_answer import AnswerWriter

        async for event in AnswerWriter(Answerer(library), self._connected()).stream(ask, account):
            yield event

    async def asummarize(self, asked: SummaryInput, account: str) -> Summary:
        from chains.write_summary import SummaryWriter

        return await SummaryWriter(self._connected(), self._language).summarize(asked, account)

    async def adigest(
        self, library: Library, asked: DigestInput, account: str, progress: Progress | None = None
    ) -> Digest:
        from chains.digest.written import DigestWriter

        writer = DigestWriter(self._connected(), self._language)
        return await writer.write(library, asked, account, progress)

    async def _answer(self, library: Library, ask: AskInput, account: str) -> Answer:
        from chains.answer import Answerer
        from chains.write_answer import AnswerWriter

        return await AnswerWriter(Answerer(library), self._connected()).answer(ask, account)

    def _connected(self) -> ChatModel:
        if self._model is None:
            self._model = self._make_model()
        return self._model


class Budget:
    """The day's tokens of each workspace, held in the database."""

    def __init__(self, store: UsageStore, tokens_a_day: int) -> None:
        self._store = store
        self._limit = tokens_a_day

    def left(self, account: str) -> int | None:
        return max(self._limit - self._store.today(account), 0)

    def record(self, account: str, usage: Usage) -> None:
        self._store.record(account, usage.prompt_tokens, usage.completion_tokens)


def make_engine(settings: Settings, usage: Callable[[], UsageStore]) -> Extractive | Written:
    """Take the model's engine where a key or a server of one's own is set together with what it needs."""
    key = settings.openai_api_key
    if key is None and not (settings.openai_base_url and settings.openai_model):
        return Extractive(settings.language)
    name = settings.openai_model or DEFAULT_MODEL
    return Written(lambda: _chat_model(settings, name, usage()), settings.language, name)


def _chat_model(settings: Settings, name: str, usage: UsageStore) -> ChatModel:
    from chains.llm import ChatModel, Endpoint

    key = settings.openai_api_key
    endpoint = Endpoint(
        model=name,
        # A server of one's own often wants no key, but the client insists on one.
        api_key=key.get_secret_value() if key else "none",
        base_url=settings.openai_base_url,
    )
    return ChatModel(endpoint, ledger=Budget(usage, settings.daily_token_budget))
