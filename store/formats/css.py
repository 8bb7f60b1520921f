"""Which elements of a page nobody can see: inline styles, attributes, and simple rules in <style>."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

Style = dict[str, str]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE_SELECTOR = re.compile(r"[a-zA-Z]*[.#][\w-]+")
_NUMBER = re.compile(r"(-?[\d.]+)\s*([a-z%]*)")
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)")
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\b")
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "snow": (255, 250, 250)}
_WHITE = _NAMED["white"]
NEAR_COLOUR = 24
OFF_SCREEN_PX = -999.0
TINY_PX = 1.0


class Visibility:
    """Answers for one page whether an element is drawn; holds the page's own style rules."""

    def __init__(self, root: etree._Element) -> None:
        sheets = "\n".join(style.text or "" for style in root.iter("style"))
        self._rules = dict(_rules(_COMMENT.sub("", sheets)))

    def is_hidden(self, element: etree._Element) -> bool:
        if element.get("hidden") is not None:
            return True
        style = self._style(element)
        return bool(style) and (_not_drawn(style) or self._colour_of_background(element, style))

    def _colour_of_background(self, element: etree._Element, style: Style) -> bool:
        colour = _colour(style.get("color", ""))
        if colour is None:
            return "color" in style and style["color"] == "transparent"
        background = self._background(element)
        return background is not None and all(
            abs(a - b) <= NEAR_COLOUR for a, b in zip(colour, background, strict=True)
        )

    def _background(self, element: etree._Element) -> tuple[int, int, int] | None:
        """The nearest background colour, white when none is given, None when it cannot be told."""
        for above in (element, *element.iterancestors()):
            value = self._style(above).get("background", "")
            if value and value not in ("none", "transparent", "inherit"):
                return _colour(value)
        return _WHITE

    def _style(self, element: etree._Element) -> Style:
        if not element.attrib:
            return {}
        style: Style = {}
        for key in _keys(element):
            style.update(self._rules.get(key, {}))
        if colour := element.get("color"):
            style["color"] = colour.lower()
        if background := element.get("bgcolor"):
            style["background"] = background.lower()
        style.update(_declarations(element.get("style") or ""))
        return style


def _not_drawn(style: Style) -> bool:
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if style.get("opacity") in ("0", "0.0", "0%") or _tiny(style.get("font-size", "")):
        return True
    return any(_off_screen(style.get(name, "")) for name in ("left", "top", "text-indent", "margin-left"))


def _tiny(size: str) -> bool:
    number, unit = _measure(size)
    return number is not None and (number == 0 or (number <= TINY_PX and unit in ("px", "pt")))


def _off_screen(offset: str) -> bool:
    number, unit = _measure(offset)
    return number is not None and unit in ("px", "pt", "em") and number <= OFF_SCREEN_PX


def _measure(value: str) -> tuple[float | None, str]:
    match = _NUMBER.match(value)
    try:
        return (float(match.group(1)), match.group(2)) if match else (None, "")
    except ValueError:  # "1.2.3px"
        return None, ""


def _colour(value: str) -> tuple[int, int, int] | None:
    if match := _HEX.search(value):
        digits = match.group(1) if len(match.group(1)) == 6 else "".join(d * 2 for d in match.group(1))
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if match := _RGB.search(value):
        return int(match.group(1)), int(match.group(2)), int(match.group(3))
    return _NAMED.get(value.split()[0]) if value.split() else None


def _keys(element: etree._Element) -> Iterator[str]:
    names = [f".{name}" for name in (element.get("class") or "").split()]
    names += [f"#{element.get('id')}"] if element.get("id") else []
    for name in names:
        yield name
        yield f"{element.tag}{name}"


def _rules(sheet: str) -> Iterator[tuple[str, Style]]:
    """Yield the simple selectors of top-level rules; what stands inside @media and the like is left out."""
    depth = at = 0
    selectors: list[str] = []
    for brace in re.finditer("[{}]", sheet):
        piece, at = sheet[at : brace.start()], brace.end()
        if brace.group() == "{":
            depth += 1
            selectors = [part.strip() for part in piece.split(",")] if depth == 1 else []
            continue
        depth = max(0, depth - 1)
        style = _declarations(piece) if selectors else {}
        yield from ((name, style) for name in selectors if style and _SIMPLE_SELECTOR.fullmatch(name))
        selectors = []


def _declarations(block: str) -> Style:
    style: Style = {}
    for declaration in block.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            style[name.strip().lower()] = value.replace("!important", "").strip().lower()
    if "background-color" in style:
        style["background"] = style["background-color"]
    return style
