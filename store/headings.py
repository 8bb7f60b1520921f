"""Find the headings of a cleaned text, in every numbering the genre mixes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from store.kinds import heading_kinds
from store.models import Kind, ReportKind
from store.numbering import Marker, Style, enumerated_at, marker_at
from store.sentences import Span, paragraphs
from store.simplify import simplify

_TITLE_STOP = re.compile(r"[。：:；;！!？?\n]|(?<=[\u4e00-\u9fff”」）)])\.(?!\d)|$")
_INLINE_BOUNDARY = re.compile(r"[。；;：:！？!?](?:[”’」』）)]*)\s*(?=[一二三四五六七八九十第（(0-9])")
_SPACED_NUMBER = re.compile(r"(\d{1,2})[ \t\u3000]+(?=[\u4e00-\u9fff“《]|(?:19|20)\d\d年)")
_TITLE_MAX = 48
_UNNUMBERED_MAX = 32
_NAME_MAX = 10
_LEAD_IN_MAX = 60
_UNNUMBERED = re.compile(
    r"回顾$|工作安排$|(?:主要|重点)(?:工作|任务)(?:安排)?$|(?:问题|不足|困难|短板)$|下一步|下步|打算$|思路|名词解释|^附件|^附录|^附表|^附：|相关报道"
    r"|(?:工作|基本|开展|完成|落实)情况$|成效$|成绩$|做法$|计划$|总体要求$|保障措施$|工作要求$|目标任务$|主要任务$"
)
_BRACKETED = re.compile(rf"【[^【】\n]{{2,{_UNNUMBERED_MAX}}}】[：:]?")
_FLAT_LINE = 1200
_BODY_CHARS = 60
_BARE_LEAST = 4
_BARE_AT_LEAST = 3
# The title, who reports and to whom.
_NO_HEADING = re.compile(
    r"(?:报告|总结|汇报|通知|公告|要点|方案|意见)$|^(?:19|20)\d\d年度?|(?:局|厅|委员会|人民政府|办公室|中心|支队|大队)$|^各|同志们$"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as found: `start` to `title_end` is its label, its text begins at `body_start`."""

    style: Style
    number: int
    start: int
    title_end: int
    body_start: int

    def label(self, text: str) -> str:
        return re.sub(r"\s+", " ", text[self.start : self.title_end].strip("【】")).strip()


def find_headings(text: str) -> list[Heading]:
    """Find all headings in order of appearance."""
    lines = paragraphs(text)
    found: list[Heading] = []
    for index, line in enumerate(lines):
        heading = _numbered_heading(text, line) or _unnumbered_heading(text, lines, index, found)
        if heading:
            found.append(heading)
        found += _inline_headings(text, line, found)
    if not any(heading.style in (Style.CHAPTER, Style.CHINESE) for heading in found):
        found = sorted([*found, *_bare_headings(text, lines, found)], key=lambda heading: heading.start)
        found = sorted([*found, *_lead_ins(text, lines, found)], key=lambda heading: heading.start)
    return _rank_unnumbered(found)


def _lead_ins(text: str, lines: list[Span], found: list[Heading]) -> list[Heading]:
    """Find the lines that lead in to a numbering with nothing above it ("我们也看到以下不足：")."""
    taken = {heading.start for heading in found}
    return [
        Heading(Style.UNNUMBERED, 0, line.start, line.end - 1, line.end)
        for line, below in pairwise(lines)
        if line.of(text)[-1] in "：:"
        and line.end - line.start <= _LEAD_IN_MAX
        and line.start not in taken
        and (marker := marker_at(text, below.start)) is not None
        and marker.number == 1
    ]


def _bare_headings(text: str, lines: list[Span], found: list[Heading]) -> list[Heading]:
    """Find the headings of a report that numbers none: short lines without a stop, each above its paragraph."""
    taken = {heading.start for heading in found}
    bodies = [line.end - line.start >= _BODY_CHARS and text[line.end - 1] in "。！；!;" for line in lines]
    begun = bodies.index(True) if True in bodies else len(lines)
    bare = [
        Heading(Style.UNNUMBERED, 0, line.start, line.end, line.end)
        for index, line in enumerate(lines[:-1])
        if index + 1 >= begun
        and not bodies[index]
        and bodies[index + 1]
        and line.start not in taken
        and _may_head(text, line)
    ]
    known = sum(heading.style is Style.UNNUMBERED for heading in found)
    return bare if len(bare) > 1 and len(bare) + known >= _BARE_AT_LEAST else []


def _may_head(text: str, line: Span) -> bool:
    label = text[line.start : line.end]
    plain = simplify(label)
    return (
        _BARE_LEAST <= len(label) <= _UNNUMBERED_MAX
        and len(re.findall(r"[\u4e00-\u9fff]", label)) >= len(label) - 4
        and not re.search(r"[。；！？!?;：:]", label)
        and not enumerated_at(text, line.start)
        and not _NO_HEADING.search(plain)
    )


def _numbered_heading(text: str, line: Span) -> Heading | None:
    marker = marker_at(text, line.start) or _spaced_number(text, line)
    return _heading(text, marker, line.end) if marker and marker.end < line.end else None


