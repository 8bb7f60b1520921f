"""Tables -> lines that stand alone: every row keeps its caption and the heading of each column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

BAR = "｜"
COLON = "："
LONG_CELL_CHARS = 300
MAX_GRID_CELLS = 200_000
MAX_CAPTION_CHARS = 60
MAX_HEADING_CHARS = 24

_FIGURE = re.compile(r"[-+±]?(?:[\d,.，．]+|[*×xX]{1,4})\s*\D{0,4}")
_YEAR = re.compile(r"(?:19|20)\d\d\s*年?度?")
_VALUE = re.compile(r"[\d*×xX—-]")
_HEADING_WORD = re.compile("序号|类别|類別|项目|項目|指标|指標|名称|名稱|事项|事項|类型|類型|年份|年度|科目")
_CAPTION = re.compile(
    r"附?[表图]\s*[\d一二三四五六七八九十]+|附表|.*(?:表|表格|情况|明细|清单|如下|单)[：:]?$"
)
_UNIT = re.compile(r"[（(]?(?:计量)?[单單]位\s*[：:].{1,20}")


@dataclass(eq=False, slots=True)
class Cell:
    """One cell; a merged cell is the same object in every place it covers."""

    text: str
    heading: bool = False
    layout: bool = False
    columns: int = 1
    rows: int = 1


Grid = list[list[Cell]]


def lay_out(rows: Iterable[list[Cell]]) -> Grid:
    """Put cells in their places, repeating merged ones. A table beyond any sense yields no grid."""
    placed: dict[tuple[int, int], Cell] = {}
    height = width = 0
    for y, row in enumerate(rows):
        x, height = 0, y + 1
        for cell in row:
            while (y, x) in placed:
                x += 1
            _place(placed, cell, y, x)
            if len(placed) > MAX_GRID_CELLS:
                return []
            x += cell.columns
    height = max(height, 0)
    width = max((x for _, x in placed), default=-1) + 1
    if height * width > MAX_GRID_CELLS:
        return []
    return [[placed.get((y, x)) or Cell("") for x in range(width)] for y in range(height)]


def _place(placed: dict[tuple[int, int], Cell], cell: Cell, y: int, x: int) -> None:
    for down in range(min(cell.rows, 2000)):
        for right in range(min(cell.columns, 200)):
            placed.setdefault((y + down, x + right), cell)


def is_data(grid: Grid) -> bool:
    """Tell a table of facts from one that only arranges a page."""
    if len(grid) < 2 or len(grid[0]) < 2:
        return False
    cells = {id(cell): cell for row in grid for cell in row}.values()
    if any(cell.layout or len(cell.text) > LONG_CELL_CHARS for cell in cells):
        return False
    filled = [row for row in grid if sum(bool(cell.text) for cell in _distinct(row)) > 1]
    return len(filled) >= 2


def row_lines(grid: Grid, caption: str = "") -> list[str]:
    """Write each data row as `caption｜heading：value｜…`."""
    grid = [row for row in grid if any(cell.text for cell in row)]
    while grid and _spans_all(grid[0]):
        caption, grid = caption or grid[0][0].text, grid[1:]
    depth = _heading_rows(grid)
    labels = [_label([row[x] for row in grid[:depth]]) for x in range(len(grid[0]))] if grid else []
    if depth == len(grid):
        return [_join(caption, labels)] if grid else [caption]
    return [line for row in grid[depth:] if (line := _row_line(row, labels, caption))]


def caption_above(lines: list[str]) -> str:
    """The caption among the last lines before a table, with the unit line that may follow it."""
    above = [line.strip() for line in lines[-4:] if line.strip()]
    unit = above.pop().strip("（）() ") if above and _UNIT.fullmatch(above[-1]) else ""
    caption = above[-1] if above and _is_caption(above[-1]) else ""
    if unit and "位" not in caption:
        return f"{caption}（{unit}）" if caption else unit
    return caption


def _is_caption(line: str) -> bool:
    return len(line) <= MAX_CAPTION_CHARS and not {"。", BAR} & set(line) and _CAPTION.match(line) is not None


def _heading_rows(grid: Grid) -> int:
    marked = 0
    while marked < len(grid) and all(cell.heading for cell in grid[marked]):
        marked += 1
    if marked:
        return marked
    if len(grid) < 2 or not _reads_as_heading(grid):
        return 0
    first = _distinct(grid[0])
    if len(first) < len(grid[0]):
        return min(max(2, max(cell.rows for cell in first)), len(grid) - 1)
    return 1


def _reads_as_heading(grid: Grid) -> bool:
    texts = [cell.text for cell in grid[0]]
    if texts.count("") > 1 or any(_is_figure(text) or len(text) > MAX_HEADING_CHARS for text in texts):
        return False
    if any(mark in text for text in texts for mark in "。；："):
        return False
    return len(texts) > 2 or _heads_two_columns(grid)


def _heads_two_columns(grid: Grid) -> bool:
    """Without a heading, two columns are keys and values."""
    if _HEADING_WORD.match(grid[0][0].text) or not grid[0][0].text:
        return True
    below = [row[1].text for row in grid[1:]]
    values = sum(_VALUE.match(text) is not None for text in below)
    return len(below) > 1 and values * 2 > len(below) and not _VALUE.search(grid[0][1].text)


def _is_figure(text: str) -> bool:
    return _FIGURE.fullmatch(text) is not None and _YEAR.fullmatch(text) is None


def _label(cells: list[Cell]) -> str:
    parts = [cell.text.rstrip("：: ") for cell in cells if cell.text]
    return "/".join(dict.fromkeys(parts))


def _row_line(row: list[Cell], labels: list[str], caption: str) -> str:
    if _spans_all(row):
        return row[0].text
    if len(row) == 2 and not any(labels) and row[0].text:
        return _join(caption, [_pair(row[0].text, row[1].text)])
    return _join(
        caption, [_pair(label, cell.text) for label, cell in zip(labels, row, strict=True) if cell.text]
    )


def _pair(label: str, text: str) -> str:
    return f"{label.rstrip('：: ')}{COLON}{text}" if label else text


def _join(caption: str, parts: list[str]) -> str:
    return BAR.join(part for part in (caption, *parts) if part)


def _spans_all(row: list[Cell]) -> bool:
    return len(row) > 1 and len(_distinct(row)) == 1


def _distinct(row: list[Cell]) -> list[Cell]:
    return list({id(cell): cell for cell in row}.values())
