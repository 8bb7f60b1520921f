"""The numbers Word shows before paragraphs: they stand in no text, only in numbering definitions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from store.formats import is_wide
from store.formats.numerals import written

_PLACEHOLDER = re.compile(r"%([1-9])")
MAX_STYLE_CHAIN = 20


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    style: str = "decimal"
    pattern: str = ""
    legal: bool = False
    restart: int | None = None


Levels = dict[int, _Level]


class Numbering:
    """Counts through a document: call `label` once for each paragraph, in order."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._styles = {value(style, "styleId"): style for style in kids(styles, "style")}
        abstracts = {value(item, "abstractNumId"): item for item in kids(numbering, "abstractNum")}
        self._levels = {key: _levels(item) for key, item in abstracts.items()}
        self._numbers = {value(num, "numId"): num for num in kids(numbering, "num")}
        self._by_style_link = {
            named: key for key, item in abstracts.items() if (named := val(kid(item, "styleLink")))
        }
        self._linked = {key: val(kid(item, "numStyleLink")) for key, item in abstracts.items()}
        self._counts: dict[str, dict[int, int]] = {}
        self._overridden: set[tuple[str, int]] = set()

    def label(self, properties: etree._Element | None) -> str:
        """The number shown before a paragraph with these properties, "" without one."""
        number, depth = self._reference(properties)
        num = self._numbers.get(number)
        if num is None:
            return ""
        list_id = self._list_id(num)
        levels = self._levels.get(list_id, {}) | _overrides(num)
        if depth not in levels:
            return ""
        counts = self._count(list_id, number, depth, levels, num)
        return _render(levels, depth, counts)

    def _reference(self, properties: etree._Element | None) -> tuple[str, int]:
        """numId and level: from the paragraph, else from its style and what that is based on."""
        number: str | None = None
        depth: int | None = None
        style_id = val(kid(properties, "pStyle"))
        for _ in range(MAX_STYLE_CHAIN):
            reference = kid(properties, "numPr")
            number = number if number is not None else (val(kid(reference, "numId")) or None)
            depth = depth if depth is not None else _integer(val(kid(reference, "ilvl")))
            style = self._styles.get(style_id)
            if number is not None or style is None:
                break
            properties, style_id = kid(style, "pPr"), val(kid(style, "basedOn"))
        if depth is None:
            depth = self._level_of_style(number, properties)
        return number or "", depth

    def _level_of_style(self, number: str | None, properties: etree._Element | None) -> int:
        """A heading style's level is the one whose definition names the style."""
        num = self._numbers.get(number or "")
        style = properties.getparent() if properties is not None else None
        if num is None or style is None:
            return 0
        named = value(style, "styleId")
        for level in self._definitions(num):
            if named and val(kid(level, "pStyle")) == named:
                return _integer(value(level, "ilvl")) or 0
        return 0

    def _definitions(self, num: etree._Element) -> list[etree._Element]:
        root = num.getparent()
        wanted = self._list_id(num)
        for abstract in kids(root, "abstractNum"):
            if value(abstract, "abstractNumId") == wanted:
                return kids(abstract, "lvl")
        return []

    def _list_id(self, num: etree._Element) -> str:
        list_id = val(kid(num, "abstractNumId"))
        return self._by_style_link.get(self._linked.get(list_id, ""), list_id)

    def _count(
        self, list_id: str, number: str, depth: int, levels: Levels, num: etree._Element
    ) -> dict[int, int]:
        counts = self._counts.setdefault(list_id, {})
        start = _start_override(num, depth)
        if start is not None and (number, depth) not in self._overridden:
            counts[depth] = start
        else:
            counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
        self._overridden.add((number, depth))
        for deeper in [level for level in counts if level > depth]:
            if _restarts(levels.get(deeper), depth):
                del counts[deeper]
        return counts


def kid(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child of that local name: strict and transitional files differ in namespace."""
    return next(iter(kids(element, name)), None)


def kids(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else list(element.iterchildren(f"{{*}}{name}"))


def value(element: etree._Element | None, name: str) -> str:
    if element is None:
        return ""
    names = ((str(key), str(text)) for key, text in element.items())
    return next((text for key, text in names if key.rpartition("}")[2] == name), "")


def val(element: etree._Element | None) -> str:
    return value(element, "val")


def is_on(element: etree._Element | None) -> bool:
    """An on/off property: present means on unless it says otherwise."""
    return element is not None and val(element) not in ("0", "false", "off", "none")


def _integer(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _levels(parent: etree._Element) -> Levels:
    return {_integer(value(level, "ilvl")) or 0: _level(level) for level in kids(parent, "lvl")}


def _level(level: etree._Element) -> _Level:
    start = _integer(val(kid(level, "start")))
    return _Level(
        start=0 if start is None else start,
        style=val(kid(level, "numFmt")) or "decimal",
        pattern=val(kid(level, "lvlText")),
        legal=is_on(kid(level, "isLgl")),
        restart=_integer(val(kid(level, "lvlRestart"))),
    )


def _overrides(num: etree._Element) -> Levels:
    levels: Levels = {}
    for override in kids(num, "lvlOverride"):
        level = kid(override, "lvl")
        if level is not None:
            levels[_integer(value(override, "ilvl")) or 0] = _level(level)
    return levels


def _start_override(num: etree._Element, depth: int) -> int | None:
    for override in kids(num, "lvlOverride"):
        if (_integer(value(override, "ilvl")) or 0) == depth:
            return _integer(val(kid(override, "startOverride")))
    return None


def _restarts(level: _Level | None, above: int) -> bool:
    """lvlRestart 0: never; N: only after a level with a 1-based rank up to N; absent: after any."""
    return level is None or level.restart is None or above < level.restart


def _render(levels: Levels, depth: int, counts: dict[int, int]) -> str:
    own = levels[depth]
    if own.style in ("bullet", "none"):
        return "" if own.style == "bullet" or "%" in own.pattern else own.pattern

    def number(match: re.Match[str]) -> str:
        rank = int(match.group(1)) - 1
        level = levels.get(rank, _Level())
        style = "decimal" if own.legal and rank != depth else level.style
        return written(counts.get(rank, level.start), style)

    label = _PLACEHOLDER.sub(number, own.pattern).strip()
    return label if not label or is_wide(label[-1]) else label + " "
