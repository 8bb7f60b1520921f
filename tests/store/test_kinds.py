from __future__ import annotations

import pytest

from store.kinds import (
    admits_shortcomings,
    announces_shortcomings,
    heading_kinds,
    is_closing,
    is_commitment,
    is_generic_heading,
    is_review,
    leans_to,
    may_hold_shortcomings,
    only_thanks,
    opens_with_later_year,
    overrides_parent,
    turns_to_plans,
)
from store.models import Kind, ReportKind

DONE, LACK, PLAN, ASIDE = Kind.ACHIEVEMENTS, Kind.SHORTCOMINGS, Kind.PLANS, Kind.OTHER

HEADINGS: list[tuple[str, list[Kind]]] = [
    ("一、2024年工作回顾", [DONE]),
    ("一、主要做法及成效", [DONE]),
    ("二、取得的效果", [DONE]),
    ("一、法治政府建设工作开展情况", [DONE]),
    ("（一）重点任务完成情况", [DONE]),
    ("二、履职情况", [DONE]),
    ("三、主要亮点和特色工作", [DONE]),
    ("问题整改情况", [DONE]),
    ("上年度存在问题整改落实情况", [DONE]),
    ("二、存在的不足", [LACK]),
    ("三、存在的主要问题及原因", [LACK]),
    ("二、存在的问题和短板", [LACK]),
    ("四、工作中的不足", [LACK]),
    ("问题与不足", [LACK]),
    ("二、问题与改进", [LACK, PLAN]),
    ("第二部分 存在的不足及整改措施", [LACK, PLAN]),
    ("二、坚持问题导向改进作风", []),
    ("面临的困难和挑战", [LACK]),
    ("三、需要改进的地方", [LACK]),
    ("三、有待改进的方面", [LACK]),
    ("不足之处", [LACK]),
    ("四、存在問題", [LACK]),
    ("（一）存在的突出问题", [LACK]),
    ("三、存在问题及原因分析", [LACK]),
    ("五、查找差距，短板弱项不容忽视", [LACK]),
    ("四、正视不足", [LACK]),
    ("四、检视短板弱项", [LACK]),
    ("三、问题短板依然突出", [LACK]),
    ("五、对标先进，差距仍然明显", [LACK]),
    ("四、直面問題", [LACK]),
    ("四、下一步工作打算", [PLAN]),
    ("四、下步工作安排", [PLAN]),
    ("三、2025年工作计划", [PLAN]),
    ("三、2023工作计划", [PLAN]),
    ("五、今后努力方向", [PLAN]),
    ("二、2025年目标任务", [PLAN]),
    ("三、改进措施", [PLAN]),
    ("四、下一阶段工作思路", [PLAN]),
    ("三、明年工作设想", [PLAN]),
    ("五、下一步工作計劃", [PLAN]),
    ("二、2025年重点工作", [PLAN]),
    ("三、存在问题和下一步打算", [LACK, PLAN]),
    ("存在的不足及整改措施", [LACK, PLAN]),
    ("四、存在的困难、问题以及明年工作安排", [LACK, PLAN]),
    ("一、2024年工作总结和2025年工作安排", [DONE, PLAN]),
    ("“十四五”主要成就和“十五五”主要目标", [DONE, PLAN]),
    ("五、其他需要报告的情况", [ASIDE]),
    ("四、其他需要说明的事项", [ASIDE]),
    ("二、主要负责人履行推进法治建设第一责任人职责情况", [ASIDE]),
    ("一、总体要求", [ASIDE]),
    ("（一）指导思想", [ASIDE]),
    ("附件：任务清单", [ASIDE]),
    ("名词解释", [ASIDE]),
    ("相关报道", [ASIDE]),
    ("（一）着力解决突出问题", []),
    ("2.聚焦群众急难愁盼，破解停车难题", []),
    ("（二）加强行政执法监督", []),
    ("3.坚持问题导向", []),
    ("（二）查找短板弱项，推动问题整改", []),
    ("（三）正视问题，狠抓落实", []),
    ("（四）直面矛盾问题，破解发展难题", []),
    ("（三）化解矛盾纠纷", []),
    ("（一）补齐民生短板", []),
    ("二、优化营商环境", []),
]


