"""Decoded text -> the text offsets point into: noise out, wraps joined, nothing rewritten."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from unicodedata import east_asian_width

from store import noise
from store.errors import ReadError
from store.models import SourceText
from store.numbering import starts_item

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SENTENCE_END = re.compile(r"[。！？!?；;：:…][”’」』）)》\"']*$")
_OPEN_END = re.compile(r"[，,、（(《“‘「『]$")
_CLOSER_START = re.compile(r"^[，。；：、！？）》”’」』]")
_TITLE_END = re.compile(
    r"(?:报告|汇报|通知|通报|方案|计划|总结|要点|意见|公告|通告|函|办法|情况|規劃|规划|報告|匯報|計劃|總結|要點|意見)(?:[（(].{1,20}[）)])?$"
)
_LATIN_SCRAP = re.compile(r"^[A-Za-z .]{1,30}$")
_SLACK = 6
"""How much short of the margin a full line may be: a wide character or a number that did not fit."""
_NARROWEST = 0.75
_ENOUGH_PARAGRAPHS = 6
_ENOUGH_HEADINGS = 3
_MOST = 0.9
_MENU_RUN = 6
_MENU_WIDTH = 28
_MIN_BODY_CHARS = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the decoded text. `page` counts from 0; `width` and `indented` are as in the file."""

    text: str
    width: int
    page: int
    indented: bool
    after_blank: bool


@dataclass(frozen=True, slots=True)
class CleanText:
    """The cleaned text with what the removed lines said about it."""

    text: str
    page_starts: tuple[int, ...]
    title: str | None
    published: str | None
    warnings: tuple[str, ...]


def clean(source: SourceText) -> CleanText:
    """Remove noise from `source`. Raises ReadError when no body of text is left."""
    lines, warnings = _lines(source)
    if source.page_starts:
        lines = _drop_running_heads(lines)
    lines = [line for line in lines if not _is_dashed_number(line.text)]
    lines, published = _drop_chrome(lines)
    toneless = noise.has_marked_pinyin(source.text)
    paragraphs = [_close_seams(paragraph, toneless=toneless) for paragraph in _join_wraps(lines)]
    text, page_starts = _assemble(paragraphs, page_count=len(source.page_starts))
    _require_body(text)
    return CleanText(
        text, page_starts, source.title, source.published or published, (*source.warnings, *warnings)
    )


def page_at(page_starts: tuple[int, ...], offset: int) -> int | None:
    """Give the page (from 1) on which `offset` stands, None where there are no pages."""
    return bisect_right(page_starts, offset) if page_starts else None


def _is_dashed_number(text: str) -> bool:
    """Tell "— 3 —" and "第 3 页" from a bare number, which may be a table's."""
    return noise.is_page_number(text) and not text.isdigit()


def _raw_lines(text: str) -> Iterator[tuple[int, str]]:
    """Give every line with where it begins, whatever ends it."""
    begin = 0
    for end in _LINE_END.finditer(text):
        yield begin, text[begin : end.start()]
        begin = end.end()
    yield begin, text[begin:]


def _lines(source: SourceText) -> tuple[list[Line], list[str]]:
    toneless = noise.has_marked_pinyin(source.text)
    lines: list[Line] = []
    hidden, after_blank = 0, False
    for begin, raw in _raw_lines(source.text):
        page = max(bisect_right(source.page_starts, begin) - 1, 0)
        visible, removed = noise.strip_invisible(raw)
        hidden += removed
        shown = noise.strip_controls(noise.close_spaced_words(visible.strip()))
        text = noise.strip_pinyin(shown, toneless=toneless)
        if text:
            indented = visible[:1] in "\u3000\t" or visible.startswith("  ")
            lines.append(Line(text, _width(visible.rstrip()), page, indented, after_blank))
        after_blank = not text
    warnings = [f"含有 {hidden} 个不可见字符，已去除"] if hidden > 2 else []
    return lines, warnings


def _drop_running_heads(lines: list[Line]) -> list[Line]:
    """Drop what repeats at the top or at the foot (two lines each) of most pages, and page numbers there."""
    pages: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        pages.setdefault(line.page, []).append(index)
    shape = [re.sub(r"\d+", "0", line.text) for line in lines]
    dropped: set[int] = set()
    for step in (1, -1):
        edges = [indexes[::step][:2] for indexes in pages.values()]
        seen = Counter(text for edge in edges for text in {shape[index] for index in edge})
        repeated = {
            text for text, times in seen.items() if times >= max(2, len(pages) / 2) and _may_run(text)
        }
        for edge in edges:
            outermost = True
            for index in edge:
                numbers = outermost and noise.is_page_number(lines[index].text)
                if numbers or shape[index] in repeated:
                    dropped.add(index)
                else:
                    outermost = False
    return [line for index, line in enumerate(lines) if index not in dropped]


def _may_run(text: str) -> bool:
    """Tell a running head from a sentence that happens to repeat."""
    return len(text) <= 60 and not _SENTENCE_END.search(text)


