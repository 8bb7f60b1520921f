"""From a question to the reports and sentences that may answer it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from chains.cite import Citer
from chains.evidence import Candidate, Evidence, Weigher, candidates, telling
from chains.question import Question
from store.document import reopen, reopen_all
from store.library import Library
from store.models import Document, Hit, Kind, Report, Scope
from store.script import fold
from store.sentences import Span

_READ_WHOLE_UP_TO = 4
"""Reports that are read sentence by sentence; of more, only the passages a search brings."""

_PARTS_UP_TO = 200
"""Reports whose parts are compared with each other; of more, the newest."""

_PASSAGES = 24
_MEANINGS = 24
"""Sentences whose meaning is compared with the question's, chosen by their words and their passage."""

_ACROSS_LANGUAGES = 0.45
_SAME = 0.9
_NEAR = 0.35
"""How far up the range of similarities a passage must be that shares no word with a query."""

_ABOVE = " > "
_OVERFETCH = 3


def search(library: Library, query: str, scope: Scope, k: int) -> list[Hit]:
    """Rank passages for a query; of near-duplicates of one agency the best stands for all."""
    hits = library.search(query, scope, k=k * _OVERFETCH)
    agencies = {report.id: report.agency for report in library.reports(scope.workspaces)}
    return fold_headings(fold_duplicates(hits, agencies))[:k]


def fold_headings(hits: Sequence[Hit]) -> list[Hit]:
    """Drop hits that are nothing but a heading where what stands under it is a hit too."""
    bare = [_is_heading(hit) for hit in hits]
    told = {
        (hit.passage.report_id, hit.passage.section)
        for hit, is_bare in zip(hits, bare, strict=True)
        if not is_bare
    }
    return [
        hit
        for hit, is_bare in zip(hits, bare, strict=True)
        if not (is_bare and any(_stands_under(place, hit) for place in told))
    ]


def _is_heading(hit: Hit) -> bool:
    return hit.passage.text.strip() == hit.passage.section.rsplit(_ABOVE, 1)[-1]


def _stands_under(place: tuple[str, str], hit: Hit) -> bool:
    report_id, section = place
    return report_id == hit.passage.report_id and f"{section}{_ABOVE}".startswith(
        f"{hit.passage.section}{_ABOVE}"
    )


def is_answered(query: str, hits: Sequence[Hit], similarity_range: tuple[float, float] | None) -> bool:
    """Tell whether anything was found: a hit that shares a word with the query or comes near it in meaning.

    A search by meaning always has a nearest passage, however far it is.
    """
    words = _pairs(query)
    if any(words & _pairs(hit.passage.text) for hit in hits):
        return True
    if similarity_range is None:
        return False
    low, high = similarity_range
    shift = 0.0 if re.search(r"[\u4e00-\u9fff]", query) else _ACROSS_LANGUAGES
    floor = low + (_NEAR - shift) * (high - low)
    return any(hit.dense is not None and hit.dense >= floor for hit in hits)


def _pairs(text: str) -> frozenset[str]:
    """Give the words of another script and the pairs of neighbouring Chinese characters, a lone one by itself."""
    plain = fold(text)
    runs = re.findall(r"[\u4e00-\u9fff]+", plain)
    pairs = (run[i : i + 2] for run in runs for i in range(max(len(run) - 1, 1)))
    return frozenset([*pairs, *re.findall(r"[a-z]{2,}|\d+", plain)])


def fold_duplicates(hits: Sequence[Hit], agencies: dict[str, str]) -> list[Hit]:
    """Drop hits that say nearly the same as a better one of the same agency.

    Two agencies that say the same are two facts.
    """
    kept: list[tuple[Hit, frozenset[str]]] = []
    for hit in hits:
        grams = _grams(hit.passage.text)
        agency = agencies.get(hit.passage.report_id)
        if not any(
            agencies.get(other.passage.report_id) == agency and _overlap(grams, seen) >= _SAME
            for other, seen in kept
        ):
            kept.append((hit, grams))
    return [hit for hit, _ in kept]


def _grams(text: str) -> frozenset[str]:
    plain = fold(text)
    return frozenset(plain[i : i + 3] for i in range(max(len(plain) - 2, 1)))


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / max(len(left | right), 1)


