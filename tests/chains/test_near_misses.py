"""Questions whose answer lies beside something very like it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chains.answer import Answerer
from chains.models import Answer, AskInput
from chains.question import halves, read_question
from store.document import parse
from store.library import Library
from store.models import SourceText
from store.split import CHUNKING_VERSION
from tests.chains.near_shelf import open_near_shelf

Shelf = tuple[Library, dict[str, str]]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    library, ids = open_near_shelf(tmp_path_factory.mktemp("near"))
    yield library, ids
    library.close()


def ask(shelf: Shelf, question: str, report: str | None = None) -> Answer:
    library, ids = shelf
    return Answerer(library).answer(AskInput(question=question, report_id=ids[report] if report else None))


@pytest.mark.parametrize(
    ("report", "question"),
    [
        ("justice", "办理仲裁案件多少件？"),
        ("justice", "办理刑事案件多少件？"),
        ("market", "查处燃气安全案件多少件"),
        ("market", "有没有发生食品安全事故？"),
        ("market", "有没有发生特种设备事故？"),
        ("justice", "有没有发生食品安全事故？"),
        ("emergency", "有没有发生食物中毒事件"),
        ("justice", "食堂花了多少钱？"),
    ],
)
def test_a_figure_of_another_kind_is_no_answer(shelf: Shelf, report: str, question: str) -> None:
    answer = ask(shelf, question, report)
    assert answer.refused, answer.answer
    assert answer.citations


@pytest.mark.parametrize(
    ("report", "question", "says"),
    [
        ("justice", "办理法律援助案件多少件？", "4,408件"),
        ("justice", "法援案件有几件？", "4,408件"),
        ("market", "全年查处违法案件多少件？", "632件"),
        ("emergency", "有没有发生生产安全事故？", "未发生较大以上"),
        ("market", "罚没款多少", "1,146万元"),
    ],
)
def test_a_figure_of_the_kind_asked_for_is(shelf: Shelf, report: str, question: str, says: str) -> None:
    answer = ask(shelf, question, report)
    assert not answer.refused, answer.answer
    assert says in answer.citations[0].quote


@pytest.mark.parametrize(
    ("question", "wording"), [("第十一届渔灯节去了多少人", "第十一届"), ("第一批试点有几个", "首批")]
)
def test_one_of_a_series_is_not_another(question: str, wording: str) -> None:
    assert any(wording in kind.wordings for kind in read_question(question).kinds)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("澄湖区司法局和澄湖区教育局哪个办理的案件多？", "教育局"),
        ("澄湖区应急管理局和澄湖区司法局哪个罚款多？", "澄湖区司法局"),
        ("澄湖区司法局2024年办理法律援助案件比去年多多少？", "2023年"),
        ("澄湖区司法局2024年和2023年哪年办理的法律援助案件多？", "2023年"),
        ("澄湖区司法局办理的法律援助案件比去年多吗？", "2023年"),
    ],
)
def test_a_comparison_says_which_side_is_missing(shelf: Shelf, question: str, missing: str) -> None:
    answer = ask(shelf, question)
    assert answer.refused, answer.answer
    assert missing in answer.answer.split("最接近")[0]
    assert "无法比较" in answer.answer


def test_a_comparison_whose_sides_are_held_shows_both(shelf: Shelf) -> None:
    _, ids = shelf
    answer = ask(shelf, "澄湖区司法局和澄湖区市场监督管理局哪个调解的案件多？")
    assert not answer.refused
    assert {ids["justice"], ids["market"]} <= {citation.report_id for citation in answer.citations}


def test_what_is_asked_of_one_agency_too_many_is_answered_for_the_others(shelf: Shelf) -> None:
    answer = ask(shelf, "澄湖区司法局和澄湖区教育局分别办理了多少件法律援助案件？")
    assert "4,408件" in answer.citations[0].quote
    assert "书架上没有教育局的报告" in answer.answer


@pytest.mark.parametrize("name", ["澄湖区教育局", "丹霞县"])
def test_the_report_chosen_is_read_whomever_the_question_names(shelf: Shelf, name: str) -> None:
    answer = ask(shelf, f"{name}办理了多少件法律援助案件？", "justice")
    assert not answer.refused
    assert answer.answer.startswith("所选报告不是")


def test_a_year_the_chosen_report_does_not_cover_is_refused(shelf: Shelf) -> None:
    assert ask(shelf, "2021年办理了多少件法律援助案件？", "justice").refused


def test_only_agencies_that_say_so_are_listed(shelf: Shelf) -> None:
    _, ids = shelf
    short = {citation.report_id for citation in ask(shelf, "哪些单位提到人手不够？").citations}
    assert short == {ids["justice"], ids["emergency"]}
    old = {citation.report_id for citation in ask(shelf, "哪些单位承认装备落后？").citations}
    assert old == {ids["market"]}


def test_what_no_agency_says_is_refused_though_others_complain_of_other_things(shelf: Shelf) -> None:
    answer = ask(shelf, "哪些单位承认场地不足？")
    assert answer.refused, answer.answer
    assert answer.citations


@pytest.mark.parametrize(("year", "figure"), [("2022", "298"), ("2023", "341"), ("2024", "406")])
def test_a_tables_row_is_read_with_its_head(shelf: Shelf, year: str, figure: str) -> None:
    answer = ask(shelf, f"{year}年办理公证多少件？", "justice")
    assert not answer.refused, answer.answer
    assert answer.citations[0].quote == f"{year}年：{figure}"
    assert "公证件数" in answer.answer


@pytest.mark.parametrize(
    ("report", "question", "says"),
    [
        ("lan", "县长是谁？", "闻人简"),
        ("notice", "谁是联系人？", "陆一鸣"),
        ("notice", "截止时间是什么时候？", "7月31日前"),
        ("emergency", "查了多少家企业，罚了多少钱？", "2,310家次"),
    ],
)
def test_what_stands_there_in_its_own_form_is_found(
    shelf: Shelf, report: str, question: str, says: str
) -> None:
    answer = ask(shelf, question, report)
    assert not answer.refused, answer.answer
    assert any(says in citation.quote for citation in answer.citations)


def test_of_two_things_asked_at_once_the_one_not_held_is_named(shelf: Shelf) -> None:
    answer = ask(shelf, "公务用车买了几辆，罚了多少钱？", "emergency")
    assert "412万元" in answer.citations[0].quote
    assert answer.answer.endswith("没有找到答案的部分：公务用车买了几辆。")


@pytest.mark.parametrize("question", ["查处多少件案件？", "为落实要求，查处多少件案件？"])
def test_a_question_of_one_thing_has_no_halves(question: str) -> None:
    assert halves(read_question(question)) == []


def test_results_stand_before_plans(shelf: Shelf) -> None:
    assert "5.2%" in ask(shelf, "GDP增长多少？", "lan").citations[0].quote
    assert "6%左右" in ask(shelf, "GDP增长目标是多少？", "lan").citations[0].quote


@pytest.mark.parametrize("question", ["临岚县和丹霞县哪个GDP增速高？", "临岚县2019年GDP增长多少？"])
def test_a_refusal_shows_a_sentence_of_substance(shelf: Shelf, question: str) -> None:
    answer = ask(shelf, question)
    assert answer.refused
    assert "地区生产总值" in answer.citations[0].quote


def test_a_lists_number_is_in_the_quote_and_not_in_the_answer(shelf: Shelf) -> None:
    answer = ask(shelf, "哪些单位承认装备落后？")
    assert answer.citations[0].quote.startswith("（一）执法装备")
    assert "：执法装备" in answer.answer
    part = ask(shelf, "法律援助信息化水平怎么样？", "justice")
    assert (part.citations[0].quote[:2], part.answer[:4]) == ("二是", "法律援助")


def test_reports_of_one_title_are_told_apart(shelf: Shelf) -> None:
    told = ask(shelf, "GDP增长多少？").answer
    assert "临岚县人民政府《政府工作报告》" in told
    assert "青塘县人民政府《政府工作报告》" in told
    assert "人民政府《" not in ask(shelf, "临岚县存在哪些问题？").answer


YEARS = """岚桥区应急管理局2024年法治政府建设年度报告
2024年，岚桥区应急管理局坚持依法行政，现将有关情况报告如下：
一、主要工作及成效
（一）严格执法。全年检查企业1,702家次，同比增长4.5%（2023年为1,629家次）；立案查处违法行为213起，罚款418.6万元。
（二）应急处置。2022年，处置突发事件27起；转移群众860人；今年接报险情14起。
（三）化解纠纷。2021年办理信访件75件；办理行政复议案件9件。
二、存在的不足
（一）执法力量不足。核定编制26名，缺编8名；镇街一线持证人员比例仅为52%。
三、2025年工作安排
（一）补齐短板。2025年6月底前完成8名执法人员招录，力争年底镇街持证率达到80%以上。"""
COUNTY = """政府工作报告
——2025年1月12日在枫林县第十八届人民代表大会第四次会议上
枫林县人民政府县长　闻人简
各位代表：
现在，我代表县人民政府，向大会报告工作，请予审议。
一、2024年工作回顾
全县地区生产总值完成286.4亿元，增长5.6%，低于年初预期目标0.9个百分点；一般公共预算收入15.2亿元，下降2.1%；规模以上工业增加值增长7.8%。
改造农村公路186公里，完成农村危房改造342户。
二、2025年工作安排
今年经济社会发展的主要预期目标是：地区生产总值增长6%左右。
新建高标准农田3万亩，改造农村公路200公里。"""


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    library = Library(tmp_path_factory.mktemp("years"), embedding=None, chunking_version=CHUNKING_VERSION)
    ids = {
        name: library.add(parse(SourceText(text, "text"), source=f"/{name}.txt"))[1].id
        for name, text in (("safety", YEARS), ("county", COUNTY))
    }
    yield library, ids
    library.close()


@pytest.mark.parametrize(
    "question",
    [
        "2023年罚款多少钱？",
        "2023年立案查处违法行为多少起？",
        "罚款总额比2023年多了多少？",
        "2021年办理行政复议案件多少件？",
        "2022年接报险情多少起？",
    ],
)
def test_a_year_beside_another_figure_does_not_carry_this_one(years: Shelf, question: str) -> None:
    answer = ask(years, question, "safety")
    assert answer.refused, answer.answer


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("2023年检查企业多少家次？", "（2023年为1,629家次）"),
        ("2022年处置突发事件多少起？", "27起"),
        ("2022年转移群众多少人？", "860人"),
        ("2021年办理信访件多少件？", "75件"),
        ("2024年罚款多少钱？", "418.6万元"),
    ],
)
def test_a_year_carries_the_figures_of_its_clause_and_of_its_brackets(
    years: Shelf, question: str, says: str
) -> None:
    answer = ask(years, question, "safety")
    assert not answer.refused, answer.answer
    assert says in answer.citations[0].quote


@pytest.mark.parametrize(
    ("report", "question", "says"),
    [
        ("safety", "执法证持证率是多少？", "52%"),
        ("safety", "执法证持证率目标是多少？", "80%以上"),
        ("county", "GDP多少？", "286.4亿元"),
        ("county", "全社会GDP增长多少？", "5.6%"),
        ("county", "GDP增长目标是多少？", "6%左右"),
        ("county", "去年要修多少公路？", "186公里"),
        ("county", "要修多少公路？", "200公里"),
    ],
)
def test_the_state_leads_before_the_goal(years: Shelf, report: str, question: str, says: str) -> None:
    answer = ask(years, question, report)
    assert not answer.refused, answer.answer
    assert says in answer.citations[0].quote


GOVERNMENT = """政府工作报告
——2024年1月16日在澄湖区第七届人民代表大会第四次会议上
澄湖区人民政府区长　闻人简
各位代表：
现在，我代表区人民政府向大会报告工作。
一、2023年工作回顾
2023年地区生产总值增长5.1%，达到856亿元。
全社会研发投入占GDP比重达6.3%，国内有效发明专利1.2万件，人均GDP突破11万元。
全社会研发投入53.9亿元，增长27.9%。
新改扩建学校5所，新增义务教育学位3,740座。
进出口总额42亿元，社会消费品零售总额增长6.8%。
二、2024年主要工作
新改扩建学校4所，新增义务教育学位2,320座。
筹集建设公共住房2万套以上。
"""
LAND = """x市土地储备局2023年法治政府建设工作报告
一、主要做法
（一）推进政务公开。在x市人民政府、x市土地储备局门户网站公开政务信息xxx条，保障群众知情权。
（二）规范国有土地上房屋征收、土地储备管理等权力运行，清理权力事项41项。
二、存在的不足
一是工作人员对新法规的理解还不够精准。二是政务公开不够及时。
"""


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    folder = tmp_path_factory.mktemp("district")
    with Library(folder, embedding=None, chunking_version=CHUNKING_VERSION) as library:
        for name, text in (("gov.txt", GOVERNMENT), ("land.txt", LAND)):
            library.add(parse(SourceText(text, "text"), source=name))
        yield Answerer(library)


@pytest.mark.parametrize(
    ("question", "leads"),
    [
        ("澄湖区2023年GDP多少？", "856亿元"),
        ("澄湖区研发投入占GDP比重是多少？", "6.3%"),
        ("澄湖区人均GDP是多少？", "11万元"),
        ("澄湖区去年新增了多少学位？", "3,740座"),
        ("澄湖区今年打算新增多少学位？", "2,320座"),
        ("澄湖区今年新增多少学位？", "2,320座"),
        ("澄湖区2024年目标建设多少保障房？", "2万套"),
    ],
)
def test_the_measure_asked_for_leads_and_not_one_measured_by_it(
    district: Answerer, question: str, leads: str
) -> None:
    answer = district.answer(AskInput(question=question))
    assert not answer.refused, answer.answer
    assert leads in answer.citations[0].quote


@pytest.mark.parametrize(
    "question",
    [
        "澄湖区2023年一般公共预算收入增长了多少？",  # another measure grew
        "澄湖区2023年进出口总额增长多少？",  # the sum stands there, the growth beside it is of another
        "土地储备局收储了多少土地？",  # its own name is not what it did, and another figure is masked
        "哪些单位提到了执法人员不足？",  # people who lack something are not a lack of people
    ],
)
def test_what_is_not_named_is_not_told(district: Answerer, question: str) -> None:
    answer = district.answer(AskInput(question=question))
    assert answer.refused, answer.answer
    assert "隐去" not in answer.answer


YEARLY = """云岫市司法局2024年法治政府建设年度报告
一、主要工作
（一）引进人才。引进体育教师10名，招录公证员2名。
（二）许可与处罚
类别：行政处罚｜数量：68｜单位：件
类别：行政许可｜数量：305｜单位：件
二、存在的不足
部分单位负责人出庭应诉率偏低，由上年的71%降至68%。
三、2025年工作打算
（一）推动负责人出庭应诉率达到85%以上。
"""


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    folder = tmp_path_factory.mktemp("yearly")
    with Library(folder, embedding=None, chunking_version=CHUNKING_VERSION) as library:
        library.add(parse(SourceText(YEARLY, "text"), source="yearly.txt"))
        yield Answerer(library)


@pytest.mark.parametrize(
    ("question", "leads"),
    [
        ("云岫市司法局2024年负责人出庭应诉率是多少？", "68%"),
        ("云岫市司法局2024年行政处罚多少件？", "68"),
        ("云岫市司法局2024年行政许可多少件？", "305"),
    ],
)
def test_what_was_leads_before_what_is_meant_and_a_row_of_a_table_answers(
    yearly: Answerer, question: str, leads: str
) -> None:
    answer = yearly.answer(AskInput(question=question))
    assert not answer.refused, answer.answer
    assert leads in answer.citations[0].quote


def test_a_figure_of_other_people_is_no_answer(yearly: Answerer) -> None:
    answer = yearly.answer(AskInput(question="云岫市司法局2024年引进了多少名心理健康教师？"))
    assert answer.refused, answer.answer
