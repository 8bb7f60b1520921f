"""A PDF's text layer -> paragraphs in reading order, with the offset at which each page begins."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError
from pdfplumber.page import Page
from pdfplumber.table import Table
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from store.encoding import MIN_QUALITY, plain_lines, quality
from store.errors import ReadError
from store.formats import MAX_CHARS, Parsed, one_line
from store.formats.tables import Cell, Grid, caption_above, is_data, row_lines

OCR_HINT = "请先做文字识别，例如 `ocrmypdf -l chi_sim 输入.pdf 输出.pdf`，再提交输出的文件。"
LOCKED_HINT = "请去掉密码后再试，例如 `qpdf --decrypt --password=密码 输入.pdf 输出.pdf`。"
BROKEN_HINT = "请重新下载，或在阅读器中打开后“打印为 PDF”再试。"
MIN_CHARS = 10
MAX_RULES = 3000
FULL_LINE_EM = 2.0
INDENT_EM = 0.8
MAX_INDENT_EM = 4.0
LINE_STEP_EM = 2.6
LONG_LINE_CHARS = 15

# Some writers' fonts map characters to look-alike radicals; NFKC knows only the Kangxi block of them.
_RADICALS = str.maketrans(
    "⺠⻓⻔⻚⻅⻋⻢⻜⻝⻄⻆⻉⻘⻛⻥⻦⻨⻩⻬⻮⻰⻳⺟⻁⻤⻣⻙⻧⻑",
    "民长门页见车马飞食西角贝青风鱼鸟麦黄齐齿龙龟母虎鬼骨韦卤長",
)
_LOOKALIKE = re.compile("[\u2f00-\u2fdf\uf900-\ufaff]")
_UNMAPPED = re.compile(r"\(cid:\d+\)")
_HEADING = re.compile(r"第?[一二三四五六七八九十百]+[、章节節条條]|[（(][一二三四五六七八九十]+[)）]")

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    left: float
    right: float
    top: float
    em: float


def parse(data: bytes) -> Parsed:
    pages = list(_pages(data))
    text, starts = _put_together(pages)
    if len("".join(text.split())) < MIN_CHARS:
        raise ReadError("PDF 没有文字层（扫描件）", hint=OCR_HINT)
    if quality(text) < MIN_QUALITY and not text.isascii():
        raise ReadError("PDF 的文字层是乱码（字体没有字符对照表）", hint=OCR_HINT)
    return Parsed(text, page_starts=starts)


def _pages(data: bytes) -> Iterator[str]:
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            for page in document.pages:
                yield _page_text(page)
                page.close()
    except PdfminerException as error:
        raise _mapped(error) from error
    except MalformedPDFException as error:
        raise ReadError("PDF 文件已损坏，无法读取", hint=BROKEN_HINT) from error
    except RecursionError as error:
        raise ReadError("PDF 结构嵌套过深，无法读取", hint=BROKEN_HINT) from error
    # pdfminer lets whatever a broken object causes through: it has no error type of its own for it.
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, OSError) as error:
        raise ReadError("PDF 文件已损坏，无法读取", hint=BROKEN_HINT) from error


def _mapped(error: PdfminerException) -> ReadError:
    if any(isinstance(cause, PDFEncryptionError) for cause in error.args):
        return ReadError("PDF 有打开密码（或以证书加密）", hint=LOCKED_HINT)
    return ReadError("PDF 文件已损坏，无法读取", hint=BROKEN_HINT)


def _put_together(pages: list[str]) -> tuple[str, tuple[int, ...]]:
    starts: list[int] = []
    at = 0
    for page in pages:
        starts.append(at)
        at += len(page) + 1
        if at > MAX_CHARS:
            raise ReadError(f"PDF 的文字超过 {MAX_CHARS:,} 字", hint="请拆成几个文件。")
    return "\n".join(pages), tuple(starts)


def _page_text(page: Page) -> str:
    tables = _tables(page)
    boxes = [table.bbox for table, _ in tables]
    outside = page.filter(lambda thing: not _within(thing, boxes)) if boxes else page
    lines = [_line(line) for line in outside.dedupe_chars().extract_text_lines()]
    paragraphs = _with_rows(_paragraphs([line for line in lines if line.text]), tables)
    return plain_lines(_mend("\n".join(paragraphs)))


def _tables(page: Page) -> list[tuple[Table, Grid]]:
    """The ruled tables of facts on a page. A page of drawings is not searched: it would take minutes."""
    if len(page.lines) + len(page.rects) + len(page.curves) > MAX_RULES:
        return []
    grids = [(table, _grid(table)) for table in page.find_tables()]
    return [(table, grid) for table, grid in grids if is_data(grid)]


def _grid(table: Table) -> Grid:
    """A place without a cell of its own is covered by a merged one: find which."""
    cells: dict[Box, Cell] = {}
    for row, texts in zip(table.rows, table.extract(), strict=True):
        cells |= {box: Cell(one_line(text or "")) for box, text in zip(row.cells, texts, strict=True) if box}
    lefts = [
        next((box[0] for box in column if box), 0.0)
        for column in zip(*[row.cells for row in table.rows], strict=True)
    ]
    return [
        [
            cells[box] if box else _covering(cells, left, row.bbox[1])
            for box, left in zip(row.cells, lefts, strict=True)
        ]
        for row in table.rows
    ]


def _covering(cells: dict[Box, Cell], left: float, top: float) -> Cell:
    x, y = left + 1, top + 1
    return next(
        (cell for box, cell in cells.items() if box[0] <= x <= box[2] and box[1] <= y <= box[3]), Cell("")
    )


def _within(thing: dict[str, Any], boxes: list[Box]) -> bool:
    x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)


def _line(line: dict[str, Any]) -> _Line:
    sizes = sorted(char["size"] for char in line["chars"])
    return _Line(line["text"].strip(), line["x0"], line["x1"], line["top"], sizes[len(sizes) // 2])


def _with_rows(paragraphs: list[_Line], tables: list[tuple[Table, Grid]]) -> list[str]:
    """Put each table's rows where the table stands among the paragraphs."""
    out: list[str] = []
    waiting = sorted(tables, key=lambda found: found[0].bbox[1])
    for paragraph in paragraphs:
        while waiting and waiting[0][0].bbox[1] < paragraph.top:
            out += row_lines(waiting.pop(0)[1], caption_above(out))
        out.append(paragraph.text)
    for _, grid in waiting:
        out += row_lines(grid, caption_above(out))
    return out


