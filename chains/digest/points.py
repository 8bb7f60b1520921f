"""The few points of a report that matter, each cut down to about a line of the report's own words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chains.digest.held import Held
from chains.extract import choose, is_ritual, joined, merge, substance
from chains.figures import split_figures
from chains.items import ItemDraft, after_lead
from chains.models import Item
from store.addressed import is_addressed
from store.models import Kind
from store.script import fold
from store.sentences import Span, clauses
from store.simplify import simplify

POINTS, SHORTCOMINGS, PLANS = 3, 6, 3
"""Lines of each kind that are shown of one report."""

_BUDGET_CHARS = {Kind.ACHIEVEMENTS: 90, Kind.SHORTCOMINGS: 80, Kind.PLANS: 75}
_SLACK = 1.3
_TITLE_CHARS = 24
_LEAST_CHARS = 15
_LEFT_OUT = "……"
# What an agency does with itself, or as every agency must: a reader wants its own work first.
_INWARD = re.compile(
    r"会议|学习|讲座|讲?课|旁听|述[职法]|考核|培训|宣讲|责任人|党[组委建]|政治建设|作风建设|廉[政洁]|班子|部署|调度|研讨|测试"
    r"|建议|提案|(?:政务|信息|申请)公开|发布会|听证会"
)
# What came of an agency's powers.
_OUTCOME = re.compile(r"立案|查处|处罚|罚没|罚款|败诉|纠错|撤销|问责")
# A clause that only points to what stands elsewhere.
_POINTS_ELSEWHERE = re.compile(r"见(?:下表|上表|附[件表录]|表\d)|(?:如下|下列)[^，。；]{0,6}[：:]?$")
# A clause that stands on the one before it.
_LEANS = re.compile(
    r"其|该|此|这|上述|并|同时|同比|环比|另|以及|从而|为此|对此|因此|所以|但|然而|不过|而|[分别均仍也还]|由此"
)
# A sentence that says what came of the one before it, and nothing without that.
_FOLLOWS = re.compile(r"这样|这就|这[也都]|因此|因而|所以|由此|为此|对此|从而|于是|可见|结果")
# A clause that leads up to the one after it.
_LEADS_UP = re.compile(
    r"通过|在|针对|为|由于|因|虽|尽管|围绕|按照|根据|依据|对|以|随着|受|经|如|若|当|紧扣|坚持|结合"
)
# What may turn the beginning of a sentence round; of a deed also what says that it is still to be done.
_TURNS = re.compile(r"但|然而|不过|却|仅|只|未|尚|没有|除外|不含|不足|若|如果|取消|推迟")
_TO_BE_DONE = re.compile(r"力争|争取|预计|拟|将[于在]")
_COMMA = re.compile(r"，|,(?!\d)")
_PAIRS = (("“", "”"), ("（", "）"), ("《", "》"), ("(", ")"), ("「", "」"))


@dataclass(frozen=True, slots=True)
class Line:
    """A point as it is shown, with the whole of it (`start` to `end`), which a model may word anew."""

    kind: Kind
    item: Item
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is shown of a report, and of each kind how many points there are with those that are not."""

    points: list[Line]
    shortcomings: list[Line]
    plans: list[Line]
    total: dict[Kind, int]

    @property
    def shown(self) -> list[Line]:
        return [*self.points, *self.shortcomings, *self.plans]

    @property
    def more(self) -> dict[Kind, int]:
        kinds = Counter(line.kind for line in self.shown)
        return {kind: n - kinds[kind] for kind, n in self.total.items()}


def choose_lines(held: Held, words: Sequence[str] = ()) -> Chosen:
    """Choose what matters: figures and deeds before ritual; with `words` only what speaks of one of them.

    A report without achievements (a notice) has its weightiest plans for points.
    """
    choice = choose(held.document)
    lines = {kind: _lines(held, drafts, kind, words) for kind, drafts in choice.drafts.items()}
    total = {kind: len(found) for kind, found in lines.items()}
    if not words:
        total[Kind.ACHIEVEMENTS] += choice.unlisted
    pool = lines[Kind.ACHIEVEMENTS] if choice.drafts[Kind.ACHIEVEMENTS] else lines[Kind.PLANS]
    points = sorted(_spread(_by_weight(pool))[:POINTS], key=lambda line: line.start)
    return Chosen(
        points,
        [line for line in lines[Kind.SHORTCOMINGS] if not _FOLLOWS.match(simplify(line.item.text))][
            :SHORTCOMINGS
        ],
        [line for line in _by_weight(lines[Kind.PLANS]) if line not in points][:PLANS],
        total,
    )


def _lines(held: Held, drafts: Sequence[ItemDraft], kind: Kind, words: Sequence[str]) -> list[Line]:
    lines = (_line(held, draft, kind, words) for draft in drafts if _speaks(held.text, draft, words))
    return [line for line in lines if not is_addressed(f"{line.item.topic}\n{line.item.text}")]


def _speaks(text: str, draft: ItemDraft, words: Sequence[str]) -> bool:
    spans = [draft.title, *draft.parts] if draft.title else draft.parts
    return not words or any(speaks_of(span.of(text), words) for span in spans)


