"""Small files of every format, built in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def make_docx(body: str, **parts: str) -> bytes:
    """A docx with this XML inside <w:body>; `parts` are word/NAME.xml files with their root's inside."""
    roots = {"numbering": "numbering", "styles": "styles", "footnotes": "footnotes"}
    files = {
        f"word/{name}.xml": f"<w:{roots[name]} {W}>{xml}</w:{roots[name]}>" for name, xml in parts.items()
    }
    document = f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>"
    return make_zip(
        {"[Content_Types].xml": "<Types/>", "_rels/.rels": _RELS, "word/document.xml": document} | files
    )


def make_zip(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def para(text: str, properties: str = "", run: str = "") -> str:
    run = f"<w:rPr>{run}</w:rPr>" if run else ""
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r>{run}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def numbered(text: str, level: int = 0, number: int = 1) -> str:
    return para(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def numbering(*levels: tuple[str, str], more: str = "") -> str:
    """One list definition; each level is (numFmt, lvlText)."""
    xml = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (style, text) in enumerate(levels)
    )
    first = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    return f'<w:abstractNum w:abstractNumId="0">{xml}</w:abstractNum>{first}{more}'


def docx_table(rows: Iterable[Iterable[str]]) -> str:
    """A table of plain cells; a cell that starts with "<w:tc>" is taken as it is."""
    trs = []
    for row in rows:
        cells = (cell if cell.startswith("<w:tc>") else f"<w:tc>{para(cell)}</w:tc>" for cell in row)
        trs.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return f"<w:tbl>{''.join(trs)}</w:tbl>"


Placed = tuple[float, float, str]
Rule = tuple[float, float, float, float]


def make_pdf(pages: list[list[Placed]], rules: Iterable[Rule] = (), size: int = 12) -> bytes:
    """A PDF with text (x, y from the bottom, text) in the unembedded Chinese font every reader knows.

    `rules` are straight lines (x0, y0, x1, y1) on the first page.
    """
    streams = [_content(page, rules if at == 0 else (), size) for at, page in enumerate(pages)]
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/W[1 95 500 814 939 500]"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 0>>"
        "/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[-25 -254 1000 880]"
        "/ItalicAngle 0/Ascent 752 /Descent -271 /CapHeight 737 /StemV 58>>>>",
    ]
    for at, stream in enumerate(streams):
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {6 + 2 * at} 0 R>>"
        )
        objects.append(f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream")
    return _assemble(objects)


def page_of(lines: Iterable[str], left: float = 72, top: float = 760, step: float = 20) -> list[Placed]:
    """Lines down a page; one that begins with an ideographic blank is indented by it."""
    return [(left, top - step * at, line) for at, line in enumerate(lines)]


def _content(page: list[Placed], rules: Iterable[Rule], size: int) -> str:
    text = [
        f"BT /F1 {size} Tf {x} {y} Td <{line.encode('utf-16-be').hex()}> Tj ET" for x, y, line in page if line
    ]
    return "\n".join([*text, *(f"{x0} {y0} m {x1} {y1} l S" for x0, y0, x1, y1 in rules)])


def _assemble(objects: list[str]) -> bytes:
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()
