"""Find the figures in a text: numbers with their units, scaled, masked ones known as masked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chains.models import Figure
from store.simplify import simplify

_UNITS = (
    "个百分点|百分点|平方公里|平方千米|平方米|立方米|立方|公里|千米|公顷|公斤|千克|毫米|厘米|吨标准煤|千瓦时|千瓦|兆瓦|美元|港元|欧元|人次|人天|批次|班次|组次|车次|航次|课时|学时|小时|分钟"
    "|个工作日|工作日|个月|周岁|年|户次|家次|件次|例次|万元|元|亩|㎡|米|吨|斤|件|宗|起|例|个|项|次|场|户|套|人|名|位|份|条|处|家|所|座|辆|台|批|期|篇|张|本|册|部|间|栋|幢|只|头|株|棵|片"
    "|块|组|支|队|对|类|种|门|节|天|倍|成|度|分|款|幅|艘|架|口|眼|孔|盏|枚|粒|束|封|通|句|岁|轮|遍|笔|单|卷|级|镇|村|街道|社区|%|％|‰"
)
_NUMBER = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:[.．]\d+)?"
_SCALE = r"万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百"
_HAN_NUMBER = r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
_MASK = r"[*＊×xX□]{1,6}(?:[.．][*＊×xX□]{1,4})?|某"
_FIGURE = re.compile(
    rf"(?P<number>(?<![\d.．第〔A-Za-z])(?:{_NUMBER}))\s*(?P<scale>{_SCALE})?\s*(?:余|多|几)?(?P<unit>{_UNITS})?"
    rf"|百分之(?P<percent>{_HAN_NUMBER}|{_NUMBER})"
    rf"|(?<![第一二两三四五六七八九十百千万])(?P<han>{_HAN_NUMBER})(?:余|多|几)?(?P<han_unit>{_UNITS})"
    rf"|(?P<mask>(?<![*＊×xX□]){_MASK})\s*(?P<mask_scale>{_SCALE})?余?(?P<mask_unit>{_UNITS})"
)
_NO_FIGURE_BEFORE = re.compile(r"(?:〔|[“\"]|十[一二三四五]五|规〔)\s*$")
_NO_FIGURE_AFTER = re.compile(
    r"^\s*(?:年|月\d|月份|日(?!均|处理|产)|号(?!线)|届|大报告|中全会|[.、．](?!\d)|[)）])"
)
# A row of a table: "类别：行政处罚｜数量：68｜单位：件".
_CELL_END = re.compile(r"\s*｜")
_SCALES = {
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "十万": 1e5,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "十亿": 1e9,
    "百亿": 1e10,
    "千亿": 1e11,
    "万亿": 1e12,
}
_SMALL = re.compile(r"[一两二三四五六七八九十]")
_WIDTH = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")


@dataclass(frozen=True, slots=True)
class FoundFigure:
    """A figure with where it stands in the text it was found in."""

    figure: Figure
    start: int
    end: int


def find_figures(text: str) -> list[FoundFigure]:
    """Find every figure in `text` with its offsets, in order.

    Scales, full-width digits, thousands separators, 百分之 and Chinese numerals before a unit are
    read; dates, ordinals, document numbers and heading numbers are not figures.
    """
    wide = simplify(text).translate(_WIDTH)
    found: list[FoundFigure] = []
    for match in _FIGURE.finditer(wide):
        figure = _read(match, text)
        if figure is not None and not _is_date_or_number(wide, match):
            found.append(FoundFigure(figure, match.start(), match.end()))
    return found


def split_figures(text: str) -> list[Figure]:
    """Find the figures of `text` worth listing: with a unit, and not a lone small numeral (三项制度)."""
    return [
        found.figure
        for found in find_figures(text)
        if found.figure.unit and not _SMALL.fullmatch(found.figure.text[: -len(found.figure.unit)])
    ]


def _read(match: re.Match[str], text: str) -> Figure | None:
    shown = text[match.start() : match.end()].strip()
    if match["mask"]:
        return Figure(text=shown, value=None, unit=_unit(match["mask_unit"]))
    if match["percent"]:
        return _figure(shown, _value(match["percent"]), "%")
    if match["han"]:
        if match["han"] in "零〇万亿百千十":
            return None
        return _figure(shown, _value(match["han"]), _unit(match["han_unit"]))
    if match["unit"] == "年" and len(match["number"]) > 2:
        return None
    value = float(match["number"].replace(",", "").replace("，", "")) * _SCALES.get(match["scale"] or "", 1.0)
    return _figure(shown, value, _unit(match["unit"] or ""))


def _figure(shown: str, value: float | None, unit: str) -> Figure | None:
    if value is None:
        return None
    if unit == "万元":
        value, unit = value * 1e4, "元"
    return Figure(text=shown, value=round(value, 6), unit=unit)


def _unit(unit: str) -> str:
    return {"％": "%", "个百分点": "百分点", "个工作日": "工作日"}.get(unit, unit)


def _value(digits: str) -> float | None:
    if digits[0].isdigit():
        return float(digits.replace(",", ""))
    if len(digits) == 1:
        return float("〇一二三四五六七八九十".find(digits.replace("零", "〇").replace("两", "二")))
    from cn2an import cn2an  # loads its own tables: only where a Chinese numeral stands

    try:
        return float(cn2an(digits.replace("〇", "零"), "smart"))
    except ValueError:
        return None


def _is_date_or_number(text: str, match: re.Match[str]) -> bool:
    before = text[max(match.start() - 4, 0) : match.start()]
    if re.search(r"第\s*$", before) or (_NO_FIGURE_BEFORE.search(before) and not match["unit"]):
        return True
    if match["unit"] or match["percent"] or match["han"] or match["mask"]:
        return False
    return bool(_NO_FIGURE_AFTER.match(text[match.end() : match.end() + 4])) or _is_bare_marker(text, match)


def _is_bare_marker(text: str, match: re.Match[str]) -> bool:
    before = text[match.start() - 1 : match.start()]
    if _CELL_END.match(text, match.end()):
        return False
    return before in {"(", "（", "-", "—", "–", "/", ":", "："} and not match["scale"]
