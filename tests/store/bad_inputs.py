"""Files that must be refused, each with what the message has to say; and parsers that misbehave."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

from pypdf import PdfReader, PdfWriter

from store.formats import Parsed
from tests.store.make_files import make_docx, make_pdf, make_zip, page_of, para

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
REPORT = "二〇二四年，全区办理行政复议案件21件，其中维持15件，调解6件，各项工作取得新的成效。"


def locked_pdf(user: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf([page_of([REPORT])]))))
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _ole(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le") + bytes(64)


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{entities}]><d>&l9;</d>'
    return make_zip({"[Content_Types].xml": "<Types/>", "word/document.xml": bomb})


def _big_part() -> bytes:
    return make_docx(" " * (70 * 2**20))


Content = bytes | Callable[[], bytes]

# name, content, part of the message, part of the hint
REFUSED: tuple[tuple[str, Content, str, str], ...] = (
    ("空.txt", b"", "文件是空的", "完整下载"),
    ("空白.txt", b" \r\n\t\n", "文件是空的", "完整下载"),
    ("全角空白.txt", "\u3000\u3000\n\u3000".encode(), "只有空白", "完整下载"),
    ("旧.doc", _ole("WordDocument"), "旧版 Word 文件", "soffice --headless --convert-to docx"),
    ("冒名.docx", _ole("WordDocument"), "旧版 Word 文件", "convert-to docx"),
    ("加密.docx", _ole("EncryptedPackage"), "有密码的 Office 文件", "去掉密码"),
    ("表.xls", _ole("Workbook"), "旧版 Excel 文件", "DOCX"),
    ("未知.wps", OLE, "旧版 Office 文件", "convert-to docx"),
    ("文.rtf", b"{\\rtf1\\ansi \\u25105 ?}", "RTF 文件", "convert-to docx"),
    ("版式.ofd", make_zip({"OFD.xml": "<o/>"}), "OFD 文件", "PDF"),
    ("表.docx", make_zip({"xl/workbook.xml": "<w/>"}), "Excel 表格", "DOCX"),
    ("包.zip", make_zip({"a.txt": "甲"}), "这是压缩包", "解压"),
    ("包.gz", b"\x1f\x8b\x08\0" + bytes(40), "这是压缩包", "解压"),
    ("照片.pdf", b"\x89PNG\r\n\x1a\n" + bytes(40), "这是图片", "OCR"),
    ("程序.txt", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20, "程序文件", "能读的格式"),
    ("杂.txt", bytes(range(256)) * 20, "认不出格式", "能读的格式"),
    ("杂.doc", bytes(range(256)) * 20, "不支持 .doc 格式", "convert-to docx"),
    ("数据.xml", b'<?xml version="1.0"?><data>1</data>', "XML 文件", "docx"),
    ("存档.mht", b"MIME-Version: 1.0\r\nContent-Type: text/html", "MHT", "HTML"),
    ("乱码.txt", REPORT.encode().decode("latin-1").encode(), "乱码", "UTF-8"),
    ("混合.txt", REPORT.encode() * 3 + REPORT.encode("gb18030") * 3, "乱码", "UTF-8"),
    ("空.html", b"<html><body><script>var a=1</script></body></html>", "没有可见的文字", "浏览器"),
    ("深.html", ("<html>" + "<div>" * 5000 + REPORT + "</div></html>").encode(), "网页结构已损坏", "浏览器"),
    ("残.docx", make_docx(para(REPORT))[:-60], "已损坏", "重新下载"),
    ("无正文.docx", make_zip({"[Content_Types].xml": "<t/>", "word/x.xml": "<x/>"}), "没有正文", "另存为"),
    ("无字.docx", make_docx(para("")), "没有文字", "OCR"),
    ("坏XML.docx", make_docx("<w:p>"), "XML 已损坏", "另存为"),
    ("实体.docx", _laughs(), "DTD 或实体", "另存为"),
    ("炸弹.docx", _big_part, "压缩炸弹", "另存为"),
    ("扫描.pdf", make_pdf([[]]), "没有文字层（扫描件）", "ocrmypdf"),
    ("加密.pdf", lambda: locked_pdf("secret", "owner"), "PDF 有打开密码", "qpdf"),
    ("残.pdf", b"%PDF-1.4\n1 0 obj\n<<", "PDF 文件已损坏", "重新下载"),
)


def parse(data: bytes) -> Parsed:
    """A stand-in for a parser gone wrong: what it does is what it is given."""
    match data:
        case b"loop":
            while True:
                time.sleep(0.01)
        case b"eat":
            return Parsed("x" * len([bytearray(2**24) for _ in range(4096)]))
        case b"crash":
            raise AssertionError("trace back for nobody to see")
        case b"print":
            print("noise")  # noqa: T201 - that is the point
    import os

    return Parsed(str(sorted(os.environ)))
