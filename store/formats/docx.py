"""A Word document -> its paragraphs as shown: with automatic numbers, without deleted or hidden text."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from store.errors import ReadError
from store.formats import Parsed, hidden_warning, one_line
from store.formats.tables import Cell, caption_above, is_data, lay_out, row_lines
from store.formats.wordlists import Numbering, is_on, kid, kids, val, value
from store.formats.zipped import BROKEN_HINT, Package

MAX_NESTING = 60
TINY_HALF_POINTS = 2
WHITE_FROM = 0xF0

_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_GROUPS = frozenset(("ins", "moveTo", "sdt", "sdtContent", "customXml", "AlternateContent", "Choice"))
_INLINE_GROUPS = _GROUPS | {"hyperlink", "smartTag", "fldSimple", "dir", "bdo", "oMath", "oMathPara"}
_PICTURES = frozenset(("drawing", "pict", "object", "AlternateContent"))


def parse(data: bytes) -> Parsed:
    package = Package(data)
    main = package.main_part()
    body = kid(package.xml(main), "body")
    if body is None:
        raise ReadError("DOCX 里没有正文部分", hint=BROKEN_HINT)
    folder = main.rpartition("/")[0]
    reader = _Reader(Numbering(package.xml(f"{folder}/numbering.xml"), package.xml(f"{folder}/styles.xml")))
    lines = reader.blocks(body) + _notes(package, folder, reader)
    text = "\n".join(lines)
    if not text.strip():
        raise ReadError("DOCX 里没有文字", hint="如果内容是图片，请先做文字识别（OCR）。")
    return Parsed(text, warnings=hidden_warning("文档", reader.hidden))


class _Reader:
    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self.hidden: list[str] = []

    def blocks(self, parent: etree._Element, depth: int = 0, *, tinted: bool = False) -> list[str]:
        """The lines of all that stands in a body, a cell, a note or a text box.

        `tinted`: white text may be visible here, on a background that is not the page's.
        """
        if depth > MAX_NESTING:
            raise ReadError("DOCX 的嵌套层次过深，不像正常的文档", hint=BROKEN_HINT)
        lines: list[str] = []
        joins = False
        for block in _inside(parent, frozenset(("p", "tbl")), _GROUPS):
            if _name(block) == "tbl":
                lines += self._table(block, lines, depth)
                continue
            own = self._paragraph(block, depth, tinted)
            if joins and lines and own:
                lines[-1] += own.pop(0)
            lines += own
            joins = kid(kid(kid(block, "pPr"), "rPr"), "del") is not None
        return lines

    def _paragraph(self, paragraph: etree._Element, depth: int, tinted: bool) -> list[str]:
        boxes: list[etree._Element] = []
        properties = kid(paragraph, "pPr")
        tinted = tinted or kid(properties, "shd") is not None
        runs = _inside(paragraph, frozenset("r"), _INLINE_GROUPS)
        text = "".join(self._run(run, boxes, tinted) for run in runs)
        label = self._numbering.label(properties) if text.strip() else ""
        lines = [line for line in (label + text.lstrip("\n")).split("\n") if line.strip()]
        return lines + [line for box in boxes for line in self.blocks(box, depth + 1, tinted=True)]

    def _run(self, run: etree._Element, boxes: list[etree._Element], tinted: bool) -> str:
        """A run's shown text; text boxes met in it are put into `boxes`."""
        shown = ""
        for child in run:
            name = _name(child)
            if name == "t":
                shown += child.text or ""
            elif name == "ruby":
                shown += "".join(t.text or "" for t in child.iterfind("{*}rubyBase//{*}t"))
            elif name in _PICTURES:
                boxes += _text_boxes(child)
            else:
                shown += _SIGNS.get(name, "")
        if shown.strip() and _invisible(kid(run, "rPr"), tinted):
            self.hidden.append(shown)
            return ""
        return shown

    def _table(self, table: etree._Element, before: list[str], depth: int) -> list[str]:
        rows: list[list[Cell]] = []
        plain: list[str] = []
        open_merges: dict[int, Cell] = {}
        for row in _inside(table, frozenset(("tr",)), _GROUPS):
            if kid(kid(row, "trPr"), "del") is None:
                rows.append(self._row(row, open_merges, plain, depth))
        grid = lay_out(rows)
        return row_lines(grid, caption_above(before)) if is_data(grid) else plain

    def _row(
        self, row: etree._Element, open_merges: dict[int, Cell], plain: list[str], depth: int
    ) -> list[Cell]:
        """The cells that begin in this row; one merged downwards grows, and `plain` gets every line."""
        properties = kid(row, "trPr")
        heading = is_on(kid(properties, "tblHeader"))
        x = _count(val(kid(properties, "gridBefore")), 0)
        cells = [Cell("", columns=x)] if x else []
        for element in _inside(row, frozenset(("tc",)), _GROUPS):
            columns = _count(val(kid(kid(element, "tcPr"), "gridSpan")), 1)
            merge = kid(kid(element, "tcPr"), "vMerge")
            if merge is not None and val(merge) != "restart" and x in open_merges:
                open_merges[x].rows += 1
            else:
                open_merges.pop(x, None)
                cell = self._cell(element, plain, depth)
                cell.heading, cell.columns = heading, columns
                cells.append(cell)
                if merge is not None:
                    open_merges[x] = cell
            x += columns
        return cells

    def _cell(self, element: etree._Element, plain: list[str], depth: int) -> Cell:
        lines = self.blocks(element, depth + 1, tinted=True)
        plain += lines
        nested = next(element.iterdescendants("{*}tbl"), None) is not None
        return Cell(one_line("\n".join(lines)), layout=nested)