def _spaced_number(text: str, line: Span) -> Marker | None:
    """Find the number of a heading that only a space sets off ("2 存在的不足"), by what it announces."""
    match = _SPACED_NUMBER.match(text, line.start, line.end)
    if match is None or line.end - line.start > _TITLE_MAX or re.search(r"[。；;，,]", line.of(text)):
        return None
    announced = heading_kinds(text[match.end() : line.end], ReportKind.OTHER, None)
    return Marker(Style.ARABIC, int(match[1]), line.start, match.end()) if announced else None


def _heading(text: str, marker: Marker, line_end: int) -> Heading:
    stop = _TITLE_STOP.search(text, marker.end, line_end)
    title_end = stop.start() if stop else line_end
    if title_end == line_end and title_end - marker.end <= 2 * _TITLE_MAX:
        spaced = _spaced_title(text, marker, line_end)
        return spaced or Heading(marker.style, marker.number, marker.start, title_end, line_end)
    spaced = _spaced_title(text, marker, title_end)
    if spaced:
        return spaced
    if title_end - marker.end <= _TITLE_MAX:
        body_start = min(stop.end() if stop else line_end, line_end)
        return Heading(marker.style, marker.number, marker.start, title_end, body_start)
    comma = re.compile(r"[，,、]").search(text, marker.end + 4, marker.end + 30)
    label_end = comma.start() if comma else marker.end + 20
    return Heading(marker.style, marker.number, marker.start, label_end, marker.end)


def _spaced_title(text: str, marker: Marker, end: int) -> Heading | None:
    """Find a title that only a space keeps apart from its paragraph ("三、取得的效果 通过…")."""
    if end - marker.end < 30:
        return None
    space = re.compile(r"[ \u3000\t]+").search(text, marker.end, min(marker.end + 26, end))
    if space is None or not heading_kinds(text[marker.end : space.start()], ReportKind.OTHER, None):
        return None
    return Heading(marker.style, marker.number, marker.start, space.start(), space.end())


def _unnumbered_heading(text: str, lines: list[Span], index: int, before: list[Heading]) -> Heading | None:
    line = lines[index]
    if _BRACKETED.fullmatch(text, line.start, line.end):
        return Heading(Style.UNNUMBERED, 0, line.start, line.end, line.end)
    label = text[line.start : line.end].rstrip("：:")
    plain = simplify(label)
    if (
        len(label) > _UNNUMBERED_MAX
        or index == 0
        or re.search(r"[。；！？，,!?；]", label)
        or enumerated_at(text, line.start)
    ):
        return None
    if not (_UNNUMBERED.search(plain) or _names_a_part(plain)):
        return None
    body_before = bool(before) or any(other.end - other.start > 60 for other in lines[:index])
    if not body_before and not re.search(r"回顾$|情况$|成效$|做法$|要求$", plain):
        return None
    return Heading(Style.UNNUMBERED, 0, line.start, line.start + len(label), line.end)


def _names_a_part(label: str) -> bool:
    """Tell whether a short line says no more than that shortcomings or plans follow (问题与差距, 来年工作)."""
    announced = heading_kinds(label, ReportKind.OTHER, None)
    return len(label) <= _NAME_MAX and announced in ([Kind.SHORTCOMINGS], [Kind.PLANS])


def _inline_headings(text: str, line: Span, before: list[Heading]) -> list[Heading]:
    """Find headings inside a paragraph, for texts that lost their line breaks."""
    if line.end - line.start < 120:
        return []
    flat = line.end - line.start > _FLAT_LINE
    found: list[Heading] = []
    for boundary in _INLINE_BOUNDARY.finditer(text, line.start, line.end):
        marker = marker_at(text, boundary.end())
        if marker is None or marker.end >= line.end or not _follows(marker, [*before, *found]):
            continue
        heading = _heading(text, marker, line.end)
        titled = bool(heading_kinds(heading.label(text), ReportKind.OTHER, None))
        top = marker.style in (Style.CHAPTER, Style.CHINESE)
        if (top and (titled or flat)) or (flat and found and marker.style is Style.CHINESE_PAREN):
            found.append(heading)
    return found


def _follows(marker: Marker, before: list[Heading]) -> bool:
    """Tell whether a number goes on from the last of its style, or opens one below the last."""
    for heading in reversed(before):
        if heading.style is marker.style:
            return marker.number == heading.number + 1
        if heading.style < marker.style:
            break
    return marker.number == 1


def _rank_unnumbered(found: list[Heading]) -> list[Heading]:
    """Let unnumbered headings stand beside 一、 unless 一、 begins anew under each of them."""
    firsts = [heading for heading in found if heading.style is Style.CHINESE and heading.number == 1]
    bare = [heading for heading in found if heading.style is Style.UNNUMBERED]
    above = any(
        any(heading.start < first.start for heading in bare)
        and (len(firsts) > 1 or not any(h.style is Style.CHINESE and h.start < bare[0].start for h in found))
        for first in firsts
    )
    if above:
        return found
    return [
        Heading(Style.CHINESE, 0, h.start, h.title_end, h.body_start) if h.style is Style.UNNUMBERED else h
        for h in found
    ]
