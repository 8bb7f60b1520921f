from __future__ import annotations

import pytest

from chains.question import part_topic, read_question
from chains.wanted import Asked
from store.models import Kind


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("2024年完成低效用地再开发多少亩？", Asked.HOW_MUCH),
        ("查处了几起案件", Asked.HOW_MUCH),
        ("出庭应诉率是多少", Asked.HOW_MUCH),
        ("局长是谁", Asked.WHO),
        ("哪位法官在调解家事纠纷", Asked.WHO),
        ("专项行动什么时候开始", Asked.WHEN),
        ("望潮大桥哪年动工", Asked.WHEN),
        ("指挥部几点拉响警报", Asked.WHEN),
        ("提了几点建议", Asked.HOW_MUCH),
        ("举报电话是多少", Asked.WHAT),
        ("2022年的一般公共预算收入", Asked.HOW_MUCH),
        ("为什么没有完成年初目标", Asked.WHY),
        ("联络站设在哪里", Asked.WHERE),
        ("实现全覆盖了吗", Asked.WHETHER),
        ("出台了哪些文件", Asked.LIST),
        ("“禾声说法”怎么回事", Asked.WHAT),
        ("為什麼沒有完成", Asked.WHY),
        ("How many elevators were installed in 2023?", Asked.HOW_MUCH),
        ("Who heads the leading group?", Asked.WHO),
        ("When did the regulation take effect?", Asked.WHEN),
        ("Why was the target missed?", Asked.WHY),
    ],
)
def test_the_kind_of_answer_is_read_off_the_question(text: str, asked: Asked) -> None:
    assert read_question(text).asked is asked


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("有哪些地方没做好", Kind.SHORTCOMINGS),
        ("存在什么问题？", Kind.SHORTCOMINGS),
        ("存在哪些問題", Kind.SHORTCOMINGS),
        ("明年准备怎么干", Kind.PLANS),
        ("下一步工作怎麼安排？", Kind.PLANS),
        ("取得了哪些成效", Kind.ACHIEVEMENTS),
        ("What shortcomings did the bureau admit?", Kind.SHORTCOMINGS),
        ("What are the priorities for 2026?", Kind.PLANS),
        ("发现问题多少个", None),
        ("为什么存在这个问题", None),
        ("加装电梯多少部", None),
    ],
)
def test_questions_about_a_whole_part_are_told_from_questions_about_a_fact(
    text: str, part: Kind | None
) -> None:
    assert read_question(text).part is part


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2024年完成多少", (2024,)),
        ("2023和2024两年的组建率", (2023, 2024)),
        ("二〇二三年办理多少件", (2023,)),
        ("２０２２年完成多少", (2022,)),
        ("2024年比上一年好转了吗", (2024, 2023)),
        ("12345热线工单多少件", ()),
    ],
)
def test_years_are_read_in_every_form(text: str, years: tuple[int, ...]) -> None:
    assert read_question(text).years == years


@pytest.mark.parametrize(
    ("text", "fits", "not_"),
    [
        ("收储多少亩土地", "亩", "元"),
        ("花了多少钱", "元", "件"),
        ("合格率是多少", "%", "元"),
        ("审批要走多少个工作日", "工作日", "件"),
        ("多少人参加", "名", "元"),
        ("面积有多大", "平方米", "元"),
        ("地区生产总值增长目标是多少", "%", "元"),
    ],
)
def test_what_is_measured_tells_the_units(text: str, fits: str, not_: str) -> None:
    units = read_question(text).units
    assert fits in units
    assert not_ not in units


def test_scope_words_years_and_question_words_are_no_terms() -> None:
    question = read_question("云溪区住建局2023年加装了多少部电梯？", ("云溪区", "住建局"))
    wordings = {wording for term in question.terms for wording in term.wordings}
    assert {"电梯", "加装"} <= wordings
    assert not any(part in "".join(wordings) for part in ("云溪", "住建", "2023", "多少"))


def test_what_people_say_brings_what_reports_write() -> None:
    question = read_question("领导上法庭的比例有多高")
    assert any("出庭应诉" in term.wordings for term in question.terms)


def test_a_topic_narrows_a_part_only_when_it_is_named() -> None:
    terms, named = part_topic(read_question("在城市建设方面有什么安排"))
    assert named
    assert any("城市" in term.wordings for term in terms)
    assert part_topic(read_question("存在哪些主要问题")) == ((), False)


def test_which_agencies_is_a_question_across_reports() -> None:
    assert read_question("哪些单位承认普法宣传形式单一？").across
    assert not read_question("单位有多少人").across


@pytest.mark.parametrize(
    "question", ["岱河县政府承认眼下有哪些难处？", "2024年还有哪些地方不尽人意？", "有哪些方面不如人意"]
)
def test_everyday_words_for_shortcomings_ask_for_the_part(question: str) -> None:
    assert read_question(question).part is Kind.SHORTCOMINGS


def test_problems_that_were_solved_are_not_shortcomings() -> None:
    assert read_question("2024年解决了哪些突出问题？").part is None


def test_what_is_counted_is_known_and_money_does_not_count_it() -> None:
    question = read_question("2024年引进了几个博士？")
    assert any("博士" in term.wordings for term in question.counted)
    assert question.units
    assert "元" not in question.units


def test_money_is_what_an_allowance_or_a_fee_asks_for() -> None:
    assert read_question("督导员每人每月补助多少？").units == ("元", "美元")
    assert read_question("付给律所多少顾问费？").units == ("元", "美元")


@pytest.mark.parametrize("question", ["这场官司败在哪里？", "问题出在谁身上？", "症结卡在什么上？"])
def test_where_it_went_wrong_asks_for_the_reason(question: str) -> None:
    assert read_question(question).asked is Asked.WHY


def test_english_words_the_thesaurus_cannot_translate_are_a_share() -> None:
    assert read_question("How many zeppelins did the bureau inspect?").unknown > 0
    assert read_question("2024年查处多少件？").unknown == 0


def test_a_measure_is_held_to_its_figure_only_where_one_figure_is_asked_for() -> None:
    assert read_question("货车超限率降到多少？").measured
    assert not read_question("检测点布设了几处？货车超限率降到多少？").measured


def test_a_variant_character_is_read_as_the_usual_one() -> None:
    assert "账款" in read_question("清偿拖欠的帐款多少").folded
