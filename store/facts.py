"""What a report says about itself: title, agency, region, years, genre, date."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from store.models import Facts, ReportKind, Script
from store.noise import find_date
from store.places import find_region, join_agency
from store.sentences import paragraphs
from store.simplify import simplify
from store.years import arabic_dates, arabic_years

_ORG_TAIL = (
    r"(?:人民政府办公室|人民政府|管理委员会|管委会|街道办事处|办事处|执法(?:总队|支队|大队|局)|总队|支队|大队|委员会|监督管理局|管理局|分局|局|厅|委|办公室|政府办|中心|"
    r"法院|检察院|研究院|党组|集团|公司|区政府|市政府|县政府|省政府|镇政府|乡政府|政府)"
)
_GENRE_TAIL = r"(?:工作报告|报告|汇报|通知|通报|方案|计划|总结|要点|意见|公告|通告|办法|规划|纲要|情况|函)"
_AND_NEXT_YEAR = r"(?:总结|报告|汇报|情况)(?:及|和|与|暨|、)[^。，]{0,16}(?:思路|打算|设想|安排|意见)"
_TITLE = re.compile(rf"(?:{_GENRE_TAIL}|{_AND_NEXT_YEAR})(?:[（(].{{1,24}}[）)])?$")
_AGENCY_LINE = re.compile(rf"[\u4e00-\u9fff*×xX某□（）()]{{2,30}}{_ORG_TAIL}")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_YEAR_OF_REPORT = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:年度?|(?=工作|法治|重点))")
_REVIEWED = re.compile(r"((?:19|20)\d\d)年[^。\n]{0,20}?(?:工作)?(?:回顾|总结)")

# A congress hears in the first half of a year what became of the year before.
_DELIVERED = re.compile(
    r"((?:19|20)\d\d)年[1-6]月\d{1,2}日[^。\n]{0,6}在[^。\n]{2,40}代表大会[^。\n]{0,12}会议上"
)

# A letter or public notice may be the year's report itself; one that asks for reports is none.
_TELLS_OF_YEAR = re.compile(
    r"^(?!.*(?:报送|上报|填报|开展|做好|印发|组织)).*(?:19|20)\d\d年[^，。]{0,16}(?:工作|建设|行政)[^，。]{0,6}情况的(?:函|公告|通告|通知)$"
)
_OPENING_CHARS = 600
_CALLED_WORK_REPORT = re.compile(r"作(?P<title>(?:政府)?工作报告)")
_ANNOUNCED = re.compile(
    r"现将(?:[我本](?:[局委办厅区市县镇院]|中心|街道|单位|分局)+)?(?:有关|相关|主要)?"
    rf"(?P<title>(?!(?:事项|情况|内容)(?:{_GENRE_TAIL})?如下)[^，,。；;\n]{{2,40}}?{_GENRE_TAIL}(?:报告|汇报|总结|通知|通报|说明)?)如下"
)
_SAYS_LITTLE = frozenset(f"工作情况{how}" for how in ("", "报告", "汇报", "总结", "通报", "说明"))


def find_facts(text: str, *, title: str | None, published: str | None, script: Script, name: str) -> Facts:
    """Read off a cleaned text what it says about itself.

    `title` and `published` are what the file's own metadata gives. A title is never made up: it stands
    in the text or the metadata, or is `name`, the file's name without its ending.
    """
    plain = arabic_years(simplify(text))
    lines = [span.of(plain) for span in paragraphs(plain)]
    shown = [span.of(text) for span in paragraphs(text)]
    head_title = _head_title(lines, shown) or _metadata_title(title)
    kind = _genre(plain, simplify(head_title or ""))
    agency = _agency(plain, lines, simplify(head_title or ""), text)
    region = _as_shown(find_region(simplify(agency), simplify(head_title or ""), plain), plain, text)
    agency = join_agency(region, agency)
    period = _period(plain, simplify(head_title or ""), kind)
    shown_title = head_title or _title_without_head(plain, text, kind, name)
    return Facts(shown_title, agency, region, period, kind, published or _signed_date(lines), script)


@lru_cache(maxsize=256)
def base_year(text: str) -> int | None:
    """Find the first year a report reports on: headings of later years are about plans."""
    plain = arabic_years(simplify(text))
    reviewed = _year_reviewed(plain)
    if reviewed:
        return reviewed
    match = _YEAR_OF_REPORT.search(plain[:_OPENING_CHARS])
    return int(match[1]) if match else None


def _year_reviewed(plain: str) -> int | None:
    if reviewed := _REVIEWED.search(plain):
        return int(reviewed[1])
    delivered = _DELIVERED.search(plain[:_OPENING_CHARS])
    return int(delivered[1]) - 1 if delivered else None


def _head_title(lines: list[str], shown: list[str]) -> str | None:
    """Find the title among the lines above the first sentence, the longest that ends like one.

    A page's column ("通知公告") ends like a title too; a title may run over two lines.
    """
    found: list[str] = []
    for index, line in enumerate(lines[:8]):
        if re.search(r"[。；]|^(?:各位|同志们)", line) or len(line) > 80 or re.match(r"[一二三（(]+、", line):
            break
        if _TITLE.search(line) and not line.startswith("—") and not re.search(r"[:：]", line):
            found.append(_second_half_of(lines, shown, index) + shown[index])
    return max(found, key=len, default=None)


def _second_half_of(lines: list[str], shown: list[str], index: int) -> str:
    """Give the line above when a title line goes on from it, else nothing: the agency's, or what a short one needs."""
    if index and _AGENCY_LINE.fullmatch(lines[index - 1]) and re.match(r"(?:19|20)\d\d|关于", lines[index]):
        return shown[index - 1]
    goes_on = re.search(r"(?:政府|局|委员会|厅|办公室|年度?|关于.*)$", lines[index - 1]) if index else None
    return shown[index - 1] if goes_on and len(lines[index]) < 12 else ""


