"""What a report is and what was found in it, in one sentence of either language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prompts.template import Language
from store.models import Kind, Report

_WORDS: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "title": "《{title}》",
        "year": "{year}年",
        "years": "，涉及{years}",
        "chars": "，全文{chars}字",
        "who": "，{who}",
        "found": "；摘出{found}",
        "lacking": "；报告未载明{lacking}",
        "unlisted": "（另有{n}项未列）",
        "comma": "、",
        "stop": "。",
        "achievements": "成效{n}项",
        "shortcomings": "不足{n}项",
        "plans": "计划{n}项",
        "no_achievements": "成效",
        "no_shortcomings": "不足",
        "no_plans": "计划",
    },
    "en": {
        "title": "“{title}”",
        "year": "{year}",
        "years": ", on {years}",
        "chars": ", {chars} characters",
        "who": ", {who}",
        "found": "; taken from it: {found}",
        "lacking": "; it does not state: {lacking}",
        "unlisted": " ({n} more not listed)",
        "comma": ", ",
        "stop": ".",
        "achievements": "achievements {n}",
        "shortcomings": "shortcomings {n}",
        "plans": "plans {n}",
        "no_achievements": "achievements",
        "no_shortcomings": "shortcomings",
        "no_plans": "plans",
    },
}


def overview(report: Report, counts: Mapping[Kind, int], unlisted: int = 0, language: Language = "zh") -> str:
    """Say what the report is, how many points were found, and which part it does not have.

    `unlisted` achievements were found and passed over.
    """
    words = _WORDS[language]
    found = words["comma"].join(
        words[kind].format(n=n)
        + (words["unlisted"].format(n=unlisted) if unlisted and is_limited(kind) else "")
        for kind, n in counts.items()
        if n
    )
    lacking = words["comma"].join(words[f"no_{kind}"] for kind, n in counts.items() if not n)
    return (
        words["title"].format(title=report.title)
        + _of_whom_and_when(report, words)
        + words["chars"].format(chars=report.chars)
        + (words["found"].format(found=found) if found else "")
        + (words["lacking"].format(lacking=lacking) if lacking else "")
        + words["stop"]
    )


def is_limited(kind: Kind) -> bool:
    """Tell whether a summary may pass over points of this kind."""
    return kind is Kind.ACHIEVEMENTS


def _of_whom_and_when(report: Report, words: Mapping[str, str]) -> str:
    """Name agency and years where the title does not."""
    who = report.agency or report.region
    years = words["comma"].join(words["year"].format(year=year) for year in report.period)
    told = all(str(year) in report.title for year in report.period)
    return (words["who"].format(who=who) if who and who not in report.title else "") + (
        words["years"].format(years=years) if years and not told else ""
    )
