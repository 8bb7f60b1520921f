"""Taking in, listing, showing, deleting, searching as a user does it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.commands.doctor import in_our_words
from bot.texts import Say
from store.embed import EmbeddingModel
from store.health import Finding
from tests.bot.conftest import Cli
from tests.bot.samples import RIVERSIDE
from tests.store.bad_inputs import OLE
from tests.store.make_files import make_zip


def test_ingest_says_what_became_of_each_file_and_counts_on_stderr(cli: Cli, reports: Path) -> None:
    outcome = cli("ingest", reports)
    assert outcome.code == 0
    first, second = outcome.out.splitlines()
    assert first.startswith("收入  ")
    assert "夜坪县教育局关于开展2025年校园安全检查的通知（" in first
    assert "河滨区水务局2024年法治政府建设工作报告（" in second
    assert outcome.err == "共 2 个文件：收入 2\n"


def test_the_same_file_named_from_elsewhere_is_unchanged(
    cli: Cli, riverside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("ingest", riverside)
    monkeypatch.chdir(riverside.parent)
    record = cli("ingest", "--json", "../reports/河滨.txt").record
    assert (record["path"], record["status"]) == ("../reports/河滨.txt", "unchanged")
    assert record["report"]["source"] == str(riverside.resolve())


def test_the_same_source_with_new_content_replaces_the_report(
    cli: Cli, riverside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("ingest", riverside)
    riverside.write_text(RIVERSIDE.replace("37件", "39件"), encoding="utf-8")
    monkeypatch.chdir(riverside.parent)
    assert cli("ingest", "--json", "河滨.txt").record["status"] == "replaced"
    assert len(cli("list", "--json").records) == 1


def test_a_folder_walk_passes_over_hidden_and_foreign_files_and_counts_the_latter(
    cli: Cli, reports: Path
) -> None:
    (reports / ".git").mkdir()
    (reports / ".git" / "x.txt").write_text(RIVERSIDE, encoding="utf-8")
    (reports / ".hidden.txt").write_text(RIVERSIDE, encoding="utf-8")
    (reports / "图.png").write_bytes(b"\x89PNG")
    (reports / "声.mp3").write_bytes(b"ID3")
    (reports / "~$河滨.docx").write_bytes(b"lock")
    (reports / "下级").mkdir()
    (reports / "下级" / "空.TXT").write_text("", encoding="utf-8")
    outcome = cli("ingest", "--json", reports)
    assert [Path(r["path"]).name for r in outcome.records] == ["夜坪.txt", "河滨.txt", "空.TXT"]
    assert "跳过 2 个不支持的文件（.mp3 1、.png 1）" in outcome.err
    assert outcome.code == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("旧.doc", OLE, "convert-to docx"),
        ("旧.wps", OLE, "convert-to docx"),
        ("杂.DOC", bytes(range(256)) * 20, "不支持 .doc 格式"),
        ("版式.ofd", make_zip({"OFD.xml": "<o/>"}), "另存（打印）为 PDF"),
        ("文.rtf", b"{\\rtf1 x}", "convert-to docx"),
        ("表.xlsx", make_zip({"xl/workbook.xml": "<w/>"}), "Excel 表格"),
        ("包.zip", make_zip({"a.txt": "甲"}), "请解压"),
        ("存档.mht", b"MIME-Version: 1.0\r\nContent-Type: text/html", "另存为 HTML"),
    ],
)
def test_a_format_that_is_refused_has_its_line_in_a_folder_too_and_the_rest_goes_on(
    cli: Cli, reports: Path, name: str, content: bytes, said: str
) -> None:
    (reports / name).write_bytes(content)
    outcome = cli("ingest", "--json", reports)
    assert outcome.code == 1
    assert [record["status"] for record in outcome.records].count("added") == 2
    (failed,) = [record for record in outcome.records if record["status"] == "failed"]
    assert Path(failed["path"]).name == name
    assert said in failed["error"]
    (line,) = [line for line in outcome.err.splitlines() if name in line]
    assert said in line
    named = cli("ingest", "--json", reports / name)
    assert named.record["error"] == failed["error"]


def test_a_file_that_is_named_is_always_tried(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "报告").write_text(RIVERSIDE, encoding="utf-8")
    assert cli("ingest", "--json", tmp_path / "报告").record["status"] == "added"


def test_a_folder_without_reports_is_an_error(cli: Cli, tmp_path: Path, own_data_dir: Path) -> None:
    (tmp_path / "空").mkdir()
    outcome = cli("ingest", tmp_path / "空")
    assert outcome.code == 1
    assert "没有可读的报告文件" in outcome.err
    assert not own_data_dir.exists()


def test_a_name_that_is_not_unicode_is_taken_in_all_the_same(cli: Cli, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xba\xd3.txt")
    try:
        (tmp_path / name).write_text(RIVERSIDE, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    record = cli("ingest", "--json", tmp_path / name).record
    assert record["status"] == "added"
    assert record["path"].endswith("\\udcba\\udcd3.txt")


def test_list_gives_id_years_genre_and_title(cli: Cli, shelf: dict[str, str]) -> None:
    rows = cli("list").out.splitlines()
    row = next(row for row in rows if row.startswith(shelf["河滨"]))
    assert "2024" in row
    assert "年度报告" in row
    assert row.endswith("河滨区水务局2024年法治政府建设工作报告")


def test_an_empty_shelf_says_how_to_fill_it(cli: Cli) -> None:
    outcome = cli("list", "--workspace", "别处")
    assert (outcome.code, outcome.out) == (0, "")
    assert "reportbot ingest" in outcome.err


def test_show_gives_facts_and_sections_with_their_kind(cli: Cli, shelf: dict[str, str]) -> None:
    out = cli("show", shelf["河滨"]).out
    assert "河滨区水务局 · 2024 · 年度报告" in out
    assert f"编号：{shelf['河滨']}" in out
    assert "二、存在的不足  [存在不足]" in out


def test_show_raw_is_the_file_as_it_was_read(cli: Cli, shelf: dict[str, str]) -> None:
    assert cli("show", shelf["河滨"], "--raw").out == RIVERSIDE + "\n"


def test_show_text_keeps_masks(cli: Cli, shelf: dict[str, str]) -> None:
    assert "聘请**律师事务所担任法律顾问，审核合同**份" in cli("show", shelf["河滨"], "--text").out


def test_delete_says_what_went_and_nothing_of_it_answers_again(cli: Cli, shelf: dict[str, str]) -> None:
    outcome = cli("delete", shelf["河滨"])
    assert outcome.code == 0
    assert "河滨区水务局2024年法治政府建设工作报告" in outcome.out
    assert "核对无残留" in outcome.out
    assert [record["id"] for record in cli("list", "--json").records] == [shelf["夜坪"]]
    results = cli("search", "非法采砂案件", "--json").record["results"]
    assert all(hit["report_id"] == shelf["夜坪"] for hit in results)
    assert cli("delete", shelf["河滨"]).code == 1


def test_workspaces_are_kept_apart(cli: Cli, riverside: Path) -> None:
    cli("ingest", "--workspace", "水务", riverside)
    assert cli("list", "--json").records == []
    (record,) = cli("list", "--json", "--workspace", "水务").records
    assert cli("show", record["id"]).code == 1
    assert cli("search", "非法采砂", "--json").record["results"] == []


def test_reindex_says_how_many_reports(cli: Cli, shelf: dict[str, str]) -> None:
    outcome = cli("reindex")
    assert (outcome.code, outcome.out) == (0, "已重建索引：2 份报告。\n")
    assert cli("search", "校车", "--json").record["results"]


def test_doctor_finds_a_healthy_shelf_in_order(cli: Cli, shelf: dict[str, str]) -> None:
    outcome = cli("doctor")
    assert outcome.code == 0, outcome.out
    assert "✗" not in outcome.out
    assert "word-overlap" in outcome.out
    assert "2 份报告" in outcome.out
    assert "reports.sqlite3" in outcome.out
    subjects = [line.split()[1] for line in outcome.out.splitlines()]
    assert len(subjects) == len(set(subjects))
    assert "书架" not in subjects


def test_doctor_speaks_one_language(cli: Cli, shelf: dict[str, str]) -> None:
    assert not re.search(r"[\u4e00-\u9fff]", cli("doctor", language="en").out)


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (
            Finding("error", "词语索引", "缺 3 段，多 1 段", "请运行 `reportbot reindex`。"),
            "missing: 3, left over: 1",
        ),
        (Finding("warning", "书架", "2 份报告，9 段；1 份未完成", "下次写入时会自动清理。"), "unfinished: 1"),
        (
            Finding("warning", "旧向量", "2 个集合不再使用", "请运行 `reportbot reindex`。"),
            "no longer used: 2",
        ),
    ],
)
def test_what_a_shelf_finds_wrong_is_said_in_english(finding: Finding, said: str) -> None:
    worded = in_our_words(finding, Say("en"))
    assert said in worded.detail
    assert not re.search(r"[\u4e00-\u9fff]", f"{worded.subject}{worded.detail}{worded.remedy}")
    assert in_our_words(finding, Say("zh")).detail == finding.detail


def test_a_list_names_the_agencies(cli: Cli, shelf: dict[str, str]) -> None:
    lines = cli("list").out.splitlines()
    assert any(
        "  河滨区水务局" in line and line.endswith("河滨区水务局2024年法治政府建设工作报告") for line in lines
    )


def test_a_replaced_report_is_told_with_its_old_id_and_its_new_one(cli: Cli, riverside: Path) -> None:
    old = cli("ingest", "--json", riverside).record["report"]["id"]
    riverside.write_text(RIVERSIDE.replace("37件", "39件"), encoding="utf-8")
    out = cli("ingest", riverside).out
    new = cli("list", "--json").record["id"]
    assert old != new
    assert out.startswith(f"更新  {old} → {new}  ")


def test_doctor_names_the_setting_that_is_wrong(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTBOT_TIMEZONE", "Mars/Olympus")
    outcome = cli("doctor")
    assert outcome.code == 2
    assert "✗ 设置" in outcome.out
    assert "REPORTBOT_TIMEZONE" in outcome.out


def test_doctor_says_what_to_do_where_the_data_dir_cannot_be_written(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("REPORTBOT_DATA_DIR", str(tmp_path / "file" / "data"))
    outcome = cli("doctor")
    assert outcome.code != 0
    assert "不可写" in outcome.out
    assert "REPORTBOT_DATA_DIR" in outcome.out


class TestWithoutAnEmbeddingModel:
    @pytest.fixture
    def make_embedding(self) -> Callable[[], EmbeddingModel | None]:
        return lambda: None

    def test_searching_goes_by_words_alone_and_says_so_once(self, cli: Cli, reports: Path) -> None:
        assert cli("ingest", reports).err.count("只按字词搜索") == 1
        outcome = cli("search", "校车", "--json")
        assert outcome.record["results"]
        assert outcome.err.count("只按字词搜索") == 1

    def test_doctor_warns_and_the_rest_is_in_order(self, cli: Cli, reports: Path) -> None:
        cli("ingest", reports)
        outcome = cli("doctor")
        assert outcome.code == 0
        assert "! 嵌入模型" in outcome.out

    def test_a_search_that_shares_single_characters_alone_finds_nothing(
        self, cli: Cli, shelf: dict[str, str]
    ) -> None:
        assert cli("search", "火星", "--json").record["results"]  # of the fire extinguishers
        outcome = cli("search", "火星")
        assert outcome.out == ""
        assert "没有找到相关段落。" in outcome.err
        assert "灭火器" in cli("search", "灭火器").out