def _inside(
    parent: etree._Element, wanted: frozenset[str], groups: frozenset[str]
) -> Iterator[etree._Element]:
    """The wanted children in order, looked for in content controls, insertions and the like too."""
    pending = [iter(parent)]
    while pending:
        element = next(pending[-1], None)
        if element is None:
            pending.pop()
        elif _name(element) in wanted:
            yield element
        elif _name(element) in groups:
            pending.append(iter(element))


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text_boxes(picture: etree._Element) -> list[etree._Element]:
    """Text boxes of a drawing. A box comes twice, for new and for old readers: take the first kind."""
    choice = kid(picture, "Choice")
    source = picture if choice is None else choice
    boxes = source.iterdescendants("{*}txbxContent")
    return [box for box in boxes if _outermost(box, source)]


def _outermost(box: etree._Element, top: etree._Element) -> bool:
    for above in box.iterancestors():
        if above is top:
            return True
        if _name(above) in ("txbxContent", "Fallback"):
            return False
    return True


def _invisible(properties: etree._Element | None, tinted: bool) -> bool:
    if properties is None:
        return False
    if is_on(kid(properties, "vanish")):
        return True
    size = val(kid(properties, "sz"))
    if size and _count(size, TINY_HALF_POINTS + 1) <= TINY_HALF_POINTS:
        return True
    shaded = any(kid(properties, name) is not None for name in ("shd", "highlight"))
    return not tinted and not shaded and _is_white(val(kid(properties, "color")))


def _is_white(colour: str) -> bool:
    try:
        channels = bytes.fromhex(colour)
    except ValueError:  # "auto"
        return False
    return len(channels) == 3 and min(channels) >= WHITE_FROM


def _count(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else default


def _notes(package: Package, folder: str, reader: _Reader) -> list[str]:
    """Foot- and endnotes in order; separators carry a type and are no notes."""
    notes: list[str] = []
    for part in ("footnote", "endnote"):
        for note in kids(package.xml(f"{folder}/{part}s.xml"), part):
            text = "" if value(note, "type") else one_line("\n".join(reader.blocks(note)))
            notes += [f"{len(notes) + 1}. {text}"] if text else []
    return ["脚注", *notes] if notes else []
