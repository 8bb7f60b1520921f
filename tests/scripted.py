"""A model by script, behind the HTTP interface every vendor has: honest, or lying in one given way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import httpx

URL = "https://models.example/v1"
COMPLETIONS = f"{URL}/chat/completions"

Lie = Callable[[str, str], tuple[str, str]]
"""From a true claim and its quote to those the model gives."""

_PASSAGE = re.compile(r'<passage id="(?P<id>\w+)"[^>]*>\n(?P<text>.*?)\n</passage>', re.DOTALL)


def honest(claim: str, quote: str) -> tuple[str, str]:
    return claim, quote


def passages(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the (id, text) of the passages that a request shows."""
    shown = "\n".join(str(message["content"]) for message in payload["messages"])
    return [(match["id"], match["text"]) for match in _PASSAGE.finditer(shown)]


def telling_sentence(text: str, question: str) -> str:
    """Give the sentence that shares most with the question, else the first with a figure, else the first."""
    found = [s.strip() for s in re.split(r"(?<=[。；！？])|\n", text) if s and s.strip()]
    asked = {question[i : i + 2] for i in range(len(question) - 1)}

    def shared(sentence: str) -> int:
        return sum(sentence[i : i + 2] in asked for i in range(len(sentence) - 1))

    return max(found, key=lambda s: (shared(s), bool(re.search(r"\d", s))))


def asked_in(payload: dict[str, Any]) -> str:
    """Give the question a request asks, empty for a summary."""
    match = re.search(r"^(?:问题：|Question: )(.*)$", str(payload["messages"][-1]["content"]), re.MULTILINE)
    return match[1] if match else ""


def is_summary(payload: dict[str, Any]) -> bool:
    return '"items"' in str(payload["messages"][0]["content"])


def write(payload: dict[str, Any], lie: Lie = honest, *, every: int = 1) -> str:
    """Write what is asked for, one claim a passage; every `every`-th is a lie."""
    said = []
    for number, (id_, text) in enumerate(passages(payload), 1):
        sentence = telling_sentence(text, asked_in(payload))
        claim, quote = lie(sentence, sentence) if number % every == 0 else (sentence, sentence)
        said.append((id_, claim, quote))
    if is_summary(payload):
        items = [{"id": id_, "topic": "", "text": claim, "quotes": [quote]} for id_, claim, quote in said]
        return json.dumps({"items": items}, ensure_ascii=False)
    claims = [{"text": claim, "quotes": [{"id": id_, "quote": quote}]} for id_, claim, quote in said[:3]]
    return json.dumps({"refused": False, "claims": claims}, ensure_ascii=False)


def completion(text: str, *, prompt_tokens: int = 100, completion_tokens: int = 20) -> dict[str, Any]:
    """A response of /chat/completions."""
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }


def events(text: str, *, size: int = 7, usage: bool = True) -> list[bytes]:
    """The server-sent events of a stream that writes `text` a few characters at a time."""

    def event(choices: list[dict[str, Any]], used: dict[str, int] | None = None) -> bytes:
        chunk = {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "scripted",
            "choices": choices,
            "usage": used,
        }
        return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"

    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    found = [event([{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])]
    found += [event([{"index": 0, "delta": {"content": piece}, "finish_reason": None}]) for piece in pieces]
    found.append(event([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    if usage:
        found.append(event([], {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}))
    return [*found, b"data: [DONE]\n\n"]


class Chunked(httpx.AsyncByteStream):
    """A body that arrives in the chunks given, and then may break off."""

    def __init__(self, chunks: Iterable[bytes], error: Exception | None = None) -> None:
        self._chunks = list(chunks)
        self._error = error

    async def __aiter__(self):  # type: ignore[no-untyped-def]
        for chunk in self._chunks:
            yield chunk
        if self._error is not None:
            raise self._error


def respond(request: httpx.Request, text: str) -> httpx.Response:
    """Answer a request with `text`, streamed where it asks for that."""
    if json.loads(request.content).get("stream"):
        return httpx.Response(
            200, headers={"content-type": "text/event-stream"}, stream=Chunked(events(text))
        )
    return httpx.Response(200, json=completion(text))


class Script:
    """A side effect for respx: gives the replies in turn (the last one for ever) and keeps what was asked.

    A reply is the text to write, a function of the payload that gives it, a whole response, or an
    exception to raise.
    """

    def __init__(self, *replies: str | Callable[[dict[str, Any]], str] | httpx.Response | Exception) -> None:
        self._replies = list(replies)
        self.payloads: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        payload = json.loads(request.content)
        self.payloads.append(payload)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx.Response):
            return reply
        return respond(request, reply if isinstance(reply, str) else reply(payload))
