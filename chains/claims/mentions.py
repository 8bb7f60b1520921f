"""What a claim names: agencies, places, people, laws and document numbers, and whether its quotes name them too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chains.claims.plain import MASK
from chains.names import persons_of
from store.places import leading_place

_AGENCY_TAIL = (
    r"监督管理局|管理局|执法局|分局|局(?![部面限势长])|厅(?![级长])|委员会|办公室|指挥部|执法队|总队|支队|大队|街道办事处|办事处|街道办|管委会|人民政府|(?<=[省市区县州镇乡])政府(?![部采购工信性投债令网])"
    r"|(?<=[改教卫监工纪健信管通农科规宗法资建商财])委(?![员托派书任屈])|法院|检察院|事务所|研究院|研究所|监狱|消防救援站|派出所|税务所|司法所|银行|大学|学院|公司|集团|医院|中学|小学|幼儿园|图书馆|博物馆|协会|商会|学会|总工会|妇联|残联"
)
_AGENCY = re.compile(rf"[\u4e00-\u9fff]{{0,14}}?(?:{_AGENCY_TAIL})")
_GENERIC_AGENCY = re.compile(
    r"(?:[我本该各全分总两三几多此其市区县省州镇乡]|当地|相关|有关|职能|上级|基层|同级|所属|直属|下属|牵头|主管|行政|执法|专门|党|政|第三方|专业|社会|法律|国有|民营|龙头|建筑|施工|房地产|开发|物业|公立|民办|农村|普通|重点|没有|缺少|设立|成立|建立|建成|组建|一级|每个|都有|律师|会计师|新建|乡镇|县级|市级|省级|区级|各级|人民|政府|综合|服务|领导小组|工作|的|和|与|及|、|所|家|个|名|一|二|四|五|\d)*"
)
_ADMINISTRATIVE = r"自治区|自治州|自治县|高新区|新区|开发区|街道|省|市|区|县|州|盟|旗|镇|乡"
# Districts are told from ranks (达到市局目标) only at the beginning of a phrase; these anywhere.
_SPOT = re.compile(
    r"街道(?!办)|镇|乡|村|社区|片区|小区|园区|灌区|景区|路|街|巷|桥|河|湖|水库|湾|山|站|广场|公园|码头"
)
_PLACE_OPENING = re.compile(r"(?:^|[,。;:!?\n])(?:在|于|位于|由|对|据)?|(?<=[于向与和从、])|(?<=20\d\d年)")
_NO_PLACE_AFTER = re.compile(r"[级域场容民政内分间别块位划直委府长旗帜管]|建委|建局|设区")
_NO_NAME = re.compile(
    r"[的了在和与及对为将把被从向等各全我本该不有是个条座处所批次级类大小新老旧到于过成给下上]"
)
_NO_PLACE_BEFORE = re.compile(
    r"(?:[我本该各全两几多哪每某此整上下跨辖城社小校园片库郊山灾林牧矿街湖禁灌地景主新老旧乡村集建双城同近都超门股夜菜联入抽的]|保护|功能|示范|试验|开发|自治|行政|规划|工业|产业|生态|农业|旅游|商务|商业|先行|核心|中心|重点|试点|所属|下辖|市辖|相邻|周边|邻近|全省|全市|全区|全县|市|省|[一二三四五六七八九十\d]个?|市场|农贸|超级|特色|沿江|沿河|干道|道|公|铁|高速|马|网|线|思|套|出|销|问|渠|套|断头|车站|网站|车|火|大|本|后|前|步行|矿|登|进|高|山|江|泰|湖泊|江河|治)$"
)
_BOUNDARY_BEFORE = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|[由向对与和及同为在于被将把让经从到的是即据由按给报省市区县镇乡州等会受请跨助合]|会同|联合|配合|协助|根据|按照|通过|指导|组织|推动|督促|支持|委托|聘请|以及|因为|年度?|全年|当年|该年)$"
)
_OPENS_NAME = frozenset(
    "东西南北中上下大小前后李王张刘陈杨赵黄周吴徐孙胡朱林何郭罗高马蒋金石白梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏"
)
_LAW = re.compile(r"《([^《》]{2,60})》")
_LAW_NAME = re.compile(
    r"[\u4e00-\u9fff]{0,12}?(?:条例|法典|(?:处罚|复议|许可|诉讼|管理|保护|防治|促进|赔偿|合同|生产|教育|规划|公务员|统计|预算|招标投标|采购|资源|草原|森林|水土保持|道路交通|食品|药品|应对|监察|消费者权益|劳动)法(?![律治规院人庭官学定制师警典]))"
)
_LAW_FILLER = re.compile(r"中华人民共和国|\((?:试行|草案|修订|修正|暂行|征求意见稿|20\d\d年[^)]*)\)|的")
_DOCUMENT = re.compile(
    r"(?P<organ>[\u4e00-\u9fff]{0,8}?)[〔(\[【](?P<year>(?:19|20)\d\d)[〕)\]】]第?(?P<number>\d+)号|(?:令|文件|公告|通告)第?(?P<order>\d+)号|第(?P<order2>\d+)号[令文公]"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a claim that its quotes and their reports do not have."""

    name: str
    kind: str
    hidden: bool


