"""Telegram's reading of a text: HTML tags, and the entities it finds by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.telegram.rules import ApiError

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "a": "text_link",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
UNKNOWN_REFERENCE = re.compile(r"&(?!(?:lt|gt|amp|quot);)[a-zA-Z]{2,8};")
ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]+)(?=[\s>])))?""")
VERBATIM = {"code", "pre"}
FREELY_NESTED = {"bold", "italic", "underline", "strikethrough", "spoiler"}
QUOTES = {"blockquote", "expandable_blockquote"}

# The neighbours are Unicode letters as in TDLib: "/help你好" and "联系@bot" hold no entity.
FOUND = (
    ("url", re.compile(r"https?://[^\s<>\"，。；！？、（）《》“”]+", re.ASCII)),
    ("email", re.compile(r"(?<![\w.+-])[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?!\w)")),
    ("bot_command", re.compile(r"(?<![\w/<>])/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{3,32}))?(?![\w/<>])")),
    ("mention", re.compile(r"(?<![\w/])@[A-Za-z0-9_]{4,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}(?!#)")),
)


@dataclass
class Span:
    """An entity with code-point offsets; Telegram counts UTF-16 units, see `as_entity`."""

    kind: str
    start: int
    end: int
    extra: dict[str, Any] = field(default_factory=dict)

    def as_entity(self, text: str) -> dict[str, Any]:
        length = utf16_length(text[self.start : self.end])
        return {"type": self.kind, "offset": utf16_length(text[: self.start]), "length": length, **self.extra}


@dataclass
class Formatted:
    text: str
    spans: list[Span]
    complaints: list[str] = field(default_factory=list)

    @property
    def entities(self) -> list[dict[str, Any]]:
        return [span.as_entity(self.text) for span in self.spans]


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_text(source: str, parse_mode: str) -> Formatted:
    """Turn what a bot sends into plain text and entities, trimmed as Telegram trims it."""
    if parse_mode.lower() == "html":
        formatted = _HtmlReader(source).read()
    elif parse_mode:
        raise ApiError(400, "Bad Request: unsupported parse_mode (this test server reads HTML only)")
    else:
        formatted = Formatted(source, [])
    return _trim(formatted)


def with_found_entities(formatted: Formatted) -> Formatted:
    """Add commands, mentions, links and hashtags outside code and links."""
    closed = [s for s in formatted.spans if s.kind in VERBATIM | {"text_link"}]
    for kind, pattern in FOUND:
        for match in pattern.finditer(formatted.text):
            if not any(s.start < match.end() and match.start() < s.end for s in closed):
                found = Span(kind, match.start(), match.end())
                closed.append(found)
                formatted.spans.append(found)
    formatted.spans.sort(key=lambda s: (s.start, -s.end))
    return formatted


def from_entities(text: str, entities: list[dict[str, Any]]) -> Formatted:
    """Read the `entities` parameter, whose offsets are UTF-16 units."""
    units = text.encode("utf-16-le")
    spans = []
    for entity in entities:
        begin, end = 2 * int(entity["offset"]), 2 * (int(entity["offset"]) + int(entity["length"]))
        if begin < 0 or end <= begin or end > len(units):
            raise ApiError(400, "Bad Request: can't parse entities: entity out of the text")
        start, stop = (len(units[:at].decode("utf-16-le", "replace")) for at in (begin, end))
        extra = {k: v for k, v in entity.items() if k not in {"type", "offset", "length"}}
        spans.append(Span(entity["type"], start, stop, extra))
    return _trim(Formatted(text, spans))


def _trim(formatted: Formatted) -> Formatted:
    text = formatted.text.strip()
    lead = len(formatted.text) - len(formatted.text.lstrip())
    for span in formatted.spans:
        span.start = min(max(span.start - lead, 0), len(text))
        span.end = min(max(span.end - lead, 0), len(text))
    formatted.text = text
    formatted.spans = [span for span in formatted.spans if span.end > span.start]
    return formatted


@dataclass
class _Open:
    tag: str
    start: int
    arguments: dict[str, str]


