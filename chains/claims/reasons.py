"""Why a claim is not carried by its quotes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    QUOTE_NOT_FOUND = "quote_not_found"
    UNKNOWN_SOURCE = "unknown_source"
    NO_QUOTE = "no_quote"
    FIGURE = "figure"
    UNIT = "unit"
    SCALE = "scale"
    DATE = "date"
    DIRECTION = "direction"
    NEGATION = "negation"
    NAME = "name"
    LAW = "law"
    DOCUMENT_NUMBER = "document_number"
    MASK = "mask"
    REPORTS_MERGED = "reports_merged"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is wrong; `detail` says what stood in the claim and what the quote has instead."""

    reason: Reason
    detail: str


def differs(reason: Reason, claimed: str, held: str) -> Failure:
    """Say that the claim has one thing and the quote another, or nothing like it."""
    return Failure(
        reason, f"claim: {claimed}; quote: {held}" if held else f"claim: {claimed}; not in the quote"
    )