def _paragraphs(lines: list[_Line]) -> list[_Line]:
    """Undo the line breaks of the layout; only here is it known which lines run to the margin."""
    right = _right_margin(lines)
    full = [line.left for line in lines if line.right >= right - FULL_LINE_EM * line.em]
    left = min(full, default=0.0)
    indents = any(INDENT_EM * line.em < line.left - left < MAX_INDENT_EM * line.em for line in lines)
    out: list[_Line] = []
    for before, line in zip([None, *lines], lines, strict=False):
        if before is not None and _goes_on(before, line, left, right, indents):
            out[-1] = replace(out[-1], text=_joined(out[-1].text, line.text))
        else:
            out.append(line)
    return out


def _right_margin(lines: list[_Line]) -> float:
    ends = sorted(line.right for line in lines if len(line.text) >= LONG_LINE_CHARS)
    return ends[int((len(ends) - 1) * 0.9)] if ends else float("inf")


def _goes_on(before: _Line, line: _Line, left: float, right: float, indents: bool) -> bool:
    """Whether `line` continues the paragraph of the line before it."""
    if before.right < right - FULL_LINE_EM * before.em or abs(line.left - left) > INDENT_EM * line.em:
        return False
    if line.top - before.top > LINE_STEP_EM * line.em or abs(line.em - before.em) > 0.15 * line.em:
        return False
    ends_sentence = before.text[-1] in "。！？：；"
    return _HEADING.match(line.text) is None and (indents or not ends_sentence)


def _joined(before: str, after: str) -> str:
    words = before[-1].isascii() and before[-1].isalpha() and after[0].isascii() and after[0].isalpha()
    return f"{before} {after}" if words else before + after


def _mend(text: str) -> str:
    text = _LOOKALIKE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    return _UNMAPPED.sub("\ufffd", text.translate(_RADICALS))
