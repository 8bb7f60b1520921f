"""What happened on the shelves in a window, and which reports held before it is to be seen beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chains.digest.agencies import agency_key
from chains.digest.models import DigestInput
from store.changes import Change
from store.errors import NotFoundError
from store.library import Library
from store.models import Report

BESIDE = 40
"""Reports of other agencies that are looked into for shortcomings they share with a new one."""


@dataclass
class Window:
    """What the shelves say of a window. `vanished` counts reports that came in it and have left since."""

    new: list[tuple[Change, Report]] = field(default_factory=list)
    gone: list[Change] = field(default_factory=list)
    vanished: int = 0


def look(library: Library, asked: DigestInput) -> Window:
    """Read what came and went in the window asked for, in an order that does not depend on when."""
    window = Window()
    seen: set[str] = set()
    for change in library.changes(asked.workspaces, asked.since, asked.until):
        if change.kind == "removed":
            window.gone.append(change)
            continue
        try:
            report = library.report(change.report_id, asked.workspaces)
        except NotFoundError:
            window.vanished += 1
            continue
        if change.content_hash not in seen:  # the same text on two shelves is one report to their reader
            seen.add(change.content_hash)
            window.new.append((change, report))
    window.new.sort(key=lambda new: in_order(new[1]))
    window.gone.sort(key=lambda change: (change.agency, change.title, change.report_id))
    return window


def in_order(report: Report) -> tuple[bool, str, int, str, str]:
    """Sort by agency, those without one last, then by year."""
    return not report.agency, report.agency, max(report.period, default=0), report.title, report.id


def beside(library: Library, asked: DigestInput, new: Sequence[Report]) -> list[Report]:
    """Give what new reports are held against: their agencies' other years, and other agencies' last reports."""
    if not new:
        return []
    known = {report.id for report in new}
    others = [report for report in library.reports(asked.workspaces) if report.id not in known]
    keys = related({agency_key(report) for report in new}, {agency_key(report) for report in others})
    own = [report for report in others if agency_key(report) in keys]
    last: dict[str, Report] = {}
    for report in sorted(others, key=lambda report: (max(report.period, default=0), report.id)):
        key = agency_key(report)
        if key and key not in keys:
            last[key] = report
    latest = sorted(last.values(), key=lambda report: (-max(report.period, default=0), report.id))
    return sorted([*own, *latest[:BESIDE]], key=in_order)


def related(keys: set[str], others: set[str]) -> set[str]:
    """Give the keys that may name an agency of `keys` with or without its higher place, and theirs in turn."""
    found = keys - {""}
    grown = True
    while grown:
        more = {
            other
            for other in others - found - {""}
            if any(other.endswith(key) or key.endswith(other) for key in found)
        }
        grown = bool(more)
        found |= more
    return found
