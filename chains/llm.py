"""A chat model behind any OpenAI-compatible endpoint: patient with its faults, sparing with its tokens.

LangChain's ChatOpenAI speaks the protocol; retries, the circuit breaker, the limit on calls at a time and
the day's budget are kept here, so that every fault leaves as one kind of ModelError.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from chains.llm_errors import (
    BudgetReachedError,
    ModelError,
    OutageError,
    RejectedError,
    UnusableReplyError,
    of_exception,
)
from chains.models import Usage
from store.tokens import count_tokens

if TYPE_CHECKING:
    import httpx
    from langchain_core.messages import AIMessageChunk, BaseMessage
    from langchain_openai import ChatOpenAI

log = logging.getLogger(__name__)
T = TypeVar("T")

ATTEMPTS = 3
LONGEST_WAIT_S = 30.0
"""An endpoint that asks to wait longer than this is given up for the call."""
_TRIPS_AFTER = 5
_OPEN_S = 30.0
_TOKENS_PER_MESSAGE = 4


@dataclass(frozen=True)
class Endpoint:
    """Where a model is, and how much may be asked of it at a time. Times in seconds."""

    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    timeout_s: float = 60.0
    concurrency: int = 4


class Ledger(Protocol):
    """Keeps what an account (a workspace) has used today."""

    def left(self, account: str) -> int | None:
        """Give the tokens left for today, None where there is no limit."""

    def record(self, account: str, usage: Usage) -> None:
        """Add what a call has used."""


@dataclass(frozen=True, slots=True)
class Message:
    """A part of a prompt: `role` is "system", "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model wrote, and what it cost."""

    text: str
    usage: Usage


