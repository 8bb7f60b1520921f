"""Which reports a question is about: the agency, the place and the years it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from chains.question import plain_question
from store.models import Report
from store.places import is_place_name, leading_place
from store.simplify import simplify

_PLACE_TAIL = (
    r"(?:自治区|自治州|自治县|特别行政区|高新区|新区|开发区|省|市|区|县|州(?![市区县])|盟|旗|镇|乡|街道)"
)
_PLACES = re.compile(rf"[\u4e00-\u9fff]{{1,3}}?{_PLACE_TAIL}|[*×x□某]{{1,4}}(?:省|市|区|县|镇|乡)")
_ORG = r"(?:监督管理局|管理局|分局|局|厅|委员会|办公室|中心|执法队|总队|支队|大队|街道办事处|办事处|街道办|管委会|人民政府|镇政府|乡政府|政府|政府办|党政办|综合办|政务办|[改教卫监工纪]委|卫健委|经信委|城管委|交通委|农委|科委|规委|民宗委|政法委|国资委|住建委)"
_ORG_ASKED = re.compile(
    rf"[\u4e00-\u9fff]{{1,12}}?{_ORG}(?!部门|机关|系统|工作|采购|信息|网站|债|投资|补贴|公开|化|托|理|案|结|事|书记|员|公益)"
)
_PLACE_ASKED = re.compile(
    r"(?:^|(?<=[\s，,。；：:、“”\"'的和与跟在于年度对问]))([\u4e00-\u9fff]{1,3}?(?:自治区|自治州|自治县|高新区|新区|开发区|省|市|区|县|州(?![市区县])|旗|镇|乡|街道))(?![域级民容场面长间分内外道城里])"
)
_COMMON_PLACE = r"城市|老旧|小区|社区|辖区|景区|园区|校区|库区|城区|地区|山区|市区|郊区|片区|灾区|林区|牧区|矿区|街区|湖区|禁区|保护区|功能区|示范区|试验区|开发区|乡镇|城镇|集镇|超市|上市|都市|门市|股市|村镇|城乡"
_NO_PLACE = re.compile(
    rf"[去今明前往]年|[我本该各全两几多哪个某整些那这一二三四五六七八九十]|{_COMMON_PLACE}"
)
_NOT_A_REPORTS = re.compile(rf"[我本该各全]?(?:{_COMMON_PLACE})")
_NOT_IN_NAMES = re.compile(r"[的了给把被将从让谁]|已经|哪些|什么|为何|没有")
_GENERIC_ORG = re.compile(
    r"^(?:哪|各|这个?|该|此|那个?|我|贵|本|有关|相关|上级|下级|同级|县级|市级|省级|区级|基层|主管|职能|地方|当地|人民|行政|司法(?!局|厅)|执法|监察|公安|复议|信访|政府|单位|部门|机关|党|团|工|法|人大|政协|国务院|中央|省|市|区|县|乡|镇|街道|调解|服务|指挥|监测|评估|教育培训|12345)*(?:政府|机关|部门|局|中心|委|办|法院|检察院|公安局|公司)?$"
)
_ENGLISH_ORGS = (
    (r"housing", "住房|住建|房管"),
    (r"justice", "司法"),
    (r"ecolog\w*|environment\w*", "生态环境|环保"),
    (r"education", "教育"),
    (r"water", "水利|水务"),
    (r"market", "市场监管|市场监督"),
    (r"transport\w*|traffic", "交通"),
    (r"land reserve", "土地储备"),
    (r"natural resources|planning", "自然资源|规划"),
    (r"health", "卫生|卫健|医"),
    (r"emergency", "应急"),
    (r"urban management", "城市管理|城管"),
    (r"agricultur\w*", "农业"),
    (r"human resources", "人力资源|人社"),
    (r"public security|police", "公安"),
    (r"civil affairs", "民政"),
    (r"finance", "财政"),
    (r"audit", "审计"),
    (r"culture|tourism", "文化|文旅"),
    (r"expropriation|requisition", "征收"),
    (r"forestry", "林业"),
    (r"statistics", "统计"),
    (r"sports?", "体育"),
)
_ENGLISH_PLACE = re.compile(
    r"\b([A-Z][a-z]+(?:[ '’][A-Z][a-z]+)?)(?:['’]s)? (?:District|County|City|Province|Municipal\w*|Provincial|New Area|High-tech)\b"
)
# What a title says of its genre and not of its subject.
_GENRE = r"(?:的?(?:通知|公告|通告|通报|方案|计划|规划|要点|意见|报告|办法|总结|情况|行动|清单)|实施|工作|年度|专项)"
_TITLE_FRAME = re.compile(
    rf"^.*关于|^(?:进一步|印发|开展|做好|加强|推进|组织)+|(?:19|20)\d\d(?:[-—至](?:19|20)\d\d)?年?度?|[《》“”\"（）()\s]|(?:法治政府建设|政府工作|{_GENRE})+$"
)
_SUBJECT_CHARS = 6
"""So long a subject names its report by itself; a shorter one where the question says what it is of (…方案)."""
_NAMES_KEPT = 20_000
"""Names of reports whose readings are remembered: about 0.5 KB each."""

_BESIDE = re.compile(r"(?:和|与|跟|及|、|对比|相比|还是)\s*$")
# 澄湖高新区 is what people call 澄湖高新技术产业开发区.
_ZONE = re.compile(r"(?:高新区|新区|开发区|经开区)$")
_NAME_TAILS = re.compile(rf"{_PLACE_TAIL}$")


class Mismatch(StrEnum):
    """Why no report can answer a question before its words are even looked at."""

    PLACE = "place"
    AGENCY = "agency"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class ReportScope:
    """The reports a question is about.

    `named` says that the question itself names them; `words` are its words that did so and carry no
    further meaning; `strict_year` is a year that the reports are not of, so that evidence must name it;
    `absent` names an agency asked about beside others ("A局和B局") of which there is no report, `sides` the agencies
    of those there are, empty unless the question names two; `other` is an agency or place that the question
    begins with and the one report the reader chose is not of.
    """

    reports: tuple[Report, ...]
    named: bool
    words: tuple[str, ...]
    mismatch: Mismatch | None = None
    unknown: str = ""
    strict_years: tuple[int, ...] = ()
    nearby: tuple[Report, ...] = field(default=())
    absent: str = ""
    sides: tuple[str, ...] = ()
    other: str = ""


def find_scope(
    question: str,
    years: tuple[int, ...],
    reports: Sequence[Report],
    mentions: Callable[[str, Sequence[Report]], bool],
    *,
    fixed: bool,
    ahead: bool,
) -> ReportScope:
    """Find which of `reports` the question is about.

    `mentions(words, reports)` tells whether words stand in the text of any of those reports.
    `fixed`: the reader chose the report, so it is about that one whatever agency or place it names.
    `ahead`: it asks what was planned, so the report of the year before is meant too.
    """
    plain = plain_question(question)
    held = tuple(reports)
    titled, title_words = _of_title(plain, held)
    if titled:
        return _of_years(titled, years, title_words, mentions, named=True, ahead=ahead)
    places, unknown = _places_asked(plain, question, held)
    words: list[str] = list(places)
    chosen = held if fixed else _of_places(places, held)
    if unknown and not fixed and not mentions(unknown, held):
        nearby = (chosen or held)[:3]
        return ReportScope(
            held, named=False, words=(), mismatch=Mismatch.PLACE, unknown=unknown, nearby=nearby
        )
    chosen, org_words, missing = _of_agency(plain, question, places, chosen, held)
    missing = "" if any(mentions(name, chosen) for name in _wordings_of(missing, places)) else missing
    other = next((name for name in (missing, unknown) if name and fixed and _begins(plain, name, places)), "")
    missing = "" if fixed else missing
    if missing and not org_words:
        return ReportScope(
            chosen, named=True, words=(), mismatch=Mismatch.AGENCY, unknown=missing, nearby=chosen[:3]
        )
    words_used = tuple(dict.fromkeys([*words, *org_words]))
    named = bool(words_used) or fixed
    found = _of_years(tuple(chosen), years, words_used, mentions, named=named, ahead=ahead)
    return replace(found, absent=missing, sides=_sides(words_used, chosen), other=other)


def _begins(plain: str, name: str, places: Sequence[str]) -> bool:
    """Tell whether a question begins with a name, its place and year aside."""
    before = re.sub(r"(?:19|20)\d\d年度?|[\s，,的在对问]", "", plain[: max(plain.find(name), 0)])
    for place in places:
        before = before.replace(place, "")
    return name in plain and not before


def _sides(words: Sequence[str], chosen: Sequence[Report]) -> tuple[str, ...]:
    """Give the agencies that a question names one beside the other, empty where it names but one."""
    groups = {
        frozenset(r.agency for r in chosen if word in _names(r) or _abbreviates(word, _own_name(r)))
        for word in words
    }
    # A place that holds both ("云溪区") tells neither from the other.
    apart = [group for group in groups if group and not any(other and other < group for other in groups)]
    if any(group & other for group in apart for other in apart if other != group):
        return ()
    return tuple(sorted(agency for group in apart for agency in group)) if len(apart) > 1 else ()


@lru_cache(maxsize=_NAMES_KEPT)
def _plain_name(name: str) -> str:
    return simplify(name).lower()


def _names(report: Report) -> str:
    return _plain_name(f"{report.region} {report.agency} {report.title}")


def _report_places(report: Report) -> tuple[str, ...]:
    """Give the places a report's names hold, each with its tail."""
    return _places_in(f"{report.region} {report.agency} {_place_part(report.title)}")


