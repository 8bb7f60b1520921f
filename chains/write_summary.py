"""Summaries worded by a model: point by point, each checked against the report before it is let through.

The outline decides what a summary holds, the model only how it is said. A point that the model leaves
out, or words in a way the report does not carry even after one repair, stands in the report's own words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chains.cite import Citer
from chains.claims.locate import Source
from chains.extract import choose, make_item, make_summary
from chains.figures import split_figures
from chains.items import ItemDraft, after_lead
from chains.llm import ChatModel, Message, add
from chains.llm_errors import ContextTooLongError, ModelError, UnusableReplyError
from chains.models import Item, Summary, SummaryInput, Usage
from chains.passages import fenced, repair_block, source_of
from chains.replies import ItemReply, plain_sentence, read_all
from chains.verify import Draft, Verdict, verify
from prompts.template import Language, load_prompt
from prompts.wording import PART_NAMES, TOO_SHORT, UNFINISHED
from store.models import Kind
from store.tokens import count_tokens

BATCH_TOKENS = 3_000
"""Passages put before the model at a time; small enough for any context, large enough to spare instructions."""

TOPIC_CHARS = 60
_SAYS_LITTLE, _SAYS_MUCH = 14, 40
"""Fewer characters only name a point of which the report says more than the latter."""


@dataclass
class Point:
    """A point of a report on its way to an item; `item` stays None where no wording held."""

    kind: Kind
    topic: str
    source: Source
    item: Item | None = None
    problems: list[str] = field(default_factory=list)


@dataclass
class Tally:
    """What the wording of points has used, how many of the model's wordings fell, and what stopped it."""

    usage: Usage = field(default_factory=Usage)
    dropped: int = 0
    failure: ModelError | None = None


class SummaryWriter:
    """Writes summaries with one model, its calls in parallel under the model's own limit."""

    def __init__(self, model: ChatModel, language: Language = "zh") -> None:
        self.model_name = model.name
        self._model = model
        self._language = language

    async def summarize(self, asked: SummaryInput, account: str) -> Summary:
        """Summarise; what the model cannot give truly is extracted, and the overview says when it failed."""
        document, report = asked.document, asked.report
        citer = Citer(document.text, document.sections, document.page_starts, report)
        choice = choose(document)
        points = [
            (draft, _point(kind, draft, number, asked))
            for kind, drafts in choice.drafts.items()
            for number, draft in enumerate(drafts, 1)
        ]
        tally = Tally()
        await self.word([point for _, point in points], report.title, document.text, citer, account, tally)
        lists = {
            kind: [
                point.item or make_item(document.text, draft, kind, citer)
                for draft, point in points
                if point.kind is kind
            ]
            for kind in (Kind.ACHIEVEMENTS, Kind.SHORTCOMINGS, Kind.PLANS)
        }
        summary = make_summary(report, lists, choice.unlisted)
        worded = any(point.item for _, point in points)
        said = UNFINISHED[self._language].format(reason=tally.failure) if tally.failure else ""
        return summary.model_copy(
            update={
                "engine": "llm" if worded else "extractive",
                "model": self.model_name if worded else None,
                "overview": summary.overview + said,
                "dropped": tally.dropped,
                "usage": tally.usage,
            }
        )

    async def word(
        self,
        points: Sequence[Point],
        title: str,
        text: str,
        citer: Citer,
        account: str,
        tally: Tally,
    ) -> None:
        """Have points of one report worded and checked; those that hold get their item."""
        by_kind = [[point for point in points if point.kind is kind] for kind in Kind]
        batches = [batch for same in by_kind for batch in _batches(same)]
        await asyncio.gather(*(self._write(batch, title, text, citer, account, tally) for batch in batches))

    async def _write(
        self, batch: Sequence[Point], title: str, text: str, citer: Citer, account: str, tally: Tally
    ) -> None:
        """Have a batch worded and checked, then once more what did not hold."""
        try:
            await self._ask(batch, title, text, citer, account, tally)
            wrong = [point for point in batch if point.problems]
            if wrong:
                await self._ask(wrong, title, text, citer, account, tally)
                tally.dropped += sum(point.item is None for point in wrong)
        except ContextTooLongError as error:
            if len(batch) < 2:
                tally.failure = error
                return
            half = len(batch) // 2
            for part in (batch[:half], batch[half:]):
                await self._write(part, title, text, citer, account, tally)
        except ModelError as error:
            tally.failure = error
            tally.dropped += sum(bool(point.problems) and point.item is None for point in batch)

    async def _ask(
        self, batch: Sequence[Point], title: str, text: str, citer: Citer, account: str, tally: Tally
    ) -> None:
        """Ask once, and again with the reason where the reply cannot be read."""
        waiting = {point.source.id: point for point in batch if point.item is None}
        messages = self._messages(list(waiting.values()), title)
        reply = await self._model.complete(messages, account)
        tally.usage = add(tally.usage, reply.usage)
        try:
            found = read_all(reply.text, ItemReply)
        except UnusableReplyError as error:
            again = [*messages, Message("assistant", reply.text), Message("user", str(error))]
            reply = await self._model.complete(again, account)
            tally.usage = add(tally.usage, reply.usage)
            found = read_all(reply.text, ItemReply)
        for written in found:
            point = waiting.pop(written.id.strip(), None)
            if point is not None and written.text.strip():
                point.problems = []
                _take(written, point, text, citer)

    def _messages(self, points: Sequence[Point], title: str) -> list[Message]:
        problems = [f"{p.source.id}: {problem}" for p in points for problem in p.problems]
        filled = load_prompt("summary", self._language).fill(
            title=title,
            part=PART_NAMES[self._language][points[0].kind.value],
            passages=fenced(point.source for point in points),
            problems=repair_block(problems, self._language),
        )
        return [Message(role, said) for role, said in filled]


