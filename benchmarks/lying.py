"""False claims that reach a reader when one in three claims that a model writes is false.

    python -m benchmarks.lying [--answers 260] [--every 3] [--json PATH]

A scripted model answers questions about the invented reports of `benchmarks/data` and words their summaries:
it copies sentences, and plants an error in one of `--every` claims, repairs included. Which of its claims
are false is therefore known; the program counts those that are shown, and the points a summary has lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx

from benchmarks.results import print_table, write
from chains.answer import Answerer
from chains.extract import summarize
from chains.llm import ChatModel, Endpoint
from chains.models import Answer, AskInput, Summary, SummaryInput
from chains.replies import plain_sentence
from chains.write_answer import AnswerWriter
from chains.write_summary import SummaryWriter
from store.document import describe, load
from store.library import Library
from store.split import CHUNKING_VERSION
from store.tokens import count_tokens
from tests import scripted

DATA = Path(__file__).parent / "data"
_OPPOSITES = (
    ("增长", "下降"),
    ("提高", "降低"),
    ("增加", "减少"),
    ("上升", "下降"),
    ("新增", "减少"),
    ("超过", "不足"),
)
_UNITS = (("件", "万件"), ("人次", "场"), ("万元", "亿元"), ("%", "个百分点"), ("个", "亿个"), ("名", "万名"))
_GOLDEN = 0.6180339887
"""Its multiples spread evenly over the unit, in step with no number of passages a model is shown."""


class Liar:
    """A model by script whose false claims are known: `share` of all it writes, evenly spread."""

    def __init__(self, share: Fraction) -> None:
        self._share = share
        self._rng = random.Random(7)
        self.claims = 0
        self.prompt_tokens = 0
        self.false: dict[str, str] = {}
        self.told: Counter[str] = Counter()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        payload = json.loads(request.content)
        return scripted.respond(request, self.write(payload))

    def write(self, payload: dict[str, Any]) -> str:
        """Write what is asked for, as JSON."""
        self.prompt_tokens += sum(count_tokens(str(message["content"])) for message in payload["messages"])
        return scripted.write(payload, self._lie)

    def _lie(self, claim: str, quote: str) -> tuple[str, str]:
        self.claims += 1
        if self.claims * _GOLDEN % 1 >= self._share:
            return claim, quote
        kinds = [self._figure, self._unit, self._year, self._direction, self._negation]
        kinds += [self._agency, self._law, self._quote]
        self._rng.shuffle(kinds)
        for kind in kinds:
            false = kind(claim)
            if false != claim:
                name = kind.__name__.strip("_")
                self.false[plain_sentence(false)] = name
                self.told[name] += 1
                return false, false if kind == self._quote else quote
        return claim, quote

    def _figure(self, claim: str) -> str:
        figures = [m for m in re.finditer(r"(?<![\d.〔])\d+(?:\.\d+)?(?!年|〕|\d|月|日|号)", claim)]
        if not figures:
            return claim
        match = self._rng.choice(figures)
        return f"{claim[: match.start()]}{int(float(match[0])) * 3 + 7}{claim[match.end() :]}"

    @staticmethod
    def _unit(claim: str) -> str:
        for unit, other in _UNITS:
            changed = re.sub(rf"(\d){re.escape(unit)}(?!次)", rf"\g<1>{other}", claim, count=1)
            if changed != claim:
                return changed
        return claim

    @staticmethod
    def _year(claim: str) -> str:
        return re.sub(r"(?:19|20)\d\d年", "2013年", claim, count=1)

    @staticmethod
    def _direction(claim: str) -> str:
        for one, other in _OPPOSITES:
            for left, right in ((one, other), (other, one)):
                if left in claim:
                    return claim.replace(left, right, 1)
        return claim

    @staticmethod
    def _negation(claim: str) -> str:
        return re.sub(r"(?<!未)(完成|办理|建成|开展|落实|实现)(?!率)", r"未\1", claim, count=1)

    @staticmethod
    def _agency(claim: str) -> str:
        return f"望舒市烟草专卖局{claim}"

    @staticmethod
    def _law(claim: str) -> str:
        return f"依据《海商法》，{claim}"

    @staticmethod
    def _quote(claim: str) -> str:
        return f"经省级验收，全部问题整改到位，{claim}"


def connect(liar: Liar) -> tuple[httpx.AsyncClient, ChatModel]:
    """Give the product's model client with `liar` behind its HTTP interface; the caller closes the former."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(liar))
    return http, ChatModel(Endpoint("liar", "key", scripted.URL), http=http)


def lines_of(answer: Answer) -> list[str]:
    """Give what a reader reads, line by line, without marks."""
    return [re.sub(r"(?:\[\d+\])+$", "", line) for line in answer.answer.split("\n")]


async def _run(folder: Path, answers: int, every: int) -> list[dict[str, object]]:
    liar = Liar(Fraction(1, every))
    http, model = connect(liar)
    documents = [load(path) for path in sorted(DATA.glob("*/reports/*"))]
    shown: list[str] = []
    lost = points = dropped = 0
    with Library(folder, embedding=None, chunking_version=CHUNKING_VERSION) as library:
        for document in documents:
            library.add(document)
        questions = [
            json.loads(line)["question"]
            for path in sorted(DATA.glob("*/questions.jsonl"))
            for line in path.read_text("utf-8").splitlines()
        ]
        writer = AnswerWriter(Answerer(library), model)
        for question in questions[:: max(len(questions) // answers, 1)][:answers]:
            answer = await writer.answer(AskInput(question=question), "shared")
            dropped += answer.dropped
            shown += lines_of(answer)
    for document in documents:
        summary = await SummaryWriter(model).summarize(SummaryInput(document, describe(document)), "shared")
        dropped += summary.dropped
        own = summarize(document, describe(document))
        lost += _points(own) - _points(summary)
        points += _points(own)
        shown += [item.text for part in _lists(summary) for item in part]
    await http.aclose()
    reached = Counter(liar.false[text] for text in shown if text in liar.false)
    rows: list[dict[str, object]] = [
        {"error": kind, "told": told, "shown": reached[kind]} for kind, told in sorted(liar.told.items())
    ]
    rows.append({"error": "all", "told": liar.told.total(), "shown": reached.total()})
    print_table(f"{answers} answers, {len(documents)} summaries; one in {every} claims false", rows)
    print(
        f"shortcomings and plans lost: {lost} of {points}; claims dropped: {dropped}; lines shown: {len(shown)}"
    )
    for text in shown:
        if text in liar.false:
            print(f"  SHOWN {liar.false[text]}: {text}")
    return [*rows, {"lost": lost, "points": points, "dropped": dropped, "lines": len(shown)}]


def _lists(summary: Summary) -> Sequence[Sequence[object]]:
    return summary.achievements, summary.shortcomings, summary.plans


def _points(summary: Summary) -> int:
    return len(summary.shortcomings) + len(summary.plans)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--answers", type=int, default=260)
    arguments.add_argument("--every", type=int, default=3)
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(_run(Path(folder), options.answers, options.every))
    if options.json:
        settings = {"answers": options.answers, "every": options.every}
        write(options.json, settings=settings, results=rows)


if __name__ == "__main__":
    main()