@lru_cache(maxsize=_NAMES_KEPT)
def _places_in(joined: str) -> tuple[str, ...]:
    names = simplify(joined).lower()
    found: list[str] = []
    for chunk in re.findall(r"[\u4e00-\u9fff*×x□某]+", names):
        position = 0
        while match := _PLACES.match(chunk, position):
            if _NOT_A_REPORTS.fullmatch(match[0]):
                break
            found.append(match[0])
            position = match.end()
    return tuple(dict.fromkeys(found))


def _place_part(title: str) -> str:
    return re.sub(r"^(?:关于|(?:19|20)\d\d年度?)+", "", title)


def _of_title(plain: str, held: tuple[Report, ...]) -> tuple[tuple[Report, ...], tuple[str, ...]]:
    """Find the reports that the question calls by their titles, or by the subjects of those."""
    found = [(words, report) for report in held if (words := _title_words(plain, _plain_name(report.title)))]
    longest = max((len(words) for words, _ in found), default=0)
    best = [(words, report) for words, report in found if len(words) == longest]
    return tuple(report for _, report in best), tuple(dict.fromkeys(words for words, _ in best))


def _title_words(plain: str, title: str) -> str:
    """Give the words by which a question calls a title, empty where it does not."""
    if len(title) > _SUBJECT_CHARS and title in plain:
        return title
    subject = _subject(title)
    if len(subject) < 4 or subject not in plain or leading_place(subject) or _ORG_ASKED.search(subject):
        return ""
    genre = re.search(rf"{re.escape(subject)}{_GENRE}+", plain)
    return genre[0] if genre else subject if len(subject) >= _SUBJECT_CHARS else ""