def _point(kind: Kind, draft: ItemDraft, number: int, asked: SummaryInput) -> Point:
    source_id = f"{kind.value[0]}{number}"
    text = asked.document.text
    return Point(kind, draft.topic, source_of(source_id, asked.report, text, draft_start(draft), draft.end))


def draft_start(draft: ItemDraft) -> int:
    """Give where a point begins with its run-in heading."""
    return min(draft.title.start, draft.start) if draft.title else draft.start


def _take(written: ItemReply, point: Point, text: str, citer: Citer) -> None:
    """Let a model's wording of a point through when its quotes carry it, else note why not."""
    said = plain_sentence(written.text)
    said = said[min(after_lead(said, 0), len(said)) :]
    quotes = tuple((point.source.id, quote) for quote in written.quotes)
    verdict = verify(Draft(said, quotes), {point.source.id: point.source})
    if not verdict.ok:
        point.problems = [f"{failure.reason.value} - {failure.detail}" for failure in verdict.failures]
        return
    if len(said) < _SAYS_LITTLE and len(point.source.text) > _SAYS_MUCH:
        point.problems = [TOO_SHORT]
        return
    point.item = Item(
        text=said,
        topic=_topic(written.topic, point, verdict, quotes),
        figures=split_figures(said),
        citations=[citer.cite(n, span.start, span.end) for n, span in enumerate(verdict.spans, 1)],
    )


def _topic(topic: str, point: Point, verdict: Verdict, quotes: tuple[tuple[str, str], ...]) -> str:
    """Take the model's name for a point when it claims nothing the quotes do not carry, else the report's own."""
    said = " ".join(topic.split())
    if said and len(said) <= TOPIC_CHARS and verify(Draft(said, quotes), {point.source.id: point.source}).ok:
        return said
    return point.topic


def _batches(points: Sequence[Point]) -> Iterator[list[Point]]:
    batch: list[Point] = []
    size = 0
    for point in points:
        tokens = count_tokens(point.source.text)
        if batch and size + tokens > BATCH_TOKENS:
            yield batch
            batch, size = [], 0
        batch.append(point)
        size += tokens
    if batch:
        yield batch