@pytest.mark.parametrize(("heading", "kinds"), HEADINGS)
def test_a_heading_of_a_report_announces_its_kinds_in_order(heading: str, kinds: list[Kind]) -> None:
    assert heading_kinds(heading, ReportKind.ANNUAL_REPORT, 2024) == kinds


@pytest.mark.parametrize("heading", ["二、主要任务", "三、保障措施", "四、工作要求", "（二）实施步骤"])
@pytest.mark.parametrize(
    ("genre", "kinds"),
    [(ReportKind.NOTICE, [PLAN]), (ReportKind.PLAN, [PLAN]), (ReportKind.ANNUAL_REPORT, [])],
)
def test_tasks_are_plans_in_notices_and_plans_only(
    heading: str, genre: ReportKind, kinds: list[Kind]
) -> None:
    assert heading_kinds(heading, genre, None) == kinds


@pytest.mark.parametrize(
    ("heading", "kinds"),
    [
        ("二、政府工作任务", [PLAN]),
        ("二、今年的主要任务", [PLAN]),
        ("一、完成重点任务", []),
        ("一、过去一年的工作", []),
        ("八、谋划新年任务", [PLAN]),
    ],
)
def test_a_work_report_sets_tasks_in_its_second_half(heading: str, kinds: list[Kind]) -> None:
    assert heading_kinds(heading, ReportKind.WORK_REPORT, 2023) == kinds


@pytest.mark.parametrize(("base_year", "kinds"), [(2023, [PLAN]), (2024, []), (2025, []), (None, [])])
def test_a_later_year_makes_a_heading_a_plan(base_year: int | None, kinds: list[Kind]) -> None:
    assert heading_kinds("二、2024年重点项目", ReportKind.WORK_REPORT, base_year) == kinds


@pytest.mark.parametrize(
    ("heading", "leaves_no_doubt"),
    [
        ("（三）存在的不足", True),
        ("（四）下一步打算", True),
        ("（四）2025年工作计划", True),
        ("（五）其他需要报告的情况", True),
        ("（一）工作目标", False),
        ("（二）工作开展情况", False),
        ("（三）总体要求", False),
    ],
)
def test_a_child_leaves_its_parent_only_where_its_heading_leaves_no_doubt(
    heading: str, leaves_no_doubt: bool
) -> None:
    kinds = heading_kinds(heading, ReportKind.ANNUAL_REPORT, 2024)
    assert overrides_parent(heading, kinds) is leaves_no_doubt


@pytest.mark.parametrize(
    "heading",
    [
        "二、存在的主要问题",
        "三、存在问题和下一步打算",
        "四、2025年工作计划",
        "二、主要不足及其原因",
        "五、今后努力方向",
    ],
)
def test_a_heading_that_names_only_the_part_is_generic(heading: str) -> None:
    assert is_generic_heading(heading)


@pytest.mark.parametrize(
    "heading",
    ["（一）执法力量不足", "（二）加强队伍建设", "（三）人手不足", "1.普法宣传形式单一", "（三）抓好普法"],
)
def test_a_heading_that_names_its_content_is_not_generic(heading: str) -> None:
    assert not is_generic_heading(heading)


@pytest.mark.parametrize(
    ("heading", "review"), [("一、2024年工作回顾", True), ("工作總結", True), ("工作成效", False)]
)
def test_a_review_is_known_by_its_word(heading: str, review: bool) -> None:
    assert is_review(heading) is review


