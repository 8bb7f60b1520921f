"""How a summary reads in each format, and that a report's words stay words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from bot.html import escape as escape_html
from bot.markdown import escape as escape_markdown
from tests.bot.conftest import Cli


def parsed(page: str) -> Any:
    return html.document_fromstring(page)


def test_text_has_title_facts_three_parts_and_sources(cli: Cli, riverside: Path) -> None:
    lines = cli("summarize", riverside).out.splitlines()
    assert lines[0] == "河滨区水务局2024年法治政府建设工作报告"
    assert lines[1].startswith("河滨区水务局 · 2024 · 年度报告 · 2025-01-15 发布 · ")
    headings = [line for line in lines if line.startswith("【")]
    assert headings == ["【主要成效】", "【存在不足】", "【下步计划】", "【原文出处】"]


def test_marks_count_through_and_each_has_its_quote(cli: Cli, riverside: Path) -> None:
    body, sources = cli("summarize", riverside).out.split("【原文出处】")
    body = body.replace("机制[1]尚未", "")  # the report's own
    marks = [int(n) for n in re.findall(r"\[(\d+)\]", body)]
    assert marks == list(range(1, len(marks) + 1))
    assert [int(n) for n in re.findall(r"^  \[(\d+)\] “", sources, re.M)] == marks


def test_a_part_the_report_lacks_is_said_plainly(cli: Cli, reports: Path) -> None:
    out = cli("summarize", reports / "夜坪.txt").out
    assert "【存在不足】\n  报告未载明不足。" in out
    assert "【主要成效】\n  报告未载明成效。" in out
    assert "The report states no shortcomings." in cli("summarize", reports / "夜坪.txt", language="en").out


@pytest.mark.parametrize("form", ["text", "html"])
def test_masks_stay_as_they_are(cli: Cli, riverside: Path, form: str) -> None:
    assert "聘请**律师事务所担任法律顾问，审核合同**份" in cli("summarize", riverside, "--format", form).out


def test_masks_make_nothing_bold_in_markdown(cli: Cli, riverside: Path) -> None:
    out = cli("summarize", riverside, "--format", "md").out
    assert r"聘请\*\*律师事务所担任法律顾问，审核合同\*\*份" in out
    assert "**执法力量不足**。全局" in out


def test_a_report_cannot_put_markup_into_the_page(cli: Cli, riverside: Path) -> None:
    page = cli("summarize", riverside, "--format", "html").out
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    tree = parsed(page)
    assert not tree.xpath("//script | //img | //iframe | //link | //form | //*[@onclick]")
    assert not re.search(r"(?:src|href)=\"(?!#)", page)


def test_every_mark_on_the_page_leads_to_its_quote_and_back(cli: Cli, riverside: Path) -> None:
    tree = parsed(cli("summarize", riverside, "--format", "html").out)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    links = tree.xpath("//a/@href")
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)
    quotes = ["".join(quote.itertext()) for quote in tree.xpath("//blockquote")]
    assert len(quotes) == len(tree.xpath("//a[@class='mark']"))
    assert any("持证执法人员仅有21人" in quote for quote in quotes)


def test_the_page_says_which_script_it_is_in(cli: Cli, riverside: Path) -> None:
    assert '<main lang="zh-Hans">' in cli("summarize", riverside, "--format", "html").out


@pytest.mark.parametrize("form", ["text", "md", "html", "json"])
def test_a_file_is_summarised_without_leaving_anything_behind(
    cli: Cli, riverside: Path, own_data_dir: Path, form: str
) -> None:
    before = sorted(riverside.parent.parent.rglob("*"))
    outcome = cli("summarize", riverside, "--format", form)
    assert (outcome.code, outcome.err) == (0, "")
    assert sorted(riverside.parent.parent.rglob("*")) == before
    assert not own_data_dir.exists()


def test_html_is_escaped_and_control_characters_go() -> None:
    assert escape_html("<b>\"'&\x1b[31m\u202e**") == "&lt;b&gt;&quot;&#x27;&amp;[31m**"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("**市[1](x)", r"\*\*市\[1\](x)"),
        ("<b>&amp;`x`_y_", r"\<b\>\&amp;\`x\`\_y\_"),
        ("- 一项", r"\- 一项"),
        ("1. 一项", r"1\. 一项"),
        ("2024年1.2亿元", "2024年1.2亿元"),
        ("# 标题\n=====", r"\# 标题 ====="),
        ("| a | $x$ | ~~b~~", r"\| a \| \$x\$ \| \~\~b\~\~"),
    ],
)
def test_markdown_is_escaped(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


def test_an_answer_shows_where_it_stands(cli: Cli, shelf: dict[str, str]) -> None:
    out = cli("ask", "2024年河滨区水务局查处非法采砂案件多少件？").out
    answer, sources = out.split("【原文出处】")
    assert "37件" in answer
    assert "[1]" in answer
    assert "《河滨区水务局2024年法治政府建设工作报告》 · 一、主要工作成效" in sources


def test_a_refusal_names_the_nearest_passage_once(cli: Cli, shelf: dict[str, str]) -> None:
    outcome = cli("ask", "火星基地的氧气产量是多少吨？", "--json").record
    assert outcome["refused"]
    out = cli("ask", "火星基地的氧气产量是多少吨？").out
    assert out.count("【原文出处】") == 1
    for citation in outcome["citations"]:
        assert out.count(citation["quote"][:20]) == 1
        assert f"《{citation['title']}》" in out
    assert out.index("【原文出处】") < out.index(f"[1] 《{outcome['citations'][0]['title']}》")


def test_the_overview_is_in_the_users_language(cli: Cli, riverside: Path) -> None:
    for form in ("text", "json"):
        out = cli("summarize", riverside, "--format", form, language="en").out
        assert "taken from it: achievements 3, shortcomings 2, plans 2." in out
        assert "摘出" not in out
    assert "摘出成效3项、不足2项、计划2项。" in cli("summarize", riverside).out


def test_a_topic_the_first_sentence_says_is_not_put_in_front_of_it(cli: Cli, riverside: Path) -> None:
    text = riverside.read_text(encoding="utf-8").replace(
        "（一）执法力度不断加大。", "2024年，我们持续加大执法力度，成效明显。"
    )
    riverside.write_text(text, encoding="utf-8")
    assert "持续加大执法力度：" not in cli("summarize", riverside).out
