"""Which place a report is about, found by how the text names places; no gazetteer."""

from __future__ import annotations

import re
from collections import Counter

_COUNTY = r"(?:自治县|新区|高新区|(?:高新技术产业|经济技术|经济)?开发区|区(?![域间别块位内级划]|分(?!局))|县(?![域级城内乡])|旗(?![帜舰]))"
_CITY = r"(?:自治州|市(?!政(?!府|协)|[容场民值面级域内直])|州(?![市区县])|盟|地区)"
_PROVINCE = r"(?:自治区|省(?![级内直去略]))"
_TOWN = r"(?:街道(?![办]?事?[、，])|镇(?![村街压域])|乡(?![村镇土愁情]))"
_LEVELS = (_PROVINCE, _CITY, _COUNTY, _TOWN)
_EDGE = r"(?:^|(?<=[^\u4e00-\u9fff*×xX某□]))"
_NAME = r"(?:[\u4e00-\u9fff]{1,3}?|[\u4e00-\u9fff]{2,8}?(?=自治)|[*×xX□某]{1,4}|[xX×*]{1,2})"
_NOT_IN_NAMES = re.compile(
    r"[个各全我本该占去办等和与及的了两多数每几整这那其此某一二三四五六七八九十0-9为在对由将把被从向到至于是以有无可能使要会做党委建提推加打促]"
)
# What ends like a place and names none: 社区, 老城区, 城市, 全市, 试验区 …
_COMMON = re.compile(
    r"^(?:社|市|城|老城|主城|新城|古城|中心城|城乡|小|片|园|景|辖|地|郊|山|库|灾|校|厂|特|牧|林|矿|街|海|湖|港|林牧|山林|半山|经济|经济技术|技术|高新技术|保税|自治|试验"
    r"|示范|核心|重点|先行|综合|都|超|门|股|夜|集|菜|农贸|房地产|资本|要素|二手|国内|国际|统一|大|消费|建设|楼|楼宇|行政|功能|保护|风险|防范|生态|农|灌|居住|居民|生活|工业|产业"
    r"|文化|历史|旅游|商务|商业|跨|市辖|外|内|网络|目标|先进|文明|卫生|智慧|韧性|海绵|创新|人才|劳动力|金融|土地|粮食|药品|食品|农产品|同|上|下|近|周边|邻近|相邻|东部|西部|南部|北部"
    r"|中部|沿海|边境|边远|贫困|偏远|乡|村|乡村|集镇|建制|特色小|小城|中心|下辖|服务|管理|执法|禁养|限养|禁燃|控制|缓冲|水源|水源保护|饮用水|饮用水水源保护|自然保护|旅游度假|度假|科技|科技园"
    r"|物流园|工业园|产业园|园林|棚户|老旧小|小微|街|机关|营区|军|军营|战|辖市|湾|大湾|双城|都市|商贸|交易|批发|先导|引领|集聚|拓展|协作|合作|毗邻)(?:省|市|区|县|州|盟|地区|旗|镇|乡|街道|新区|高新区|开发区)$"
)

_ABOVE_PLACE = re.compile(
    r"^(?:中共|关于|(?:19|20)\d\d年度?|国家[\u4e00-\u9fff]{2,8}?总?局(?=[\u4e00-\u9fff]{2}))+"
)
_CONGRESS = re.compile(r"在([\u4e00-\u9fff]{2,16}?)第[^\s，。]{1,4}届(?:人民代表大会|人大)")
_HEAD_CHARS = 600


def find_region(agency: str, title: str, plain: str) -> str:
    """Find the most specific place a report is about, "" when it names none.

    The agency's and the title's own place come first, then that of the congress a work report was given
    to, else the one the text names most; a county or district found in the text carries its city in front
    when the text names that too.
    """
    congress = _CONGRESS.search(plain, 0, _HEAD_CHARS)
    for source in (agency, title, congress[1] if congress else ""):
        place = leading_place(source)
        if place:
            return place
    named = _named(plain)
    county, city = named[2], named[1]
    if county and city and not county.startswith(city):
        return city + county
    return county or city or named[3] or named[0]


def leading_place(name: str) -> str:
    """Find the place, down to the last level, that a name begins with ("杭州市上城区…")."""
    found, rest = "", _ABOVE_PLACE.sub("", name)
    for level in _LEVELS:
        match = re.match(rf"({_NAME}{level})", rest)
        if match and is_place_name(match[1]) and not (found and len(match[1]) > 6):
            found, rest = found + match[1], rest[match.end() :]
    return found


def is_place_name(place: str) -> bool:
    """Tell whether what ends like a place could be one's name, and not 全市, 城区 or a verb before 市."""
    core = re.sub(rf"(?:{_PROVINCE}|{_CITY}|{_COUNTY}|{_TOWN})$", "", place)
    masked = bool(re.fullmatch(r"[*×xX□某]+", core))
    if len(core) > 2 and core.endswith("城"):
        return False
    return masked or (bool(core) and not _COMMON.match(place) and not _NOT_IN_NAMES.search(core))


def _named(plain: str) -> list[str]:
    """Give for each level the place that most often begins a run of characters, "" when none does so."""
    best: list[str] = []
    for level in _LEVELS:
        edges = Counter(
            match[1] for match in re.finditer(rf"{_EDGE}({_NAME}{level})", plain) if is_place_name(match[1])
        )
        weights = {place: plain.count(place) + 2 * times for place, times in edges.items()}
        ranked = sorted(weights.items(), key=lambda item: (-item[1], -len(item[0])))
        best.append(ranked[0][0] if ranked and ranked[0][1] >= 4 else "")
    return best


def join_agency(region: str, agency: str) -> str:
    """Put the place in front of an agency that names it only by its rank ("区征收中心", "分局").

    Of one that names itself by 我局 alone nothing but the place is known.
    """
    if not region or not agency or leading_place(agency):
        return agency or region
    if agency.startswith(("我", "本")):
        return region
    rank = re.match(r"^(?:新区|高新区|开发区|自治区|自治州|[省市区县州旗镇乡])", agency)
    if rank and region.endswith(rank[0]):
        return region + agency[rank.end() :]
    return agency if region in agency else region + agency
