"""`reportbot digest`: what a person reads, what a program reads, and what is said of wrong usage."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import respx
from lxml import html

from bot.digest import digest_record, digest_view, planned_in
from bot.texts import Say
from chains.digest.models import (
    Digest,
    FollowedPlan,
    Gone,
    RepeatedShortcoming,
    ReportNews,
    Series,
    SeriesPoint,
    SharedShortcoming,
    Verdict,
)
from chains.figures import split_figures
from chains.models import Citation, Item
from store.models import Report, ReportKind
from tests.bot.conftest import Cli
from tests.bot.samples import RIVERSIDE
from tests.bot.test_json import CITATION, ITEM, REPORT
from tests.scripted import COMPLETIONS, URL, Script, write

EARLIER = (
    RIVERSIDE.replace("2025", "2024年次")
    .replace("2024年", "2023年")
    .replace("2023年次年", "2024年")
    .replace("37件", "29件")
    .replace("8名", "6名")
)


@pytest.fixture
def two_years(cli: Cli, tmp_path: Path) -> Path:
    """The riverside bureau's reports of two years, on the shelf."""
    folder = tmp_path / "两年"
    folder.mkdir()
    (folder / "前.txt").write_text(EARLIER, encoding="utf-8")
    (folder / "后.txt").write_text(RIVERSIDE, encoding="utf-8")
    outcome = cli("ingest", folder)
    assert outcome.code == 0, outcome.err
    return folder


def parsed(page: str) -> Any:
    return html.document_fromstring(page)


# --- text


def test_a_reader_sees_each_report_and_then_what_goes_across_them(cli: Cli, two_years: Path) -> None:
    out = cli("digest").out
    lines = out.splitlines()
    assert lines[0] == "书架动态"
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d 至 \d{4}-\d\d-\d\d \d\d:\d\d（Asia/Shanghai） · 新增 2 份", lines[1]
    )
    headings = [line for line in lines if line.startswith("【")]
    assert headings[:2] == [
        "【河滨区水务局2023年法治政府建设工作报告】",
        "【河滨区水务局2024年法治政府建设工作报告】",
    ]
    assert headings[-1] == "【原文出处】"
    assert "【计划跟进】" in headings
    assert "  要点\n    1. 执法力度不断加大。全年开展河道巡查1260次，查处非法采砂案件37件" in out


def test_marks_count_through_and_each_has_its_quote(cli: Cli, two_years: Path) -> None:
    body, sources = cli("digest").out.replace("机制[1]尚未", "").split("【原文出处】")
    marks = [int(n) for n in re.findall(r"\[(\d+)\]", body)]
    first_used = list(dict.fromkeys(marks))
    assert first_used == list(range(1, len(first_used) + 1))
    assert len(marks) > len(first_used)  # what was quoted under a report is not quoted anew across them
    numbered = re.findall(r"^  ((?:\[\d+\])+) ([“《])", sources, re.M)
    assert sorted(int(n) for numbers, _ in numbered for n in re.findall(r"\d+", numbers)) == first_used


def test_a_quote_that_stands_above_whole_is_not_given_again(cli: Cli, two_years: Path) -> None:
    body, sources = cli("digest").out.split("【原文出处】")
    points = [re.sub(r"\n +", "", point) for point in re.split(r"^ +\d+\. ", body, flags=re.M)]
    quotes = re.findall(r"^  \[(\d+)\] “(.*)”$", sources, re.M)
    assert quotes
    for n, quote in quotes:
        above = next(point for point in points if f"[{n}]" in point)
        assert quote.strip("。；") not in above
    assert "原话已全在正文里的，只列出处。" in sources
    page = cli("digest", "--format", "html").out
    assert page.count("<blockquote>") == len(set(re.findall(r'id="q(\d+)"', page)))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("form", ["text", "md"])
