from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chains.answer import MAX_CITATIONS, Answerer
from chains.models import Answer, AskInput
from chains.runnables import extractive_answer
from prompts.wording import REFUSAL
from store.document import parse
from store.errors import NotFoundError
from store.library import Library
from store.models import SourceText
from store.split import CHUNKING_VERSION
from tests.chains.shelf import HOUSING_2024, REPORTS, open_shelf


@pytest.fixture(scope="module", params=["meaning", "words alone"])
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Library, dict[str, str]]]:
    library, ids = open_shelf(tmp_path_factory.mktemp("shelf"), meaning=request.param == "meaning")
    yield library, ids
    library.close()


def ask(shelf: tuple[Library, dict[str, str]], question: str, report: str | None = None) -> Answer:
    library, ids = shelf
    return Answerer(library).answer(AskInput(question=question, report_id=ids[report] if report else None))


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("云溪区住建局2023年加装了多少部电梯？", "32部"),
        ("云溪区住建局2024年加装了多少部电梯？", "43部"),
        ("雲溪區住建局2024年加裝了多少部電梯？", "43部"),
        ("青阳市水务局2024年查处了多少件水事违法案件？", "57件"),
        ("云溪区住建局2023年领导上法庭的比例是多少？", "100%"),
        ("云溪区2024年老旧小区改造为什么没达到年初计划？", "管线迁改滞后"),
        ("云溪区住建局2023年输了几起官司？", "败诉2件"),
        ("青阳市交通运输局要新建几处不停车检测点？", "6处"),
        ("How many elevators did the Yunxi District Housing Bureau install in 2023?", "32部"),
        ("云溪区住建局计划2024年改造多少个老旧小区？", "26个"),
    ],
)
def test_a_fact_is_answered_with_the_sentence_that_says_it(
    shelf: tuple[Library, dict[str, str]], question: str, says: str
) -> None:
    answer = ask(shelf, question)
    assert not answer.refused, answer.answer
    assert any(says in simplified(citation.quote) for citation in answer.citations[:MAX_CITATIONS])
    assert "[1]" in answer.answer


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("云溪区住建局开设“住建说法”短视频专栏了吗？", True),
        ("云溪区住建局计划2024年改造多少个老旧小区？", False),
        ("云溪区住建局2024年加装了多少部电梯？", False),
        ("青阳市交通运输局要新建几处不停车检测点？", False),
    ],
)
def test_what_is_only_planned_is_said_to_be_where_plans_are_not_asked_for(
    shelf: tuple[Library, dict[str, str]], question: str, marked: bool
) -> None:
    answer = ask(shelf, question)
    assert not answer.refused, answer.answer
    assert ("（这是计划）[1]" in answer.answer) is marked


def test_a_missing_year_is_named_with_its_agency(shelf: tuple[Library, dict[str, str]]) -> None:
    answer = ask(shelf, "云溪区住建局2021年加装了多少部电梯？")
    assert "书架上没有云溪区住房和城乡建设局2021年的报告" in answer.answer


def simplified(text: str) -> str:
    from store.simplify import simplify

    return simplify(text)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("云溪区住建局2021年加装了多少部电梯？", "2021"),
        ("丹霞县住建局2023年加装了多少部电梯？", "丹霞县"),
        ("云溪区教育局2023年办理了多少件案件？", "教育局"),
        ("云溪区住建局2023年加装电梯花了多少钱？", "已查找"),
        ("云溪区住建局2023年查处了多少起公积金骗提案件？", "已查找"),
        ("青阳市交通运输局2024年专项行动新建了几处检测点？", "2024"),
        ("What did the Danxia County Housing Bureau plan for 2024?", "Danxia"),
    ],
)
def test_what_no_report_holds_is_refused_with_where_it_looked(
    shelf: tuple[Library, dict[str, str]], question: str, reason: str
) -> None:
    answer = ask(shelf, question)
    assert answer.refused, answer.answer
    assert answer.answer.startswith(tuple(REFUSAL.values()))
    assert reason in answer.answer


def test_a_refusal_shows_the_nearest_passage(shelf: tuple[Library, dict[str, str]]) -> None:
    answer = ask(shelf, "云溪区住建局2023年加装电梯花了多少钱？")
    assert "电梯" in answer.citations[0].quote


def test_a_masked_figure_is_refused_as_hidden_and_stays_as_it_is(
    shelf: tuple[Library, dict[str, str]],
) -> None:
    answer = ask(shelf, "云溪区住建局2023年召开了几次党组会？")
    assert answer.refused
    assert "原文已隐去" in answer.answer
    assert "党组会**次" in answer.citations[0].quote


def test_a_masked_name_is_refused_as_hidden(shelf: tuple[Library, dict[str, str]]) -> None:
    answer = ask(shelf, "云溪区住建局2023年外聘的法律顾问来自哪家律师事务所？")
    assert answer.refused
    assert "原文已隐去" in answer.answer


