"""File -> decoded text: looks at what the file is, hands it to its format, refuses with a remedy."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store import sandbox
from store.encoding import SAMPLE_BYTES, Decoded, decode
from store.errors import ReadError
from store.formats import MAX_CHARS, Parsed, html, markdown
from store.formats.html import declared_charset
from store.formats.sniff import READABLE, TO_DOCX, TO_PDF, TO_TEXT, Media, sniff_bytes, sniff_text
from store.models import SourceText

READABLE_SUFFIXES = frozenset((".txt", ".md", ".markdown", ".html", ".htm", ".docx", ".pdf"))
UNREADABLE_HINTS = {
    ".doc": TO_DOCX,
    ".wps": TO_DOCX,
    ".rtf": TO_DOCX,
    ".odt": TO_DOCX,
    ".ofd": TO_PDF,
    ".xls": TO_TEXT,
    ".xlsx": TO_TEXT,
    ".et": TO_TEXT,
    ".ppt": TO_TEXT,
    ".pptx": TO_TEXT,
}
REFUSED_SUFFIXES = frozenset((*UNREADABLE_HINTS, ".mht", ".mhtml", ".zip", ".rar", ".7z", ".gz"))
"""What may well hold a report and is refused with a remedy: in a folder it is named, not passed over."""
MAX_BYTES = 50 * 1024 * 1024
SANDBOXED_HTML_BYTES = 1024 * 1024

_OPEN_ERRORS = {
    errno.ENOENT: ("文件不存在", "请检查路径。"),
    errno.ENOTDIR: ("文件不存在", "请检查路径。"),
    errno.ENAMETOOLONG: ("路径太长", "请检查路径。"),
    errno.ELOOP: ("符号链接成环", "请直接给出文件本身的路径。"),
    errno.EACCES: ("没有读取权限", "请修改文件权限，或换用有权限的账户。"),
    errno.EPERM: ("没有读取权限", "请修改文件权限，或换用有权限的账户。"),
}


def read(path: Path) -> SourceText:
    """Read a report file of any supported format.

    Raises ReadError, whose text is one line that begins with the file's name.
    """
    return read_bytes(load(path), path.name)


def load(path: Path) -> bytes:
    """Fetch what a regular file of a sensible size holds. Raises ReadError as `read` does."""
    with _naming(path.name or str(path)):
        return _load(path)


def read_bytes(data: bytes, name: str) -> SourceText:
    """Read what a file called `name` holds. Raises ReadError as `read` does."""
    with _naming(name):
        return _read_bytes(data, Path(name).suffix.lower())


@contextmanager
def _naming(name: str) -> Iterator[None]:
    try:
        yield
    except ReadError as error:
        named = "".join(char if char.isprintable() else "?" for char in name)
        raise ReadError(f"{named}：{error}", hint=error.hint) from error


def _load(path: Path) -> bytes:
    """The content of a regular file of a sensible size; nothing else is even waited for."""
    try:
        # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _open_error(error) from error
    try:
        _check_status(os.fstat(handle))
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _open_error(error) from error
    finally:
        os.close(handle)
    if not data.strip(b"\0 \t\r\n\f\v"):
        raise ReadError("文件是空的", hint="请检查文件是否完整下载。")
    return data


def _check_status(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ReadError("这是文件夹，不是文件", hint="`reportbot ingest 文件夹` 会读取其中的文件。")
    if not stat.S_ISREG(status.st_mode):
        raise ReadError("不是普通文件（设备、管道等不读）", hint="请给出普通文件的路径。")
    if status.st_size > MAX_BYTES:
        size, most = status.st_size / 2**20, MAX_BYTES // 2**20
        raise ReadError(f"文件有 {size:.0f} MB，超过 {most} MB 的上限", hint="请拆分文件，或只保留正文。")


def _open_error(error: Exception) -> ReadError:
    code = error.errno if isinstance(error, OSError) else errno.ENOENT
    message, hint = _OPEN_ERRORS.get(code or 0, ("读取文件失败", "请检查磁盘与路径后再试。"))
    return ReadError(message, hint=hint)


def _read_bytes(data: bytes, suffix: str) -> SourceText:
    media = sniff_bytes(data)
    if media is not None:
        return _source(sandbox.parse(f"store.formats.{media}", data), media)
    decoded = _decode(data, suffix)
    if not decoded.text.strip():
        raise ReadError("文件里只有空白", hint="请检查文件是否完整下载。")
    if len(decoded.text) > MAX_CHARS:
        raise ReadError(f"文字超过 {MAX_CHARS:,} 字", hint="请拆成几个文件。")
    media = sniff_text(decoded.text, suffix)
    return _source(_parse_text(decoded.text, media), media, decoded)


def _decode(data: bytes, suffix: str) -> Decoded:
    try:
        return decode(data, declared_charset(data))
    except ReadError as error:
        if suffix in UNREADABLE_HINTS:
            raise ReadError(f"不支持 {suffix} 格式", hint=UNREADABLE_HINTS[suffix]) from error
        if _is_binary(data):
            raise ReadError("不是文字文件，认不出格式", hint=READABLE) from error
        raise


def _is_binary(data: bytes) -> bool:
    """Control characters no text has, told from a sample."""
    sample = data[:SAMPLE_BYTES]
    return sum(byte < 9 or 13 < byte < 32 for byte in sample) > len(sample) * 0.02


def _parse_text(text: str, media: Media) -> Parsed:
    if media == "html":
        encoded = text.encode("utf-8")
        if len(encoded) > SANDBOXED_HTML_BYTES:
            return sandbox.parse("store.formats.html", encoded)
        return html.parse_text(text)
    return markdown.parse_text(text) if media == "markdown" else Parsed(text)


def _source(parsed: Parsed, media: Media, decoded: Decoded | None = None) -> SourceText:
    return SourceText(
        text=parsed.text,
        media=media,
        encoding=decoded.encoding if decoded else None,
        title=parsed.title,
        published=parsed.published,
        page_starts=parsed.page_starts,
        warnings=(decoded.warnings if decoded else ()) + parsed.warnings,
    )
