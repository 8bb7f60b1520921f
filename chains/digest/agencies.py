"""Which reports are of one agency, whatever script, short form or higher place its name is written with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.digest.find import takes_up
from chains.digest.held import Held
from store.models import Report, ReportKind
from store.places import leading_place
from store.script import fold

_MASKED = re.compile(r"[*×x□某○]")
_SHORT = (
    (r"人民政府", "政府"),
    (r"政府(?=办公室|街道|$)", ""),
    (r"监督管理", "监管"),
    (r"管理委员会", "管委会"),
    (r"委员会$", "委"),
    (r"街道办事处|街道办$", "街道"),
    (r"党组$|党委$", ""),
)
_FRAME = re.compile(r"(?:19|20)\d\d(?:[-—至](?:19|20)\d\d)?年?度?|关于|情况|工作|年度|的|报告|总结|[\W_]")


def of_one_agency(helds: Sequence[Held]) -> list[list[Held]]:
    """Group the reports by agency and by what they report on, each year once, by year.

    A name without its higher place joins the one fuller name it fits; where two fit, neither is guessed.
    Of two reports for one year the one published last counts. Reports without an agency or a year stand in
    no group; those under one masked name only where each takes up what the one before it promised.
    """
    names = agency_names(helds)
    named = [held for held in helds if held.told is not None and names[held.report.id]]
    groups: dict[tuple[str, str], list[Held]] = {}
    for held in sorted(named, key=_order, reverse=True):
        groups.setdefault((names[held.report.id], _subject(held.report)), []).append(held)
    return [
        years
        for (name, _), group in sorted(groups.items())
        for years in (_apart(group) if _MASKED.search(name) else [_by_year(group)])
    ]


def agency_names(helds: Sequence[Held]) -> dict[str, str]:
    """Give for each report's id its agency's fullest name, empty where it is not known."""
    keys = sorted({key for held in helds if (key := agency_key(held.report))})
    return {held.report.id: _fullest(agency_key(held.report), keys) for held in helds}


def _by_year(group: Sequence[Held]) -> list[Held]:
    """Give the first report of each year, by year."""
    years: dict[int, Held] = {}
    for held in group:
        if held.told is not None:
            years.setdefault(held.told, held)
    return [years[year] for year in sorted(years)]


def _apart(group: Sequence[Held]) -> list[list[Held]]:
    """Keep together of the reports under one masked name those that show that they are of one agency.

    Two reports for one year show that the mask hides more than one agency: then none is taken for another's.
    """
    years = _by_year(group)
    if len(years) < len(group):
        return [[held] for held in group]
    runs = [[held] for held in years[:1]]
    for held in years[1:]:
        if held.told == runs[-1][-1].planned and takes_up(held, runs[-1][-1]):
            runs[-1].append(held)
        else:
            runs.append([held])
    return runs


def agency_key(report: Report) -> str:
    """Give an agency's name in one form, empty where it is not known."""
    name = re.sub(r"\s", "", fold(report.agency))
    for long, short in _SHORT:
        name = re.sub(long, short, name)
    return name


def _fullest(key: str, keys: Sequence[str]) -> str:
    """Give the one name that says the same with a higher place in front, else the name itself."""
    if not key or _MASKED.search(key):
        return key
    fuller = [other for other in keys if other != key and other.endswith(key) and _is_place(other, key)]
    return max(fuller, key=len) if fuller and all(f in max(fuller, key=len) for f in fuller) else key


def _is_place(name: str, key: str) -> bool:
    """Tell whether what a fuller name has in front of a name that begins with a place is a place too."""
    front = name[: -len(key)]
    return bool(leading_place(key)) and leading_place(front) == front


def _subject(report: Report) -> str:
    """Give what a report is on: a government's work report and its report on the rule of law are two things."""
    if report.kind is ReportKind.WORK_REPORT:
        return "政府工作"
    return "法治政府" if re.search(r"法治|依法行政", fold(report.title)) else _own_subject(report)


def _own_subject(report: Report) -> str:
    return _FRAME.sub("", fold(report.title).replace(fold(report.agency), ""))


def _order(held: Held) -> tuple[str, str]:
    return (held.report.published or "", held.report.id)