def _is_body(line: Line) -> bool:
    return len(line.text) >= 20 and bool(re.search(r"[。；]", line.text))


def _drop_chrome(lines: list[Line]) -> tuple[list[Line], str | None]:
    """Drop page furniture around the body; give the date found in it."""
    body = [index for index, line in enumerate(lines) if _is_body(line) and not noise.is_footer(line.text)]
    if not body:
        return lines, None
    head, published = _clean_head(lines[: body[0]])
    middle = [
        line
        for line in lines[body[0] : body[-1] + 1]
        if not (noise.is_button(line.text) or noise.is_footer(line.text))
    ]
    return head + middle + _clean_tail(lines[body[-1] + 1 :]), published


def _clean_head(lines: list[Line]) -> tuple[list[Line], str | None]:
    dated = [date for line in lines if noise.is_metadata(line.text) and (date := noise.find_date(line.text))]
    trimmed = [replace(line, text=_trim_metadata(line.text)) for line in lines]
    kept = [
        line
        for line in trimmed
        if line.text and not noise.is_button(line.text) and not noise.is_metadata(line.text)
    ]
    kept = _drop_menus(kept)
    times = Counter(line.text for line in kept)
    titled = any(_is_title(line.text) and times[line.text] == 1 for line in kept)
    seen: set[str] = set()
    once: list[Line] = []
    for line in kept:
        chrome = titled and not _is_title(line.text)
        repeated = times[line.text] > 1 and (chrome or line.text in seen)
        seen.add(line.text)
        if not repeated:
            once.append(line)
    trimmed_dates = [
        date
        for line in lines
        if (date := noise.find_date(line.text)) and _trim_metadata(line.text) != line.text
    ]
    return once, next(iter([*dated, *trimmed_dates]), None)


def _is_title(text: str) -> bool:
    return bool(_TITLE_END.search(text)) and not starts_item(text)


def _trim_metadata(text: str) -> str:
    """Cut a trailing "发布日期：2024-03-06" off a title line."""
    match = re.search(r"\s+(?=(?:发布|發布|成文|更新)?(?:日期|时间|時間)\s*[:：])", text)
    return text[: match.start()].rstrip() if match else text


def _clean_tail(lines: list[Line]) -> list[Line]:
    for index, line in enumerate(lines):
        if noise.is_footer(line.text):
            lines = lines[:index]
            break
    return _drop_menus(
        [
            line
            for line in lines
            if not (
                noise.is_button(line.text) or noise.is_labelled(line.text) or _LATIN_SCRAP.match(line.text)
            )
        ]
    )


def _drop_menus(lines: list[Line]) -> list[Line]:
    """Drop runs of short lines that are neither sentences, headings nor a title: navigation."""
    kept: list[Line] = []
    run: list[Line] = []
    for line in [*lines, None]:
        if line is not None and (_is_menu_entry(line.text) or noise.is_columns(line.text)):
            run.append(line)
            continue
        kept += _without_columns(run) if len(run) < _MENU_RUN else []
        run = []
        if line is not None:
            kept.append(line)
    return kept


def _without_columns(run: list[Line]) -> list[Line]:
    """Drop the names of a site's columns, where several stand together, from a run too short to be a menu."""
    columns = [line for line in run if noise.is_columns(line.text)]
    several = len(columns) > 1 or any(len(line.text.split()) > 1 for line in columns)
    return [line for line in run if line not in columns] if several else run


def _is_menu_entry(text: str) -> bool:
    return (
        _width(text) <= _MENU_WIDTH
        and not _SENTENCE_END.search(text)
        and not starts_item(text)
        and not _TITLE_END.search(text)
        and not re.search(r"[12]\d{3}年", text)
    )


def _require_body(text: str) -> None:
    paragraphs = text.split("\n")
    prose = sum(len(paragraph) for paragraph in paragraphs if _is_prose(paragraph))
    if prose < _MIN_BODY_CHARS or (prose < 400 and prose < sum(map(len, paragraphs)) / 8):
        raise ReadError(
            "没有正文：文件里只有菜单、导航或零散短句，多半是网页抓取失败",
            hint="请打开原网页，复制正文另存为 .txt，或重新下载报告原文件。",
        )


