from __future__ import annotations

from collections.abc import Sequence

import pytest

from chains.english_places import names_in, sounds_of
from chains.question import read_question
from chains.scope import Mismatch, ReportScope, find_scope
from store.models import Report, ReportKind


def report(title: str, agency: str, region: str, period: tuple[int, ...] = (2024,)) -> Report:
    return Report(
        id=f"{abs(hash(title)):012x}"[:12],
        title=title,
        agency=agency,
        region=region,
        period=list(period),
        kind=ReportKind.ANNUAL_REPORT,
        published=None,
        script="hans",
        source="报告.txt",
        chars=1000,
        passages=5,
    )


SOUTH = report("南岭山区人民政府2024年政府工作报告", "南岭山区人民政府", "南岭山区", (2023, 2024))
JUSTICE = report("云溪区司法局2024年法治政府建设情况报告", "云溪区司法局", "云溪区")
NOTICE = report("关于开展2024年城市更新专项执法检查的通知", "明州市住房和城乡建设局", "明州市")
TAX = report("国家税务总局云溪区税务局2024年法治税务报告", "国家税务总局云溪区税务局", "云溪区")
BRANCH = report("杭州市上泽区分局2024年法治政府建设情况报告", "杭州市上泽区分局", "杭州市上泽区")
HELD = (SOUTH, JUSTICE, NOTICE, TAX, BRANCH)


def scope(question: str, *, mentioned: Sequence[str] = ()) -> ReportScope:
    read = read_question(question)
    return find_scope(
        question, read.years, HELD, lambda words, _: words in mentioned, fixed=False, ahead=read.ahead
    )


@pytest.mark.parametrize(
    ("question", "reports"),
    [
        ("南岭山区2024年新增多少学位", (SOUTH,)),
        ("城市更新专项执法检查的通知里有哪些要求", (NOTICE,)),
        ("城市更新专项执法检查什么时候结束", (NOTICE,)),
        ("《云溪区司法局2024年法治政府建设情况报告》说了什么", (JUSTICE,)),
        ("云溪区税务局收了多少税", (TAX,)),
        ("上泽区分局有哪些不足", (BRANCH,)),
        ("杭州市上泽区有哪些不足", (BRANCH,)),
        ("云溪区司法局和云溪区税务局分别有哪些问题", (JUSTICE, TAX)),
        ("去年县里人少了多少", HELD),
        ("从县城到市里要多久", HELD),
    ],
)
def test_a_question_is_about_the_reports_it_names(question: str, reports: tuple[Report, ...]) -> None:
    found = scope(question)
    assert (found.mismatch, found.reports) == (None, reports)


@pytest.mark.parametrize("question", ["望城县2024年新增多少学位", "望城县的执法人员有多少"])
def test_a_place_that_no_report_is_of_is_told(question: str) -> None:
    assert (scope(question).mismatch, scope(question).unknown) == (Mismatch.PLACE, "望城县")


def test_a_subject_shorter_than_a_name_needs_its_genre() -> None:
    held = report("2024年安全生产工作方案", "云溪区应急管理局", "云溪区")
    assert find_scope(
        "安全生产事故有多少起", (), (held, JUSTICE), lambda *_: False, fixed=False, ahead=False
    ).reports == (held, JUSTICE)
    assert find_scope(
        "安全生产工作方案要求什么", (), (held, JUSTICE), lambda *_: False, fixed=False, ahead=False
    ).reports == (held,)


# --- places in English ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What is the GDP of Chengdu in 2025?", ["Chengdu"]),
        ("What was Beijing's GDP?", ["Beijing"]),
        ("Beijing's GDP in 2025?", ["Beijing"]),
        ("Compare Longgang and Longhua District", ["Longgang", "Longhua"]),
        ("Did Xi'an meet its target?", ["Xi'an"]),
        ("What are the targets of Tibet and Inner Mongolia?", ["Tibet", "Inner Mongolia"]),
        ("How many cases did Springfield City handle?", ["Springfield"]),
        ("Can the bureau fine companies in China?", []),
        ("Which shortcomings did the Ecology Bureau admit in March?", []),
        ("How many Women were trained by the Party School?", []),
        ("What does the GDP come to?", []),
        ("Did the 18 June 2023 rainstorm cause a loss in Renminbi?", []),
    ],
)
def test_places_named_in_english_are_told_from_other_words(question: str, names: list[str]) -> None:
    assert names_in(question) == names


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("What did Yunxi achieve?", [JUSTICE, TAX]),
        ("What are Yunxi’s shortcomings?", [JUSTICE, TAX]),
        ("How many cases did Hangzhou handle?", [BRANCH]),
        ("Which shortcomings does the Shangze branch admit?", [BRANCH]),
    ],
)
def test_a_place_is_known_by_its_pinyin(question: str, held: list[Report]) -> None:
    found = scope(question)
    assert (found.mismatch, list(found.reports)) == (None, held)


def test_a_place_nobody_holds_is_refused_in_english_too() -> None:
    found = scope("How many cases did Chengdu handle?")
    assert (found.mismatch, found.unknown) == (Mismatch.PLACE, "Chengdu")
    assert scope("How many cases did Chengdu handle?", mentioned=["Chengdu"]).mismatch is None


def test_a_place_within_a_report_is_heard_in_its_text() -> None:
    assert "jianqiao" in sounds_of("今年笕桥、彭埠街道5个安置房")
