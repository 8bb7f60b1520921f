"""The engine that needs no model: summaries made of the report's own words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from chains.cite import Citer
from chains.figures import find_figures, split_figures
from chains.items import (
    ItemDraft,
    after_lead,
    find_headlines,
    find_items,
    heading_title,
    name_of,
    without_failures,
)
from chains.models import Item, Summary
from chains.overview import overview
from store.addressed import find_addressed
from store.models import Document, Kind, Report
from store.sentences import Span, clauses, sentences, trim
from store.simplify import simplify

KINDS = (Kind.ACHIEVEMENTS, Kind.SHORTCOMINGS, Kind.PLANS)
_BUDGET_CHARS = {Kind.ACHIEVEMENTS: 120, Kind.SHORTCOMINGS: 200, Kind.PLANS: 150}
_PART_CHARS = {Kind.ACHIEVEMENTS: 80, Kind.SHORTCOMINGS: 110, Kind.PLANS: 60}
_MAX_ACHIEVEMENTS = 18
_PER_PARAGRAPH = 3
_BARE_CHARS = 40
"""What is shorter than this only names an item and says nothing of it."""
_LONG_PART_CHARS = 360
_HEAD_CHARS = 22
_AT_LEAST = 6
_HEADLINE_CHARS = 500
_LEFT_OUT = "……"
"""Stands where an item passes over words between two pieces it shows."""
_RITUAL = re.compile(
    r"习近平|学习贯彻|学习宣传|深刻领会|重要(?:讲话|指示|论述)|精神(?!卫生|病|科|专科|类|疾病|障碍|残疾|损害|慰藉)|指导思想|高度重视|统一思想|提高站位|政治站位|思想认识|领导小组|组织领导|亲自|带头|第一议题|民主集中制|中心组"
    r"|述职|意识|两个维护|两个确立|四个自信|敬意|感谢|来之不易|不平凡|众志成城|回望|回首|坚强领导|始终坚持|认真落实|牢牢把握"
)
_NAMED = re.compile(
    r"《[^》]{2,40}》|“(?!十[一二三四五]五|[两二三四五]个)[^”]{2,16}”|(?:建成|新建|出台|制定|印发|完成|办理|查处|受理|荣获|获评|入选|开工|投入|发放|化解)"
)
# Numbers that count nothing: “两个维护”, 过去一年.
_COUNTS_NOTHING = re.compile(
    r"“[一二两三四五六七八九十]个[^”]{1,6}”|(?:过去|这|近|近来)?[一二两三四五六七八九十几]年(?:来|以来|里|间)?[，,]"
)
_DATED = re.compile(r"(?:19|20)\d\d年|\d{1,2}月")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a summary holds. `unlisted` counts the achievements that were passed over."""

    drafts: dict[Kind, list[ItemDraft]]
    unlisted: int


def summarize(document: Document, report: Report) -> Summary:
    """Summarise a report from its own text; every item quotes what it says."""
    citer = Citer(document.text, document.sections, document.page_starts, report)
    choice = choose(document)
    lists = {
        kind: [make_item(document.text, draft, kind, citer) for draft in drafts]
        for kind, drafts in choice.drafts.items()
    }
    return make_summary(report, lists, choice.unlisted)


def choose(document: Document) -> Choice:
    """Choose what a summary holds: every shortcoming and plan, and the achievements that have substance."""
    achievements, unlisted = _achievements(document)
    drafts = {
        Kind.ACHIEVEMENTS: achievements,
        Kind.SHORTCOMINGS: _drafts(document, Kind.SHORTCOMINGS),
        Kind.PLANS: _drafts(document, Kind.PLANS),
    }
    return Choice(drafts, unlisted)


def make_summary(report: Report, lists: dict[Kind, list[Item]], unlisted: int = 0) -> Summary:
    """Put the three lists together, with what is missing and what was passed over said."""
    return Summary(
        report=report,
        engine="extractive",
        overview=overview(report, {kind: len(items) for kind, items in lists.items()}, unlisted),
        achievements=lists[Kind.ACHIEVEMENTS],
        shortcomings=lists[Kind.SHORTCOMINGS],
        plans=lists[Kind.PLANS],
        missing=[kind for kind, items in lists.items() if not items],
    )


def items_of(document: Document, kind: Kind, citer: Citer) -> list[Item]:
    """Give every item of one kind in order; achievements are not thinned out."""
    drafts = _drafts(document, kind)
    if kind is Kind.ACHIEVEMENTS:
        drafts = [kept for draft in drafts if (kept := without_failures(document.text, draft))]
    return [make_item(document.text, draft, kind, citer) for draft in drafts]