def test_a_quiet_week_is_one_line(cli: Cli, two_years: Path, form: str) -> None:
    outcome = cli("digest", "--since", "2019-01-01", "--until", "2019-01-08", "--format", form)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "2019-01-01 00:00 至 2019-01-08 00:00（Asia/Shanghai），书架上没有变化。\n"


def test_an_empty_shelf_is_quiet_too(cli: Cli) -> None:
    outcome = cli("digest", language="en")
    assert outcome.code == 0
    assert outcome.out.startswith("Nothing changed on the shelf from ")
    assert outcome.out.count("\n") == 1
    assert "There is no report on the shelf shared yet." in outcome.err


def test_what_nobody_watches_is_counted_and_left_out(cli: Cli, shelf: dict[str, str]) -> None:
    out = cli("digest", "--watch", "校车，火星").out
    assert "夜坪县教育局" in out
    assert "河滨区水务局" not in out
    assert "按关注词“校车”“火星”，未列1份报告、" in out
    quiet = cli("digest", "--watch", "火星").out
    assert quiet.count("\n") == 1
    assert "没有与关注词有关的变化。按关注词“火星”，未列2份报告" in quiet


def test_replaced_and_removed_reports_are_named(cli: Cli, reports: Path, shelf: dict[str, str]) -> None:
    (reports / "河滨.txt").write_text(RIVERSIDE.replace("1260次", "1261次"), encoding="utf-8")
    cli("ingest", reports / "河滨.txt")
    cli("delete", shelf["夜坪"])
    # All of it lies in the same week: the reader sees the newest alone, and nothing of what came and went.
    out = cli("digest").out
    assert "1261次" in out
    assert "1260次" not in out
    assert "夜坪" not in out


def test_other_shelves_are_not_told_of(cli: Cli, shelf: dict[str, str]) -> None:
    assert "书架上没有变化" in cli("digest", "--workspace", "另一个").out


