"""Tell whether a model's claim is carried, word, figure and direction, by the quotes it gives for it.

No model is asked. What is not carried comes back with its reason, so that a model can be told to repair it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chains.claims.bearings import misdenied, misplaced_stage, opposed
from chains.claims.dates import years_of
from chains.claims.english import check_english, is_english
from chains.claims.locate import Located, Source, locate, says_enough
from chains.claims.masks import filled_masks
from chains.claims.mentions import (
    Mention,
    foreign_agencies,
    foreign_documents,
    foreign_laws,
    foreign_persons,
    foreign_places,
)
from chains.claims.merged import Told, misattributed
from chains.claims.plain import plain
from chains.claims.reasons import Failure, Reason, differs
from chains.claims.support import TOO_LITTLE, weakest_share
from chains.claims.tally import check_dates, check_figures, check_numbers, tally
from store.script import fold

__all__ = ["Draft", "Failure", "Located", "Reason", "Source", "Verdict", "verify"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim as a model wrote it, with a quote, and the id of the passage it stands in, for each part."""

    text: str
    quotes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`spans` are the quotes in the reports' own characters, in the order given."""

    ok: bool
    spans: tuple[Located, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What is held against a claim, in plain text: its quotes, their surroundings, the reports' names.

    `in_clause` and `in_sentence` have each quote with what stands before it in its clause and sentence,
    `sentences` also what stands after it;
    `unquoted` are the names of the reports that the model saw and gave no quote of.
    """

    quotes: str
    in_clause: str
    in_sentence: str
    sentences: str
    passages: str
    names: tuple[str, ...]
    told: tuple[Told, ...]
    unquoted: str

    @property
    def carriers(self) -> str:
        return "\n".join((self.quotes, *self.names))


def verify(draft: Draft, sources: Mapping[str, Source]) -> Verdict:
    """Check that every quote stands where it is said to, and that together they carry the claim."""
    found, failures = _locate_all(draft, sources)
    spans = tuple(span for _, span in found)
    if not failures:
        failures = list(dict.fromkeys(_check(draft.text, _gather(found, sources))))
    return Verdict(ok=not failures, spans=spans, failures=tuple(failures))


def _locate_all(
    draft: Draft, sources: Mapping[str, Source]
) -> tuple[list[tuple[Source, Located]], list[Failure]]:
    found: list[tuple[Source, Located]] = []
    failures: list[Failure] = []
    for source_id, quote in draft.quotes:
        source = sources.get(source_id)
        if source is None:
            failures.append(Failure(Reason.UNKNOWN_SOURCE, f"no passage {source_id!r} was shown"))
            continue
        spans = locate(quote, source)
        if not spans:
            failures.append(Failure(Reason.QUOTE_NOT_FOUND, f"not in passage {source_id}: {quote}"))
        elif not _any_says_enough(spans, source):
            failures.append(Failure(Reason.NO_QUOTE, f"too short to prove anything: {quote}"))
        found += [(source, span) for span in spans]
    if not draft.quotes:
        failures.append(Failure(Reason.NO_QUOTE, "the claim has no quote"))
    return found, failures


def _any_says_enough(spans: Sequence[Located], source: Source) -> bool:
    return any(says_enough(span.start - source.start, span.end - source.start, source.text) for span in spans)


def _gather(found: Sequence[tuple[Source, Located]], sources: Mapping[str, Source]) -> _Evidence:
    quotes, in_clause, in_sentence, whole = [], [], [], []
    told: dict[str, tuple[tuple[str, ...], list[str]]] = {}
    for source, span in found:
        start, end = span.start - source.start, span.end - source.start
        quote = plain(source.text[start:end])
        lead = plain(source.text[max(start - 120, 0) : start].rsplit("\n", 1)[-1])
        quotes.append(quote)
        in_clause.append(re.split(r"[,。;:!?、]", lead)[-1] + quote)
        in_sentence.append(re.split(r"[。!?;]", lead)[-1] + quote)
        rest = source.text[end : end + 120] if source.text[end - 1 : end] not in "。！？" else ""
        whole.append(in_sentence[-1] + plain(re.split(r"[。！？!?\n]", rest)[0]))
        told.setdefault(source.report_id, (source.names, []))[1].append(quote)
    names = {report: tuple(map(plain, names)) for report, (names, _) in told.items()}
    return _Evidence(
        quotes="\n".join(quotes),
        in_clause="\n".join(in_clause),
        in_sentence="\n".join(in_sentence),
        sentences="\n".join(whole),
        passages="\n".join(dict.fromkeys(source.text for source, _ in found)),
        names=tuple(dict.fromkeys(name for of in names.values() for name in of)),
        told=tuple(
            Told(report, "\n".join(names[report]), "\n".join(held)) for report, (_, held) in told.items()
        ),
        unquoted="\n".join(
            plain(name)
            for source in sources.values()
            if source.report_id not in told
            for name in source.names
        ),
    )


def _check(text: str, evidence: _Evidence) -> Iterator[Failure]:
    claim = plain(text)
    base = frozenset(years_of("\n".join(evidence.names)))
    held = tally(evidence.quotes, base)
    yield from filled_masks(claim, evidence.quotes)
    if is_english(claim):
        yield from check_english(fold(text), held)
        return
    said = tally(claim, base)
    yield from check_dates(said, held)
    yield from check_figures(said, held)
    yield from check_numbers(said, held, evidence.carriers)
    yield from misattributed(said, evidence.told)
    yield from _check_bearings(claim, evidence)
    yield from _check_names(claim, evidence)
    share, part = weakest_share(claim, evidence.sentences, evidence.names)
    if share < TOO_LITTLE:
        yield Failure(Reason.UNSUPPORTED, f"the quote says little of: {part}")


def _check_bearings(claim: str, evidence: _Evidence) -> Iterator[Failure]:
    conflict = opposed(claim, evidence.quotes) or misplaced_stage(
        claim, evidence.in_sentence, evidence.passages
    )
    if conflict:
        yield differs(Reason.DIRECTION, conflict.claimed, conflict.held)
    denied = misdenied(claim, evidence.in_clause)
    if denied:
        yield differs(Reason.NEGATION, denied.claimed, denied.held)


def _check_names(claim: str, evidence: _Evidence) -> Iterator[Failure]:
    carriers = evidence.carriers
    for mention in (
        *foreign_agencies(claim, carriers),
        *foreign_places(claim, carriers),
        *foreign_persons(claim, carriers),
    ):
        yield _foreign(mention, Reason.NAME, evidence)
    for mention in foreign_laws(claim, carriers):
        yield _foreign(mention, Reason.LAW, evidence)
    for mention in foreign_documents(claim, carriers):
        yield _foreign(mention, Reason.DOCUMENT_NUMBER, evidence)


def _foreign(mention: Mention, reason: Reason, evidence: _Evidence) -> Failure:
    if mention.hidden:
        return differs(Reason.MASK, mention.name, "a mask")
    if reason is Reason.NAME and mention.name[-4:] in evidence.unquoted:
        return differs(Reason.REPORTS_MERGED, mention.name, "no quote of its report")
    return differs(reason, mention.name, "")