def test_a_year_that_is_only_compared_with_is_not_the_year_asked_for(
    shelf: tuple[Library, dict[str, str]],
) -> None:
    assert ask(shelf, "云溪区住建局2025年新增了几名法制审核人员，实际完成多少？").refused


def test_a_question_about_a_part_gives_its_points_in_order(shelf: tuple[Library, dict[str, str]]) -> None:
    answer = ask(shelf, "云溪区住建局2023年有哪些地方没做好？")
    quotes = [citation.quote for citation in answer.citations]
    assert ["普法宣传形式较为单一" in quotes[0], "执法力量不足" in quotes[1]] == [True, True]
    assert len(quotes) == 2


def test_reports_beyond_those_listed_are_counted(tmp_path: Path) -> None:
    library = Library(tmp_path, embedding=None, chunking_version=CHUNKING_VERSION)
    with library:
        for place in "东南西北中上下":
            text = HOUSING_2024.replace("云溪", f"{place}溪")
            library.add(parse(SourceText(text, "text"), source=f"/{place}.txt"))
        answer = Answerer(library).answer(AskInput(question="有哪些不足？"))
    assert answer.answer.count("信用监管手段有限") == 5
    assert "另有2份报告未列出" in answer.answer


def test_plans_for_a_year_stand_in_the_report_of_the_year_before(
    shelf: tuple[Library, dict[str, str]],
) -> None:
    library, ids = shelf
    answer = ask(shelf, "云溪区住建局2024年准备怎么干？")
    assert {citation.report_id for citation in answer.citations} == {ids["housing-2023"]}


def test_a_part_the_report_does_not_contain_is_refused(shelf: tuple[Library, dict[str, str]]) -> None:
    answer = ask(shelf, "存在哪些问题？", "notice-2025")
    assert answer.refused
    assert "不足" in answer.answer


def test_a_question_across_reports_gives_one_line_a_report(shelf: tuple[Library, dict[str, str]]) -> None:
    _, ids = shelf
    answer = ask(shelf, "哪些单位承认普法宣传形式单一？")
    cited = [citation.report_id for citation in answer.citations]
    assert {ids["housing-2023"], ids["water-2024"]} <= set(cited)
    assert len(cited) == len(set(cited))
    assert ids["notice-2025"] not in cited


def test_two_years_are_answered_from_both_reports(shelf: tuple[Library, dict[str, str]]) -> None:
    _, ids = shelf
    answer = ask(shelf, "云溪区住建局2023年和2024年分别加装了多少部电梯？")
    assert {ids["housing-2023"], ids["housing-2024"]} <= {citation.report_id for citation in answer.citations}


def test_the_chosen_report_alone_is_looked_at(shelf: tuple[Library, dict[str, str]]) -> None:
    _, ids = shelf
    answer = ask(shelf, "加装了多少部电梯？", "housing-2024")
    assert {citation.report_id for citation in answer.citations} == {ids["housing-2024"]}


@pytest.mark.parametrize(
    "question", ["云溪区住建局2023年加装了多少部电梯？", "有哪些不足", "哪些单位承认普法形式单一"]
)
def test_every_citation_is_verbatim(shelf: tuple[Library, dict[str, str]], question: str) -> None:
    library, _ = shelf
    answer = ask(shelf, question)
    assert answer.citations
    for number, citation in enumerate(answer.citations, 1):
        assert citation.n == number
        assert f"[{number}]" in answer.answer
        assert library.text(citation.report_id, ["shared"])[citation.start : citation.end] == citation.quote


def test_an_empty_shelf_says_so(tmp_path: Path) -> None:
    with Library(tmp_path, embedding=None, chunking_version=1) as library:
        answer = Answerer(library).answer(AskInput(question="有哪些不足？"))
    assert answer.refused
    assert "ingest" in answer.answer


def test_an_unknown_report_is_an_error(shelf: tuple[Library, dict[str, str]]) -> None:
    with pytest.raises(NotFoundError):
        Answerer(shelf[0]).answer(AskInput(question="有哪些不足？", report_id="ffffffffffff"))


def test_another_workspace_is_never_seen(shelf: tuple[Library, dict[str, str]]) -> None:
    answer = Answerer(shelf[0]).answer(AskInput(question="加装电梯多少部？", workspaces=("chat-7",)))
    assert answer.refused
    assert answer.citations == []


@pytest.mark.parametrize(
    "question", ["", " ", "？", "a", "2024", "[1]", "'; drop table reports; --", "多少" * 500]
)
def test_odd_questions_are_answered_or_refused_but_never_fail(
    shelf: tuple[Library, dict[str, str]], question: str
) -> None:
    assert isinstance(ask(shelf, question), Answer)


async def collect(shelf: tuple[Library, dict[str, str]], asked: AskInput) -> list[Answer]:
    return [answer async for answer in extractive_answer(shelf[0]).astream(asked)]


