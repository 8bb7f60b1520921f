"""A web page -> the lines a reader sees, menus left out; tables become rows that stand alone."""

from __future__ import annotations

import re
from datetime import date

from lxml import etree

from store.encoding import decode
from store.errors import ReadError
from store.formats import Parsed, hidden_warning, one_line
from store.formats.css import Visibility
from store.formats.numerals import written
from store.formats.tables import Cell, Grid, caption_above, is_data, lay_out, row_lines

EMPTY_HINT = "正文可能由脚本载入；请在浏览器中打开后另存为网页或复制成文本。"
HEAD_BYTES = 8192

# fmt: off
_UNREAD = frozenset((
    "script", "style", "noscript", "template", "head", "svg", "iframe", "canvas", "audio", "video",
    "object", "select", "datalist", "rt", "rp",
))
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
))
# fmt: on
# What HTML itself, or its roles, call page furniture; a header or footer inside these is the text's own.
_FURNITURE = frozenset(("nav", "aside", "menu"))
_FURNITURE_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "toolbar")
)
_PAGE_EDGES = frozenset(("header", "footer"))
_SECTIONING = frozenset(("article", "main", "section"))
_HEADLINES = frozenset(("h1", "h2", "h3"))
_NAMED_FURNITURE = frozenset(
    (
        "nav",
        "navbar",
        "navigation",
        "menu",
        "breadcrumb",
        "breadcrumbs",
        "crumb",
        "crumbs",
        "sidebar",
        "topbar",
        "toolbar",
        "share",
    )
)
_BETWEEN_LINKS = re.compile(r"[\s|｜/·>＞»›•:：,，、\-—]")
_ATTACHED = re.compile(r"附[件录表]|.*\.(?:docx?|pdf|xlsx?|wps|ofd|et|zip|rar)\b", re.IGNORECASE)
_MENU_RUN = 2
"""How many lines in a row that are nothing but one link make a menu; one line of several is one."""
_KEEPS_LINES = frozenset(("pre", "textarea"))
_LIST_STYLES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DATE = re.compile(r"((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_TITLE_METAS = ("articletitle", "og:title", "twitter:title", "title")
_DATE_METAS = ("pubdate", "article:published_time", "publishdate", "publish_date", "datepublished", "dc.date")


def declared_charset(data: bytes) -> str | None:
    """The charset a page names in a <meta>; a hint only, pages are often wrong about themselves."""
    match = _CHARSET.search(data[:HEAD_BYTES])
    return match.group(1).decode("ascii").lower() if match else None


def parse(data: bytes) -> Parsed:
    return parse_text(decode(data, declared_charset(data)).text)


def parse_text(text: str) -> Parsed:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    root = etree.fromstring(text.encode("utf-8"), parser) if text.strip() else None
    if root is None or any("Excessive depth" in entry.message for entry in parser.error_log):
        raise ReadError("网页结构已损坏，无法读出文字", hint=EMPTY_HINT)
    page = _Page(root)
    shown = page.text_without_menus() or page.text
    if not shown.strip():
        raise ReadError("网页里没有可见的文字", hint=EMPTY_HINT)
    metas = _metas(root)
    return Parsed(
        text=shown,
        title=_first(metas, _TITLE_METAS) or one_line(root.findtext(".//title") or "") or None,
        published=_published(metas),
        warnings=hidden_warning("网页", page.hidden),
    )


class _Page:
    """Walks a tree once, without recursion, and gathers its lines.

    `menus` holds the indexes of lines that are nothing but links, or page furniture by their element.
    """

    def __init__(self, root: etree._Element, visibility: Visibility | None = None) -> None:
        self.lines: list[str] = []
        self.menus: set[int] = set()
        self._links: dict[int, int] = {}
        self._line_links, self._line_other = 0, False
        self._in_link = self._in_furniture = self._in_headline = 0
        self._line_furniture = False
        self.hidden: list[str] = []
        self._visibility = visibility or Visibility(root)
        self._line: list[str] = []
        self._preformatted = 0
        self._items: dict[etree._Element, int] = {}
        self._root = root
        self._walk()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def text_without_menus(self) -> str:
        """Give the text without navigation; nothing where that would take the body away too."""
        kept = [line for index, line in enumerate(self.lines) if index not in self.menus]
        text = "\n".join(kept)
        return text if len(re.findall("[。；]", text)) * 2 >= len(re.findall("[。；]", self.text)) else ""

    def _walk(self) -> None:
        walker = etree.iterwalk(self._root, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start":
                if not self._enter(element):
                    walker.skip_subtree()
                continue
            if event == "end":
                self._leave(element)
            if element is not self._root:
                self._say(element.tail)
        self._break()
        self._mark_menus()

    def _enter(self, element: etree._Element) -> bool:
        """Start an element; False when its inside is dealt with or not to be read."""
        if element.tag in _UNREAD:
            return False
        if element is not self._root and self._visibility.is_hidden(element):
            self.hidden.append(_all_text(element))
            return False
        if element.tag in _BLOCKS or element.tag == "br":
            self._break()
        if element.tag == "table" and self._read_table(element):
            return False
        self._preformatted += element.tag in _KEEPS_LINES
        self._in_furniture += _is_furniture(element)
        self._in_headline += element.tag in _HEADLINES
        if _is_link(element):
            self._line_links += 1
            self._in_link += 1
        if element.tag == "li":
            self._say(self._item_number(element))
        self._say(element.text)
        return True

    def _leave(self, element: etree._Element) -> None:
        self._preformatted -= element.tag in _KEEPS_LINES
        if element.tag in _BLOCKS:
            self._break()
        self._in_furniture -= _is_furniture(element)
        self._in_headline -= element.tag in _HEADLINES
        self._in_link -= _is_link(element)

    def _say(self, text: str | None) -> None:
        if not text:
            return
        first, *others = text.split("\n") if self._preformatted else [text]
        self._add(first)
        for other in others:
            self._break()
            self._add(other)

    def _add(self, text: str) -> None:
        self._line.append(text)
        self._weigh(text)

    def _weigh(self, text: str) -> None:
        """Note whether the line at hand says anything that is neither a link nor page furniture."""
        said = _BETWEEN_LINKS.sub("", text)
        if said and (self._in_headline or not self._in_link):
            self._line_other = True
        if said and (self._in_headline or not self._in_furniture):
            self._line_furniture = False

    def _break(self) -> None:
        line = one_line("".join(self._line))
        if line:
            if self._line_furniture:
                self.menus.add(len(self.lines))
            if self._line_links and not self._line_other and not _ATTACHED.match(line):
                self._links[len(self.lines)] = self._line_links
            self.lines.append(line)
        self._line.clear()
        self._line_links, self._line_other, self._line_furniture = self._in_link, False, True

    def _mark_menus(self) -> None:
        """Add to `menus` the runs of lines that are nothing but links."""
        run: list[int] = []
        for index in range(len(self.lines) + 1):
            if index in self._links and not re.search(r"[。；]", self.lines[index]):
                run.append(index)
                continue
            if sum(self._links[line] for line in run) >= _MENU_RUN:
                self.menus.update(run)
            run = []

    def _item_number(self, item: etree._Element) -> str:
        """The number a browser shows before an item of <ol>; it is not part of the text."""
        parent = item.getparent()
        style = (parent.get("style") or "") if parent is not None else ""
        if parent is None or parent.tag != "ol" or "none" in style:
            return ""
        place = self._items.get(parent, _span(parent.get("start")))
        self._items[parent] = place + 1
        if "cjk" in style or "chinese" in style:
            return written(place, "chineseCounting") + "、"
        return written(place, _LIST_STYLES.get(parent.get("type") or "1", "decimal")) + ". "

    def _read_table(self, table: etree._Element) -> bool:
        """Write a table of facts as rows; False for one that only arranges the page."""
        if table.find(".//table") is not None:
            return False
        hidden: list[str] = []
        grid = lay_out(self._row(row, hidden) for row in table.iter("tr"))
        if not is_data(grid):
            return False
        self._write_rows(grid, table.find(".//caption"))
        self.hidden += hidden
        return True

    def _write_rows(self, grid: Grid, caption: etree._Element | None) -> None:
        named = " ".join(_Page(caption, self._visibility).lines) if caption is not None else ""
        if named:
            self.lines.append(named)
        rows = row_lines(grid, named or caption_above(self.lines))
        if self._in_furniture:
            self.menus.update(range(len(self.lines), len(self.lines) + len(rows)))
        self.lines += rows

    def _row(self, row: etree._Element, hidden: list[str]) -> list[Cell]:
        cells = []
        for element in row.iterchildren("td", "th"):
            if self._visibility.is_hidden(row) or self._visibility.is_hidden(element):
                hidden.append(_all_text(element))
                continue
            inside = _Page(element, self._visibility)
            hidden += inside.hidden
            cells.append(_cell(element, inside.lines))
        return cells


def _is_link(element: etree._Element) -> bool:
    """Tell a way to another page from an anchor and from a jump within this one."""
    return element.tag == "a" and not (element.get("href") or "#").startswith("#")


def _is_furniture(element: etree._Element) -> bool:
    """Tell by its element, its role or its name whether a part of a page serves the site and not the text."""
    if element.tag in _FURNITURE or (element.get("role") or "").strip().lower() in _FURNITURE_ROLES:
        return True
    if element.tag in _PAGE_EDGES:
        return not any(above.tag in _SECTIONING for above in element.iterancestors())
    names = re.split(r"[\s_-]+", f"{element.get('class') or ''} {element.get('id') or ''}".lower())
    return bool(_NAMED_FURNITURE.intersection(names)) and not re.search("[。；]", _all_text(element))


def _cell(element: etree._Element, lines: list[str]) -> Cell:
    parent = element.getparent()
    above = parent.getparent() if parent is not None else None
    heading = element.tag == "th" or (above is not None and above.tag == "thead")
    columns, rows = _span(element.get("colspan")), _span(element.get("rowspan"))
    return Cell(one_line("\n".join(lines)), heading=heading, columns=columns, rows=rows)


def _span(value: str | None) -> int:
    digits = (value or "").strip()
    return max(1, int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 5 else 1


def _all_text(element: etree._Element) -> str:
    return "".join(text for text in element.itertext() if isinstance(text, str))


def _metas(root: etree._Element) -> dict[str, str]:
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").strip().lower()
        content = one_line(meta.get("content") or "")
        if name and content:
            metas.setdefault(name, content)
    return metas


def _first(metas: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((metas[name] for name in names if name in metas), None)


def _published(metas: dict[str, str]) -> str | None:
    for name in _DATE_METAS:
        match = _DATE.search(metas.get(name, ""))
        if match is None:
            continue
        try:
            return date(int(match.group(1)), int(match.group(2)), int(match.group(3))).isoformat()
        except ValueError:  # 2024-13-45
            continue
    return None
