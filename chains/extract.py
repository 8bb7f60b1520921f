"""The engine that needs no model: summaries made of the report's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chains.cite import Citer
from chains.figures import find_figures, split_figures
from chains.items import ItemDraft, after_lead, find_items
from chains.models import Item, Summary
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
_RITUAL = re.compile(
    r"习近平|学习贯彻|学习宣传|深刻领会|重要(?:讲话|指示|论述)|精神|指导思想|高度重视|统一思想|提高站位|政治站位|思想认识|领导小组|组织领导|亲自|带头|第一议题|民主集中制|中心组"
    r"|述职|意识|两个维护|两个确立|四个自信|敬意|感谢|来之不易|不平凡|众志成城|回望|回首|坚强领导|始终坚持|认真落实|牢牢把握"
)
_NAMED = re.compile(
    r"《[^》]{2,40}》|“(?!十[一二三四五]五|[两二三四五]个)[^”]{2,16}”|(?:建成|新建|出台|制定|印发|完成|办理|查处|受理|荣获|获评|入选|开工|投入|发放|化解)"
)
_DATED = re.compile(r"(?:19|20)\d\d年|\d{1,2}月")


def summarize(document: Document, report: Report) -> Summary:
    """Summarise a report from its own text; every item quotes what it says."""
    citer = Citer(document.text, document.sections, document.page_starts, report)
    lists = {
        kind: [make_item(document.text, draft, kind, citer) for draft in drafts]
        for kind, drafts in choose(document).items()
    }
    return make_summary(report, lists)


def choose(document: Document) -> dict[Kind, list[ItemDraft]]:
    """Choose what a summary holds: every shortcoming and plan, and the achievements that have substance."""
    return {
        Kind.ACHIEVEMENTS: _achievements(document),
        Kind.SHORTCOMINGS: _drafts(document, Kind.SHORTCOMINGS),
        Kind.PLANS: _drafts(document, Kind.PLANS),
    }


def make_summary(report: Report, lists: dict[Kind, list[Item]]) -> Summary:
    """Put the three lists together, with what is missing said."""
    return Summary(
        report=report,
        engine="extractive",
        overview=overview(report, {kind: len(items) for kind, items in lists.items()}),
        achievements=lists[Kind.ACHIEVEMENTS],
        shortcomings=lists[Kind.SHORTCOMINGS],
        plans=lists[Kind.PLANS],
        missing=[kind for kind, items in lists.items() if not items],
    )


def overview(report: Report, counts: dict[Kind, int]) -> str:
    """Say in one sentence what the report is and what was found in it."""
    years = "、".join(f"{year}年" for year in report.period)
    names = {Kind.ACHIEVEMENTS: "成效", Kind.SHORTCOMINGS: "不足", Kind.PLANS: "计划"}
    found = "、".join(f"{names[kind]}{count}项" for kind, count in counts.items() if count)
    lacking = "、".join(names[kind] for kind, count in counts.items() if not count)
    who = report.agency or report.region
    return (
        f"《{report.title}》"
        + (f"，{who}" if who and who not in report.title else "")
        + (f"，涉及{years}" if years and not all(str(year) in report.title for year in report.period) else "")
        + f"，全文{report.chars}字"
        + (f"；摘出{found}" if found else "")
        + (f"；报告未载明{lacking}" if lacking else "")
        + "。"
    )


def items_of(document: Document, kind: Kind, citer: Citer) -> list[Item]:
    """Give every item of one kind in order; achievements are not thinned out."""
    return [make_item(document.text, draft, kind, citer) for draft in _drafts(document, kind)]


def _drafts(document: Document, kind: Kind) -> list[ItemDraft]:
    seen: set[str] = set()
    unique: list[ItemDraft] = []
    addressed = find_addressed(document.text)
    for found in find_items(document.text, document.sections, kind):
        parts = tuple(span for part in found.parts for span in _without(document.text, part, addressed))
        if not parts:
            continue
        draft = replace(found, parts=parts)
        said = re.sub(r"\W", "", "".join(part.of(document.text) for part in draft.parts))
        if said not in seen:
            seen.add(said)
            unique.append(draft)
    return unique


def _without(text: str, part: Span, addressed: list[Span]) -> list[Span]:
    """Cut what addresses a model out of a part."""
    inside = [span for span in addressed if part.start < span.end and span.start < part.end]
    bounds = [part.start, *(edge for span in inside for edge in (span.start, span.end)), part.end]
    kept = [
        trim(text, max(a, part.start), min(b, part.end))
        for a, b in zip(bounds[::2], bounds[1::2], strict=True)
    ]
    return [span for span in kept if span.start < span.end]


def make_item(text: str, draft: ItemDraft, kind: Kind, citer: Citer) -> Item:
    """Word a point in the report's own sentences, those of most substance where it is long."""
    share = max(_BUDGET_CHARS[kind] // len(draft.parts), _PART_CHARS[kind])
    spans = [span for part in draft.parts for span in condense(text, part, share)]
    pieces = [draft.title, *spans] if draft.title else spans
    quoted = _merge(pieces, text)
    return Item(
        text=_joined(text, pieces),
        topic=draft.topic,
        figures=[figure for span in pieces for figure in split_figures(span.of(text))],
        citations=[citer.cite(number, span.start, span.end) for number, span in enumerate(quoted, 1)],
    )


def _joined(text: str, spans: Iterable[Span]) -> str:
    """Put verbatim pieces side by side without their 一是, each closed by a full stop of its own."""
    bare = (text[min(after_lead(text, span.start), span.end) : span.end] for span in spans)
    pieces = [re.sub(r"\s*\n\s*", "", piece).rstrip("；;，,") for piece in bare]
    return "".join(piece if re.search(r"[。！？!?.：:”）)]$", piece) else f"{piece}。" for piece in pieces)


def condense(text: str, span: Span, budget_chars: int) -> list[Span]:
    """Keep of a passage its first sentence and those of most substance, in order, whole.

    Neighbours that are kept come back as one span. A single sentence beyond the budget is cut at
    semicolons; what has none stays whole.
    """
    if span.end - span.start <= budget_chars * 1.3:
        return [span]
    whole = sentences(text, span.start, span.end)
    cut = len(whole) == 1 or whole[0].end - whole[0].start > budget_chars
    pieces = [
        piece
        for sentence in whole
        for piece in (
            clauses(text, sentence.start, sentence.end)
            if cut or sentence.end - sentence.start > 2 * budget_chars
            else [sentence]
        )
    ]
    kept = {0}
    used = pieces[0].end - pieces[0].start
    for index in sorted(range(1, len(pieces)), key=lambda i: -substance(pieces[i].of(text))):
        size = pieces[index].end - pieces[index].start
        if used + size <= budget_chars or (len(kept) == 1 and used < _BARE_CHARS and size < 2 * budget_chars):
            kept.add(index)
            used += size
    if kept == {0} and used < _BARE_CHARS and len(pieces) > 1:
        kept.add(max(range(1, len(pieces)), key=lambda i: substance(pieces[i].of(text))))
    return _merge([pieces[index] for index in sorted(kept)], text)


def _merge(spans: list[Span], text: str) -> list[Span]:
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
    figures = min(sum(1 for found in find_figures(sentence) if found.figure.unit), 6)
    plain = simplify(sentence)
    named = min(len(_NAMED.findall(plain)), 4)
    return (
        2.0 * figures
        + 0.7 * named
        + 0.5 * len(_DATED.findall(plain))
        - 1.2 * min(len(_RITUAL.findall(plain)), 3)
    )


def _headed_parts(text: str, draft: ItemDraft) -> Iterator[Span]:
    """Give the parts of a draft, a long one cut where a short sentence without a figure heads what follows it."""
    for part in draft.parts:
        pieces = sentences(text, part.start, part.end)
        heads = [
            piece.start
            for piece, following in zip(pieces, pieces[1:], strict=False)
            if piece.end - piece.start <= _HEAD_CHARS < following.end - following.start
            and not re.search(r"[，,；;\d]", piece.of(text))
        ]
        long = part.end - part.start > _LONG_PART_CHARS
        bounds = (
            [part.start, *(h for h in heads if h > part.start), part.end] if long else [part.start, part.end]
        )
        yield from (trim(text, start, end) for start, end in pairwise(bounds))


def _achievements(document: Document) -> list[ItemDraft]:
    """Choose the achievements that have substance, a few from each paragraph, in the report's order."""
    text = document.text
    candidates: list[tuple[float, int, int, ItemDraft]] = []
    for paragraph, draft in enumerate(_drafts(document, Kind.ACHIEVEMENTS)):
        for part in _headed_parts(text, draft):
            single = replace(draft, parts=(part,), title=draft.title if part.start == draft.start else None)
            candidates.append((substance(part.of(text)), paragraph, part.start, single))
    ranked = sorted(candidates, key=lambda c: (-c[0], c[2]))
    chosen: list[tuple[float, int, int, ItemDraft]] = []
    taken: dict[int, int] = {}
    for candidate in ranked:
        solid = candidate[0] > 0 or len(chosen) < _AT_LEAST
        if solid and taken.get(candidate[1], 0) < _PER_PARAGRAPH and len(chosen) < _MAX_ACHIEVEMENTS:
            chosen.append(candidate)
            taken[candidate[1]] = taken.get(candidate[1], 0) + 1
    return [c[3] for c in sorted(chosen, key=lambda c: c[2])]