class _HtmlReader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.spans: list[Span] = []

    def read(self) -> Formatted:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self._end_tag()
            elif self.source[self.at] == "<":
                self._start_tag()
            else:
                self._character()
        if self.open:
            raise self._error(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        self.spans.reverse()  # of two over the same words the outer one closed last
        self.spans.sort(key=lambda s: (s.start, -s.end))
        self._refuse_nested_quotes()
        return Formatted("".join(self.out), self.spans, self._complaints())

    def _error(self, what: str) -> ApiError:
        return ApiError(400, f"Bad Request: can't parse entities: {what}")

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "surrogatepass"))

    def _put(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)

    def _character(self) -> None:
        match = REFERENCE.match(self.source, self.at)
        if match:
            self.at = match.end()
            self._put(_referenced(match))
        else:
            self._put(self.source[self.at])
            self.at += 1

    def _start_tag(self) -> None:
        begin = self.at
        match = re.compile(r"<([^\s>]*)").match(self.source, begin)
        name = match.group(1).lower() if match else ""
        self.at = begin + 1 + len(name)
        if self.at >= len(self.source):
            raise self._error(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if name not in SIMPLE_TAGS:
            raise self._error(f'Unsupported start tag "{name}" at byte offset {self._byte(begin)}')
        arguments = self._arguments(name, begin)
        if name == "span" and arguments.get("class") != "tg-spoiler":
            where = self._byte(begin)
            raise self._error(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
        self.open.append(_Open(name, self.length, arguments))

    def _arguments(self, name: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self.at += len(self.source[self.at :]) - len(self.source[self.at :].lstrip())
            if self.at >= len(self.source):
                raise self._error(f'Unclosed start tag "{name}" at byte offset {self._byte(begin)}')
            if self.source[self.at] == ">":
                self.at += 1
                return found
            match = ATTRIBUTE.match(self.source, self.at)
            if not match:
                raise self._error(
                    f'Empty attribute name in the tag "{name}" at byte offset {self._byte(begin)}'
                )
            value = next((group for group in match.groups()[1:] if group is not None), "")
            found[match.group(1).lower()] = REFERENCE.sub(_referenced, value)
            self.at = match.end()

    def _end_tag(self) -> None:
        begin = self.at
        where = self._byte(begin)
        if not self.open:
            raise self._error(f"Unexpected end tag at byte offset {where}")
        match = re.compile(r"</([^\s>]*)\s*>").match(self.source, begin)
        if not match:
            raise self._error(f"Unclosed end tag at byte offset {where}")
        opened = self.open.pop()
        if match.group(1) not in {"", opened.tag}:
            expected = f'expected "</{opened.tag}>", found "</{match.group(1)}>"'
            raise self._error(f"Unmatched end tag at byte offset {where}, {expected}")
        self.at = match.end()
        self._close(opened)

    def _close(self, opened: _Open) -> None:
        span = Span(SIMPLE_TAGS[opened.tag], opened.start, self.length)
        arguments = opened.arguments
        if span.end == span.start:
            return
        if opened.tag == "a":
            span.extra = {"url": arguments.get("href") or "".join(self.out)[opened.start :]}
            if not re.match(r"(https?|tg|mailto|tel)://?|[\w-]+(\.[\w-]+)+", span.extra["url"]):
                return  # Telegram keeps the words and drops a link it cannot follow
        elif opened.tag == "tg-emoji":
            span.extra = {"custom_emoji_id": arguments.get("emoji-id", "")}
        elif opened.tag == "blockquote" and "expandable" in arguments:
            span.kind = "expandable_blockquote"
        elif opened.tag == "pre":
            self._take_language(span)
        elif opened.tag == "code" and arguments.get("class", "").startswith("language-"):
            span.extra = {"language": arguments["class"].removeprefix("language-")}
        self.spans.append(span)

    def _take_language(self, pre: Span) -> None:
        inner = self.spans[-1] if self.spans else None
        if inner and inner.kind == "code" and (inner.start, inner.end) == (pre.start, pre.end):
            pre.extra = self.spans.pop().extra

    def _refuse_nested_quotes(self) -> None:
        quotes = [s for s in self.spans if s.kind in QUOTES]
        if any(b.start < a.end for a, b in zip(quotes, quotes[1:], strict=False)):
            raise self._error("blockquote entities can't be nested")

    def _complaints(self) -> list[str]:
        unknown = [f"{m.group()} is shown as it is written" for m in UNKNOWN_REFERENCE.finditer(self.source)]
        return unknown + [
            f"{inner.kind} inside {outer.kind} is not allowed"
            for number, outer in enumerate(self.spans)
            for inner in self.spans[number + 1 :]
            if inner.start < outer.end and not _may_nest(outer.kind, inner.kind)
        ]


def _referenced(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()


def _may_nest(outer: str, inner: str) -> bool:
    if VERBATIM & {outer, inner}:
        return False
    return bool(({outer, inner} & FREELY_NESTED) or ({outer, inner} & QUOTES))
