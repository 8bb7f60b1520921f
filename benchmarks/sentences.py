"""The sentences of the reports and what claims are made of: halves, passages, figures, clauses."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chains.verify import Draft, Source
from store.document import describe, load
from store.errors import AppError
from store.sentences import sentences

KINDS = (
    "true", "figure", "unit", "scale", "year", "direction", "negation", "agency", "place", "law", "mask",
    "invented_quote", "other_passage", "merged",
)  # fmt: skip
HELD_SETS = ("heldout",)
_MIN, _MAX = 12, 150


@dataclass(frozen=True)
class Case:
    """A draft with the passages it was made from. `half` is dev or held."""

    id: str
    kind: str
    half: str
    how: str
    draft: Draft
    sources: dict[str, Source]


@dataclass(frozen=True)
class Sentence:
    """A sentence of a report with the passage it stands in."""

    text: str
    source: Source
    agency: str
    region: str
    year: int | None
    half: str
    others: tuple[Source, ...]

    @property
    def rng(self) -> random.Random:
        return random.Random(self.text)


@dataclass(frozen=True)
class Planted:
    """A claim with the quote it is given and how it was made."""

    claim: str
    quote: str
    how: str
    sources: dict[str, Source] | None = None
    quotes: tuple[tuple[str, str], ...] | None = None


def read_sentences(paths: Sequence[Path]) -> list[Sentence]:
    """Read reports and give their sentences, shortest 12 and longest 150 characters."""
    found: list[Sentence] = []
    for path in paths:
        try:
            document = load(path)
            report = describe(document)
        except AppError:
            continue
        names = (report.title, report.agency, report.region, *(f"{year}年" for year in report.period))
        report_id = hashlib.sha256(document.text.encode()).hexdigest()[:12]
        passages = tuple(
            Source(
                f"{report_id}-{draft.ordinal}",
                report_id,
                document.text[draft.start : draft.end],
                draft.start,
                names,
            )
            for draft in document.passages
        )
        held = any(name in part for part in path.parts for name in HELD_SETS)
        for index, source in enumerate(passages):
            others = passages[:index] + passages[index + 1 :]
            for span in sentences(source.text):
                text = span.of(source.text)
                if _MIN <= len(text) <= _MAX and "\n" not in text:
                    half = "held" if held else half_of(text)
                    year = report.period[0] if len(report.period) == 1 else None
                    found.append(Sentence(text, source, report.agency, report.region, year, half, others))
    return found


def half_of(text: str) -> str:
    return "dev" if hashlib.sha256(text.encode()).digest()[0] % 2 else "held"


MASKED = re.compile(r"[*＊×xX□]{1,6}|某")
LAW = re.compile(r"《[^《》]{3,40}》")
UNIT = "个百分点|平方公里|平方米|公里|公顷|个工作日|小时|分钟|个月|人次|家次|户|元|亩|米|吨|件|宗|起|例|个|项|次|场|套|人|名|条|处|家|所|座|辆|台|批|期|篇|部|栋|只|支|天|份|张|%|％"
FIGURE = re.compile(rf"(?<![\d.—–\-（(〔第])(\d+(?:,\d{{3}})*(?:\.\d+)?)(万亿|亿|千万|百万|万|千)?({UNIT})")
YEAR = re.compile(r"(?<!\d)(20[0-3]\d)年")
CLAUSE = re.compile(r"[^，；。：]+")
PLANNED = re.compile(r"(?:我们|我局|我区)?(?:(?<![度动])计划|力争|(?<!模)拟|争取)(?=[\u4e00-\u9fff]{2})")


def parts_of(sentence: Sentence) -> list[str]:
    """Give the sentence without its lead, cut at commas, semicolons and colons."""
    return [part for part in CLAUSE.findall(without_lead_of(sentence.text)) if len(part) > 3]


def without_lead_of(text: str) -> str:
    lead = r"^(?:[（(][一二三四五六七八九十\d]+[）)]|[\d一二三四五六七八九十]+[、.．]|[①-⑳])[\s]*|^[一二三四五六七八九十]是"
    return re.sub(r"[。；]$", "", re.sub(lead, "", text))


def without_lead(sentence: Sentence) -> str:
    return without_lead_of(sentence.text)


class Pools:
    """What errors are drawn from: agencies, regions and laws of all reports, figures by agency."""

    def __init__(self, found: Sequence[Sentence]) -> None:
        self.agencies = sorted({s.agency for s in found if len(s.agency) > 3})
        self.regions = sorted({s.region for s in found if len(s.region) > 1 and not MASKED.search(s.region)})
        self.laws = sorted({law for s in found for law in LAW.findall(s.text) if len(law) > 4})
        self.counted = [
            s for s in found if FIGURE.search(s.text) and len(s.agency) > 3 and not MASKED.search(s.text)
        ]


Maker = Callable[[Sentence, random.Random, Pools], Planted | None]
"""Makes a claim of a sentence, or None where the sentence has nothing of the kind."""


def times(number: str, factor: float) -> str:
    return f"{float(number) * factor:.6f}".rstrip("0").rstrip(".")


def partner_of(
    sentence: Sentence, rng: random.Random, pools: Pools
) -> tuple[str, str, str, str, Sentence] | None:
    """Give two agencies with a clause with a figure each, of different reports."""
    part = _figure_clause(sentence)
    if part is None or len(sentence.agency) < 4 or MASKED.search(sentence.agency):
        return None
    for _ in range(8):
        other = rng.choice(pools.counted)
        theirs = _figure_clause(other)
        if (
            theirs
            and other.agency != sentence.agency
            and not MASKED.search(other.agency)
            and not _shares_figure(part, theirs)
        ):
            return sentence.agency, part, other.agency, theirs, other
    return None


def _figure_clause(sentence: Sentence) -> str | None:
    bad = r"分别|其中|[由从]|上年|同比|年|力争|计划|将|拟|推动|到"
    return next(
        (
            p
            for p in parts_of(sentence)
            if FIGURE.search(p)
            and 7 < len(p) < 40
            and not re.search(bad, p)
            and re.match(r"[\u4e00-\u9fff]{2}", p)
        ),
        None,
    )


def _shares_figure(one: str, other: str) -> bool:
    return bool({m[0] for m in FIGURE.finditer(one)} & {m[0] for m in FIGURE.finditer(other)})


def of_both(sentence: Sentence, other: Sentence, claim: str, how: str) -> Planted:
    sources = {sentence.source.id: sentence.source, other.source.id: other.source}
    quotes = ((sentence.source.id, sentence.text), (other.source.id, other.text))
    return Planted(claim, "", how, sources, quotes)