def foreign_agencies(claim: str, carriers: str) -> Iterator[Mention]:
    """Find the agencies and firms of a claim that neither a quote nor a report's names carry."""
    for _, name in agencies_of(claim):
        if not names_agency(name, carriers):
            yield Mention(name, "agency", _is_hidden(_tail_of(name), carriers))


def agencies_of(text: str) -> Iterator[tuple[int, str]]:
    """Give the agencies and firms that a plain text names, each with its offset and what stands before it."""
    for match in _AGENCY.finditer(text):
        if not _GENERIC_AGENCY.fullmatch(match[0][: -len(_tail_of(match[0]))]):
            yield match.start(), match[0]


def names_agency(name: str, carriers: str) -> bool:
    """Tell whether the carriers name this agency, in full, in short or by its initials."""
    tail = _tail_of(name)
    return _is_carried(name, len(tail), carriers) or _is_abbreviation(name, tail, carriers)


def foreign_places(claim: str, carriers: str) -> Iterator[Mention]:
    """Find the places of a claim that neither a quote nor a report's names carry."""
    leading = set()
    for match in _PLACE_OPENING.finditer(claim):
        place = leading_place(claim[match.end() : match.end() + 16])
        if place and not _has_place(place, carriers):
            leading.add(place)
            yield Mention(place, "place", _is_hidden(place[-1:], carriers))
    for match in _SPOT.finditer(claim):
        run = re.search(r"[\u4e00-\u9fff]*$", claim[max(match.start() - 6, 0) : match.start()])
        before, tail = run[0] if run else "", match[0]
        name = before[-2:] + tail
        if tail in carriers and _is_name(before) and not any(name in place for place in leading):
            known = _has_name(before, tail, carriers) and not _differs_before(before, tail, carriers)
            if not known and not _NO_PLACE_AFTER.match(claim, match.end()):
                yield Mention(name, "place", _is_hidden(tail, carriers))


def _is_name(before: str) -> bool:
    """Tell whether what precedes the word for a kind of place can be its name."""
    return len(before) > 1 and not _NO_PLACE_BEFORE.search(before) and not _NO_NAME.search(before[-2:])


def _has_name(before: str, tail: str, carriers: str) -> bool:
    return before[-1:] + tail in carriers or before[-2:] in carriers


def _differs_before(before: str, tail: str, carriers: str) -> bool:
    """Tell whether a name only ends like one of the carriers (李家坪村, 蒋家坪村)."""
    name = before[-2:] + tail
    if (
        len(before) < 3
        or name not in carriers
        or before[-3:] + tail in carriers
        or before[-3] not in _OPENS_NAME
    ):
        return False
    places = [match.start() for match in re.finditer(re.escape(name), carriers)]
    return not any(_BOUNDARY_BEFORE.search(carriers[max(place - 4, 0) : place]) for place in places)


def _has_place(place: str, carriers: str) -> bool:
    """Tell whether the carriers have a place, its last part, or its name without the rank."""
    parts = re.findall(rf"[\u4e00-\u9fff]+?(?:{_ADMINISTRATIVE})(?!市|区|县)", place) or [place]
    return all(
        part in carriers
        or (len(core := re.sub(rf"(?:{_ADMINISTRATIVE})$", "", part)) > 1 and core[:4] in carriers)
        for part in parts
    )


