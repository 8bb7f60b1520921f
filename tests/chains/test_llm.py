from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import httpx
import pytest
import respx

from chains.llm import ATTEMPTS, LONGEST_WAIT_S, Breaker, ChatModel, Endpoint, Message, prompt_tokens
from chains.llm_errors import (
    BadKeyError,
    BudgetReachedError,
    ContextTooLongError,
    ModelError,
    NoCreditError,
    OutageError,
    RateLimitedError,
    RejectedError,
    UnknownModelError,
    UnusableReplyError,
    retry_after_s,
)
from chains.models import Usage
from tests.scripted import COMPLETIONS, URL, Chunked, Script, completion, events

ASKED = [Message("system", "写 JSON。"), Message("user", "写。")]
TEXT = '{"ok": "新增学位2400个"}'


class FakeLedger:
    def __init__(self, left: int | None = None) -> None:
        self.limit = left
        self.recorded: list[tuple[str, Usage]] = []

    def left(self, account: str) -> int | None:
        return self.limit

    def record(self, account: str, usage: Usage) -> None:
        self.recorded.append((account, usage))


class Waits:
    """A sleep that only keeps what it was told."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def complete(
    script: Script,
    *,
    ledger: FakeLedger | None = None,
    waits: Waits | None = None,
    breaker: Breaker | None = None,
) -> str:
    async def run() -> str:
        model = ChatModel(
            Endpoint("scripted", "key", URL), ledger=ledger, sleep=waits or Waits(), breaker=breaker
        )
        try:
            with respx.mock:
                respx.post(COMPLETIONS).mock(side_effect=script)
                return (await model.complete(ASKED, "shared")).text
        finally:
            await model.aclose()

    return asyncio.run(run())


def stream(response: httpx.Response, *, ledger: FakeLedger | None = None) -> tuple[list[str], list[Usage]]:
    pieces: list[str] = []
    spent: list[Usage] = []

    async def run() -> None:
        model = ChatModel(Endpoint("scripted", "key", URL), ledger=ledger, sleep=Waits())
        try:
            with respx.mock:
                respx.post(COMPLETIONS).mock(side_effect=Script(response))
                async for piece in model.stream(ASKED, "shared", spent=spent.append):
                    pieces.append(piece)
        finally:
            await model.aclose()

    try:
        asyncio.run(run())
    except ModelError as error:
        error.args = (str(error), pieces, spent)
        raise
    return pieces, spent


def streamed(chunks: Sequence[bytes], error: Exception | None = None) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Chunked(chunks, error))


def refusal(status: int, code: str = "", message: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(
        status,
        json={"error": {"message": message, "code": code}},
        headers={k.replace("_", "-"): v for k, v in headers.items()},
    )


def test_a_reply_comes_with_the_endpoints_own_count() -> None:
    ledger = FakeLedger()
    assert complete(Script(TEXT), ledger=ledger) == TEXT
    assert ledger.recorded == [("shared", Usage(prompt_tokens=100, completion_tokens=20))]


def test_where_the_endpoint_counts_nothing_tokens_are_counted_here() -> None:
    ledger = FakeLedger()
    without = {**completion(TEXT), "usage": None}
    complete(Script(httpx.Response(200, json=without)), ledger=ledger)
    assert ledger.recorded[0][1].prompt_tokens == prompt_tokens(ASKED) > 0
    assert ledger.recorded[0][1].completion_tokens > 0


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (refusal(401, "invalid_api_key", "Incorrect API key"), BadKeyError),
        (refusal(403, "", "Forbidden"), BadKeyError),
        (refusal(402, "", "Insufficient Balance"), NoCreditError),
        (refusal(429, "insufficient_quota", "You exceeded your current quota"), NoCreditError),
        (refusal(404, "model_not_found", "The model does not exist"), UnknownModelError),
        (
            refusal(400, "context_length_exceeded", "maximum context length is 8192 tokens"),
            ContextTooLongError,
        ),
        (refusal(400, "", "输入超出上下文长度"), ContextTooLongError),
        (refusal(413, "", "Payload too large"), ContextTooLongError),
        (refusal(400, "", "messages must alternate"), RejectedError),
        (httpx.Response(200, json={"odd": 1}), UnusableReplyError),
        (httpx.Response(200, text="<html>ok</html>"), UnusableReplyError),
        (httpx.Response(200, json=completion("")), UnusableReplyError),
        (httpx.Response(200, json=completion("  \n")), UnusableReplyError),
    ],
)
def test_what_will_not_pass_is_told_at_once_with_its_remedy(
    response: httpx.Response, error: type[ModelError]
) -> None:
    waits = Waits()
    with pytest.raises(error) as caught:
        complete(Script(response), waits=waits)
    assert caught.value.hint
    assert waits.seconds == []


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (refusal(500), OutageError),
        (refusal(503), OutageError),
        (refusal(429), RateLimitedError),
        (httpx.ConnectError("refused"), OutageError),
        (httpx.ReadTimeout("slow"), OutageError),
        (httpx.RemoteProtocolError("closed"), OutageError),
    ],
)
def test_what_may_pass_is_tried_again_and_then_told(
    failure: httpx.Response | Exception, error: type[ModelError]
) -> None:
    waits = Waits()
    assert complete(Script(failure, TEXT), waits=waits) == TEXT
    assert len(waits.seconds) == 1
    script = Script(failure)
    with pytest.raises(error):
        complete(script)
    assert len(script.payloads) == ATTEMPTS


def test_it_waits_as_long_as_the_endpoint_asks() -> None:
    waits = Waits()
    assert complete(Script(refusal(429, retry_after="7"), TEXT), waits=waits) == TEXT
    assert waits.seconds == [7.0]


def test_it_does_not_wait_for_longer_than_a_reader_would() -> None:
    waits = Waits()
    with pytest.raises(RateLimitedError):
        complete(Script(refusal(429, retry_after=str(LONGEST_WAIT_S + 1)), TEXT), waits=waits)
    assert waits.seconds == []


@pytest.mark.parametrize(
    ("value", "seconds"), [("2.5", 2.5), ("-1", 0.0), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)]
)
def test_retry_after_is_read_in_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": value}) == seconds


def test_after_several_outages_the_endpoint_is_left_alone_for_a_while() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    script = Script(refusal(500))
    for _ in range(2):
        with pytest.raises(OutageError):
            complete(script, breaker=breaker)
    asked = len(script.payloads)
    with pytest.raises(OutageError, match="暂停"):
        complete(script, breaker=breaker)
    assert len(script.payloads) == asked
    now[0] = 31.0
    assert complete(Script(TEXT), breaker=breaker) == TEXT


def test_an_option_the_endpoint_does_not_know_is_left_out_from_then_on() -> None:
    async def run() -> Script:
        script = Script(refusal(400, "", "response_format is unavailable"), TEXT)
        model = ChatModel(Endpoint("scripted", "key", URL), sleep=Waits())
        with respx.mock:
            respx.post(COMPLETIONS).mock(side_effect=script)
            await model.complete(ASKED, "shared")
            await model.complete(ASKED, "shared")
        await model.aclose()
        return script

    formats = ["response_format" in payload for payload in asyncio.run(run()).payloads]
    assert formats == [True, False, False]


def test_the_days_budget_stops_before_the_call() -> None:
    script = Script(TEXT)
    with pytest.raises(BudgetReachedError, match="上限"):
        complete(script, ledger=FakeLedger(left=3))
    assert script.payloads == []


def test_no_more_calls_run_at_a_time_than_allowed() -> None:
    running, most = 0, 0

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return httpx.Response(200, json=completion(TEXT))

    async def run() -> None:
        model = ChatModel(Endpoint("scripted", "key", URL, concurrency=2))
        with respx.mock:
            respx.post(COMPLETIONS).mock(side_effect=slow)
            await asyncio.gather(*(model.complete(ASKED, "shared") for _ in range(6)))
        await model.aclose()

    asyncio.run(run())
    assert most == 2


def test_a_stream_gives_the_text_though_characters_are_cut_between_chunks() -> None:
    whole = b"".join(events(TEXT))
    pieces, spent = stream(streamed([whole[i : i + 5] for i in range(0, len(whole), 5)]))
    assert "".join(pieces) == TEXT
    assert spent == [Usage(prompt_tokens=100, completion_tokens=20)]


def test_a_stream_that_breaks_off_is_an_outage_and_what_was_written_is_counted() -> None:
    ledger = FakeLedger()
    with pytest.raises(OutageError) as caught:
        stream(streamed(events(TEXT)[:3], httpx.ReadError("reset")), ledger=ledger)
    assert "".join(caught.value.args[1]) in TEXT
    assert len(ledger.recorded) == 1


def test_an_empty_stream_is_no_reply() -> None:
    with pytest.raises(UnusableReplyError):
        stream(streamed(events("")))


def test_the_key_is_in_no_error_and_no_repr() -> None:
    with pytest.raises(BadKeyError) as caught:
        complete(Script(refusal(401, "", "Incorrect API key provided: sk-secret")))
    assert "sk-secret" not in str(caught.value)
    assert "sk-secret" not in repr(Endpoint("m", "sk-secret"))


def test_a_request_carries_the_roles_in_order() -> None:
    script = Script(TEXT)
    complete(script)
    messages = script.payloads[0]["messages"]
    assert [message["role"] for message in messages] == ["system", "user"]
    assert json.dumps(script.payloads[0]["response_format"]) == '{"type": "json_object"}'