def test_with_a_model_set_it_words_what_matters(
    cli: Cli, two_years: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("OPENAI_BASE_URL", URL)
    monkeypatch.setenv("OPENAI_MODEL", "某模型")
    script = Script(write)
    with respx.mock:
        respx.post(COMPLETIONS).mock(side_effect=script)
        outcome = cli("digest")
    assert outcome.code == 0
    assert script.payloads
    assert "要点由模型 某模型 改写并已逐条与原文核对" in outcome.out


# --- the pages


def test_masks_and_markup_in_a_report_stay_words(cli: Cli, two_years: Path) -> None:
    page = cli("digest", "--format", "html").out
    tree = parsed(page)
    assert not tree.xpath("//script | //iframe | //link | //form | //*[@onclick]")
    assert not re.search(r"(?:src|href)=\"(?!#|data:image/png;base64,)", page)
    assert "《河滨区河道管理办法》" in page
    assert "<script" not in page
    markdown = cli("digest", "--format", "md").out
    assert r"聘请\*\*律师事务所担任法律顾问" in markdown


def test_every_mark_on_the_page_leads_to_its_quote_and_back(cli: Cli, two_years: Path) -> None:
    tree = parsed(cli("digest", "--format", "html").out)
    ids = tree.xpath("//@id")
    links = tree.xpath("//a/@href")
    assert links
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_the_chart_is_in_the_page_itself(cli: Cli, two_years: Path) -> None:
    page = cli("digest", "--format", "html").out
    record = cli("digest", "--format", "json").record
    assert "历年指标" in {section["name"] for section in record["sections"]}
    (image,) = parsed(page).xpath("//img/@src")
    assert image.startswith("data:image/png;base64,iVBORw0KGgo")
    (policy,) = parsed(page).xpath("//meta[@http-equiv]/@content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_a_page_without_a_chart_allows_no_images(cli: Cli, shelf: dict[str, str]) -> None:
    assert "img-src" not in cli("digest", "--format", "html", "--watch", "校车").out


# --- JSON


def test_json_is_what_the_contract_says(cli: Cli, two_years: Path) -> None:
    record = cli("digest", "--format", "json").record
    assert set(record) == {"from", "to", "reports", "sections", "note"}
    ends = [datetime.fromisoformat(record[name]) for name in ("from", "to")]
    assert ends[1] - ends[0] == timedelta(days=7)
    assert [end.utcoffset() for end in ends] == [timedelta(hours=8)] * 2
    assert [report["period"] for report in record["reports"]] == [[2023], [2024]]
    assert all(set(report) == REPORT for report in record["reports"])
    for section in record["sections"]:
        assert set(section) == {"name", "items"}
        assert section["items"]
        for item in section["items"]:
            assert set(item) == ITEM
            assert all(set(citation) == CITATION for citation in item["citations"])


def test_every_citation_stands_in_its_report_and_carries_the_items_figures(cli: Cli, two_years: Path) -> None:
    record = cli("digest", "--format", "json").record
    texts = {r["id"]: cli("show", r["id"], "--text").out.removesuffix("\n") for r in record["reports"]}
    for item in [item for section in record["sections"] for item in section["items"]]:
        cited = item["citations"]
        assert [citation["n"] for citation in cited] == list(range(1, len(cited) + 1))
        for citation in cited:
            assert texts[citation["report_id"]][citation["start"] : citation["end"]] == citation["quote"]
        quotes = "".join(citation["quote"] for citation in cited)
        assert all(figure["text"] in quotes for figure in item["figures"]), item


def test_sections_keep_their_order_and_are_named_in_the_users_language(cli: Cli, two_years: Path) -> None:
    def names(language: Any) -> list[str]:
        return [s["name"] for s in cli("digest", "--format", "json", language=language).record["sections"]]

    zh = ["要点", "存在不足", "下步计划", "计划跟进", "一再出现的不足", "几家共有的不足", "历年指标"]
    found = names("zh")
    assert found == [name for name in zh if name in found]
    assert found[:4] == zh[:4]
    assert names("en")[:4] == ["What matters", "Shortcomings", "Plans", "Plans followed up"]


def test_a_quiet_week_as_json_has_no_sections(cli: Cli) -> None:
    record = cli("digest", "--format", "json", "--since", "2019-01-01", "--until", "2019-01-02").record
    assert record == {
        "from": "2019-01-01T00:00:00+08:00",
        "to": "2019-01-02T00:00:00+08:00",
        "reports": [],
        "sections": [],
        "note": "2019-01-01 00:00 至 2019-01-02 00:00（Asia/Shanghai），书架上没有变化。",
    }


# --- the window


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        ("24h", timedelta(hours=24)),
        (" 1d ", timedelta(days=1)),
    ],
)
def test_a_while_ago_counts_back_from_now(cli: Cli, since: str, expected: timedelta) -> None:
    record = cli("digest", "--since", since, "--format", "json").record
    ends = [datetime.fromisoformat(record[name]) for name in ("from", "to")]
    assert ends[1] - ends[0] == expected


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-03-01", "2026-03-01T00:00:00-05:00"),
        ("2026-03-08T04:00", "2026-03-08T04:00:00-04:00"),  # clocks went forward in between
        ("2026-03-01T09:00:00+08:00", "2026-02-28T20:00:00-05:00"),
        ("2026-03-01T01:00Z", "2026-02-28T20:00:00-05:00"),
    ],
)
def test_a_date_is_one_in_the_users_zone(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, since: str, expected: str
) -> None:
    monkeypatch.setenv("REPORTBOT_TIMEZONE", "America/New_York")
    outcome = cli("digest", "--since", since, "--until", "2026-04-01", "--format", "json")
    assert outcome.record["from"] == expected


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--since", "上周"], "--since 的时间看不懂：上周。请写 7d、2w、24h"),
        (["--since", "7"], "--since 的时间看不懂：7。"),
        (["--since", "2026-13-01"], "--since 的时间看不懂：2026-13-01。"),
        (["--since", "999999w"], "--since 的时间看不懂：999999w。"),
        (["--until", "tomorrow"], "--until 的时间看不懂：tomorrow。"),
        (["--since", "2026-03-02", "--until", "2026-03-01"], "--since 要早于 --until（不写就是现在）。"),
        (["--since", "2026-03-02", "--until", "2026-03-02"], "--since 要早于 --until（不写就是现在）。"),
        (["--since", "0d"], "--since 要早于 --until（不写就是现在）。"),
        (["--format", "pdf"], "--format 只能是 text、md、html、json。"),
    ],
)
def test_a_time_that_is_none_is_wrong_usage(cli: Cli, arguments: list[str], complaint: str) -> None:
    outcome = cli("digest", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert complaint in outcome.err
    assert outcome.err.count("\n") == 1


# --- how each kind of finding is worded


def cited(quote: str, report_id: str = "a" * 12, title: str = "甲报告") -> Citation:
    return Citation(
        n=1,
        report_id=report_id,
        title=title,
        section="一、工作",
        page=None,
        start=0,
        end=len(quote),
        quote=quote,
    )


def item(text: str, report_id: str = "a" * 12) -> Item:
    return Item(text=text, topic="", figures=split_figures(text), citations=[cited(text, report_id)])


def report(report_id: str = "b" * 12) -> Report:
    return Report(
        id=report_id,
        title="2024年工作总结",
        agency="澄江县林业局",
        region="澄江县",
        period=[2024],
        kind=ReportKind.ANNUAL_REPORT,
        published=None,
        script="hans",
        source="/b.txt",
        chars=900,
        passages=9,
    )


def followed(verdict: Verdict, result: str | None) -> FollowedPlan:
    return FollowedPlan(
        agency="澄江县林业局",
        plan_year=2023,
        result_year=2024,
        verdict=verdict,
        plan=item("造林4万亩。"),
        result=item(result, "b" * 12) if result else None,
        looked_in=report(),
    )


def series() -> Series:
    points = [
        SeriesPoint(year=year, value=value, shown=shown, citation=cited(f"受理投诉{shown}"))
        for year, value, shown in ((2021, 386, "386件"), (2023, 412, "412件"))
    ]
    return Series(agency="澄江县林业局", indicator="受理投诉", unit="件", points=points)


DIGEST = Digest(
    since=datetime(2026, 3, 2, 1, tzinfo=UTC),
    until=datetime(2026, 3, 9, 1, tzinfo=UTC),
    news=[
        ReportNews(
            report=report(), change="replaced", points=[], shortcomings=[], plans=[], more_points=3, more_plans=2
        )
    ],
    gone=[Gone(title="工作总结", agency="青屏县档案局")],
    followed=[
        followed(Verdict.KEPT, "造林4.2万亩。"),
        followed(Verdict.NOT_MENTIONED, None),
    ],
    repeated=[
        RepeatedShortcoming(
            agency="澄江县林业局",
            earlier_year=2023,
            later_year=2024,
            earlier=item("护林员不足。"),
            later=item("护林员仍然不足。"),
        )
    ],
    shared=[
        SharedShortcoming(
            topic="护林员", agencies=["澄江县林业局", "青屏县林业局"], items=[item("护林员不足。", "c" * 12), item("护林员老化。", "d" * 12)]
        )
    ],
    series=[series()],
    dropped=1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "zh",
            [
                "澄江县林业局2023年报告的计划：造林4万亩。2024年的结果（已有结果）：造林4.2万亩。",
                "澄江县林业局2023年报告的计划：造林4万亩。2024年的结果（未见结果）：《2024年工作总结》全文没有找到它的结果，也没有相近的话。",
                "澄江县林业局：2023年：护林员不足。2024年：护林员仍然不足。",
                "护林员（2 家）：澄江县林业局：护林员不足。青屏县林业局：护林员老化。",
                "澄江县林业局：受理投诉：2021年386件、2023年412件；2021→2023年：(412-386)/386 = +6.7%。",
            ],
        ),
        (
            "en",
            [
                "澄江县林业局, planned in the 2023 report: 造林4万亩。 Told of 2024 (result found): 造林4.2万亩。",
                "澄江县林业局, planned in the 2023 report: 造林4万亩。 Told of 2024 (no result found): Nothing on it was found anywhere in “2024年工作总结”, nor anything near it.",
                "澄江县林业局: 2023: 护林员不足。 2024: 护林员仍然不足。",
                "护林员 (2 agencies): 澄江县林业局: 护林员不足。 青屏县林业局: 护林员老化。",
                "澄江县林业局: 受理投诉: 2021: 386件, 2023: 412件; 2021→2023: (412-386)/386 = +6.7%.",
            ],
        ),
    ],
)
def test_findings_are_worded_whole_in_json(language: Any, expected: list[str]) -> None:
    record = digest_record(DIGEST, Say(language), "Asia/Shanghai")
    items = [item for section in record["sections"] for item in section["items"]]
    assert [item["text"] for item in items] == expected
    assert [[c["n"] for c in item["citations"]] for item in items] == [[1, 2], [1], [1, 2], [1, 2], [1, 2]]


