"""Structure: the points of each part, by quirk of the report, and with the noise and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.board.found import Found, Table, counted, sets, share
from benchmarks.structure import FACTS, Scored, items_of, said_by, score, total
from chains.extract import KINDS
from store.models import Kind

PARTS = {Kind.ACHIEVEMENTS: "成效", Kind.SHORTCOMINGS: "不足", Kind.PLANS: "计划"}
FACT_NAMES = {
    "title": "标题",
    "agency": "单位",
    "region": "地区",
    "period": "年份",
    "kind": "文种",
    "script": "简繁",
    "missing": "缺哪一部分",
}

QUIRKS = {
    "bare_headings": "标题没有编号",
    "big5": "Big5",
    "bracketed_numbers": "（1）式编号",
    "chinese_numeral_year": "年份用汉字",
    "circled_numbers": "①式编号",
    "docx": "DOCX",
    "gb18030": "GB18030",
    "half_width_punctuation": "半角标点",
    "hard_wrapped": "硬换行",
    "html": "HTML",
    "inline_enumeration": "段内一是二是",
    "masked": "数字遮盖",
    "navigation": "网页导航",
    "nested_numbering": "三层编号",
    "no_shortcomings": "没有不足",
    "no_title": "没有标题",
    "notice": "通知",
    "ordinal_numbers": "第一第二",
    "page_furniture": "页眉页脚",
    "part_headings": "第一部分式标题",
    "pdf": "PDF",
    "pinyin_noise": "拼音噪声",
    "plan": "计划",
    "plans_only": "只有计划",
    "scraper_footer": "采集站尾注",
    "tables": "带表格",
    "traditional": "繁体",
    "unheaded_shortcomings": "不足没有标题",
    "unnumbered_paragraphs": "段落没有编号",
    "utf16": "UTF-16",
    "web_chrome": "网页菜单",
}


def measure() -> Found:
    found = Found()
    rows, facts, twins = [], [], []
    for name, folders in sets().items():
        by_folder = {folder: score(folder) for folder in folders}
        scored = [each for of in by_folder.values() for each in of]
        rows.append(_row(f"{name}（全部）", scored))
        rows += [_row(f"{name}：{_said(quirk)}", of) for quirk, of in _by_quirk(scored).items()]
        facts.append({"集": name} | {FACT_NAMES[f]: f"{_right(scored, f)}/{len(scored)}" for f in FACTS})
        twins += [
            _twin(folder, each) for folder, of in by_folder.items() for each in of if each.gold.get("twin")
        ]
        _note(found, name, scored)
    found.tables.append(Table("要点：召回与准确（一行一种怪处，一份报告可以有几种）", rows))
    found.tables.append(Table("报告的事实：认对的份数", facts))
    if twins:
        found.tables.append(Table("同一份报告，带噪声的与干净的：要点是否一样", twins))
        same = sum(bool(row["same"]) for row in twins)
        found.figures["structure.twins with the same items"] = share(same, len(twins))
        for row in twins:
            row["一样"] = "是" if row.pop("same") else "否"
    return found


def _row(name: str, scored: Sequence[Scored]) -> dict[str, object]:
    row: dict[str, object] = {"报告": name, "份": len(scored)}
    for kind, said in PARTS.items():
        tally = total(scored, kind)
        row[f"{said}召回"] = counted(tally.hit, tally.keys) if tally.keys else "—"
        row[f"{said}准确"] = counted(tally.good, tally.items) if tally.items else "—"
    return row


def _said(quirk: str) -> str:
    return QUIRKS.get(quirk, quirk)


def _by_quirk(scored: Sequence[Scored]) -> dict[str, list[Scored]]:
    quirks = sorted({quirk for each in scored for quirk in each.gold.get("quirk", [])})
    return {quirk: [each for each in scored if quirk in each.gold["quirk"]] for quirk in quirks}


def _right(scored: Sequence[Scored], fact: str) -> int:
    return sum(fact in each.facts for each in scored)


def _twin(folder: Path, noisy: Scored) -> dict[str, object]:
    """Count the items both texts give; the order and the white space do not matter."""
    clean = _multiset(said_by(folder / "plain" / noisy.gold["twin"]))
    dirty = _multiset(items_of(noisy.summary))
    return {
        "报告": f"{folder.name} {noisy.gold['file']}",
        "怪处": "、".join(map(_said, noisy.gold.get("quirk", []))),
        "共有": (clean & dirty).total(),
        "只在干净的里": (clean - dirty).total(),
        "只在带噪声的里": (dirty - clean).total(),
        "same": clean == dirty,
    }


def _multiset(items: dict[Kind, list[str]]) -> Counter[tuple[Kind, str]]:
    return Counter((kind, item) for kind, found in items.items() for item in found)


def _note(found: Found, name: str, scored: Sequence[Scored]) -> None:
    for kind in KINDS:
        tally = total(scored, kind)
        found.figures[f"structure.{name}.{kind} recall"] = share(tally.hit, tally.keys)
        found.figures[f"structure.{name}.{kind} precision"] = share(tally.good, tally.items)
    right = sum(_right(scored, fact) for fact in FACTS)
    found.figures[f"structure.{name}.facts right"] = share(right, len(FACTS) * len(scored))