ADMISSIONS = [
    "在肯定成绩的同时，我们也清醒地认识到，发展中还存在不少困难和问题。",
    "我们也清醒地看到，与群众期盼相比还有较大差距。",
    "同时，我们深知工作中仍存在一些短板。",
    "我們清醒認識到，經濟社會發展還面臨不少困難和挑戰。",
    "但工作中依然存在以下不足：",
    "法治建设工作还存在一些问题，主要表现在：",
    "存在的主要问题：一是人手不足。",
    "虽然取得一定成绩，但是仍然存在着一些不足。",
    "成绩来之不易，问题不容回避：产业转型步伐不快。",
    "回顾一年工作，困难挑战不少。",
    "工作中也暴露出一些问题，主要是：人手不足。",
    "我们也深知，前进路上还有不少难题：财政紧平衡短期难以改变。",
    "离群众期盼还有距离，还不能令人满意。",
]
NO_ADMISSIONS = [
    "着力解决群众反映的突出问题。",
    "全年整改问题36个，整改率100%。",
    "坚持问题导向，补齐短板弱项。",
    "我们也清醒地看到，推动解决了一批群众关心的问题。",
    "下一步，我局将加强队伍建设。",
    "帮助企业解决的困难不少于100件。",
    "对检查暴露出的问题及时整改。",
]


@pytest.mark.parametrize("sentence", ADMISSIONS)
def test_the_turn_to_shortcomings_is_heard(sentence: str) -> None:
    assert admits_shortcomings(sentence)


@pytest.mark.parametrize("sentence", NO_ADMISSIONS)
def test_problems_that_were_dealt_with_are_not_admitted(sentence: str) -> None:
    assert not admits_shortcomings(sentence)


@pytest.mark.parametrize(
    ("sentence", "only_announces"),
    [
        ("工作中还存在一些问题。", True),
        ("主要表现在以下方面：", True),
        ("我们也清醒地看到，工作中还存在以下不足。", True),
        ("我局在法治建设中仍存在一些短板，主要表现在：", True),
        ("执法人员业务能力不足，持证率只有六成。", False),
        ("部分企业存在安全隐患。", False),
        ("一些村居法律服务不均衡的问题仍然突出。", False),
    ],
)
def test_an_announcement_names_no_shortcoming_itself(sentence: str, only_announces: bool) -> None:
    assert announces_shortcomings(sentence) is only_announces


@pytest.mark.parametrize(
    ("sentence", "turns"),
    [
        ("下一步，我局将加强队伍建设。", True),
        ("下步，将继续推进。", True),
        ("接下来，我们要抓好落实。", True),
        ("2025年，我局将重点抓好三项工作。", True),
        ("针对上述问题，我局将采取措施。", True),
        ("新的一年，任务更重。", True),
        ("“十五五”时期经济社会发展的主要目标是翻一番。", True),
        ("关于2025年的安排，一并告知如下。", True),
        ("在下一年的工作中，我局做好三件事。", True),
        ("2025年，请各单位与我局一道抓好这些事。", True),
        ("关于2024年第三季度抽查结果的通报已经印发。", False),
        ("关于下一步改革试点，省里已有批复。", False),
        ("2024年，全区新建小区将近20个。", False),
        ("全年任务已经完成。", False),
        ("推进下一步改革试点。", False),
    ],
)
def test_the_turn_to_plans_is_heard_at_the_start_of_a_sentence(sentence: str, turns: bool) -> None:
    assert turns_to_plans(sentence) is turns


def test_a_sentence_about_the_year_reported_on_turns_to_no_plans() -> None:
    sentence = "2024年，区城管局坚持为民服务，着力在精细化管理上下功夫。"
    assert turns_to_plans(sentence, 2023)
    assert not turns_to_plans(sentence, 2024)
    assert turns_to_plans("关于2025年的工作安排如下。", 2024)
    assert not turns_to_plans("关于2024年的工作安排，完成情况如下。", 2024)


def test_a_later_year_opens_a_plan_but_a_date_does_not() -> None:
    assert opens_with_later_year("2025年，分批轮训队员。", 2024)
    assert not opens_with_later_year("2024年，分批轮训队员。", 2024)
    assert opens_with_later_year("2025年平均时间压缩到60天。", 2024)
    assert not opens_with_later_year("2025年1月，获评先进。", 2024)
    assert not opens_with_later_year("2025年底前无法完工。", 2024)
    assert not opens_with_later_year("2025年，分批轮训队员。", None)