def _drafts(document: Document, kind: Kind) -> list[ItemDraft]:
    seen: set[str] = set()
    unique: list[ItemDraft] = []
    headlines = find_headlines(document.text, document.sections) if kind is Kind.ACHIEVEMENTS else []
    apart = [span for headline in headlines for span in headline.parts]
    points = [
        replace(point, parts=parts)
        for point in find_items(document.text, document.sections, kind)
        if (parts := tuple(span for part in point.parts for span in _without(document.text, part, apart)))
    ]
    if headlines:
        points = [point for point in points if not _leads_up(document.text, point, headlines[0])]
    addressed = find_addressed(document.text)
    for found in sorted([*headlines, *points], key=lambda draft: draft.start):
        parts = tuple(span for part in found.parts for span in _without(document.text, part, addressed))
        if not parts:
            continue
        draft = replace(found, parts=parts)
        said = re.sub(r"\W", "", "".join(part.of(document.text) for part in draft.parts))
        if said not in seen:
            seen.add(said)
            unique.append(draft)
    return unique


def _leads_up(text: str, point: ItemDraft, headline: ItemDraft) -> bool:
    """Tell whether words before the first headline only say under whose guidance the year went well."""
    said = simplify(text[point.start : point.end])
    return point.end <= headline.start and is_ritual(said) and not re.search(r"\d", _DATED.sub("", said))


def _without(text: str, part: Span, unwanted: list[Span]) -> list[Span]:
    """Cut out of a part what addresses a model or is a point of its own."""
    inside = [span for span in unwanted if part.start < span.end and span.start < part.end]
    bounds = [part.start, *(edge for span in inside for edge in (span.start, span.end)), part.end]
    kept = [
        trim(text, max(a, part.start), min(b, part.end))
        for a, b in zip(bounds[::2], bounds[1::2], strict=True)
    ]
    return [span for span in kept if span.start < span.end]