@lru_cache(maxsize=_NAMES_KEPT)
def _subject(title: str) -> str:
    """Take away what a title is framed in: who reports, of which year, and the genre."""
    while (shorter := _TITLE_FRAME.sub("", title)) != title:
        title = shorter
    return title


def _places_asked(plain: str, original: str, held: tuple[Report, ...]) -> tuple[list[str], str]:
    """Give the held places a question names, as it writes them, and the first place that none is of."""
    known = {place for report in held for place in _report_places(report)}
    asked = [place for place in known if place in plain]
    for place in known:
        core = _NAME_TAILS.sub("", place)
        if len(core) < 2 or place in asked:
            continue
        for match in re.finditer(re.escape(core), plain):
            tail = re.match(_PLACE_TAIL, plain[match.end() :])
            if tail is None and not any(core in other for other in asked):
                asked.append(core)
                break
    latin = _latin_places(original, known)
    asked += [word for words in latin[0] for word in words]
    if latin[1]:
        return asked, latin[1]
    for match in _PLACE_ASKED.finditer(plain):
        place = match[1]
        zone = _ZONE.search(place)
        if zone and any(place[: zone.start()] in _names(report) for report in held):
            asked.append(place[: zone.start()])
            continue
        if (
            is_place_name(place)
            and not _NO_PLACE.search(place)
            and not any(place in k or k in place for k in known)
        ):
            return asked, place
    return asked, ""


