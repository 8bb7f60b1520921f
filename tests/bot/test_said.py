"""Whatever the layers below say to a user is said in English too, and in Chinese as it was."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from bot.failures import explain
from bot.said import SAID, said
from bot.texts import Say
from chains.llm_errors import ModelError
from store.errors import AppError, NotFoundError, ReadError
from store.formats import sniff
from store.health import DatabaseError
from tests.bot.conftest import Cli
from tests.bot.samples import RIVERSIDE
from tests.store.bad_inputs import REFUSED

ROOT = Path(__file__).parents[2]
HAN = re.compile(r"[\u3400-\u9fff]")
CHINESE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
EN, ZH = Say("en"), Say("zh")

# What stands in a sentence; whatever is not named here is a file's or a user's, and 7 will do for it.
VALUES = {
    "name": sorted({kind for _, kind, _ in (*sniff._REFUSED, *sniff._OLE_KINDS, *sniff._ZIP_KINDS)}),
    "where": ["文档", "网页"],
    "brief": ["", "（7）"],
    "detail": ["7 份报告，7 段"],
}
NOT_SAID = {"脚注", "\u9fff"}  # a heading put into a report's text, and the end of a range
_VOCABULARY = {"compile", "search", "match", "fullmatch", "sub", "split", "maketrans", "frozenset"}
"""Calls whose strings are looked for in reports, and said to nobody."""


def _subclasses(kind: type[AppError]) -> Iterator[str]:
    yield kind.__name__
    for derived in kind.__subclasses__():
        yield from _subclasses(derived)


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def _speaks(tree: ast.AST) -> bool:
    """Whether a module raises or defines an error of ours, finds fault or warns."""
    errors = {*_subclasses(AppError), "Finding"}
    return any(
        _called(node) in errors
        or "warning" in _called(node)
        or (isinstance(node, ast.FunctionDef) and "warning" in node.name)
        or (isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") in errors for base in node.bases))
        for node in ast.walk(tree)
    )


def _strings(node: ast.AST) -> Iterator[ast.expr]:
    """Every outermost string of Chinese that is no docstring and no vocabulary."""
    if isinstance(node, (ast.JoinedStr, ast.Constant)):
        if any(HAN.search(str(part.value)) for part in ast.walk(node) if isinstance(part, ast.Constant)):
            yield node
    elif _called(node) not in _VOCABULARY and not (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ):
        for child in ast.iter_child_nodes(node):
            yield from _strings(child)


def _wordings(node: ast.expr) -> list[str]:
    """What a string may come to, with sample values filled in."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(filled) for filled in product(*map(_wordings, parts))]
        case ast.FormattedValue(value=ast.IfExp(body=one, orelse=other)):
            return _wordings(one) + _wordings(other)
        case ast.FormattedValue(value=ast.Name(id=name)):
            return VALUES.get(name, ["7"])
        case ast.FormattedValue():
            return ["7"]
    return []