def test_the_engine_is_a_runnable_whose_ways_of_running_agree(shelf: tuple[Library, dict[str, str]]) -> None:
    import asyncio

    chain = extractive_answer(shelf[0])
    asked = AskInput(question="云溪区住建局2023年加装了多少部电梯？")
    one = chain.invoke(asked)
    assert chain.batch([asked, asked]) == [one, one]
    assert asyncio.run(collect(shelf, asked)) == [one]


def test_the_shelf_holds_what_the_tests_say() -> None:
    assert len(REPORTS) == 4


WORK_REPORT = """云溪区人民政府2024年政府工作报告
各位代表：
现在，我代表云溪区人民政府向大会报告工作，请予审议。
一、2023年工作回顾
过去一年，全区上下团结奋斗。新增义务教育学位2400个，城镇新增就业6100人。
新建公园3处，空气优良天数比例达到86%，“绿环工程”建成绿道12公里。
二、2024年工作安排
做好今年工作，任务艰巨。新增义务教育学位3500个，城镇新增就业6500人。
新建公园5处，巩固空气质量改善成果，力争优良天数比例稳定在85%以上。
有关名词解释
1.“绿环工程”：指环绕中心城区建设的、把公园和绿道连成一体的学位制绿化项目。
2.“双减”：指减轻义务教育阶段学生作业负担和校外培训负担，与学位无关。
"""


@pytest.fixture(scope="module")
def work_report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    with Library(
        tmp_path_factory.mktemp("work"), embedding=None, chunking_version=CHUNKING_VERSION
    ) as library:
        library.add(parse(SourceText(WORK_REPORT, "text"), source="报告.txt"))
        yield Answerer(library)


@pytest.mark.parametrize(
    ("question", "says", "not_said"),
    [
        ("云溪区2023年新增了多少学位？", "2400个", "3500个"),
        ("云溪区2024年新增多少学位？", "3500个", "2400个"),
        ("云溪区2023年空气质量怎么样？", "86%", "85%"),
        ("云溪区2023年的城镇新增就业人数", "6100人", "6500人"),
    ],
)
def test_a_work_report_tells_of_one_year_and_plans_the_next(
    work_report: Answerer, question: str, says: str, not_said: str
) -> None:
    answer = work_report.answer(AskInput(question=question))
    quotes = [citation.quote for citation in answer.citations]
    assert not answer.refused
    assert says in quotes[0]
    assert not any(not_said in quote for quote in quotes)


def test_a_glossary_answers_only_what_a_term_means(work_report: Answerer) -> None:
    asked = work_report.answer(AskInput(question="“绿环工程”是什么意思？"))
    assert asked.citations[0].quote.startswith("1.“绿环工程”：指")
    counted = work_report.answer(AskInput(question="绿环工程建成绿道多少公里？"))
    assert "12公里" in counted.citations[0].quote


def test_who_uses_a_phrase_is_answered_only_by_those_who_do(shelf: tuple[Library, dict[str, str]]) -> None:
    answer = ask(shelf, "“老旧小区改造”是哪个单位提出来的？")
    assert answer.citations
    assert all("老旧小区改造" in simplified(citation.quote) for citation in answer.citations)


HEADED = """关于开展夜间噪声专项整治的通知
各街道办事处：
现将有关事项通知如下。
一、整治重点
（一）建筑工地。严查夜间未经许可施工。
（二）娱乐场所。严查超时经营和音响外放。
二、保障措施
（一）落实人员。每个街道配备检测员2名。
（二）畅通渠道。举报电话0000-5551200全天受理。
云溪区生态环境局
2025年3月1日
"""


def test_a_question_that_calls_a_heading_gets_what_stands_under_it(tmp_path: Path) -> None:
    with Library(tmp_path, embedding=None, chunking_version=CHUNKING_VERSION) as library:
        library.add(parse(SourceText(HEADED, "text"), source="通知.txt"))
        answer = Answerer(library).answer(AskInput(question="夜间噪声专项整治有哪些保障措施？"))
    quotes = "".join(citation.quote for citation in answer.citations)
    assert ("检测员2名" in quotes, "全天受理" in quotes, "建筑工地" in quotes) == (True, True, False)


@pytest.mark.parametrize("question", ["怎么做红烧肉", "你好", "今天天气怎么样？", "谢谢！", "？"])
def test_what_has_nothing_to_do_with_any_report_is_refused(
    shelf: tuple[Library, dict[str, str]], question: str
) -> None:
    assert ask(shelf, question).refused


def test_all_reports_problems_are_listed_report_by_report(shelf: tuple[Library, dict[str, str]]) -> None:
    answer = ask(shelf, "各报告的存在问题有哪些？")
    assert not answer.refused
    assert len({citation.report_id for citation in answer.citations}) == 3
