"""Read a follow-up ("那2023年呢？") in the light of the question before it, without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.models import Turn
from store.models import Report
from store.script import fold

_LEADS_ON = re.compile(
    r"^\s*(?:那么|那(?![个份些里边位家篇时年段种样])|还有|另外|以及|再说|再问|然后|and|what about|how about|and what about)[，, ]*",
    re.IGNORECASE,
)
_TRAILS_OFF = re.compile(r"(?:又?怎么样|又?如何)?呢\s*[？?。!！]*\s*$")
_STOPS = re.compile(r"\s*[？?。!！]+\s*$")
_POINTS_BACK = re.compile(
    r"(?:这|那|该)(?:份|个|家|篇)?(?:报告|单位|部门|地方|局|厅|区|县|市|镇)|它们?|他们|其(?=[存有在主工今下])|\b(?:it|they)\b|\b(?:its|their)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"(?:19|20)\d{2}(?:\s*[-—~至到]\s*(?:19|20)?\d{2,4})?(?:\s*年度?)?|去年|前年|今年|明年|上年度?|本年度?"
)
_NAME_TAIL = (
    r"(?:省|市|区|县|州|旗|镇|乡|街道|分局|局|厅|委员会|委|办公室|办|中心|政府|总队|支队|大队|管委会)"
)
_NAME_END = re.compile(_NAME_TAIL)
_NAME_CHARS = 16
_TITLE = re.compile(r"《[^》]+》")
_IN_YEAR = re.compile(r"^in\s+((?:19|20)\d{2})$", re.IGNORECASE)
_PART = re.compile(r"(?:不足|问题|短板|困难|成效|成绩|亮点|计划|打算|安排|举措)$")
_ONLY_NAME = re.compile(rf"[\u3400-\u9fff]{{1,18}}{_NAME_TAIL}(?:的)?")


def complete(question: str, history: Sequence[Turn], reports: Sequence[Report]) -> str:
    """Give a follow-up as a question of its own; anything else as it is.

    `history` is oldest first; `reports` are those that could be meant.
    """
    before = history[-1].question if history else ""
    core = _STOPS.sub("", _TRAILS_OFF.sub("", _LEADS_ON.sub("", question))).strip()
    core = _IN_YEAR.sub(r"\1", core)
    leans = core != _STOPS.sub("", question).strip()
    if not before or not core:
        return question
    back = _POINTS_BACK.search(core)
    if not leans and back is None:
        return question
    known = [fold(f"{report.title} {report.agency} {report.region}") for report in reports]
    subject = _subject(before, known)
    if back is not None:
        meant = f"{core[: back.start()]}{subject}{core[back.end() :]}"
        return _as_question(meant) if subject else question
    if _YEAR.fullmatch(core):
        return _put(_YEAR, core, before)
    if _ONLY_NAME.fullmatch(core):
        return _other_name(core.removesuffix("的"), before, known)
    if _subject(core, known):
        return question
    if not subject:
        return _as_question(core) if _PART.search(core) else question
    years = "" if _YEAR.search(core) else "".join(_YEAR.findall(before)[:1])
    return _as_question(f"{subject}{years}{core}" if years not in subject else f"{subject}{core}")


def _as_question(words: str) -> str:
    """Ask for a part by what is in it ("白鹭县的不足有哪些？")."""
    asks = _PART.search(words) and not re.search(r"哪些|哪几|什么|多少", words)
    return f"{words}有哪些？" if asks else f"{words}？"


def _subject(question: str, known: Sequence[str]) -> str:
    """Give the report, agency or place a question names, as it names it."""
    title = _TITLE.search(question)
    if title:
        return title[0]
    spans = [span for m in _NAME_END.finditer(question) if (span := _name(question, m.end(), known))]
    if not spans:
        return ""
    start, end = spans[0]
    for following in spans[1:]:  # 上城区 and 上城区司法局 begin alike; 上城区 and 司法局 read on as one name
        if following[0] <= end:
            start, end = min(start, following[0]), following[1]
    return question[start:end]


def _name(question: str, end: int, known: Sequence[str]) -> tuple[int, int] | None:
    """Give the longest name ending here that a report bears."""
    for start in range(max(end - _NAME_CHARS, 0), end - 1):
        if _held(question[start:end], known):
            return start, end
    return None


def _held(name: str, known: Sequence[str]) -> bool:
    return any(fold(name) in told for told in known)


def _put(pattern: re.Pattern[str], new: str, before: str) -> str:
    """Put other words in the place of those that fit, or in front."""
    found = pattern.search(before)
    if found is None:
        return f"{new}{before}"
    new += "年" if new.isdigit() and found[0].endswith("年") else ""
    return before[: found.start()] + new + before[found.end() :]


def _other_name(name: str, before: str, known: Sequence[str]) -> str:
    subject = _subject(before, known)
    return before.replace(subject, name, 1) if subject else f"{name}{before}"
