"""Catch a claim over several reports that gives one report's figure to the agency or year of another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chains.claims.dates import years_of
from chains.claims.mentions import agencies_of, names_agency
from chains.claims.reasons import Failure, Reason, differs
from chains.claims.tally import Tally, is_equal, tally

_COMMON = re.compile(
    r"(?:关于|法治政府建设|依法行政|法治|工作|年度|报告|总结|情况|汇报|通知|方案|政府|人民|建设|(?:19|20)\d\d年?)+"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What one report says of a claim: its names and its quotes, in plain text."""

    report_id: str
    names: str
    quotes: str


def misattributed(claim: Tally, told: Sequence[Told]) -> Iterator[Failure]:
    """Find figures of a claim that stand only in the quotes of another report than the one they are told of."""
    if len(told) < 2:
        return
    marks = sorted(_marks(claim, told))
    for amount in claim.amounts:
        if amount.hidden or amount.idle:
            continue
        holders = {
            at
            for at, one in enumerate(told)
            if any(is_equal(amount, other) for other in tally(one.quotes).amounts)
        }
        speaker = _speaker(claim.text, amount.start, marks)
        if holders and speaker is not None and speaker not in holders:
            theirs = "、".join(told[at].names.split("\n")[0] for at in sorted(holders))
            yield differs(
                Reason.REPORTS_MERGED, f"{told[speaker].names.splitlines()[0]} {amount.shown}", theirs
            )


def _speaker(text: str, position: int, marks: Sequence[tuple[int, int]]) -> int | None:
    """Tell which report the words before `position` name last; in its own sentence if they name one there."""
    before = [speaker for at, speaker in marks if at < position]
    if before:
        return before[-1]
    stop = re.search(r"[。;\n]|$", text[position:])
    end = position + (stop.start() if stop else 0)
    after = [speaker for at, speaker in marks if position <= at < end]
    return after[0] if after else None


def _marks(claim: Tally, told: Sequence[Told]) -> Iterator[tuple[int, int]]:
    """Give where the claim names something that only one of the reports is of: (offset, report)."""
    yield from _by_agency(claim.text, told)
    yield from _by_words(claim.text, told)
    spoken = [years_of(one.names) for one in told]
    quoted = [years_of(one.quotes) for one in told]
    for date in claim.dates:
        of = [at for at, years in enumerate(spoken) if date.year in years | quoted[at]]
        if date.year and len(of) == 1 and date.year in spoken[of[0]]:
            yield date.start, of[0]


def _by_agency(text: str, told: Sequence[Told]) -> Iterator[tuple[int, int]]:
    for start, name in agencies_of(text):
        of = [at for at, one in enumerate(told) if names_agency(name, one.names)]
        if len(of) == 1:
            yield start, of[0]


def _by_words(text: str, told: Sequence[Told]) -> Iterator[tuple[int, int]]:
    owners = [_triples(one.names) for one in told]
    for start in range(len(text) - 2):
        of = [at for at, triples in enumerate(owners) if text[start : start + 3] in triples]
        if len(of) == 1:
            yield start, of[0]


def _triples(names: str) -> set[str]:
    words = _COMMON.sub("\n", names).split("\n")
    return {word[at : at + 3] for word in words for at in range(len(word) - 2)}
