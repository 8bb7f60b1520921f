"""Answers worded by a model, sentence by sentence: none leaves before the passages it cites carry it.

Where no report can hold the answer, no model is asked. What the model says and the text does not carry is
repaired once or dropped and counted; where nothing is left, or the model fails, the extractive engine answers.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from chains.answer import Answerer, Ground
from chains.answerable import carries_years
from chains.aside import aside
from chains.claims.locate import Located, Source
from chains.evidence import Evidence, candidates
from chains.items import after_lead, find_items
from chains.llm import ChatModel, Message, add
from chains.llm_errors import ModelError, UnusableReplyError
from chains.models import Answer, AskInput, Citation, Turn, Usage
from chains.passages import fenced, repair_block, source_of
from chains.replies import ClaimReply, ObjectScanner, QuestionReply, plain_sentence, read_all, refuses
from chains.verify import Draft, verify
from chains.write_summary import draft_start
from prompts.template import Language, load_prompt
from prompts.wording import UNFINISHED
from store.models import Kind, Report
from store.sentences import Span
from store.split import section_label
from store.tokens import count_tokens

PASSAGE_TOKENS = 2_600
"""Tokens of passages put before the model with a question."""

_HITS = 8
_SENTENCES = 6
_ACROSS = 12
_PART_REPORTS = 4
_TURNS = 3
_TURN_CHARS = 400
_FOLLOWS_UP = re.compile(
    r"^(?:那|那么|还有|另外|其中|它|他们|这|该|以及|再|然后|为什么|怎么|呢)|(?:它|他们|其|这个|这些|那个|上述|前面|刚才|同一|该)|呢[？?]?$"
    r"|\b(?:it|its|they|their|that|those|these|this|there|same)\b|^(?:and|what about|how about|why)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A verified sentence of an answer that is still being written, with [n] marks, and the quotes they stand for."""

    text: str
    citations: tuple[Citation, ...]


@dataclass
class _Writing:
    """An answer as far as it has come."""

    ground: Ground
    sources: dict[str, Source]
    reports: dict[str, Report]
    lines: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    failed: list[tuple[Draft, list[str]]] = field(default_factory=list)
    dropped: int = 0
    usage: Usage = field(default_factory=Usage)

    def take(self, claim: ClaimReply) -> Sentence | None:
        """Check a claim: the sentence to show, or None and a note of why not."""
        said = plain_sentence(claim.text)
        said = said[min(after_lead(said, 0), len(said)) :]
        draft = Draft(said, tuple((q.id.strip(), q.quote) for q in claim.quotes))
        if not draft.text:
            return None
        verdict = verify(draft, self.sources)
        if not verdict.ok:
            self.failed.append((draft, [f"{f.reason.value} - {f.detail}" for f in verdict.failures]))
            return None
        marks = [self._mark(span) for span in verdict.spans]
        line = draft.text + "".join(f"[{n}]" for n in dict.fromkeys(marks))
        if line in self.lines:
            return None
        self.lines.append(line)
        return Sentence(line, tuple(self.citations[n - 1] for n in dict.fromkeys(marks)))

    def _mark(self, span: Located) -> int:
        for citation in self.citations:
            if (citation.report_id, citation.start, citation.end) == (span.report_id, span.start, span.end):
                return citation.n
        citer = self.ground.reader.citer(self.reports[span.report_id])
        self.citations.append(citer.cite(len(self.citations) + 1, span.start, span.end))
        return len(self.citations)