def _metadata_title(title: str | None) -> str | None:
    """Take the page's title without the site's name behind it."""
    if title is None:
        return None
    parts = [part.strip() for part in re.split(r"\s*[-_|–—]\s*(?=\D)", title) if part.strip()]
    return next((part for part in parts if _TITLE.search(simplify(part))), None)


def _genre(plain: str, title: str) -> ReportKind:
    head = title or plain[:400]
    if re.search(r"政府工作报告", head) or re.search(
        r"代表[^。]{0,30}(?:政府|管委会)[^。]{0,12}大会[^。]{0,8}报告[^。]{0,4}工作|(?:大会)?作(?:政府)?工作报告",
        plain[:600],
    ):
        return ReportKind.WORK_REPORT
    if re.search(r"(?:通知|通告|公告|函)(?:[（(].*)?$", title):
        return ReportKind.ANNUAL_REPORT if _TELLS_OF_YEAR.search(title) else ReportKind.NOTICE
    if re.search(
        r"(?:报告|总结|汇报|情况)[^，。]{0,2}(?:及|和|暨|与|、)[^，。]{0,24}(?:计划|安排|打算|思路|要点)",
        title,
    ):
        return ReportKind.ANNUAL_REPORT
    if re.search(r"(?:方案|计划|要点|规划|纲要|安排)(?:[（(].*)?$", title):
        return ReportKind.PLAN
    if re.search(r"(?:报告|总结|汇报|情况|通报)(?:[（(].*)?$", title):
        return ReportKind.ANNUAL_REPORT
    opening = plain[:800]
    if re.search(r"现将[^。]{0,40}(?:通知|印发)", opening):
        return ReportKind.NOTICE
    if re.search(r"制定(?:本|如下|以下)[^。]{0,10}(?:方案|计划|要点|安排)|特制定", opening):
        return ReportKind.PLAN
    if re.search(
        r"(?:情况|工作)[^。]{0,12}(?:报告|汇报|总结|通报|说明)如下|(?:报告|汇报|总结)如下|主要(?:做法|举措|成效|工作)",
        plain[:3000],
    ):
        return ReportKind.ANNUAL_REPORT
    if re.search(r"法治政府建设|工作报告|工作总结|依法行政", plain[:1500]):
        return ReportKind.ANNUAL_REPORT
    return ReportKind.OTHER


def _agency(plain: str, lines: list[str], title: str, text: str) -> str:
    """Find who issued the report: its signature, its title, how it speaks of itself."""
    for found in (_signature(lines), _titled_agency(title), _speaking_agency(plain), _self_named(plain)):
        if found:
            return _as_shown(found, plain, text)
    return ""


def _as_shown(found: str, plain: str, text: str) -> str:
    """Give what was found in the simplified text in the report's own script."""
    position = plain.find(found)
    return text[position : position + len(found)] if position >= 0 else found


def _signature(lines: list[str]) -> str | None:
    for index in range(len(lines) - 1, max(len(lines) - 7, -1), -1):
        line = lines[index].strip("（）() ")
        dated = any(
            re.fullmatch(
                r"(?:[（(]?此件.*|.{0,4}(?:(?:19|20)\d\d|[xX×*某]{2,4}|[一二][〇○零]..)年.{1,10})", below
            )
            for below in lines[index + 1 : index + 3]
        )
        if (
            dated
            and len(line) <= 40
            and re.search(rf"{_ORG_TAIL}$", line)
            and not re.search(r"[，。；]", line)
        ):
            return re.split(r"\s+", line)[0]
    return None