def _is_prose(text: str) -> bool:
    return (len(text) >= 12 and bool(re.search(r"[。；]", text))) or (
        len(text) >= 20 and bool(re.search(r"[，,]", text))
    )


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _wrap_width(lines: list[Line], *, indents: bool) -> int | None:
    """Find the column at which lines were broken by hand, None where paragraphs stand whole.

    Where paragraphs are indented, a full line before one that is not is proof enough.
    """
    widths = [line.width for line in lines]
    if len(lines) < 4:
        return None
    widest = sorted(widths)[int(len(widths) * 0.95)] if len(widths) >= 20 else max(widths)
    cut = [
        index
        for index, line in enumerate(lines[:-1])
        if widest - _SLACK <= widths[index]
        and not _SENTENCE_END.search(line.text)
        and not (indents and lines[index + 1].indented)
    ]
    enough = len(cut) >= (max(1, len(lines) // 10) if indents else max(2, len(lines) // 5))
    return widest if enough and 30 <= widest <= 160 else None


def _join_wraps(lines: list[Line]) -> list[list[Line]]:
    indents = sum(line.indented for line in lines) >= 2
    width = _wrap_width(lines, indents=indents)
    spaced = _is_spaced(lines)
    headed = sum(_stands_above(line, following) for line, following in pairwise(lines)) >= _ENOUGH_HEADINGS
    paragraphs: list[list[Line]] = []
    for index, line in enumerate(lines):
        if index and (
            _continues(lines[index - 1], line, width, indents=indents)
            or (spaced and _torn(lines[index - 1], line, headed=headed))
            or (paragraphs[-1][0].indented and _runs_on(lines[index - 1], line))
        ):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return paragraphs


def _is_spaced(lines: list[Line]) -> bool:
    """Tell whether a blank line parts all paragraphs, so that a mere line break ends none."""
    ends = [
        following.after_blank
        for line, following in pairwise(lines)
        if _SENTENCE_END.search(line.text) and len(line.text) > _MENU_WIDTH
    ]
    return len(ends) >= _ENOUGH_PARAGRAPHS and sum(ends) >= _MOST * len(ends)


def _stands_above(line: Line, following: Line) -> bool:
    """Tell whether a short line after a blank one looks like the heading of the whole paragraph right below it."""
    return (
        line.after_blank
        and line.width <= _MENU_WIDTH
        and not re.search(r"[^\w\s、]", line.text)
        and not following.after_blank
        and len(following.text) > _MENU_WIDTH
        and bool(_SENTENCE_END.search(following.text))
    )


def _torn(previous: Line, line: Line, *, headed: bool) -> bool:
    """Tell whether a line break without a blank line tears a sentence, as where a page's links stand on their own.

    `headed`: paragraphs of this text have headings without numbers right above them.
    """
    return not (
        line.after_blank
        or (headed and _stands_above(previous, line))
        or _SENTENCE_END.search(previous.text)
        or starts_item(previous.text)
        or starts_item(line.text)
        or _is_title(previous.text)
        and previous.after_blank
    )


def _runs_on(previous: Line, line: Line) -> bool:
    """Tell whether a line breaks off in the middle of a sentence of an indented paragraph, and the next has no indent."""
    return (
        len(previous.text) > _MENU_WIDTH
        and not line.indented
        and not line.after_blank
        and not _SENTENCE_END.search(previous.text)
        and not starts_item(line.text)
    )


def _continues(previous: Line, line: Line, width: int | None, *, indents: bool) -> bool:
    """Tell whether `line` goes on with the paragraph of `previous`."""
    if _CLOSER_START.match(line.text):
        return True
    apart = line.after_blank and line.page == previous.page
    if starts_item(line.text) or (apart and not _OPEN_END.search(previous.text)):
        return False
    if _OPEN_END.search(previous.text):
        return True
    if line.page != previous.page and len(previous.text) > 20 and not _SENTENCE_END.search(previous.text):
        return True
    if width is None:
        return False
    if previous.width < width - _SLACK:
        # Wrapped at a count of characters, lines with many digits are narrower; the indents still tell.
        long_enough = previous.width >= _NARROWEST * width
        return indents and long_enough and not line.indented and not _SENTENCE_END.search(previous.text)
    if _SENTENCE_END.search(previous.text):
        return indents and not line.indented
    return not line.indented


def _close_seams(paragraph: list[Line], *, toneless: bool) -> list[Line]:
    """Take out the pinyin that a line break cut in two or parted from its character."""
    closed = paragraph[:1]
    for line in paragraph[1:]:
        left = closed[-1].text
        for start, end in noise.find_pinyin(left + line.text, toneless=toneless):
            if start <= len(left) < end:
                closed[-1] = replace(closed[-1], text=left[:start])
                line = replace(line, text=line.text[end - len(left) :])
        closed.append(line)
    return [line for line in closed if line.text]


def _assemble(paragraphs: list[list[Line]], page_count: int) -> tuple[str, tuple[int, ...]]:
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for number, paragraph in enumerate(paragraphs):
        if number:
            parts.append("\n")
            length += 1
        for index, line in enumerate(paragraph):
            glue = " " if index and _needs_space(paragraph[index - 1].text, line.text) else ""
            starts += [length] * (line.page + 1 - len(starts)) if page_count else []
            parts.append(glue + line.text)
            length += len(glue) + len(line.text)
    starts += [length] * (page_count - len(starts))
    return "".join(parts), tuple(starts)


def _needs_space(left: str, right: str) -> bool:
    return left[-1].isascii() and left[-1].isalnum() and right[0].isascii() and right[0].isalpha()