class AnswerWriter:
    """Answers with one model over one library."""

    def __init__(self, answerer: Answerer, model: ChatModel) -> None:
        self._answerer = answerer
        self._model = model

    async def answer(self, ask: AskInput, account: str) -> Answer:
        """Answer in one piece.

        Raises NotFoundError when `report_id` is not on the shelves named.
        """
        last: Answer | None = None
        async for event in self.stream(ask, account):
            last = event if isinstance(event, Answer) else last
        if last is None:
            raise AssertionError("a stream ends with an answer")
        return last

    async def stream(self, ask: AskInput, account: str) -> AsyncIterator[Sentence | Answer]:
        """Give each sentence as soon as it is checked, and in the end the answer that holds.

        The answer replaces what was shown before: it may hold repaired sentences besides, and where the
        model broke off it is the extractive engine's, which says so.
        """
        spent = Usage()
        try:
            ask, spent = await self._condensed(ask, account)
        except ModelError as error:
            yield await self._extracted(ask, spent, error)
            return
        ground = await aside(self._answerer.look, ask)
        if isinstance(ground, Answer):
            yield ground.model_copy(update={"usage": spent})
            return
        writing, settled = await aside(self._prepared, ground)
        if settled is not None:
            yield settled.model_copy(update={"usage": spent})
            return
        writing.usage = spent
        written: list[str] = []
        try:
            async for piece in self._claims(writing, ask.question, account, written):
                yield piece
        except ModelError as error:
            yield await self._extracted(ask, writing.usage, error, writing.dropped)
            return
        yield await self._finished(ask, writing, refused=refuses("".join(written)))

    async def _finished(self, ask: AskInput, writing: _Writing, *, refused: bool) -> Answer:
        dropped = writing.dropped
        if writing.lines:
            return Answer(
                question=ask.question,
                answer="\n".join(writing.lines),
                refused=False,
                engine="llm",
                citations=writing.citations,
                dropped=dropped,
                usage=writing.usage,
            )
        if refused:
            refusal = await aside(self._answerer.refused, writing.ground)
            return refusal.model_copy(update={"engine": "llm", "usage": writing.usage, "dropped": dropped})
        return await self._extracted(ask, writing.usage, None, dropped)

    async def _extracted(
        self, ask: AskInput, usage: Usage, error: ModelError | None, dropped: int = 0
    ) -> Answer:
        """Answer from the text itself, with a word on why."""
        answer = await aside(self._answerer.answer, ask)
        said = UNFINISHED[_language(ask.question)].format(reason=error).strip() if error else ""
        text = f"{answer.answer}\n{said}" if said else answer.answer
        return answer.model_copy(update={"answer": text, "usage": usage, "dropped": dropped})

    # --- asking the model

    async def _claims(
        self, writing: _Writing, question: str, account: str, written: list[str]
    ) -> AsyncIterator[Sentence]:
        """Stream claims, check each as it is whole, and have those that failed repaired once."""
        messages = self._messages(writing, question, [])
        count = 0
        async for claim in self._streamed(writing, messages, account, written):
            count += 1
            sentence = writing.take(claim)
            if sentence is not None:
                yield sentence
        if not count and not refuses("".join(written)):
            for claim in await self._asked_again(writing, messages, "".join(written), account):
                sentence = writing.take(claim)
                if sentence is not None:
                    yield sentence
        failed, writing.failed = writing.failed, []
        if failed:
            held = len(writing.lines)
            for claim in await self._repaired(writing, question, failed, account):
                sentence = writing.take(claim)
                if sentence is not None:
                    yield sentence
            writing.dropped = max(len(failed) - (len(writing.lines) - held), 0)

    async def _streamed(
        self, writing: _Writing, messages: Sequence[Message], account: str, written: list[str]
    ) -> AsyncIterator[ClaimReply]:
        def spent(usage: Usage) -> None:
            writing.usage = add(writing.usage, usage)

        scanner = ObjectScanner()
        async for piece in self._model.stream(messages, account, spent=spent):
            written.append(piece)
            for found in scanner.feed(piece):
                if isinstance(found.get("text"), str):
                    try:
                        yield ClaimReply.model_validate(found)
                    except ValueError:
                        yield ClaimReply(text=str(found["text"]))

    async def _asked_again(
        self, writing: _Writing, messages: Sequence[Message], reply: str, account: str
    ) -> list[ClaimReply]:
        """Say what was wrong with a reply that could not be read, once. Raises UnusableReplyError."""
        try:
            read_all(reply, ClaimReply)
        except UnusableReplyError as error:
            again = [*messages, Message("assistant", reply), Message("user", str(error))]
            second = await self._model.complete(again, account)
            writing.usage = add(writing.usage, second.usage)
            return [] if refuses(second.text) else read_all(second.text, ClaimReply)
        return []

    async def _repaired(
        self, writing: _Writing, question: str, failed: Sequence[tuple[Draft, list[str]]], account: str
    ) -> list[ClaimReply]:
        problems = [f"{draft.text}: {'; '.join(reasons)}" for draft, reasons in failed]
        reply = await self._model.complete(self._messages(writing, question, problems), account)
        writing.usage = add(writing.usage, reply.usage)
        try:
            return read_all(reply.text, ClaimReply)
        except UnusableReplyError:
            return []

    def _messages(self, writing: _Writing, question: str, problems: Sequence[str]) -> list[Message]:
        heads = [_head(writing, source) for source in writing.sources.values()]
        language = _language(question)
        filled = load_prompt("answer", language).fill(
            question=question,
            passages=fenced(writing.sources.values(), heads),
            problems=repair_block(problems, language),
        )
        return [Message(role, text) for role, text in filled]

    async def _condensed(self, ask: AskInput, account: str) -> tuple[AskInput, Usage]:
        """Put a follow-up as a question of its own."""
        if not ask.history or not _FOLLOWS_UP.search(ask.question):
            return ask, Usage()
        history = "\n".join(_told(turn) for turn in ask.history[-_TURNS:])
        filled = load_prompt("condense", _language(ask.question)).fill(history=history, question=ask.question)
        reply = await self._model.complete([Message(role, text) for role, text in filled], account)
        try:
            question = read_all(reply.text, QuestionReply)[0].question
        except UnusableReplyError:
            return ask, reply.usage
        return ask.model_copy(update={"question": question}), reply.usage

    # --- what the model is shown

    def _prepared(self, ground: Ground) -> tuple[_Writing, Answer | None]:
        """Choose what the model is shown, or give the refusal where no model need be asked."""
        writing = self._prepare(ground)
        settled = self._answerer.hidden(ground)
        if settled is None and not writing.sources:
            settled = self._answerer.refused(ground)
        return writing, settled

    def _prepare(self, ground: Ground) -> _Writing:
        """Choose the passages within the budget of tokens, the likeliest first."""
        sources: dict[str, Source] = {}
        reports = {report.id: report for report in ground.scope.reports}
        left = PASSAGE_TOKENS
        for report, span in self._spans(ground):
            text = ground.reader.document(report).text
            tokens = count_tokens(text[span.start : span.end])
            if tokens > left and sources:
                continue
            source = source_of(f"r{len(sources) + 1}", report, text, span.start, span.end)
            sources[source.id] = source
            left -= tokens
        return _Writing(ground, sources, reports)

    def _spans(self, ground: Ground) -> list[tuple[Report, Span]]:
        """Give the spans that may hold the answer, each once, the likeliest first."""
        question, scope, reader = ground.question, ground.scope, ground.reader
        reports = {report.id: report for report in scope.reports}
        found: list[tuple[Report, Span]] = []
        if question.part is not None:
            found += self._part(ground, question.part)
        best = reader.evidence(question, scope.reports, by_meaning=False)
        fitting = [e for e in best if self._speaks_of_the_year(ground, e)]
        if question.across:
            fitting = list({e.candidate.report.id: e for e in reversed(fitting)}.values())[::-1]
        for evidence in fitting[: _ACROSS if question.across else _SENTENCES]:
            found.append((evidence.candidate.report, self._around(ground, evidence)))
        for hit in reader.hits(question, scope.reports)[:_HITS]:
            report = reports[hit.passage.report_id]
            span = Span(hit.passage.start, hit.passage.end)
            inside = candidates(reader.document(report), report, [span])
            if any(carries_years(c, question, scope.strict_years, ahead=question.ahead) for c in inside):
                found.append((report, span))
        return _apart(found)

    @staticmethod
    def _speaks_of_the_year(ground: Ground, evidence: Evidence) -> bool:
        question = ground.question
        return evidence.supported > 0 and carries_years(
            evidence.candidate, question, ground.scope.strict_years, ahead=question.ahead
        )

    @staticmethod
    def _around(ground: Ground, evidence: Evidence) -> Span:
        """Give the paragraph of a sentence, or the sentence where that is long."""
        text = ground.reader.document(evidence.candidate.report).text
        span = evidence.candidate.span
        start = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", span.end)
        end = len(text) if end < 0 else end
        return Span(start, end) if end - start <= _TURN_CHARS else span

    def _part(self, ground: Ground, kind: Kind) -> list[tuple[Report, Span]]:
        found = []
        for report in self._answerer.reports_of_part(ground.question, kind, ground.scope)[:_PART_REPORTS]:
            document = ground.reader.document(report)
            for draft in find_items(document.text, document.sections, kind):
                found.append((report, Span(draft_start(draft), draft.end)))
        return found


def _apart(spans: Sequence[tuple[Report, Span]]) -> list[tuple[Report, Span]]:
    """Keep the spans that do not stand inside an earlier one."""
    kept: list[tuple[Report, Span]] = []
    for report, span in spans:
        if not any(
            other.id == report.id and held.start <= span.start and span.end <= held.end
            for other, held in kept
        ):
            kept.append((report, span))
    return kept


def _head(writing: _Writing, source: Source) -> str:
    report = writing.reports[source.report_id]
    sections = writing.ground.reader.document(report).sections
    around = [s for s in sections if s.start <= source.start < s.end]
    label = section_label(max(around, key=lambda s: (s.start, s.level))) if around else ""
    years = "、".join(f"{year}年" for year in report.period)
    return " · ".join(filter(None, (report.title, years if years not in report.title else "", label)))


def _language(question: str) -> Language:
    return "zh" if re.search(r"[\u3400-\u9fff]", question) else "en"


def _told(turn: Turn) -> str:
    return f"问：{turn.question[:_TURN_CHARS]}\n答：{turn.answer[:_TURN_CHARS]}"