def test_a_formula_in_another_unit_than_the_report_names_it() -> None:
    points = [point.model_copy(update={"shown": f"{point.value / 10000:g}万件"}) for point in series().points]
    digest = DIGEST.model_copy(update={"series": [series().model_copy(update={"points": points})]})
    text = digest_record(digest, Say("zh"), "Asia/Shanghai")["sections"][-1]["items"][0]["text"]
    assert text.endswith("2021→2023年：(412-386)/386 = +6.7%（以件计）。")


def test_what_json_has_no_list_for_stands_in_its_note() -> None:
    record = digest_record(DIGEST, Say("zh"), "Asia/Shanghai")
    assert record["note"] == (
        "更新 1 份、移除 1 份。已移除：《工作总结》（青屏县档案局）。另有 1 条没有通过与原文的核对，未列。"
    )
    assert record["from"] == "2026-03-02T09:00:00+08:00"


def test_a_report_that_is_not_detailed_says_how_much_it_holds() -> None:
    (part, *_) = digest_view(DIGEST, Say("zh"), "Asia/Shanghai").parts
    assert (part.title, part.groups, part.lack) == ("2024年工作总结（更新）", (), "")
    assert part.rest == "载有成效 3 项、计划 2 项：reportbot summarize bbbbbbbbbbbb"


