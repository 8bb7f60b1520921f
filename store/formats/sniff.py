"""What a file is, by its first bytes; its name is not believed."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

from store.errors import ReadError

Media = Literal["text", "markdown", "html", "docx", "pdf"]

TO_DOCX = "请用 Word 或 WPS 另存为 .docx，或运行 `soffice --headless --convert-to docx 文件` 转换后再试。"
TO_PDF = "请用 OFD 阅读器另存（打印）为 PDF 后再试。"
TO_TEXT = "请把要读的部分复制成文本或 DOCX 后再试。"
OCR = "请先做文字识别（OCR），得到 DOCX、文本或带文字层的 PDF 后再试。"
UNPACK = "请解压后提交其中的文件。"
READABLE = "能读的格式：TXT、Markdown、HTML、DOCX、带文字层的 PDF。"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED = (
    (b"{\\rtf", "RTF 文件", TO_DOCX),
    (b"\x89PNG", "图片", OCR),
    (b"\xff\xd8\xff", "图片", OCR),
    (b"GIF8", "图片", OCR),
    (b"II*\0", "图片", OCR),
    (b"MM\0*", "图片", OCR),
    (b"Rar!", "压缩包", UNPACK),
    (b"7z\xbc\xaf", "压缩包", UNPACK),
    (b"\x1f\x8b", "压缩包", UNPACK),
    (b"SQLite format 3\0", "数据库文件", READABLE),
    (b"\x7fELF", "程序文件", READABLE),
    (b"MZ\x90", "程序文件", READABLE),
)
_OLE_KINDS = (
    ("EncryptedPackage", "有密码的 Office 文件", "请打开后去掉密码，另存为 .docx 再试。"),
    ("WordDocument", "旧版 Word 文件（.doc 或 .wps）", TO_DOCX),
    ("Workbook", "旧版 Excel 文件", TO_TEXT),
    ("PowerPoint Document", "旧版 PowerPoint 文件", TO_TEXT),
)
_ZIP_KINDS = (
    ("OFD.xml", "OFD 文件", TO_PDF),
    ("xl/workbook.xml", "Excel 表格", TO_TEXT),
    ("ppt/presentation.xml", "演示文稿", TO_TEXT),
    ("content.xml", "ODF 文档", TO_DOCX),
    ("META-INF/container.xml", "电子书", TO_TEXT),
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*){0,9}"
    r"<(?:!doctype\s+html|html|head|body|meta|title|div|table|p|article|section|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"</?(?:p|div|br|span|table|td|h[1-6]|a|body|html)\b[^<>]{0,500}>", re.IGNORECASE)
HEAD_CHARS = 4096


def sniff_bytes(data: bytes) -> Media | None:
    """ "docx" or "pdf", or None for what has to be decoded first. Raises ReadError for other formats."""
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _zip_kind(data)
    if data.startswith(_OLE):
        raise _ole_error(data)
    if re.match(rb"[\s\xef\xbb\xbf\0]{0,1024}%PDF-\d", data):
        return "pdf"
    for magic, name, hint in _REFUSED:
        if data.startswith(magic):
            raise ReadError(f"这是{name}，无法直接读取", hint=hint)
    return None


def sniff_text(text: str, suffix: str) -> Media:
    """Which of the text formats it is; Markdown alone is known by its suffix only."""
    head = text[:HEAD_CHARS]
    if _HTML.match(head) and "</" in text:
        return "html"
    if suffix in (".html", ".htm", ".xhtml", ".shtml") and _TAG.search(text):
        return "html"
    if re.match(r"MIME-Version:|From: <Saved by", head):
        raise ReadError("这是 MHT 网页存档，无法直接读取", hint="请在浏览器中打开后另存为 HTML 或 PDF。")
    if head.startswith("<?xml"):
        raise ReadError("这是 XML 文件，不是可以阅读的正文", hint=TO_DOCX)
    return "markdown" if suffix in (".md", ".markdown") else "text"


def _zip_kind(data: bytes) -> Media:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ReadError(
            "文件已损坏：开头像 DOCX 或压缩包，但无法打开", hint="请重新下载或另存后再试。"
        ) from error
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return "docx"
    for member, name, hint in _ZIP_KINDS:
        if member in names:
            raise ReadError(f"这是{name}，无法直接读取", hint=hint)
    raise ReadError("这是压缩包，无法直接读取", hint=UNPACK)


def _ole_error(data: bytes) -> ReadError:
    for stream, name, hint in _OLE_KINDS:
        if stream.encode("utf-16-le") in data:
            return ReadError(f"这是{name}，无法直接读取", hint=hint)
    return ReadError("这是旧版 Office 文件，无法直接读取", hint=TO_DOCX)