def foreign_persons(claim: str, carriers: str) -> Iterator[Mention]:
    """Find the people of a claim whose names the quotes do not have."""
    for name in persons_of(claim):
        if name not in carriers:
            hidden = bool(re.search(rf"{name[0]}?(?:{MASK})", carriers))
            yield Mention(name, "person", hidden)


def foreign_laws(claim: str, carriers: str) -> Iterator[Mention]:
    """Find the laws and titles of a claim that the quotes do not have, in full or in short."""
    bare = _LAW_FILLER.sub("", carriers)
    for match in _LAW.finditer(claim):
        name = _LAW_FILLER.sub("", match[1])
        if name not in bare and not _shortens_a_title(name, bare):
            yield Mention(f"《{match[1]}》", "law", bool(re.search(rf"《[^》]*{MASK}[^》]*》", carriers)))
    rest = _LAW.sub(" ", claim)
    for match in _LAW_NAME.finditer(rest):
        name = _LAW_FILLER.sub("", match[0])
        if name[-4:] not in bare and len(name) > 3:
            yield Mention(match[0], "law", False)


def foreign_documents(claim: str, carriers: str) -> Iterator[Mention]:
    """Find the document numbers of a claim that the quotes do not have."""
    held = [_document(match) for match in _DOCUMENT.finditer(carriers)]
    for match in _DOCUMENT.finditer(claim):
        organ, year, number = _document(match)
        same = [other for other, of, at in held if (of, at) == (year, number)]
        if not any(not organ or not other or organ[-2:] == other[-2:] for other in same):
            yield Mention(match[0], "document", False)


def _document(match: re.Match[str]) -> tuple[str, str, str]:
    return match["organ"] or "", match["year"] or "", match["number"] or match["order"] or match["order2"]


def _tail_of(name: str) -> str:
    found = re.search(rf"(?:{_AGENCY_TAIL})$", name)
    return found[0] if found else name[-1:]


def _is_carried(name: str, tail: int, carriers: str) -> bool:
    """Tell whether a name, from some word's beginning on, stands in the carriers as a word of its own."""
    for start in range(len(name) - tail):
        short = name[start:]
        position = carriers.find(short)
        if position < 0:
            continue
        if start == 0 or _BOUNDARY_BEFORE.search(name[:start]) or _ends_known(name[:start], carriers):
            return True
        while position >= 0:
            if _BOUNDARY_BEFORE.search(carriers[max(position - 4, 0) : position]):
                return True
            position = carriers.find(short, position + 1)
        return False
    return False


def _ends_known(before: str, carriers: str) -> bool:
    """Tell whether what precedes a name (its place, a verb) stands in the carriers too."""
    return len(before) > 1 and before[-2:] in carriers


def _is_abbreviation(name: str, tail: str, carriers: str) -> bool:
    """Tell whether a short name is drawn from a long one: 住建局 from 住房和城乡建设局."""
    core = re.sub(r"^.*[省市区县州镇乡]", "", name[: -len(tail)]) or name[: -len(tail)]
    core = core[-4:]
    if len(core) < 2:
        return False
    ends = {"委": "委员会", "街道办": "街道办事处", "分局": "分局"}.get(tail, tail)
    letters = r"[\u4e00-\u9fff]{0,6}?".join(map(re.escape, core))
    return bool(re.search(rf"{letters}[\u4e00-\u9fff]{{0,6}}{ends}", carriers))


def _is_hidden(tail: str, carriers: str) -> bool:
    return bool(re.search(rf"{MASK}[\u4e00-\u9fff]{{0,8}}{re.escape(tail)}", carriers))


def _shortens_a_title(name: str, carriers: str) -> bool:
    """Tell whether a title is drawn in order from one that the quotes have (《采砂管理条例》)."""
    if len(name) < 4:
        return False
    letters = r"[^《》]{0,12}?".join(map(re.escape, name))
    return bool(re.search(rf"《[^《》]{{0,20}}{letters}[^《》]{{0,8}}》", carriers))