def test_thanks_before_an_admission_do_not_hide_it() -> None:
    assert only_thanks("各位代表！成绩来之不易，我们向全县人民表示衷心感谢。")
    assert not only_thanks("各位代表！成绩来之不易，问题不容回避：产业转型步伐不快。")


def test_a_heading_that_looks_for_problems_is_judged_by_what_stands_under_it() -> None:
    heading = "查找短板弱项，持续改进提升"
    assert may_hold_shortcomings(heading, "主要表现在：街道承接能力不足；信息系统尚未贯通。")
    assert not may_hold_shortcomings(heading, "全年查找短板弱项31项，全部整改到位。")
    assert not may_hold_shortcomings("强化执法监管", "主要表现在：街道承接能力不足。")


@pytest.mark.parametrize(
    ("sentence", "promises"),
    [
        ("对此，我们一定采取有力措施，认真加以解决。", True),
        ("针对这些问题，我们将努力改进。", True),
        ("这些问题，我们将高度重视，切实解决。", True),
        ("我们必须直面问题，在今后工作中加以改进。", True),
        ("执法力量不足的问题尚未解决。", False),
        ("解决了12个突出问题。", False),
    ],
)
def test_a_promise_to_deal_with_problems_is_no_shortcoming(sentence: str, promises: bool) -> None:
    assert is_commitment(sentence) is promises


@pytest.mark.parametrize(
    ("point", "kind"),
    [
        ("执法力量薄弱。全局仅7人。", LACK),
        ("普法形式單一，覆蓋面不廣。", LACK),
        ("部门协同有待加强。", LACK),
        ("充实执法队伍。计划新增5人。", PLAN),
        ("进一步完善机制。针对问题不足抓整改。", PLAN),
        ("持續深化改革。", PLAN),
        ("执法监督工作。", None),
        ("", None),
    ],
)
def test_a_point_leans_by_its_first_words(point: str, kind: Kind | None) -> None:
    assert leans_to(point) is kind


@pytest.mark.parametrize(
    "paragraph",
    [
        "各位代表！",
        "各位代表，任务已经明确，让我们团结奋斗！",
        "让我们更加紧密地团结起来，奋勇前进！",
        "新时代催人奋进。让我们携手并肩，共创未来！",
        "同志们，让我们以优异成绩迎接建党节！",
        "总之，全年工作成绩来之不易。",
        "特此报告。",
        "望各单位自觉增强法治观念，共同营造良好环境。",
        "特此通知。",
        "以上报告，请予审议。",
        "本通知自发布之日起施行。",
        "我局将继续努力，为全市高质量发展作出更大贡献。",
        "為建設美麗家園作出新的更大貢獻！",
        "2024年，我局法治政府建设工作取得了一定成绩。",
    ],
)
def test_a_paragraph_that_rounds_off_is_a_closing(paragraph: str) -> None:
    assert is_closing(paragraph)


@pytest.mark.parametrize(
    "paragraph",
    [
        "充实执法队伍，年内增配人员3名。",
        "以上海为龙头推进一体化发展。",
        "为企业作出贡献的人才发放补贴500万元，新建人才公寓3处。",
        "2025年，完成老旧小区改造24个，取得土地证36宗。",
        "希望各街道于6月底前报送清单，每月更新1次。",
        "强化保障，让我们的孩子在家门口上好学，新增学位1800个。",
    ],
)
def test_a_paragraph_that_plans_something_is_no_closing(paragraph: str) -> None:
    assert not is_closing(paragraph)


@pytest.mark.parametrize("heading", ["六、其他需要报告的事项", "（五）其他", "其他工作", "第六部分 其它事项"])
def test_a_heading_of_other_things_is_of_no_kind(heading: str) -> None:
    assert heading_kinds(heading, ReportKind.ANNUAL_REPORT, 2024) == [Kind.OTHER]


def test_other_inside_a_heading_that_is_a_sentence_sets_nothing_aside() -> None:
    heading = "2.乡镇法制审核多由其他股室人员兼任，专业力量薄弱"
    assert heading_kinds(heading, ReportKind.ANNUAL_REPORT, 2024) != [Kind.OTHER]