def _latin_places(original: str, known: set[str]) -> tuple[list[list[str]], str]:
    """Match romanised names ("Qingyuan District") with the held places' pinyin."""
    names = _ENGLISH_PLACE.findall(original)
    if not names or not original.isascii():
        return [], ""
    from pypinyin import lazy_pinyin  # only English questions need it: it loads a large dictionary

    spelled = {"".join(lazy_pinyin(_NAME_TAILS.sub("", place))): place for place in known}
    found: list[list[str]] = []
    for name in names:
        key = re.sub(r"[^a-z]", "", name.lower())
        if key in spelled:
            found.append([spelled[key], *name.lower().split()])
        elif key not in {"the", "which", "what", "how", "did", "municipal", "people"}:
            return found, name
    return found, ""


def _of_places(places: list[str], held: tuple[Report, ...]) -> tuple[Report, ...]:
    """Keep the reports that most of the places asked for lead to."""
    if not places:
        return held
    scores = [sum(place in _names(report) for place in places) for report in held]
    best = max(scores, default=0)
    return tuple(report for report, score in zip(held, scores, strict=True) if score == best and best)


def _of_agency(
    plain: str, original: str, places: list[str], chosen: tuple[Report, ...], held: tuple[Report, ...]
) -> tuple[tuple[Report, ...], list[str], str]:
    """Narrow to the agencies a question names; the last value names one that no report is of."""
    if original.isascii():
        return _of_english_agency(original.lower(), places, chosen)
    rest = plain
    for place in sorted(places, key=len, reverse=True):
        rest = rest.replace(place, " ")
    rest = re.sub(r"(?:19|20)\d\d年?度?", " ", rest)
    if "政府工作报告" in rest:
        works = tuple(report for report in chosen if report.kind == "work_report")
        return (works, ["政府工作报告"], "") if works else (chosen, [], "")
    fitting: list[Report] = []
    words: list[str] = []
    for match in _ORG_ASKED.finditer(rest):
        named = _NOT_IN_NAMES.split(match[0].strip())[-1]
        named = re.sub(r"^[和与跟及、]+\s*", "", named)
        asked = re.sub(r"^[市县区省镇乡和与及、]", "", named)
        if _GENERIC_ORG.match(asked) or len(asked) < 2:
            continue
        found = [report for report in chosen if _abbreviates(asked, _own_name(report))]
        if found:
            fitting += found
            words.append(named)
            continue
        if fitting:
            beside = _BESIDE.search(rest[: match.end() - len(named)])
            return _once(fitting), words, named if beside else ""
        starts = not rest[: match.end() - len(named)].strip(' ，,的在对问“"')
        if starts and (places or len(chosen) > 1 or len(held) == 1):
            return chosen, [], named
        return chosen, [], ""
    if fitting:
        return _once(fitting), words, ""
    return chosen, _bare_agency(rest, chosen), ""