def test_quotes_of_reports_with_one_title_are_told_apart_by_agency() -> None:
    notes = digest_view(DIGEST, Say("zh"), "Asia/Shanghai").notes
    assert {(note.title, note.agency, note.quote) for note in notes} >= {
        ("甲报告", "澄江县林业局", "护林员不足。"),
        ("甲报告", "青屏县林业局", "护林员老化。"),
    }
    assert [note.n for note in notes] == list(range(1, len(notes) + 1))


def test_a_work_report_is_named_after_the_year_it_plans_for() -> None:
    plan = followed(Verdict.KEPT, "造林4.2万亩。")
    told = plan.looked_in.model_copy(update={"kind": ReportKind.WORK_REPORT})
    say = Say("zh")
    assert planned_in(plan, say) == "2023年报告"
    assert planned_in(plan.model_copy(update={"looked_in": told}), say) == "2024年政府工作报告"


def test_who_wrote_it_is_said() -> None:
    say = Say("zh")
    assert digest_view(DIGEST, say, "Asia/Shanghai").made == (
        "各条均摘自报告原文，方括号数字是出处。历年变化由程序按所列算式算出。"
    )
    written = DIGEST.model_copy(update={"engine": "llm", "model": "某模型", "series": []})
    view = digest_view(written, say, "Asia/Shanghai")
    assert view.made.startswith("要点由模型 某模型 改写并已逐条与原文核对，")
    assert view.dropped == "另有 1 条模型所写的内容因原文不支持而删去。"
