"""What the chains give out, as the contract prints it. Offsets are code points into the report's text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from store.models import DEFAULT_WORKSPACE, Document, Frozen, Kind, Report

Engine = Literal["extractive", "llm"]


class Figure(Frozen):
    """A number with its unit as it stands in a text.

    `value` is in base units ("1.2亿元" -> 120000000, "元"; "百分之五" -> 5, "%") and None where the
    source has masked it ("**件").
    """

    text: str
    value: float | None
    unit: str


class Citation(Frozen):
    """Where a claim stands: `text[start:end] == quote` in the report's text. `n` counts from 1."""

    n: int
    report_id: str
    title: str
    section: str
    page: int | None
    start: int
    end: int
    quote: str


class Item(Frozen):
    """One achievement, shortcoming or plan, with the quotes that carry it."""

    text: str
    topic: str
    figures: list[Figure]
    citations: list[Citation]


class Usage(Frozen):
    """Tokens a model was given and wrote; zero for the extractive engine."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class Summary(Frozen):
    """A report in three lists. `missing` names those the report has nothing for."""

    report: Report
    engine: Engine
    model: str | None = None
    overview: str
    achievements: list[Item]
    shortcomings: list[Item]
    plans: list[Item]
    missing: list[Kind]
    dropped: int = 0
    usage: Usage = Field(default_factory=Usage)


class Answer(Frozen):
    """An answer whose [n] marks are the citations' numbers, or a refusal that says where it looked."""

    question: str
    answer: str
    refused: bool
    engine: Engine
    citations: list[Citation]
    dropped: int = 0
    usage: Usage = Field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class SummaryInput:
    """A parsed report, stored or not, with the facts it is cited under."""

    document: Document
    report: Report


class Turn(Frozen):
    """A question of a conversation and the answer it got."""

    question: str
    answer: str


class AskInput(Frozen):
    """A question, the shelves it may see, and the one report it is about (None: all of them).

    `history` is what was asked and answered before, oldest first: a follow-up is read in its light.
    """

    question: str
    workspaces: tuple[str, ...] = (DEFAULT_WORKSPACE,)
    report_id: str | None = None
    history: tuple[Turn, ...] = ()
