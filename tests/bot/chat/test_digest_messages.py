"""A digest as one message: whatever it holds, it fits, quotes what it says, and names what it leaves out."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.chat.digest_messages import (
    across_rows,
    digest_buttons,
    digest_rows,
    list_buttons,
    news_rows,
)
from bot.chat.markup import LIMIT, split, to_html, to_plain, units
from bot.texts import Language, Say
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
from chains.models import Citation, Item
from store.models import Report, ReportKind

ZONE = "Asia/Shanghai"
SINCE, UNTIL = datetime(2026, 3, 2, 1, tzinfo=UTC), datetime(2026, 3, 9, 1, tzinfo=UTC)


def report(n: int) -> Report:
    return Report(
        id=f"{n:012x}",
        title=f"映川区第{n}局2024年法治政府建设年度报告",
        agency=f"映川区第{n}局",
        region="映川区",
        period=[2024],
        kind=ReportKind.ANNUAL_REPORT,
        published=None,
        script="hans",
        source="x.txt",
        chars=5000,
        passages=10,
    )


def cited(n: int, text: str, at: int) -> Citation:
    title = report(n).title
    return Citation(
        n=1,
        report_id=f"{n:012x}",
        title=title,
        section="一、做法",
        page=None,
        start=at,
        end=at + len(text),
        quote=text,
    )


def item(n: int, text: str, at: int) -> Item:
    return Item(text=text, topic="", figures=[], citations=[cited(n, text, at)])


def news(n: int, *, words: int = 1, items: int = 4) -> ReportNews:
    def listed(text: str, start: int) -> list[Item]:
        return [item(n, f"{text}{place}号。" * words, start + place * 1000) for place in range(items)]

    return ReportNews(
        report=report(n),
        change="replaced" if n % 3 == 0 else "added",
        points=listed("办理案件", 0),
        shortcomings=listed("人手不足", 10_000),
        plans=listed("增配人员", 20_000),
    )


def full(count: int, words: int = 1) -> Digest:
    plan = item(1, "建成智慧执法平台，覆盖12个街道。", 30_000)
    result = item(2, "智慧执法平台覆盖9个街道。", 31_000)
    return Digest(
        since=SINCE,
        until=UNTIL,
        news=[news(n, words=words) for n in range(1, count + 1)],
        gone=[Gone(title="映川区旧报告", agency="映川区某局")],
        followed=[
            FollowedPlan(
                agency="映川区第1局",
                plan_year=2023,
                result_year=2024,
                verdict=verdict,
                plan=plan,
                result=None if verdict is Verdict.NOT_MENTIONED else result,
                nearest=item(2, "林长制全面推行。", 32_000) if verdict is Verdict.NOT_MENTIONED else None,
                looked_in=report(2),
            )
            for verdict in Verdict
        ],
        repeated=[
            RepeatedShortcoming(
                agency="映川区第1局",
                earlier_year=2023,
                later_year=2024,
                earlier=item(1, "人手不足。", 40_000),
                later=item(2, "人手仍然不足。", 41_000),
            )
        ],
        shared=[
            SharedShortcoming(
                topic="人手不足",
                agencies=["映川区第1局", "映川区第2局"],
                items=[item(1, "人手紧张。", 42_000), item(2, "人手不够。", 43_000)],
            )
        ],
        series=[
            Series(
                agency="映川区第1局",
                indicator="处罚案件",
                unit="件",
                points=[
                    SeriesPoint(year=2023, value=10, shown="10件", citation=cited(1, "10件", 50_000)),
                    SeriesPoint(year=2024, value=12, shown="12件", citation=cited(2, "12件", 51_000)),
                ],
            )
        ],
        note="有一份没有读完。",
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("count", "words"), [(1, 1), (3, 1), (3, 60), (12, 10), (50, 1), (50, 60), (400, 3)])
def test_a_digest_is_one_message_whatever_it_holds(language: Language, count: int, words: int) -> None:
    rows = digest_rows(
        full(count, words), Say(language), ZONE, remarks=["迟到了。"] * 3, watch=("人手",) * 10
    )
    parts = split(rows)
    assert len(parts) == 1
    assert units(to_plain(parts[0])) <= LIMIT
    assert len(re.findall(r"<(?:b|i|u|code|blockquote)[ >]", to_html(parts[0]))) <= 100


@pytest.mark.parametrize("count", [1, 12, 50])
def test_every_mark_has_its_quote_and_every_quote_its_mark(count: int) -> None:
    rows = digest_rows(full(count), Say("zh"), ZONE)
    told = "".join(line.text for line in rows if line.kind == "text")
    quoted = "\n".join(line.text for line in rows if line.kind == "quote")
    marks = [int(n) for n in re.findall(r"\[(\d+)\]", told)]
    assert sorted(set(marks)) == [int(n) for n in re.findall(r"^\[(\d+)\] ", quoted, re.MULTILINE)]
    assert list(dict.fromkeys(marks)) == sorted(set(marks)), "numbered as they are read"


def test_a_digest_names_counts_verdicts_and_what_it_leaves_out() -> None:
    text = to_plain(digest_rows(full(50), Say("zh"), ZONE, remarks=["（迟到。）"]))
    assert "3月2日 周一 09:00 至 3月9日 周一 09:00（北京时间）" in text
    assert "新增 34 份、更新 16 份、移除 1 份。" in text
    assert "已有结果 1 · 未全部完成 1 · 未达计划数字 1 · 未见结果 1" in text
    titles = len(re.findall(r"^\d+\. 《", text, re.MULTILINE))
    assert f"另有 {50 - titles} 份报告" in text
    for said in ("映川区旧报告", "有一份没有读完。", "（迟到。）", "不足 4 条、计划 4 条"):
        assert said in text


def test_what_is_not_mentioned_names_the_report_that_was_read() -> None:
    text = to_plain(digest_rows(full(1), Say("zh"), ZONE))
    assert (
        "2024年：《映川区第2局2024年法治政府建设年度报告》全文没有找到它的结果；最接近的一句：林长制全面推行"
        in text
    )


@pytest.mark.parametrize(
    ("digest", "watch", "expected"),
    [
        (Digest(since=SINCE, until=UNTIL), (), "书架没有变化"),
        (Digest(since=SINCE, until=UNTIL), ("违建", "停车"), "没有与关注的“违建、停车”有关的变化"),
    ],
)
def test_a_quiet_time_is_one_line_without_buttons(
    digest: Digest, watch: tuple[str, ...], expected: str
) -> None:
    (line,) = digest_rows(digest, Say("zh"), ZONE, watch=watch)
    assert expected in line.text
    assert digest_buttons(digest, "c" * 12, Say("zh")) == []


def test_a_quiet_time_still_says_what_became_of_the_last_digest() -> None:
    digest = Digest(since=SINCE, until=UNTIL)
    rows = digest_rows(digest, Say("zh"), ZONE, remarks=["上一期可能没有送到。"])
    assert rows[-1].text == "上一期可能没有送到。"
    buttons = digest_buttons(digest, "c", Say("zh"), again=True)
    assert [[data for _, data in line] for line in buttons] == [["e:c:u"]]


def test_few_reports_have_a_button_each_and_many_a_list_that_turns() -> None:
    say = Say("zh")
    few = digest_buttons(full(8), "c" * 12, say)
    assert [label for label, _ in few[0]] == [str(n) for n in range(1, 9)]
    many = digest_buttons(full(50), "c" * 12, say)
    assert [data for _, data in many[0]] == [f"e:{'c' * 12}:l:0"]
    seen = []
    for page in range(7):
        *lines, last = list_buttons(full(50), "c" * 12, page)
        turns = [label for label, _ in last if label in "◀▶"]
        assert turns == [arrow for arrow, there in (("◀", page > 0), ("▶", page < 6)) if there]
        seen += [data for line in lines for _, data in line]
    assert seen == [f"e:{'c' * 12}:r:{n}" for n in range(50)]
    assert all(len(data.encode()) <= 64 for data in seen)


def test_what_the_buttons_open_is_whole_and_quoted() -> None:
    digest, say = full(3, words=40), Say("zh")
    opened = to_plain(news_rows(digest, 1, say, ZONE))
    assert report(2).title in opened
    assert report(1).title not in opened
    for found in (*digest.news[1].points, *digest.news[1].shortcomings, *digest.news[1].plans):
        assert opened.count(found.text) >= 2, "as a point, and as its quote"
    across = to_plain(across_rows(digest, say, ZONE))
    for said in ("覆盖12个街道", "覆盖9个街道", "人手仍然不足", "人手不够", "12件", "全文没有找到它的结果"):
        assert said in across
    assert "办理案件" not in across


def test_nothing_a_report_says_is_markup() -> None:
    odd = ReportNews(
        report=report(1).model_copy(update={"title": "<b>映川</b> & **"}),
        change="added",
        points=[item(1, "查处<script>案件</script>**件", 0)],
        shortcomings=[],
        plans=[],
    )
    html = to_html(digest_rows(Digest(since=SINCE, until=UNTIL, news=[odd]), Say("zh"), ZONE))
    assert "&lt;b&gt;映川&lt;/b&gt; &amp; **" in html
    assert "<script>" not in html
    assert "**件" in html
