"""Find passages."""

from __future__ import annotations

import re

import click

from bot import texts
from bot.commandline import argument, command, option, say_of
from bot.commands.batch import Result, run_batch
from bot.commands.options import json_option, one_of_them, workspace_option
from bot.render import hit_lines
from bot.shell import Shell
from chains import retrieve
from store.errors import UsageError
from store.library import Library
from store.models import Hit, Scope

_MOST = 100


def _count(ctx: click.Context, _: click.Parameter, value: str) -> int:
    if not re.fullmatch(r"\d{1,3}", value) or not 1 <= int(value) <= _MOST:
        say = say_of(ctx)
        raise UsageError(say(texts.BAD_K), hint=say(texts.SEE_HELP, command=ctx.command_path))
    return int(value)


@command("search", texts.HELP_SEARCH)
@argument("query", texts.ARG_QUERY, required=False, metavar="QUERY")
@option("-k", "k", phrase=texts.OPT_K, default="10", metavar="N", callback=_count)
@option("--report", "report_id", phrase=texts.OPT_REPORT, metavar="ID")
@json_option
@option("--batch", phrase=texts.OPT_BATCH_SEARCH, metavar="FILE")
@workspace_option
@click.pass_obj
def search(
    shell: Shell,
    query: str | None,
    k: int,
    report_id: str | None,
    as_json: bool,
    batch: str | None,
    workspace: str,
) -> int:
    one_of_them(shell.say, query, batch, report_id, what=texts.THE_QUERY)
    finder = Finder(shell.searching_library(), workspace, k)
    if batch is not None:
        code = run_batch(
            shell, batch, "query", lambda words, of: finder.record(words, finder.find(words, of))
        )
        shell.tell_notices()
        return code
    hits = finder.find(query or "", report_id)
    if as_json:
        shell.output.json(finder.record(query or "", hits))
    elif finder.is_answered(query or "", hits):
        shell.output.lines(hit_lines(hits, finder.titles(hits), shell.say))
    else:
        shell.output.note(shell.say(texts.NOTHING_FOUND))
    shell.tell_notices()
    return 0


class Finder:
    """Searches one shelf, and knows its titles."""

    def __init__(self, library: Library, workspace: str, k: int) -> None:
        self._library = library
        self._workspace = workspace
        self._k = k
        self._titles: dict[str, str] = {}

    def find(self, query: str, report_id: str | None) -> list[Hit]:
        only = None
        if report_id is not None:
            only = frozenset([self._library.report(report_id, [self._workspace]).id])
        return retrieve.search(self._library, query, Scope((self._workspace,), only), self._k)

    def is_answered(self, query: str, hits: list[Hit]) -> bool:
        return retrieve.is_answered(query, hits, self._library.similarity_range)

    def titles(self, hits: list[Hit]) -> dict[str, str]:
        if not {hit.passage.report_id for hit in hits} <= self._titles.keys():
            self._titles = {report.id: report.title for report in self._library.reports([self._workspace])}
        return self._titles

    def record(self, query: str, hits: list[Hit]) -> Result:
        titles = self.titles(hits)
        return {
            "query": query,
            "results": [_record(hit, titles.get(hit.passage.report_id, "")) for hit in hits],
        }


def _record(hit: Hit, title: str) -> Result:
    passage = hit.passage
    return {
        "report_id": passage.report_id,
        "title": title,
        "passage_id": passage.id,
        "section": passage.section,
        "kind": passage.kind.value,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "score": round(hit.score, 6),
    }