def _titled_agency(title: str) -> str | None:
    match = re.match(
        rf"(?:关于)?(?:印发)?[《“]?([\u4e00-\u9fff*×xX某□]{{2,30}}?{_ORG_TAIL})(?=关于|(?:19|20)\d\d|[xX×*某]{{2,4}}年|[一二]〇|年度|法治|工作|履行|行政|依法|[:：\s]|$)",
        title,
    )
    if match:
        return match[1]
    match = re.search(
        rf"(?:19|20)\d\d年度?([\u4e00-\u9fff]{{2,24}}?{_ORG_TAIL})(?=法治|工作|依法|行政|履行)", title
    )
    if match:
        return match[1]
    government = re.search(
        r"(?:(?:19|20)\d\d年)?([\u4e00-\u9fff]{2,12}?(?:省|市|区|县|自治区|自治州|旗|镇|乡))(?:人民)?政府工作报告",
        title,
    )
    return f"{government[1]}人民政府" if government else None


def _speaking_agency(plain: str) -> str | None:
    """Find "我代表X人民政府" or the subject of the first sentences ("2022年，市司法局坚持…")."""
    opening = plain[:900]
    match = re.search(r"代表([\u4e00-\u9fff]{2,20}?(?:人民政府|政府|管委会|管理委员会))[，,向]", opening)
    if match:
        return match[1]
    match = re.search(
        rf"(?:^|[，,。\n]|年度?)\s*([\u4e00-\u9fff*×xX某□]{{0,16}}?{_ORG_TAIL})(?=(?:党组|领导班子|始终|全面|深入|认真|坚持|以|在|严格|紧紧|紧扣|紧密|围绕|按照|贯彻|高度|切实|扎实|积极|聚焦|不断|大力|持续|立足|全力|牢牢|根据|着力|将|把))",
        opening,
    )
    if match and not re.match(r"^(?:我|本|各|全|市委|区委|县委|省委|党委|在|经)", match[1]):
        return match[1]
    return None


def _self_named(plain: str) -> str | None:
    """Find the full name behind 我局/我中心: the most frequent organisation with that ending."""
    own = Counter(re.findall(r"[我本]([局厅委办院队镇乡县区市]|中心|街道|单位|分局)", plain)).most_common(1)
    tail = own[0][0] if own else None
    if tail in (None, "单位"):
        return None
    names = re.findall(
        rf"(?:[《，。；、\n“在由]|制定了)(?:在|由|制定了)?([\u4e00-\u9fff*×xX某□]{{2,14}}?{tail})(?=[\u4e00-\u9fff、，》])",
        plain,
    )
    named = Counter(
        name for name in names if not re.search(r"[我本各全该的了和与对为]|公安|上级|有关|相关", name)
    ).most_common(1)
    return named[0][0] if named else f"我{tail}"


def _period(plain: str, title: str, kind: ReportKind) -> tuple[int, ...]:
    titled = [int(year) for year in _YEAR_OF_REPORT.findall(arabic_years(title))]
    reviewed = _year_reviewed(plain)
    if kind is ReportKind.WORK_REPORT:
        if reviewed is None:
            return tuple(sorted(set(titled)))
        # What a congress hears is always for the year it meets in too.
        plans = _DELIVERED.search(plain[:_OPENING_CHARS]) or re.search(
            rf"{reviewed + 1}年[^。\n]{{0,12}}(?:工作|任务|目标|安排|重点|我们将)", plain
        )
        return tuple(sorted({reviewed, *titled, *([reviewed + 1] if plans else [])}))
    if titled:
        spread = re.search(r"((?:19|20)\d\d)\s*[—\-–至到]\s*((?:19|20)\d\d)", title)
        return tuple(range(int(spread[1]), int(spread[2]) + 1)) if spread else (titled[0],)
    opening = [int(year) for year in _YEAR_OF_REPORT.findall(arabic_years(plain[:600]))]
    return (opening[0],) if opening else ((reviewed,) if reviewed else ())


def _signed_date(lines: list[str]) -> str | None:
    for line in reversed(lines[-5:]):
        if len(line) <= 24 and (date := find_date(arabic_dates(line))):
            return date
    return None


def _title_without_head(plain: str, text: str, kind: ReportKind, name: str) -> str:
    """Title a report that shows none: by its file's name where that says something, else by what it calls itself."""
    in_words = re.search(r"[\u4e00-\u9fff]{4}", name)
    if in_words and _TITLE.search(simplify(name)):
        return name
    announced = _announced_title(plain, text, kind)
    vague = announced in _SAYS_LITTLE and kind is not ReportKind.WORK_REPORT
    return name if announced is None or (vague and in_words) else announced


def _announced_title(plain: str, text: str, kind: ReportKind) -> str | None:
    """Find the words by which a report calls itself ("现将2024年…情况报告如下")."""
    work = kind is ReportKind.WORK_REPORT
    called = _CALLED_WORK_REPORT.search(plain[:_OPENING_CHARS]) if work else _ANNOUNCED.search(plain)
    return text[called.start("title") : called.end("title")] if called else None