def _all_wordings() -> Iterator[tuple[str, str]]:
    for path in sorted(path for layer in ("store", "chains") for path in (ROOT / layer).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if _speaks(tree):
            for node in _strings(tree):
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield from ((where, text) for text in _wordings(node))


WORDINGS = [(where, text) for where, text in _all_wordings() if text not in NOT_SAID]


@pytest.mark.parametrize(("where", "text"), WORDINGS)
def test_what_is_said_below_has_its_english(where: str, text: str) -> None:
    assert not CHINESE.search(said(text, EN)), where
    assert said(text, ZH) == text
    assert said(f"报告：一.txt：{text}", EN) == f"报告：一.txt: {said(text, EN)}"


def test_everything_that_can_be_said_was_found() -> None:
    texts = {text for _, text in WORDINGS}
    assert {
        AppError.hint,
        ModelError.hint,
        DatabaseError.hint,
        "这是电子书，无法直接读取",
        "没有编号为 7 的报告",
        "模型的答复不是约定的 JSON（7）",
        sniff.TO_DOCX,
        "符号链接成环",
        "含有 7 个不可见字符，已去除",
        "文档中有隐藏文字，已忽略：7",
    } <= texts


@pytest.mark.parametrize("phrase", SAID, ids=lambda phrase: phrase.en[:40])
def test_every_phrase_is_of_something_said_below(phrase: tuple[str, str]) -> None:
    pattern = "".join(
        ".*" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", phrase[0])
    )
    assert any(re.fullmatch(pattern, text) for _, text in WORDINGS)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("有 1 处字节无法解码，已用“\ufffd”代替", "1 place could not be decoded and stands as “\ufffd”"),
        ("有 2 处字节无法解码，已用“\ufffd”代替", "2 places could not be decoded and stand as “\ufffd”"),
        (
            "有 1 处文字是写给语言模型的指令（“忽略以上”），只当资料保存，不会照做也不会引用",
            "1 clause of the text is an instruction to a language model (“忽略以上”): kept as material only, neither followed nor quoted",
        ),
        # What is quoted stays, whatever it says.
        ("网页中有隐藏文字，已忽略：文件是空的", "hidden text in the web page was ignored: 文件是空的"),
        ("没有编号为 书架 的报告", "there is no report with the id 书架"),
        ("数据库出错：1\n2", "the database failed: 1\n2"),
        (
            "编号 3 不唯一：3a 甲、乙；3b 丙",
            "more than one report has an id that begins with 3: 3a 甲、乙; 3b 丙",
        ),
        (
            "索引建于 e5.c1、words.c1，现在的设置是 e5.c2",
            "the indexes were built with e5.c1, words.c1, and the setting is now e5.c2",
        ),
        ("保留原有结构：文件里只有空白", "its old structure is kept: there are only blanks in the file"),
        ("模型服务上没有“m”（not “found”）", "the model service has no “m” (not “found”)"),
        ("报告.txt：这是图片，无法直接读取", "报告.txt: this is a picture, which cannot be read as it is"),
        # For these there are no words.
        ("甲.txt：没人说过的话", "甲.txt：没人说过的话"),
        ("", ""),
    ],
)
def test_values_are_kept_and_counts_agree(text: str, english: str) -> None:
    assert said(text, EN) == english
    assert said(text, ZH) == text


def test_an_error_is_explained_with_its_remedy() -> None:
    error = ReadError("甲.txt：文件是空的", hint="请检查文件是否完整下载。")
    assert explain(error, ZH) == "甲.txt：文件是空的。请检查文件是否完整下载。"
    assert explain(error, EN) == ("甲.txt: the file is empty. Check that the file was downloaded completely.")
    assert explain(NotFoundError("没有编号为 x 的报告"), EN) == (
        "there is no report with the id x. See the ids of the reports with `reportbot list`."
    )


def test_files_that_are_refused_are_refused_in_english(cli: Cli, tmp_path: Path) -> None:
    paths = []
    for number, (name, content, _, _) in enumerate(REFUSED):
        if isinstance(content, bytes) or name.endswith(".pdf"):  # the rest are large
            paths.append(tmp_path / f"{number}{Path(name).suffix}")
            paths[-1].write_bytes(content if isinstance(content, bytes) else content())
    outcome = cli("ingest", *paths, tmp_path / "missing.txt", language="en")
    assert (outcome.code, outcome.out) == (1, "")
    assert not CHINESE.search(outcome.err)
    *lines, _ = outcome.err.splitlines()
    assert len(lines) == len(paths) + 1
    for line, path in zip(lines, paths, strict=False):
        assert line.startswith(f"Error: {path}: ")
        assert line.count(path.name) == 1
    assert lines[0] == (
        f"Error: {paths[0]}: the file is empty. Check that the file was downloaded completely."
    )


@pytest.mark.parametrize("command", ["ingest", "summarize"])
def test_warnings_are_given_in_english(cli: Cli, tmp_path: Path, command: str) -> None:
    path = tmp_path / "report.txt"
    path.write_text(RIVERSIDE.replace("水务局", "水\u200b务局"), encoding="utf-8")
    hidden = path.read_text(encoding="utf-8").count("\u200b")
    outcome = cli(command, path, language="en")
    assert f"Note: {path}: {hidden} invisible characters were removed\n" in outcome.err
    assert not CHINESE.search(outcome.err)
    assert f"提示：{path}：含有 {hidden} 个不可见字符，已去除\n" in cli(command, path).err


def test_an_unknown_id_is_told_in_english(cli: Cli) -> None:
    assert cli("delete", "abc123", language="en").err == (
        "Error: there is no report with the id abc123. See the ids of the reports with `reportbot list`.\n"
    )
