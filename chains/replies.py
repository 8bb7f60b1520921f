"""Read what a model wrote: JSON as asked for, or as models write it, with fences, prose and lists around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from chains.llm_errors import UnusableReplyError

Schema = TypeVar("Schema", bound=BaseModel)


class ItemReply(BaseModel):
    """A point as a model put it: `id` is the passage's, `quotes` are from it."""

    id: str
    topic: str = ""
    text: str
    quotes: list[str] = Field(default_factory=list)


class QuoteReply(BaseModel):
    """A quote and the passage it is said to stand in."""

    id: str
    quote: str


class ClaimReply(BaseModel):
    """A sentence of an answer with its quotes."""

    text: str
    quotes: list[QuoteReply] = Field(default_factory=list)


class QuestionReply(BaseModel):
    """A follow-up put as a question of its own."""

    question: str = Field(min_length=1)


def plain_sentence(text: str) -> str:
    """Put a model's words on one line, without marks of its own, and close what it left open with a full stop."""
    one_line = re.sub(r"(?:\s*\[\d+\])+", "", " ".join(text.split()))
    return re.sub(r"[；;，,、：:]+$", "。", one_line)


class ObjectScanner:
    """Finds whole JSON objects in text that arrives piece by piece, inner ones before those they stand in."""

    def __init__(self) -> None:
        self._text = ""
        self._position = 0
        self._open: list[int] = []
        self._quoting = False
        self._escaped = False

    def feed(self, piece: str) -> Iterator[dict[str, Any]]:
        """Take the next piece and give the objects that it completes."""
        self._text += piece
        while self._position < len(self._text):
            character = self._text[self._position]
            self._position += 1
            if self._quoting:
                if self._escaped:
                    self._escaped = False
                elif character == "\\":
                    self._escaped = True
                elif character == '"':
                    self._quoting = False
            elif character == '"':
                # Outside an object a quotation mark belongs to prose.
                self._quoting = bool(self._open)
            elif character == "{":
                self._open.append(self._position - 1)
            elif character == "}" and self._open:
                start = self._open.pop()
                yield from _loaded(self._text[start : self._position])


def _loaded(text: str) -> Iterator[dict[str, Any]]:
    try:
        found = json.loads(text, strict=False)
    except ValueError:
        return
    if isinstance(found, dict):
        yield found


def objects(text: str) -> list[dict[str, Any]]:
    """Give every JSON object in a reply, inner ones first."""
    return list(ObjectScanner().feed(text))


def read_all(text: str, schema: type[Schema]) -> list[Schema]:
    """Give every object of a reply that is of `schema`.

    Raises UnusableReplyError, with what was wrong, where there is none: the words go back to the model.
    """
    found: list[Schema] = []
    wrong = ""
    for candidate in objects(text):
        try:
            found.append(schema.model_validate(candidate))
        except ValidationError as error:
            details = error.errors(include_input=False, include_url=False)
            wrong = "; ".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in details[:3])
    if not found:
        raise UnusableReplyError(f"模型的答复不是约定的 JSON{f'（{wrong}）' if wrong else ''}")
    return found


def refuses(text: str) -> bool:
    """Tell whether a reply says that there is no answer and claims nothing."""
    return any(found.get("refused") is True and not found.get("claims") for found in objects(text))
