from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import words
from store.script import fold
from store.words import WordEntry, WordIndex, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("低效用地", ["低效", "效用", "用地"]),
        ("完成2,084.1亩，占33%", ["完成", "2084.1", "亩", "占", "33"]),
        ("完成２０８４.１畝", ["完成", "2084.1", "亩"]),
        ("5G基站ABC123", ["5", "g", "基站", "abc", "123"]),
        ("12,345,67", ["12345", "67"]),
        ("x區xxxx年", ["x", "区", "xxxx", "年"]),
        ("**、□□", []),
        ("一是…二是", ["一是", "二是"]),
        ("Совет Ürümqi", ["совет", "ürümqi"]),
        ("", []),
    ],
)
def test_tokens_are_bigrams_words_and_whole_numbers(text: str, found: list[str]) -> None:
    assert tokens(text) == found


@given(st.text())
def test_tokens_never_hold_white_space_and_come_from_the_folded_text(text: str) -> None:
    plain = fold(text).replace(",", "")
    for token in tokens(text):
        assert token == "".join(token.split())
        assert token in plain


@given(st.text(alphabet="国家法治政府", min_size=2))
def test_a_han_run_gives_one_bigram_less_than_it_has_characters(text: str) -> None:
    assert len(tokens(text)) == len(text) - 1


def index_of(folder: Path, texts: dict[str, str], workspace: str = "shared") -> WordIndex:
    index = WordIndex(folder)
    index.add(WordEntry(f"{report}-0000", report, workspace, text) for report, text in texts.items())
    return index


TEXTS = {"a1": "完成低效用地再开发2084.1亩", "b2": "普法宣传形式单一，低效", "c3": "公共服务"}


def test_the_passage_that_shares_the_rarest_tokens_comes_first(tmp_path: Path) -> None:
    found = index_of(tmp_path, TEXTS).search("低效用地再開發多少畝水田", 10)
    assert list(found.scores) == ["a1-0000", "b2-0000"]
    assert 0 < found.coverage < 1


def test_a_number_is_found_as_a_whole_only(tmp_path: Path) -> None:
    index = index_of(tmp_path, TEXTS)
    assert list(index.search("2084.1", 10).scores) == ["a1-0000"]
    assert index.search("2084", 10).scores == {}


def test_a_question_of_unknown_words_finds_nothing_and_says_so(tmp_path: Path) -> None:
    found = index_of(tmp_path, TEXTS).search("How many hectares?", 10)
    assert (found.scores, found.coverage) == ({}, 0.0)


def test_a_name_written_otherwise_is_found_by_its_rare_character(tmp_path: Path) -> None:
    found = index_of(tmp_path, TEXTS | {"d4": "诗人郭-{麐}-，字祥伯"}).search("郭麐何時去世", 10)
    assert list(found.scores) == ["d4-0000"]
    assert 0 < found.coverage < 1


def test_words_that_only_ask_find_nothing_unless_they_are_all_there_is(tmp_path: Path) -> None:
    index = index_of(tmp_path, TEXTS | {"d4": "不论什么时候，哪个部门有多少"})
    assert list(index.search("什麼時候完成多少畝？", 10).scores) == ["a1-0000"]
    assert list(index.search("多少", 10).scores) == ["d4-0000"]


def test_filters_keep_workspaces_and_reports_apart_without_changing_scores(tmp_path: Path) -> None:
    index = index_of(tmp_path, TEXTS)
    index.add([WordEntry("d4-0000", "d4", "chat-1", "低效用地")])
    free = index.search("低效", 10).scores
    assert set(free) == {"a1-0000", "b2-0000", "d4-0000"}
    shared = index.search("低效", 10, workspaces=["shared"]).scores
    assert shared == {key: free[key] for key in ("a1-0000", "b2-0000")} | shared
    assert set(shared) == {"a1-0000", "b2-0000"}
    assert set(index.search("低效", 10, report_ids=["b2", "d4"]).scores) == {"b2-0000", "d4-0000"}
    assert set(index.search("低效", 10, workspaces=["chat-1"], report_ids=["b2"]).scores) == set()


def test_deleting_a_report_leaves_the_others(tmp_path: Path) -> None:
    index = index_of(tmp_path, TEXTS)
    index.delete_reports(["a1"])
    assert index.ids() == {"b2-0000", "c3-0000"}
    assert (index.count(), index.count_report("a1"), index.count_report("b2")) == (2, 0, 1)


def test_another_handle_sees_a_commit_after_reload(tmp_path: Path) -> None:
    index = index_of(tmp_path, TEXTS)
    other = WordIndex(tmp_path)
    index.add([WordEntry("e5-0000", "e5", "shared", "新增")])
    assert other.count() == 3
    other.reload()
    assert other.count() == 4


def test_common_tokens_are_dropped_only_where_rarer_ones_remain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "COMMON_FROM_DOCS", 1)
    everywhere = {
        f"r{i}": "工作报告" + "".join(chr(0x4E00 + 10 * i + j) for j in range(5)) for i in range(40)
    }
    index = index_of(tmp_path, everywhere)
    rare = everywhere["r7"][4:]
    assert list(index.search(rare + "工作报告", 50).scores) == ["r7-0000"]
    assert len(index.search("工作报告", 50).scores) == 40


def test_a_damaged_folder_is_begun_again_empty(tmp_path: Path) -> None:
    index_of(tmp_path, TEXTS)
    (meta,) = tmp_path.rglob("meta.json")
    meta.write_text("{", encoding="utf-8")
    assert WordIndex(tmp_path).count() == 0


def test_what_a_killed_writer_left_does_not_stop_the_next(tmp_path: Path) -> None:
    index_of(tmp_path, {"aaaaaaaaaaaa": "行政复议", "bbbbbbbbbbbb": "行政执法"})
    (meta,) = tmp_path.glob("v*/meta.json")
    before = meta.read_bytes()
    WordIndex(tmp_path).delete_reports(["aaaaaaaaaaaa"])
    meta.write_bytes(before)  # killed after the deletions were written and before they counted
    again = WordIndex(tmp_path)
    again.delete_reports(["aaaaaaaaaaaa"])
    assert (again.count_report("aaaaaaaaaaaa"), again.count()) == (0, 1)
