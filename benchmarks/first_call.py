"""How long a reader waits before the model is first asked, with many passages held.

    python -m benchmarks.first_call [--passages 10000] [--json PATH]

Invented reports of `benchmarks/data` are taken in again and again under other places' names until so many
passages are held. Vectors are random by text, so that embedding the question costs next to nothing. The model
answers at once; what is measured is the time from the question to the request.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.results import write
from chains.answer import Answerer
from chains.llm import Message
from chains.models import AskInput, Usage
from chains.write_answer import AnswerWriter
from store.document import load, parse
from store.library import Library
from store.models import SourceText
from store.split import CHUNKING_VERSION
from tests.fakes import fake_model

DATA = Path(__file__).parent / "data"
_PLACE = re.compile(r"[\u4e00-\u9fff]{2}(?=[市县区])")


class Clock:
    """A model that notes when it is asked and refuses to answer."""

    name = "clock"

    def __init__(self) -> None:
        self.asked_at = 0.0

    async def stream(
        self, messages: Sequence[Message], account: str, *, spent: Callable[[Usage], None]
    ) -> AsyncIterator[str]:
        self.asked_at = time.perf_counter()
        yield '{"refused": true, "claims": []}'


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--passages", type=int, default=10_000)
    arguments.add_argument("--questions", type=int, default=120)
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Library(Path(folder), embedding=fake_model(), chunking_version=CHUNKING_VERSION) as library,
    ):
        held = fill(library, options.passages)
        times = asyncio.run(_times(library, options.questions))
    row = {
        "passages": held,
        "questions": len(times),
        "p50 ms": round(statistics.median(times), 1),
        "p95 ms": round(sorted(times)[int(len(times) * 0.95)], 1),
    }
    print(json.dumps(row))
    if options.json:
        write(options.json, settings={"passages": options.passages}, results=row)


def fill(library: Library, passages: int) -> int:
    """Take invented reports in until so many passages are held; gives how many they are."""
    texts = [load(path).text for path in sorted(DATA.glob("*/reports/*.txt"))]
    held = 0
    for number, text in enumerate(_renamed(texts)):
        held += library.add(parse(SourceText(text, "text"), source=f"{number}.txt"))[1].passages
        if held >= passages:
            break
    return held


def _renamed(texts: Sequence[str]) -> Iterator[str]:
    """Give the texts, then the same under other names, and so on without end."""
    first, second = "云清明远安宁东南西北青白金玉石松", "溪河湖江山岭桥港州城原川林泉湾谷"
    yield from texts
    while True:
        for one in first:
            for two in second:
                for text in texts[:: len(texts) // 8]:
                    match = _PLACE.search(text)
                    yield text.replace(match[0], one + two) if match else one + two + text


async def _times(library: Library, questions: int) -> list[float]:
    asked = [
        json.loads(line)["question"]
        for path in sorted(DATA.glob("*/questions.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    times = []
    for question in asked[:: max(len(asked) // (questions * 2), 1)]:
        clock = Clock()
        writer = AnswerWriter(Answerer(library), clock)  # type: ignore[arg-type]
        started = time.perf_counter()
        await writer.answer(AskInput(question=question), "shared")
        if clock.asked_at:
            times.append((clock.asked_at - started) * 1000)
    return times[1:]


if __name__ == "__main__":
    main()
