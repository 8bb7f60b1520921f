"""The parts of an Office file, opened so that no bomb goes off: sizes first, no entities, no DTD."""

from __future__ import annotations

import io
import zipfile
import zlib

from lxml import etree

from store.errors import ReadError

MAX_MEMBERS = 10_000
MAX_PART_BYTES = 64 * 1024 * 1024
MAX_RATIO = 200
RATIO_FREE_BYTES = 4 * 1024 * 1024
BROKEN_HINT = "请用 Word 或 WPS 打开并另存为新的 .docx 后再试。"
_OFFICE_DOCUMENT = "/officeDocument"


class Package:
    """A docx file's XML parts by name."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise ReadError("DOCX 文件已损坏，无法解压", hint=BROKEN_HINT) from error
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise ReadError(f"DOCX 里有 {len(members)} 个部件，不像正常的文档", hint=BROKEN_HINT)
        self._members = {member.filename: member for member in members}

    def main_part(self) -> str:
        """The name of the document part; it need not be word/document.xml."""
        relations = self.xml("_rels/.rels")
        for relation in relations if relations is not None else ():
            target = (relation.get("Target") or "").lstrip("/")
            if (relation.get("Type") or "").endswith(_OFFICE_DOCUMENT) and target in self._members:
                return target
        return "word/document.xml"

    def xml(self, name: str) -> etree._Element | None:
        """Parse a part; None when there is none of that name."""
        member = self._members.get(name)
        return None if member is None else _parse(self._bytes(member))

    def _bytes(self, member: zipfile.ZipInfo) -> bytes:
        if member.flag_bits & 1:
            raise ReadError("DOCX 文件有密码", hint="请去掉密码后再试。")
        big = member.file_size > RATIO_FREE_BYTES
        if member.file_size > MAX_PART_BYTES or (
            big and member.file_size > MAX_RATIO * max(1, member.compress_size)
        ):
            raise ReadError("DOCX 解压后大得不正常（压缩炸弹），已拒绝", hint=BROKEN_HINT)
        try:
            with self._zip.open(member) as stream:
                data = stream.read(MAX_PART_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise ReadError("DOCX 文件已损坏，无法解压", hint=BROKEN_HINT) from error
        if len(data) > MAX_PART_BYTES:
            raise ReadError("DOCX 解压后大得不正常（压缩炸弹），已拒绝", hint=BROKEN_HINT)
        return data


def _parse(data: bytes) -> etree._Element:
    # Office writes no DTD, so one is an attack (entities that grow, files that are pulled in).
    head = data.replace(b"\0", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise ReadError("DOCX 里含有 DTD 或实体定义，已拒绝", hint=BROKEN_HINT)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadError("DOCX 里的 XML 已损坏", hint=BROKEN_HINT) from error