def make_item(text: str, draft: ItemDraft, kind: Kind, citer: Citer) -> Item:
    """Word a point in the report's own sentences, those of most substance where it is long."""
    share = max(_BUDGET_CHARS[kind] // len(draft.parts), _PART_CHARS[kind])
    if draft.is_headline:
        share = _HEADLINE_CHARS
    headed = draft.title is not None and kind is Kind.ACHIEVEMENTS
    spans = [span for part in draft.parts for span in condense(text, part, share, headed=headed)]
    pieces = [draft.title, *spans] if draft.title else spans
    quoted = merge(pieces, text)
    return Item(
        text=joined(text, pieces),
        topic=draft.topic,
        figures=[figure for span in pieces for figure in split_figures(span.of(text))],
        citations=[citer.cite(number, span.start, span.end) for number, span in enumerate(quoted, 1)],
    )


def joined(text: str, spans: Iterable[Span]) -> str:
    """Put verbatim pieces side by side without their 一是, each closed by a full stop of its own.

    Where the report says something between two of them, …… stands for it.
    """
    joined, last = "", None
    for span in spans:
        bare = text[min(after_lead(text, span.start), span.end) : span.end]
        piece = re.sub(r"\s*\n\s*", "", bare).rstrip("；;，,")
        closed = piece if re.search(r"[。！？!?.：:”）)]$", piece) else f"{piece}。"
        passed = last is not None and _says_something(text, last, span.start)
        joined += (_LEFT_OUT if passed else "") + closed
        last = span.end
    return joined


def _says_something(text: str, start: int, end: int) -> bool:
    """Tell whether a gap holds words, and not only the number of what follows it."""
    gap = trim(text, start, end)
    return bool(re.search(r"\w", text[min(after_lead(text, gap.start), gap.end) : gap.end]))


def condense(text: str, span: Span, budget_chars: int, *, headed: bool = False) -> list[Span]:
    """Keep of a passage its first sentence and those of most substance, in order, whole.

    Neighbours that are kept come back as one span. A single sentence beyond the budget is cut at
    semicolons; what has none stays whole. Where the passage is `headed`, its first sentence may go
    when it is ritual.
    """
    if span.end - span.start <= budget_chars * 1.3:
        return [span]
    pieces = _pieces(text, span, budget_chars)
    sizes = [piece.end - piece.start for piece in pieces]
    heads = {index for index in range(1, len(pieces)) if _heads(text, pieces, index)}
    ranked = sorted(set(range(1, len(pieces))) - heads, key=lambda i: -substance(pieces[i].of(text)))
    kept = {0}
    if headed and ranked and _only_ritual(pieces[0].of(text)) and substance(pieces[ranked[0]].of(text)) > 0:
        kept = {ranked[0]}
    used = sum(sizes[index] for index in kept)
    for index in ranked:
        fits = used + sizes[index] <= budget_chars
        if fits or (len(kept) == 1 and used < _BARE_CHARS and sizes[index] < 2 * budget_chars):
            kept.add(index)
            used += sizes[index]
    if len(kept) == 1 and used < _BARE_CHARS and ranked:
        kept.add(ranked[0])
    kept |= {index for index in heads if index + 1 in kept}
    return merge([pieces[index] for index in sorted(kept)], text)


def _pieces(text: str, span: Span, budget_chars: int) -> list[Span]:
    """Cut a passage into sentences, those that are too long at their semicolons."""
    whole = sentences(text, span.start, span.end)
    cut = len(whole) == 1 or whole[0].end - whole[0].start > budget_chars
    return [
        piece
        for sentence in whole
        for piece in (
            clauses(text, sentence.start, sentence.end)
            if cut or sentence.end - sentence.start > 2 * budget_chars
            else [sentence]
        )
    ]


def _heads(text: str, pieces: list[Span], index: int) -> bool:
    """Tell whether a short sentence only says what the next, or one that was cut off, is about."""
    piece = pieces[index]
    short = piece.end - piece.start <= _HEAD_CHARS and not re.search(r"[，,；;\d]", piece.of(text))
    following = pieces[index + 1] if index + 1 < len(pieces) else None
    return short and (following is None or following.end - following.start > _HEAD_CHARS)


def _only_ritual(sentence: str) -> bool:
    return is_ritual(sentence) and not re.search(r"\d", sentence)


def merge(spans: list[Span], text: str) -> list[Span]:
    merged: list[Span] = []
    for span in spans:
        if (
            merged
            and not text[merged[-1].end : span.start].strip()
            and "\n" not in text[merged[-1].end : span.start]
        ):
            merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged


def is_ritual(sentence: str) -> bool:
    """Tell whether a sentence speaks of guidance and resolve rather than of what was done."""
    return bool(_RITUAL.search(simplify(sentence)))


def substance(sentence: str) -> float:
    """Weigh a sentence: figures, named things and dates for it, ritual against it."""
    plain = simplify(sentence)
    counted = _COUNTS_NOTHING.sub("", plain)
    figures = min(sum(1 for found in find_figures(counted) if found.figure.unit), 6)
    named = min(len(_NAMED.findall(plain)), 4)
    return (
        2.0 * figures
        + 0.7 * named
        + 0.5 * len(_DATED.findall(plain))
        - 1.2 * min(len(_RITUAL.findall(plain)), 3)
    )


def _headed_parts(text: str, draft: ItemDraft) -> Iterator[ItemDraft]:
    """Give each part of a draft, a long one cut where a short sentence without a figure heads what follows it.

    What is cut off is named by its own head, the rest by the draft's.
    """
    # The members of a numbered paragraph all bear its heading.
    headed = draft.topic == heading_title(draft.section)
    named = {part.start for part in draft.parts} if headed else {draft.start}
    for part in draft.parts:
        pieces = sentences(text, part.start, part.end)
        heads = [piece.start for n, piece in enumerate(pieces[:-1]) if _heads(text, pieces, n)]
        long = part.end - part.start > _LONG_PART_CHARS and not draft.is_headline
        bounds = (
            [part.start, *(h for h in heads if h > part.start), part.end] if long else [part.start, part.end]
        )
        for start, end in pairwise(bounds):
            span = trim(text, start, end)
            yield replace(
                draft,
                parts=(span,),
                title=draft.title if start == draft.start else None,
                topic=draft.topic if start in named else name_of(text, span),
            )


def _achievements(document: Document) -> tuple[list[ItemDraft], int]:
    """Choose the achievements that have substance, a few from each paragraph, in the report's order.

    Headline figures come before all others. The number is that of those passed over.
    """
    text = document.text
    candidates: list[tuple[float, int, int, ItemDraft]] = []
    for paragraph, draft in enumerate(_drafts(document, Kind.ACHIEVEMENTS)):
        for part in _headed_parts(text, draft):
            single = without_failures(text, part)
            if single is None:
                continue
            said = "".join(span.of(text) for span in single.parts)
            weight = math.inf if single.is_headline else substance(said)
            candidates.append((weight, paragraph, single.start, single))
    ranked = sorted(candidates, key=lambda c: (-c[0], c[2]))
    chosen: list[tuple[float, int, int, ItemDraft]] = []
    taken: dict[int, int] = {}
    for candidate in ranked:
        solid = candidate[0] > 0 or len(chosen) < _AT_LEAST
        if solid and taken.get(candidate[1], 0) < _PER_PARAGRAPH and len(chosen) < _MAX_ACHIEVEMENTS:
            chosen.append(candidate)
            taken[candidate[1]] = taken.get(candidate[1], 0) + 1
    return [c[3] for c in sorted(chosen, key=lambda c: c[2])], len(candidates) - len(chosen)