def _bare_agency(rest: str, chosen: tuple[Report, ...]) -> list[str]:
    """Find an agency named without its tail ("泽阳交通执法", "住建"): its words are scope, not content."""
    heads = [head for report in chosen for head in _heads(_own_name(report))]
    return [head for head in dict.fromkeys(heads) if rest.strip().startswith(head)]


@lru_cache(maxsize=_NAMES_KEPT)
def _heads(name: str) -> list[str]:
    return re.findall(r"([\u4e00-\u9fff]{2,6})(?:局|厅|中心|支队|总队|大队)", name)


def _own_name(report: Report) -> str:
    """Give an agency's name without its places."""
    return _without_places(report.agency or report.title, _report_places(report)) or _plain_name(
        report.agency
    )


@lru_cache(maxsize=_NAMES_KEPT)
def _without_places(name: str, places: tuple[str, ...]) -> str:
    name = _plain_name(name)
    for place in places:
        name = name.replace(place, "")
    return name


def _abbreviates(short: str, full: str) -> bool:
    """Tell whether `short` could be short for `full`: its characters in order, from the same start (住建局)."""
    synonyms = {
        "环保局": "生态环境局",
        "工商局": "市场监督管理局",
        "国土局": "自然资源局",
        "城管局": "城市管理局",
        "卫生局": "卫生健康局",
        "环保厅": "生态环境厅",
    }
    short = synonyms.get(short, short)
    if not full or short[0] not in full:
        return False
    position = -1
    for character in short:
        position = full.find(character, position + 1)
        if position < 0:
            return False
    return True


def _wordings_of(org: str, places: list[str]) -> list[str]:
    return [f"{place}{org}" for place in places] or [org]


def _of_english_agency(
    lower: str, places: list[str], chosen: tuple[Report, ...]
) -> tuple[tuple[Report, ...], list[str], str]:
    named = re.search(
        r"([a-z' -]{3,60}?)\b(?:bureau|department|administration|office|center|centre|commission|committee|brigade|detachment)\b",
        lower,
    )
    if named is None:
        return chosen, [], ""
    for pattern, names in _ENGLISH_ORGS:
        match = re.search(rf"\b(?:{pattern})\b", named[0])
        if match is None:
            continue
        fitting = tuple(
            report
            for report in chosen
            if any(_abbreviates(name, _names(report)) for name in names.split("|"))
        )
        if fitting:
            return fitting, match[0].split(), ""
        return chosen, [], match[0] if places else ""
    return chosen, [], ""


def _of_years(
    chosen: tuple[Report, ...],
    years: tuple[int, ...],
    words: tuple[str, ...],
    mentions: Callable[[str, Sequence[Report]], bool],
    *,
    named: bool,
    ahead: bool,
) -> ReportScope:
    """Keep the reports of the years asked for; a year none is of must then stand in the evidence."""
    if not years:
        return ReportScope(chosen, named, words)
    fitting = tuple(report for report in chosen if set(years) & set(report.period))
    # A work report's period holds the year it plans for; an annual report plans for the one after its own.
    annual = [report for report in chosen if report.period and report.kind in ("annual_report", "other")]
    planned = tuple(report for report in annual if max(report.period) + 1 in years)
    held = {year for report in fitting for year in report.period}
    strict = tuple(year for year in years if year not in held)
    if fitting:
        return ReportScope(
            _once(fitting, planned if strict or ahead else ()), named, words, strict_years=strict
        )
    undated = tuple(report for report in chosen if not report.period)
    naming = tuple(report for report in chosen if any(mentions(str(year), [report]) for year in years))
    kept = _once(planned if ahead else (), undated, naming)
    if kept:
        return ReportScope(kept, named, words, strict_years=strict)
    return ReportScope(chosen, named, words, mismatch=Mismatch.YEAR, strict_years=strict, nearby=chosen[:3])


def _once(*groups: Sequence[Report]) -> tuple[Report, ...]:
    return tuple({report.id: report for group in groups for report in group}.values())
