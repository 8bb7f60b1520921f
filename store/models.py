"""What the store holds and gives out. Offsets are code points into the cleaned text."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

Script = Literal["hans", "hant"]
DEFAULT_WORKSPACE = "shared"


class Kind(StrEnum):
    """What a section is about."""

    ACHIEVEMENTS = "achievements"
    SHORTCOMINGS = "shortcomings"
    PLANS = "plans"
    OTHER = "other"


class ReportKind(StrEnum):
    """Which genre a report belongs to."""

    ANNUAL_REPORT = "annual_report"
    WORK_REPORT = "work_report"
    NOTICE = "notice"
    PLAN = "plan"
    OTHER = "other"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Report(Frozen):
    """A file that was taken in, as the contract prints it."""

    id: str
    title: str
    agency: str
    region: str
    period: list[int]
    kind: ReportKind
    published: str | None
    script: Script
    source: str
    chars: int
    passages: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file's decoded text, before cleaning.

    `page_starts` holds, for each page of a paged format, the offset in `text` where it begins
    (ascending, the first is 0); empty for formats without pages.
    """

    text: str
    media: Literal["text", "markdown", "html", "docx", "pdf"]
    encoding: str | None = None
    title: str | None = None
    published: str | None = None
    page_starts: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next heading of the same or a higher rank.

    `path` is the chain of headings from the top, this one last. `start` is where the heading
    begins, `body_start` where the text after it does, `end` is exclusive. `level` counts from 0.
    `signs_off`: no part of the report but its signature (agency, date, contact), with an empty path.
    """

    path: tuple[str, ...]
    level: int
    kind: Kind
    start: int
    body_start: int
    end: int
    signs_off: bool = False

    @property
    def heading(self) -> str:
        return self.path[-1] if self.path else ""


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A piece of a report that is indexed as a whole: whole sentences, one section.

    `prefix` (agency, years, heading path) is indexed in front of the text and never quoted.
    """

    ordinal: int
    start: int
    end: int
    text: str
    prefix: str
    section: str
    kind: Kind
    page: int | None

    @property
    def indexed_text(self) -> str:
        return f"{self.prefix}\n{self.text}" if self.prefix else self.text


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report says about itself."""

    title: str
    agency: str
    region: str
    period: tuple[int, ...]
    kind: ReportKind
    published: str | None
    script: Script


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read, cleaned, outlined and split, and not yet stored anywhere.

    `origin` is the decoded file as it was read, from which all else can be worked out again.
    """

    source: str
    origin: SourceText
    text: str
    facts: Facts
    sections: tuple[Section, ...]
    passages: tuple[PassageDraft, ...]
    page_starts: tuple[int, ...] = ()
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Passage:
    """A stored passage. `id` is unique over all reports and workspaces."""

    id: str
    report_id: str
    workspace: str
    ordinal: int
    start: int
    end: int
    text: str
    prefix: str
    section: str
    kind: Kind
    page: int | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with how well it matches. `score` is comparable within one search only.

    `words` is the BM25 score and `dense` the cosine similarity, None where that index did not
    return the passage.
    """

    passage: Passage
    score: float
    words: float | None
    dense: float | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which shelves, and on them which reports (None: all), a search may see."""

    workspaces: tuple[str, ...] = (DEFAULT_WORKSPACE,)
    report_ids: frozenset[str] | None = None


class IngestResult(Frozen):
    """What became of one file."""

    path: str
    status: Literal["added", "unchanged", "replaced", "failed"]
    report: Report | None = None
    error: str | None = None
    warnings: list[str] = []