class Breaker:
    """Stops asking an endpoint that has failed several times running, until some time has passed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None

    def check(self) -> None:
        """Raise OutageError while the circuit is open."""
        if self._opened_at is not None and self._clock() - self._opened_at < _OPEN_S:
            raise OutageError("模型服务连续出错，暂停调用")

    def note(self, *, outage: bool) -> None:
        self._failures = self._failures + 1 if outage else 0
        self._opened_at = self._clock() if self._failures >= _TRIPS_AFTER else None


class ChatModel:
    """Asks one model. Made in an event loop and used in that one alone; `aclose` ends its connections."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        ledger: Ledger | None = None,
        http: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        breaker: Breaker | None = None,
    ) -> None:
        self.name = endpoint.model
        self._endpoint = endpoint
        self._ledger = ledger
        self._http = http
        self._owns_http = http is None
        self._sleep = sleep
        self._breaker = breaker or Breaker()
        self._turns = asyncio.Semaphore(endpoint.concurrency)
        self._client: ChatOpenAI | None = None
        # What this endpoint takes, found out as it refuses: a JSON answer asked for, usage in a stream.
        self._plain = 0

    async def complete(self, messages: Sequence[Message], account: str) -> Reply:
        """Get a whole reply. Raises ModelError."""

        async def call() -> Reply:
            pieces, usage = [], None
            async for chunk in self._chunks(messages, streaming=False):
                pieces.append(str(chunk.text))
                usage = chunk.usage_metadata or usage
            return Reply("".join(pieces), self._counted(messages, "".join(pieces), usage))

        self._afford(messages, account)
        async with self._turns:
            reply = await self._patiently(call)
        self._spend(account, reply.usage)
        if not reply.text.strip():
            raise UnusableReplyError("模型的答复是空的")
        return reply

    async def stream(
        self, messages: Sequence[Message], account: str, *, spent: Callable[[Usage], None]
    ) -> AsyncIterator[str]:
        """Give a reply piece by piece; `spent` is told its usage, also where it breaks off. Raises ModelError."""
        self._afford(messages, account)
        written: list[str] = []
        usage: Any = None
        async with self._turns:
            try:
                first, rest = await self._patiently(lambda: self._opened(messages))
                async for chunk in _chained(first, rest):
                    usage = chunk.usage_metadata or usage
                    if chunk.text:
                        written.append(str(chunk.text))
                        yield str(chunk.text)
            except Exception as error:
                raise self._mapped(error) from error
            finally:
                if written:
                    total = self._counted(messages, "".join(written), usage)
                    self._spend(account, total)
                    spent(total)
        if not "".join(written).strip():
            raise UnusableReplyError("模型的答复是空的")

    async def aclose(self) -> None:
        if self._http is not None and self._owns_http:
            await self._http.aclose()
            self._http = None

    # --- calling

    async def _opened(
        self, messages: Sequence[Message]
    ) -> tuple[AIMessageChunk | None, AsyncIterator[AIMessageChunk]]:
        """Begin a stream: what fails before the first piece may be tried again, what fails later may not."""
        chunks = self._chunks(messages, streaming=True)
        return await anext(chunks, None), chunks

    async def _chunks(self, messages: Sequence[Message], *, streaming: bool) -> AsyncIterator[AIMessageChunk]:
        """Ask, and ask again more plainly where the endpoint does not know an option."""
        while True:
            plain = self._plain
            model = self._connected().bind(**self._options(plain, streaming=streaming))
            begun = False
            try:
                if streaming:
                    async for chunk in model.astream(_langchain(messages)):
                        begun = True
                        yield chunk  # type: ignore[misc]
                else:
                    yield await model.ainvoke(_langchain(messages))  # type: ignore[misc]
            except Exception as error:
                mapped = self._mapped(error)
                if begun or not isinstance(mapped, RejectedError) or plain >= _PLAINEST:
                    raise mapped from error
                self._plain = max(self._plain, plain + 1)
                log.info("endpoint refused an option, asking more plainly (%d)", self._plain)
            else:
                return

    @staticmethod
    def _options(plain: int, *, streaming: bool) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if plain < 1:
            options["response_format"] = {"type": "json_object"}
        if streaming and plain < _PLAINEST:
            options["stream_usage"] = True
        return options

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Try a call again while its faults may pass, waiting as long as the endpoint asks or a little longer each time."""
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

        backoff = wait_random_exponential(multiplier=0.5, max=8)

        def wait(state: Any) -> float:
            error = state.outcome.exception()
            asked = error.retry_after_s if isinstance(error, ModelError) else None
            return asked if asked is not None else float(backoff(state))

        def again(error: BaseException) -> bool:
            return (
                isinstance(error, ModelError)
                and error.retryable
                and (error.retry_after_s or 0) <= LONGEST_WAIT_S
            )

        retrying = AsyncRetrying(
            retry=retry_if_exception(again),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait,
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(self._once, call)

    async def _once(self, call: Callable[[], Awaitable[T]]) -> T:
        self._breaker.check()
        try:
            result = await call()
        except Exception as error:
            mapped = self._mapped(error)
            self._breaker.note(outage=mapped.outage)
            raise mapped from error
        self._breaker.note(outage=False)
        return result

    def _mapped(self, error: Exception) -> ModelError:
        mapped = of_exception(error, self.name)
        if mapped is None:
            raise error
        if mapped is not error:
            log.info("model call failed: %s (%s)", type(mapped).__name__, type(error).__name__)
        return mapped

    def _connected(self) -> ChatOpenAI:
        if self._client is None:
            import httpx
            from langchain_openai import ChatOpenAI
            from pydantic import SecretStr

            if self._http is None:
                self._http = httpx.AsyncClient(timeout=httpx.Timeout(self._endpoint.timeout_s, connect=10.0))
            self._client = ChatOpenAI(
                model=self._endpoint.model,
                api_key=SecretStr(self._endpoint.api_key),
                base_url=self._endpoint.base_url,
                timeout=self._endpoint.timeout_s,
                max_retries=0,
                http_async_client=self._http,
                use_responses_api=False,
            )
        return self._client

    # --- counting

    def _afford(self, messages: Sequence[Message], account: str) -> None:
        left = self._ledger.left(account) if self._ledger else None
        if left is not None and left < prompt_tokens(messages):
            raise BudgetReachedError("今天的模型用量已到上限")

    def _spend(self, account: str, usage: Usage) -> None:
        if self._ledger is not None:
            self._ledger.record(account, usage)

    @staticmethod
    def _counted(messages: Sequence[Message], written: str, usage: Any) -> Usage:
        """Give an endpoint's own count, ours where it gives none."""
        if usage:
            return Usage(prompt_tokens=usage["input_tokens"], completion_tokens=usage["output_tokens"])
        return Usage(prompt_tokens=prompt_tokens(messages), completion_tokens=count_tokens(written))


_PLAINEST = 2


def prompt_tokens(messages: Sequence[Message]) -> int:
    """Count a prompt's tokens with what frames each of its messages."""
    return sum(count_tokens(message.text) + _TOKENS_PER_MESSAGE for message in messages)


def add(left: Usage, right: Usage) -> Usage:
    """Add up two usages."""
    return Usage(
        prompt_tokens=left.prompt_tokens + right.prompt_tokens,
        completion_tokens=left.completion_tokens + right.completion_tokens,
    )


def _langchain(messages: Sequence[Message]) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds[message.role](content=message.text) for message in messages]


async def _chained(
    first: AIMessageChunk | None, rest: AsyncIterator[AIMessageChunk]
) -> AsyncIterator[AIMessageChunk]:
    async with contextlib.aclosing(rest):  # type: ignore[type-var]
        if first is not None:
            yield first
        async for chunk in rest:
            yield chunk
