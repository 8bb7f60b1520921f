"""A digest whose points are worded by a model, each checked against its report; all else stays as it stands."""

from __future__ import annotations

import asyncio

from chains.aside import aside
from chains.digest.build import Composed, Progress, compose
from chains.digest.models import Digest, DigestInput, ReportNews
from chains.digest.points import Line
from chains.llm import ChatModel
from chains.passages import source_of
from chains.write_summary import Point, SummaryWriter, Tally
from prompts.template import Language
from prompts.wording import UNFINISHED
from store.library import Library


class DigestWriter:
    """Writes digests with one model."""

    def __init__(self, model: ChatModel, language: Language = "zh") -> None:
        self._writer = SummaryWriter(model, language)
        self._language = language

    async def write(
        self, library: Library, asked: DigestInput, account: str, progress: Progress | None = None
    ) -> Digest:
        """Compose; a point that the model cannot word truly keeps the report's words, and the note says why."""
        composed = await aside(compose, library, asked, self._language, progress)
        tally = Tally()
        each = (self._worded(news, composed, account, tally) for news in composed.digest.news)
        news = await asyncio.gather(*each)
        worded = any(new.points != old.points for new, old in zip(news, composed.digest.news, strict=True))
        said = UNFINISHED[self._language].format(reason=tally.failure).strip() if tally.failure else ""
        return composed.digest.model_copy(
            update={
                "news": list(news),
                "engine": "llm" if worded else "extractive",
                "model": self._writer.model_name if worded else None,
                "note": " ".join(filter(None, [composed.digest.note, said])),
                "dropped": composed.digest.dropped + tally.dropped,
                "usage": tally.usage,
            }
        )

    async def _worded(self, news: ReportNews, composed: Composed, account: str, tally: Tally) -> ReportNews:
        lines = composed.lines.get(news.report.id, [])
        if not lines:
            return news
        held = composed.opened[news.report.id]
        points = [_point(line, number, composed, news) for number, line in enumerate(lines, 1)]
        await self._writer.word(points, news.report.title, held.text, held.citer, account, tally)
        items = [point.item or line.item for point, line in zip(points, lines, strict=True)]
        return news.model_copy(update={"points": items})


def _point(line: Line, number: int, composed: Composed, news: ReportNews) -> Point:
    text = composed.opened[news.report.id].text
    source = source_of(f"{line.kind.value[0]}{number}", news.report, text, line.start, line.end)
    return Point(line.kind, line.item.topic, source)
