"""A file becomes text by what it is, not by its name; what cannot be read says why and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from store import read as reading
from store import sandbox
from store.errors import ReadError
from store.read import READABLE_SUFFIXES, read
from store.sandbox import Limits
from tests.store import bad_inputs
from tests.store.bad_inputs import REFUSED, REPORT, locked_pdf
from tests.store.make_files import make_docx, make_pdf, page_of, para

HTML = (
    "<!doctype html><html><head><meta charset=gb2312><title>报告</title></head>"
    f"<body><p>{REPORT}</p></body></html>"
)
MISBEHAVING = bad_inputs.__name__


def save(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "media", "encoding"),
    [
        ("a.txt", REPORT.encode("gb18030"), "text", "gb18030"),
        ("a.md", f"# 报告\n{REPORT}".encode(), "markdown", "utf-8"),
        ("a.html", HTML.encode("gb18030"), "html", "gb18030"),
        ("lies about its charset.html", HTML.encode("utf-8"), "html", "utf-8"),
        ("html named.txt", HTML.encode(), "html", "utf-8"),
        ("html named.doc", HTML.encode("utf-16"), "html", "utf-16-le"),
        ("a.docx", make_docx(para(REPORT)), "docx", None),
        ("docx named.txt", make_docx(para(REPORT)), "docx", None),
        ("a.pdf", make_pdf([page_of([REPORT])]), "pdf", None),
        ("pdf named.txt", make_pdf([page_of([REPORT])]), "pdf", None),
        ("owner password only.pdf", locked_pdf("", "owner"), "pdf", None),
        ("text named.pdf", REPORT.encode(), "text", "utf-8"),
        ("no suffix", REPORT.encode(), "text", "utf-8"),
    ],
)
def test_reads_a_file_by_its_content(
    tmp_path: Path, name: str, data: bytes, media: str, encoding: str | None
) -> None:
    source = read(save(tmp_path, name, data))
    assert (source.media, source.encoding) == (media, encoding)
    assert REPORT in source.text


@pytest.mark.parametrize(("name", "content", "message", "hint"), REFUSED, ids=[case[0] for case in REFUSED])
def test_refuses_in_one_line_with_a_remedy(
    tmp_path: Path, name: str, content: bad_inputs.Content, message: str, hint: str
) -> None:
    path = save(tmp_path, name, content if isinstance(content, bytes) else content())
    with pytest.raises(ReadError) as refusal:
        read(path)
    said = str(refusal.value)
    assert said.startswith(f"{name}：")
    assert message in said
    assert "\n" not in said
    assert hint in refusal.value.hint


def test_refuses_what_is_not_there_or_not_a_file(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    os.mkfifo(tmp_path / "pipe")
    cases = {
        tmp_path / "absent.txt": "文件不存在",
        tmp_path / "nul\0.txt": "文件不存在",
        tmp_path: "这是文件夹",
        loop: "符号链接成环",
        tmp_path / "pipe": "不是普通文件",
        Path("/dev/zero"): "不是普通文件",
    }
    for path, message in cases.items():
        with pytest.raises(ReadError, match=message):
            read(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_says_when_permission_is_missing(tmp_path: Path) -> None:
    path = save(tmp_path, "a.txt", REPORT.encode())
    path.chmod(0)
    with pytest.raises(ReadError, match="没有读取权限"):
        read(path)


def test_follows_a_link_to_a_file(tmp_path: Path) -> None:
    link = tmp_path / "link.txt"
    link.symlink_to(save(tmp_path, "a.txt", REPORT.encode()))
    assert read(link).text == REPORT


def test_refuses_a_file_over_the_limit_unread(tmp_path: Path) -> None:
    path = tmp_path / "sparse.txt"
    with path.open("wb") as file:
        file.truncate(reading.MAX_BYTES + 1)
    with pytest.raises(ReadError, match="超过 50 MB 的上限"):
        read(path)


def test_a_name_with_a_line_break_cannot_break_the_message(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"^a\?b\.txt："):
        read(save(tmp_path, "a\nb.txt", b""))


def test_a_big_page_is_parsed_in_a_child(tmp_path: Path) -> None:
    page = HTML.replace("<p>", "<p>第一段</p>" * 80_000 + "<p>")
    source = read(save(tmp_path, "a.html", page.encode()))
    assert source.text.endswith(REPORT)
    assert source.title == "报告"


def test_a_folder_walk_takes_the_readable_suffixes_only() -> None:
    assert {".txt", ".md", ".markdown", ".html", ".htm", ".docx", ".pdf"} == READABLE_SUFFIXES
    assert not READABLE_SUFFIXES & reading.UNREADABLE_HINTS.keys()


@pytest.mark.parametrize(
    ("behaviour", "limits", "message"),
    [
        (b"loop", Limits(wall_s=0.5), "解析超过 0.5 秒"),
        pytest.param(
            b"eat",
            Limits(wall_s=20, memory_bytes=300_000_000),
            "内存",
            marks=pytest.mark.skipif(sys.platform == "darwin", reason="macOS sets no memory limit"),
        ),
        (b"crash", Limits(), "解析失败"),
    ],
)
def test_a_parser_gone_wrong_costs_one_child(
    behaviour: bytes, limits: Limits, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ReadError, match=message):
        sandbox.parse(MISBEHAVING, behaviour, limits)
    assert capfd.readouterr() == ("", "")


def test_a_parser_that_prints_does_not_spoil_the_result() -> None:
    assert sandbox.parse(MISBEHAVING, b"print").text.startswith("[")


def test_secrets_stay_out_of_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:abc")
    assert "TELEGRAM_BOT_TOKEN" not in sandbox.parse(MISBEHAVING, b"").text


def test_the_child_imports_only_what_it_needs() -> None:
    heavy = (
        "import store.sandbox, sys; print({'pydantic', 'lxml', 'pdfplumber', 'chromadb'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "set()"
