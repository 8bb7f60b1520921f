"""The reports a chat may see, found by id or by name."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.context import ChatContext
from store.errors import NotFoundError
from store.models import Report
from store.script import fold


@dataclass(frozen=True, slots=True)
class Found:
    """A report and the shelf it stands on."""

    report: Report
    workspace: str


async def by_id(context: ChatContext, report_id: str) -> Found | None:
    """Find a report by its full id on the shelves of the chat that asks, and on no other."""
    for workspace in context.who.workspaces:
        try:
            report = await context.desk.off_loop(context.desk.library.report, report_id, [workspace])
        except NotFoundError:
            continue
        if report.id == report_id:
            return Found(report, workspace)
    return None


async def by_name(context: ChatContext, name: str) -> list[Report]:
    """Find the reports a person means by a name, an agency, a year or the beginning of an id."""
    held = await context.desk.reports(context.who.workspace)
    wanted = fold(name).lower()
    exact = [report for report in held if wanted in (report.id, fold(report.title).lower())]
    if exact:
        return exact
    words = wanted.split()
    return [report for report in held if report.id.startswith(wanted) or _has(report, words)]


def _has(report: Report, words: list[str]) -> bool:
    told = " ".join([report.title, report.agency, report.region, report.source, *map(str, report.period)])
    folded = fold(told).lower()
    return all(word in folded for word in words)