def _by_weight(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.weight, line.start))


def _spread(ranked: Sequence[Line]) -> list[Line]:
    """Let a second point of one section wait until each section has had its first."""
    seen: set[str] = set()
    first: list[Line] = []
    for line in ranked:
        section = line.item.citations[0].section
        if section not in seen:
            seen.add(section)
            first.append(line)
    return [*first, *(line for line in ranked if line not in first)]


def speaks_of(text: str, words: Sequence[str]) -> bool:
    """Tell whether a text has one of these words in it, in either script; `words` are folded."""
    folded = re.sub(r"\s", "", fold(text))
    return any(word in folded for word in words)


def _start(draft: ItemDraft) -> int:
    return min(draft.title.start, draft.start) if draft.title else draft.start


def _line(held: Held, draft: ItemDraft, kind: Kind, words: Sequence[str]) -> Line:
    """Cut a point down: its name and first words, then its clauses of most substance."""
    text, budget = held.text, _BUDGET_CHARS[kind]
    title = _title(text, draft, kind)
    room = budget - (title.end - title.start if title else 0)
    pieces = [clause for part in draft.parts for clause in clauses(text, part.start, part.end)]
    first = kind is Kind.SHORTCOMINGS and title is None
    kept = _keep(text, pieces, room, words, first=first)
    shown = [_beginning(text, kept[0], room, kind)] if len(kept) == 1 else kept
    if words and not speaks_of(shown[0].of(text), words):  # it stands in what was cut off
        shown = kept
    spans = [title, *shown] if title else shown
    said = joined(text, spans)
    if shown[-1] != kept[-1]:
        said = re.sub(r"[。.]$", "", said) + _LEFT_OUT
    quoted = merge([title, *kept] if title else kept, text)
    item = Item(
        text=said,
        topic=draft.topic,
        figures=[figure for span in spans for figure in split_figures(span.of(text))],
        citations=[held.citer.cite(n, span.start, span.end) for n, span in enumerate(quoted, 1)],
    )
    return Line(kind, item, _start(draft), draft.end, math.inf if draft.is_headline else weigh(said))


def _title(text: str, draft: ItemDraft, kind: Kind) -> Span | None:
    title = draft.title
    if title is None or kind is Kind.SHORTCOMINGS:
        return title
    said = title.of(text)
    return None if len(said) > _TITLE_CHARS or is_ritual(said) else title


def weigh(sentence: str) -> float:
    """Weigh what is shown: substance, more for what came of an agency's powers, less for what it does with itself."""
    plain = simplify(sentence)
    outcomes = min(len(_OUTCOME.findall(plain)), 2)
    return substance(sentence) + 1.5 * outcomes - 2.0 * len(_INWARD.findall(plain))


def _keep(text: str, pieces: Sequence[Span], room: int, words: Sequence[str], *, first: bool) -> list[Span]:
    """Keep the clauses that say most and fit, in order; the one that says most even where it does not."""

    def rank(index: int) -> tuple[bool, bool, float, int]:
        said = pieces[index].of(text)
        wanted = bool(words) and speaks_of(said, words)
        return not wanted, not (first and index == 0), -weigh(said), index

    kept: set[int] = set()
    used = 0
    telling = [
        n for n, piece in enumerate(pieces) if not _POINTS_ELSEWHERE.search(piece.of(text).rstrip("。"))
    ]
    for index in sorted(telling, key=rank):
        size = pieces[index].end - pieces[index].start
        if index and index - 1 not in kept and _leans(text, pieces[index]):
            continue
        if not kept or used + size <= room:
            kept.add(index)
            used += size
    return merge([pieces[index] for index in sorted(kept)] or list(pieces[:1]), text)


def _leans(text: str, piece: Span) -> bool:
    start = min(after_lead(text, piece.start), piece.end)
    return _LEANS.match(simplify(text[start : piece.end])) is not None


def _beginning(text: str, span: Span, room: int, kind: Kind) -> Span:
    """Cut a clause that is too long at a comma; what its end might turn round stays whole."""
    start = min(after_lead(text, span.start), span.end)
    if span.end - start <= room * _SLACK:
        return span
    cuts = [found.start() for found in _COMMA.finditer(text, start, span.end)]
    for cut in reversed(cuts):
        said = text[start:cut]
        last = re.split(r"[，,、]", said)[-1]
        if len(said) > room * _SLACK or not _is_closed(said) or _LEADS_UP.match(simplify(last)):
            continue
        if len(said) < _LEAST_CHARS or _turns(text[cut : span.end], kind):
            return span
        return Span(span.start, cut)
    return span


def _turns(rest: str, kind: Kind) -> bool:
    plain = simplify(rest)
    return bool(_TURNS.search(plain)) or (kind is Kind.ACHIEVEMENTS and bool(_TO_BE_DONE.search(plain)))


def _is_closed(text: str) -> bool:
    return all(text.count(opening) == text.count(closing) for opening, closing in _PAIRS)