class Reader:
    """Reads reports of a shelf for one question, each at most once."""

    def __init__(self, library: Library, workspaces: Sequence[str]) -> None:
        self.library = library
        self.workspaces = tuple(workspaces)
        self._open: dict[str, Document] = {}
        self._hits: dict[tuple[str, tuple[str, ...]], list[Hit]] = {}

    def document(self, report: Report) -> Document:
        if report.id not in self._open:
            self._open[report.id] = reopen(self.library, report, self.workspaces)
        return self._open[report.id]

    def open(self, reports: Sequence[Report]) -> list[Report]:
        """Open reports all at once; gives those that are still there."""
        missing = [report for report in reports if report.id not in self._open]
        self._open |= reopen_all(self.library, missing, self.workspaces)
        return [report for report in reports if report.id in self._open]

    def citer(self, report: Report) -> Citer:
        document = self.document(report)
        return Citer(document.text, document.sections, document.page_starts, report)

    def evidence(
        self,
        question: Question,
        reports: Sequence[Report],
        kind: Kind | None = None,
        *,
        by_meaning: bool = True,
    ) -> list[Evidence]:
        """Weigh the sentences of `reports` for a question, best first; of one kind of section only where given.

        Without `by_meaning` their words alone count, which spares most of the time.
        """
        pool = self._pool(question, reports) if kind is None else self._pool_of(kind, reports)
        if not pool:
            return []
        weigher = Weigher(question, pool)
        if not by_meaning:
            return sorted(weigher.weigh({}), key=lambda e: -e.score)
        words = weigher.lexical()
        found = self._found(question, reports)
        ranks = [words[i] + found.get(self._passage_of(pool[i]), 0.0) for i in range(len(pool))]
        likely = sorted(range(len(pool)), key=lambda i: -ranks[i])[
            : _MEANINGS + (kind is not None) * _MEANINGS
        ]
        weighed = weigher.weigh(self._meanings(question, pool, likely))
        return sorted(weighed, key=lambda e: -e.score)

    def hits(self, question: Question, reports: Sequence[Report]) -> list[Hit]:
        """Give the passages of `reports` that a search by words and meaning brings, best first."""
        key = (question.text, tuple(report.id for report in reports))
        if key not in self._hits:
            scope = Scope(self.workspaces, frozenset(key[1]))
            self._hits[key] = self.library.search(search_words(question), scope, k=_PASSAGES)
        return self._hits[key]

    def _pool(self, question: Question, reports: Sequence[Report]) -> list[Candidate]:
        if len(reports) <= _READ_WHOLE_UP_TO:
            return [c for report in reports for c in candidates(self.document(report), report)]
        spans: dict[str, list[Span]] = {}
        for hit in self.hits(question, reports):
            spans.setdefault(hit.passage.report_id, []).append(Span(hit.passage.start, hit.passage.end))
        by_id = {report.id: report for report in reports}
        return [
            c
            for report in self.open([by_id[key] for key in spans])
            for c in candidates(self.document(report), report, spans[report.id])
        ]

    def _pool_of(self, kind: Kind, reports: Sequence[Report]) -> list[Candidate]:
        """Read one part of many reports."""
        return [
            candidate
            for report in self.open(reports[-_PARTS_UP_TO:])
            for candidate in candidates(self.document(report), report)
            if candidate.section.kind is kind
        ]

    def _found(self, question: Question, reports: Sequence[Report]) -> dict[tuple[str, int], float]:
        """Credit the passages a search brings first, by report and place, so that paraphrases are compared too."""
        return {
            (hit.passage.report_id, offset): 0.6 - 0.1 * rank
            for rank, hit in enumerate(self.hits(question, reports)[:6])
            for offset in range(hit.passage.start, hit.passage.end)
        }

    @staticmethod
    def _passage_of(candidate: Candidate) -> tuple[str, int]:
        return candidate.report.id, candidate.span.start

    def _meanings(
        self, question: Question, pool: Sequence[Candidate], chosen: Sequence[int]
    ) -> dict[int, float]:
        """Compare the meaning of some candidates with the question's, 0-1; nothing without a model."""
        bounds = self.library.similarity_range
        if bounds is None:
            return {}
        # Across languages the same meaning lies a little farther apart.
        shift = _ACROSS_LANGUAGES * (bounds[1] - bounds[0]) if question.english else 0.0
        low, high = bounds[0] - shift, bounds[1] - shift
        asked = self.library.embed_query(question.core or question.folded)
        vectors = self.library.embed_sentences([telling(question, pool[index].said) for index in chosen])
        nearness = ((cosine(asked, vector) - low) / (high - low) for vector in vectors)
        return {index: min(max(value, 0.0), 1.0) for index, value in zip(chosen, nearness, strict=True)}


def cosine(left: Sequence[float], right: Sequence[float]) -> float:
    norms = math.sqrt(math.fsum(a * a for a in left) * math.fsum(b * b for b in right))
    return math.fsum(a * b for a, b in zip(left, right, strict=True)) / norms if norms else 0.0


def search_words(question: Question) -> str:
    """Give the question as the indexes should see it: with the reports' own wordings beside its own."""
    wordings = [wording for term in question.terms if len(term.wordings) > 1 for wording in term.wordings[:2]]
    return " ".join([question.text, *dict.fromkeys(wordings)])
