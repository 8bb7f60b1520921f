"""Reports' passages as a model is shown them: fenced as data, with an id to cite them by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from chains.claims.locate import Source
from prompts.template import Language
from prompts.wording import REPAIR
from store.addressed import blank_addressed
from store.models import Report

_FENCE = str.maketrans({"<": "＜", ">": "＞"})
"""Full-width: a passage cannot close its fence, and a quote of it is still found."""

_ROLE_TAGS = re.compile(r"\[/?(?:INST|SYS)\]|<\|[^|]{1,30}\|>", re.IGNORECASE)


def source_of(source_id: str, report: Report, text: str, start: int, end: int) -> Source:
    """Make `text[start:end]` of a report's text citable as `source_id`, but for what addresses a model in it."""
    return Source(source_id, report.id, blank_addressed(text[start:end]), start, names_of(report))


def names_of(report: Report) -> tuple[str, ...]:
    """Give what a claim may name although its quote does not."""
    years = (f"{year}年" for year in report.period)
    return tuple(filter(None, (report.title, report.agency, report.region, *years)))


def fenced(sources: Iterable[Source], heads: Iterable[str] = ()) -> str:
    """Put passages one under the other, each in <passage id=…>; `heads` say of which report and part each is."""
    given = list(heads)
    shown = []
    for index, source in enumerate(sources):
        head = f' from="{_attribute(given[index])}"' if given else ""
        shown.append(f'<passage id="{source.id}"{head}>\n{_defused(source.text)}\n</passage>')
    return "\n".join(shown)


def repair_block(problems: Sequence[str], language: Language) -> str:
    """Word what did not hold the last time, one line each; nothing where all did."""
    lines = "\n".join(_defused(problem) for problem in problems)
    return f"{REPAIR[language]}\n<problems>\n{lines}\n</problems>" if problems else ""


def _defused(text: str) -> str:
    return _ROLE_TAGS.sub(" ", text).translate(_FENCE)


def _attribute(text: str) -> str:
    return re.sub(r'[\s"<>]+', " ", text).strip()
