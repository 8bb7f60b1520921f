from __future__ import annotations

import pytest

from chains.digest.follow import follow_plans, which_pairs
from chains.digest.models import FollowedPlan, Verdict
from chains.digest.pledges import find_pledges
from tests.chains.digest.two_years import RESULTS, annual, opened, work_report

KEPT, PARTLY, CHANGED, NOT_MENTIONED = Verdict


def followed(plan: str, *results: str, lack: str | None = None) -> list[FollowedPlan]:
    """Follow one plan of 2023 into a report of 2024 that tells these results beside others."""
    shortcomings = [lack] if lack else ["执法文书说理不够充分。"]
    return follow_plans(
        annual(2023, plans=[plan]), annual(2024, results=[*RESULTS, *results], shortcomings=shortcomings)
    )


def verdicts(plan: str, *results: str, lack: str | None = None) -> list[Verdict]:
    return [found.verdict for found in followed(plan, *results, lack=lack)]


# --- verdicts


@pytest.mark.parametrize(
    ("plan", "result"),
    [
        ("新建乡镇公共法律服务站5个。", "新建乡镇公共法律服务站5个，接待群众4200人次。"),
        ("新建乡镇公共法律服务站5个。", "建成投用公共法律服务站6个，覆盖全部乡镇。"),
        ("新建乡镇公共法律服务站五个。", "乡镇公共法律服务站新添5处，均有律师值班。"),
        ("行政机关负责人出庭应诉率不低于90%。", "行政机关负责人出庭应诉率93.5%。"),
        ("行政机关负责人出庭应诉率达到百分之九十以上。", "负责人出庭应诉率升至93.5%。"),
        ("将行政复议平均办理时间压缩到40天以内。", "行政复议平均办理时间为36天。"),
        ("争取专项补助资金1.2亿元。", "到位专项补助资金12600万元。"),
        ("出台《澜桥市行政裁决工作规定》。", "《澜桥市行政裁决工作规定》自7月1日起施行。"),
        ("制定涉企检查管理办法。", "新的涉企检查管理办法经局务会通过。"),
        ("组建行政争议调处专家库。", "行政争议调处专家库正式运行，首批专家到位。"),
        ("社区矫正对象教育培训覆盖率不低于95%。", "社区矫正对象教育培训覆盖率达96.2%。"),
        ("培训村居法律明白人240人次。", "村居法律明白人轮训3轮，共278人次受训。"),
        ("制定物业管理实施细则。", "物业管理实施细则经两轮征求意见和专家论证，9月印发施行。"),
        ("在建工程工资专户覆盖率达到100%。", "612个在建工程均已开设工资专户，覆盖率达100%。"),
        ("修订行政应诉工作规则。", "新版行政应诉工作规则8月发布；两处接待窗口尚在装修。"),
        ("出台《**县调解员管理办法》。", "《**县调解员管理办法》经县政府第**次常务会议通过并施行。"),
        ("提请审议《澜桥市物业条例（草案）》。", "《澜桥市物业条例（草案）》提交市人大常委会审议。"),
        ("开展打击黑律师“亮剑”行动，查办案件不少于100件。", "全年查办黑律师案件107件。"),
        ("实施重点法治项目65个。", "65个重点法治项目全部开工。"),
        ("组织执法人员封闭集训2期。", "组织执法人员封闭集训两期，考试不合格的2人暂停上岗。"),
        ("推动12个小区成立业主委员会。", "12个小区成立业主委员会，选出委员84名。"),
        ("城市低保标准提高到每人每月820元。", "城市低保标准由每人每月780元调整为820元。"),
        ("工业用地“标准地”出让比例达到100%。", "全年出让工业用地11宗，宗宗都是“标准地”。"),
        (
            "修订《古树保护办法》。",
            "新修订的《古树保护办法》施行。全县古树挂牌1104株，其余古树156株测绘工作仍在进行。",
        ),
        (
            "出台《欺凌防治办法》。",
            "一是出台《欺凌防治办法》，建立报告制度。二是《欺凌防治细则》修订稿待审议。",
        ),
    ],
)
def test_a_result_that_meets_the_plan_keeps_it(plan: str, result: str) -> None:
    assert verdicts(plan, result) == [KEPT]


@pytest.mark.parametrize(
    ("plan", "result"),
    [
        ("培训人民调解员600人次。", "培训人民调解员430人次。"),
        ("行政机关负责人出庭应诉率达到100%。", "行政机关负责人出庭应诉率为92%。"),
        ("将行政复议平均办理时间压缩到40天以内。", "行政复议平均办理时间为46天。"),
        ("争取专项补助资金1.2亿元。", "到位专项补助资金9800万元。"),
        ("法律援助案件数增长10%。", "法律援助案件数增长6.5%。"),
        ("归集信用信息200类以上，做到公示事项不少于30项。", "归集信用信息236类，其中公示事项22项。"),
        ("实现学校食堂明厨亮灶全覆盖。", "全区470家学校食堂中已有451家接入明厨亮灶。"),
        ("执法记录仪覆盖全部一线执法人员。", "执法记录仪在一线执法人员中的覆盖率为86%。"),
        ("组建法治专家库，吸纳专家60名。", "组建法治专家库，聘请专家45名。"),
        ("提高执法人员持证比例，年底前达到90%。", "执法人员持证比例为84%。"),
        ("培训人民调解员156名，每次间隔不超过两年。", "分三期培训人民调解员133人。"),
    ],
)
def test_another_figure_of_the_same_thing_changes_the_plan(plan: str, result: str) -> None:
    assert verdicts(plan, result) == [CHANGED]


@pytest.mark.parametrize(
    ("plan", "result"),
    [
        ("改造司法所9个。", "列入计划的9个司法所改造完工6个。"),
        ("改造司法所9个。", "改造司法所6个，其余3个正在施工。"),
        ("建成行政执法监督平台并投入使用。", "行政执法监督平台完成软件开发，尚未上线运行。"),
        ("出台行政调解工作办法。", "行政调解工作办法草案已报市政府审查。"),
        ("建设法治文化公园3处。", "建成法治文化公园2处，另有1处推迟到明年。"),
        ("完成12个司法所升级改造。", "12个司法所升级改造中，9个司法所已交付，3个因产权诉讼未能推进。"),
        ("制定行政处罚裁量细化标准。", "行政处罚裁量细化标准已征求基层意见两轮，拟报省厅备案。"),
        ("新增公交候车亭30座。", "公交候车亭建成19座，另外11座已完成基础施工。"),
        ("组建行政争议研究中心。", "行政争议研究中心完成登记，研究团队正在遴选。"),
        ("消除危险桥梁。", "危险桥梁由9座降至3座。"),
        ("建立执法监督员队伍。", "执法监督员队伍因无编制，至今没有组建。"),
        ("建成法治文化广场1处。", "法治文化广场选址两次调整，目前进入设计阶段。"),
        ("出台行政调解工作办法。", "行政调解工作办法已提交市司法局合法性审核。"),
        ("新建冷链仓储库1座。", "冷链仓储库主体立起来了，制冷机组待进场安装。"),
        ("维修加固山塘9口。", "列入计划的9口山塘，7口已完成加固，2口安排在冬修期间动工。"),
        ("建成法治公园3处。", "东湖、西岭两处法治公园开放，南坡法治公园计划今年五一前开放。"),
        ("研究出台举报奖励办法。", "举报奖励办法已报市政府法制机构审查，争取尽快出台。"),
        ("采购应急装备两批。", "首批应急装备已到位，第二批应急装备处于招标阶段。"),
        ("制定赔偿磋商规则。", "赔偿磋商规则征求法院意见后作了较大修改，拟于2025年上半年印发。"),
    ],
)
def test_a_result_that_says_what_is_left_keeps_the_plan_in_part(plan: str, result: str) -> None:
    assert verdicts(plan, result) == [PARTLY]


def test_an_admitted_failure_is_followed_from_the_shortcomings() -> None:
    plan = "建成行政执法监督平台并投入使用。"
    lack = "行政执法监督平台虽已搭建，但尚未接入区县数据。"
    (found,) = followed(plan, lack=lack)
    assert found.verdict is PARTLY
    assert found.result is not None
    assert "尚未接入" in found.result.citations[0].quote


def test_a_lack_that_only_names_the_same_field_is_no_result() -> None:
    plan = "出台网约房安全管理规定。"
    assert not set(verdicts(plan, lack="网约房与居民的纠纷有所增多，安全管理难度大。")) - {NOT_MENTIONED}


@pytest.mark.parametrize("plan", ["与邻近三市签订仲裁协作协议。", "设立青少年法治教育营地2处。"])
def test_what_nothing_tells_of_is_not_mentioned(plan: str) -> None:
    (found,) = followed(plan)
    assert found.verdict is NOT_MENTIONED
    assert found.result is None
    assert found.looked_in.period == [2024]


def test_what_is_not_mentioned_comes_with_the_nearest_passage_if_any_is_near() -> None:
    near = "青少年走进科技园地。"
    (found,) = followed("设立青少年法治教育营地2处。", near)
    assert found.verdict is NOT_MENTIONED
    assert found.nearest is not None
    assert found.nearest.text == near
    (bare,) = followed("与邻近三市签订仲裁协作协议。")
    assert bare.nearest is None


def test_a_promise_of_what_any_report_speaks_of_is_never_called_not_mentioned() -> None:
    assert verdicts("建立监管台账。") == []


@pytest.mark.parametrize(
    ("plan", "near"),
    [
        ("为老旧办公楼加装电梯30部。", "对62部老旧办公楼电梯进行安全评估。"),
        ("创建省级法治示范村3个。", "评定市级平安家庭示范户3户。"),
    ],
)
def test_a_result_about_another_thing_is_never_taken_for_it(plan: str, near: str) -> None:
    assert not set(verdicts(plan, near)) - {NOT_MENTIONED}


# --- what is followed


@pytest.mark.parametrize(
    "plan",
    [
        "持续学习贯彻习近平法治思想，坚定拥护“两个确立”。",
        "进一步加强队伍建设，增强服务意识，改进工作作风。",
        "不断提升依法行政能力和水平。",
        "深化法治政府建设，优化营商环境。",
    ],
)
def test_ritual_is_not_followed(plan: str) -> None:
    assert followed(plan) == []


def test_each_promise_of_a_point_is_followed_by_itself() -> None:
    found = followed(
        "健全服务网络。新建乡镇公共法律服务站5个，培训人民调解员600人次；出台法律援助值班办法。",
        "新建乡镇公共法律服务站5个。",
        "培训人民调解员430人次。",
    )
    assert [(one.plan.text, one.verdict) for one in found] == [
        ("新建乡镇公共法律服务站5个。", KEPT),
        ("培训人民调解员600人次。", CHANGED),
        ("出台法律援助值班办法。", NOT_MENTIONED),
    ]


def test_things_with_figures_of_their_own_are_promises_of_their_own() -> None:
    found = followed("全年完成营造林3万亩、森林抚育4.5万亩。", "完成营造林3.1万亩。", "完成森林抚育3.9万亩。")
    assert [(one.plan.citations[0].quote, one.verdict) for one in found] == [
        ("全年完成营造林3万亩", KEPT),
        ("森林抚育4.5万亩", CHANGED),
    ]


def test_a_figure_that_names_an_earlier_year_is_no_result() -> None:
    (found,) = followed(
        "盘活闲置用房3000平方米。", "2023年盘活闲置用房3100平方米，全年盘活闲置用房2615平方米。"
    )
    assert found.verdict is CHANGED


@pytest.mark.parametrize(
    ("point", "promises"),
    [
        ("新建养老中心1个，完成卫生院整体搬迁。", ["新建养老中心1个", "完成卫生院整体搬迁"]),
        ("提高执法人员持证比例，年底前达到90%。", ["提高执法人员持证比例，年底前达到90%"]),
        ("检查企业420家次，对高风险企业每季度检查一次。", ["检查企业420家次", "对高风险企业每季度检查一次"]),
        ("引进亿元项目20个，推进产业园提质扩容。", ["引进亿元项目20个"]),
        ("聚力产业升级，增强发展动能。", []),
        ("开办幸福食堂2所，让群众的获得感更加充实。", ["开办幸福食堂2所"]),
        ("举办监督技能竞赛，每半年组织一次法治讲座。", ["举办监督技能竞赛", "每半年组织一次法治讲座"]),
        ("组建综合行政执法队，实行“吹哨报到”派单。", ["组建综合行政执法队", "实行“吹哨报到”派单"]),
        ("新建林业站4个，为护林员购买意外保险。", ["新建林业站4个", "为护林员购买意外保险"]),
    ],
)
def test_what_goes_on_being_done_is_no_part_of_a_promise(point: str, promises: list[str]) -> None:
    plans = annual(2023, plans=[point])
    assert [plans.plain[p.span.start : p.span.end] for p in find_pledges(plans)] == promises


def test_a_measure_is_kept_only_where_it_is_told() -> None:
    assert verdicts("将登记办理时限压缩到1个工作日。", "全年办理登记9.2万件，登记办理时限进一步压缩。") == []


def test_masked_figures_decide_nothing() -> None:
    assert verdicts("新建乡镇公共法律服务站**个。", "新建乡镇公共法律服务站5个。") == []
    assert verdicts("新建乡镇公共法律服务站5个。", "新建乡镇公共法律服务站**个。") == []
    assert verdicts("新建乡镇公共法律服务站xx个。", "新建乡镇公共法律服务站xx个。") == []


def test_a_number_of_things_without_a_number_told_says_nothing() -> None:
    assert verdicts("新建乡镇公共法律服务站5个。", "乡镇公共法律服务站建设加快。") == []


def test_a_figure_of_an_unknown_unit_is_not_taken_for_met() -> None:
    plan = "建成综合执法指挥平台，接入视频探头3000路。"
    assert verdicts(plan, "综合执法指挥平台建成，接入视频探头2650路。") == []


def test_last_years_figure_does_not_meet_a_plan() -> None:
    result = "培训人民调解员430人次，上年为612人次。"
    assert verdicts("培训人民调解员600人次。", result) == [CHANGED]


def test_figures_that_contradict_each_other_say_nothing() -> None:
    results = ("培训人民调解员430人次。", "培训人民调解员650人次。")
    assert verdicts("培训人民调解员600人次。", *results) == []


# --- quotes


def test_both_sides_are_quoted_where_they_stand() -> None:
    earlier = annual(2023, plans=["全年新建乡镇公共法律服务站5个。"])
    later = annual(2024, results=[*RESULTS, "建成乡镇公共法律服务站6个。"])
    (found,) = follow_plans(earlier, later)
    assert found.result is not None
    for held, item in ((earlier, found.plan), (later, found.result)):
        for citation in item.citations:
            assert held.text[citation.start : citation.end] == citation.quote
            assert citation.report_id == held.report.id
    assert (found.plan_year, found.result_year) == (2023, 2024)


def test_a_traditional_report_is_followed_into_a_simplified_one() -> None:
    earlier = annual(2023, plans=["新建鄉鎮公共法律服務站5個。"])
    later = annual(2024, results=[*RESULTS, "建成乡镇公共法律服务站5个。"])
    (found,) = follow_plans(earlier, later)
    assert found.verdict is KEPT
    assert found.plan.text == "新建鄉鎮公共法律服務站5個。"


# --- which reports


def test_a_work_report_is_followed_into_the_next_years() -> None:
    first = work_report(
        2024,
        results=["过去一年，新建公路12公里，改造农户厕所430座。"],
        plans=["新建社区食堂12家。", "硬化通村公路60公里。"],
    )
    second = work_report(
        2025,
        results=["建成社区食堂13家，日均服务900人次。", "硬化通村公路41公里。"],
        plans=["新建托育园2所。"],
    )
    assert (first.told, first.planned, second.told) == (2023, 2024, 2024)
    ((earlier, later),) = which_pairs([second, first])
    assert [found.verdict for found in follow_plans(earlier, later)] == [KEPT, CHANGED]


def test_years_that_are_not_neighbours_are_not_paired() -> None:
    assert which_pairs([annual(2021), annual(2023)]) == []


def test_silence_across_a_gap_of_years_is_never_told() -> None:
    plans = ["新建乡镇公共法律服务站5个。", "设立青少年法治教育营地2处。"]
    found = follow_plans(annual(2021, plans=plans), annual(2023))
    assert found == []


def test_a_report_without_results_is_silent_on_nothing() -> None:
    earlier = annual(2023, plans=["设立青少年法治教育营地2处。"])
    later = opened(
        "澜桥市司法局2024年工作总结\n一、存在的不足\n（一）执法文书说理不充分，个别案卷的证据目录与实际材料对不上号。\n"
        "（二）基层所人手不足，四个乡镇所只有一名工作人员，白天下村就只能锁门。\n二、2025年工作计划\n"
        "（一）新建法治公园1处，年底前向市民开放，由街道负责日常维护。"
    )
    assert later.told == 2024
    assert follow_plans(earlier, later) == []


def test_what_is_only_planned_again_is_shown_as_nearest() -> None:
    plan = "设立青少年法治教育营地2处。"
    (found,) = follow_plans(annual(2023, plans=[plan]), annual(2024, plans=[f"年内{plan}"]))
    assert found.verdict is NOT_MENTIONED
    assert found.nearest is not None
    assert found.nearest.text == f"年内{plan}"
    assert found.planned_again


def test_the_same_reports_give_the_same_verdicts() -> None:
    def run() -> list[FollowedPlan]:
        return followed("新建公共法律服务站5个；培训调解员600人次。", "新建公共法律服务站6个。")

    assert run() == run()


# --- what is only like a result


@pytest.mark.parametrize(
    ("plan", "result"),
    [
        ("组织街道综合执法人员轮训2期。", "组织社区矫正工作人员轮训2期。"),
        ("邀请企业代表旁听庭审4场。", "组织新任民警旁听庭审4场。"),
        ("推行“一窗联审”不动产登记。", "规范不动产登记机构窗口服务。"),
        ("推行行政复议案件“双人阅卷”审核。", "受理行政复议案件188件。"),
        ("在河东片区新建1座立体车库。", "河东片区新划路内车位160个。"),
        ("优秀案卷比例达到60%以上。", "断面优良比例稳定在87.5%。"),
        ("农村低保标准提高到每人每月640元。", "城市低保标准提高到每人每月820元。"),
        ("建立交通执法舆情机制。", "加强交通执法。"),
        ("建设人民满意政府。", "我代表县人民政府，向大会报告工作。"),
    ],
)
def test_words_in_common_make_no_result_of_another_thing(plan: str, result: str) -> None:
    assert not {KEPT, CHANGED, PARTLY} & set(verdicts(plan, result))


@pytest.mark.parametrize(
    ("plan", "result"),
    [
        ("新建公益书屋8处。", "8处公益书屋完成选址，3处建成投用，其余因场地问题尚在协商。"),
        ("完成1.2万条门牌信息核查。", "1.2万条门牌信息已核过八成，纠错918条。"),
        ("新建冷链仓库1座。", "冷链仓库1座已封顶，机组正在安装。"),
        ("推动3家水泥厂超低排放改造。", "3家水泥厂超低排放改造动工，另一家因停产顺延。"),
    ],
)
def test_a_planned_figure_told_again_is_not_kept_where_part_of_it_is_left(plan: str, result: str) -> None:
    assert verdicts(plan, result) == [PARTLY]


@pytest.mark.parametrize(
    ("plan", "result"),
    [
        ("设立社区矫正培育基金。", "社区矫正基金的章程经过讨论。"),
        ("开展“三亮三比”活动。", "“三亮三比”由各单位自行组织。"),
        ("新装林区监控探头26个。", "26个高清瞭望设备全天候守望林区。"),
        ("发放惠企贷款贴息资金5000万元。", "为企业贴息3860万元。"),
        ("选聘普查指导员**名。", "推行柜台延时服务。"),
    ],
)
def test_what_is_named_anywhere_is_not_called_not_mentioned(plan: str, result: str) -> None:
    assert NOT_MENTIONED not in verdicts(plan, result)


def test_what_only_opens_the_report_is_no_result() -> None:
    opening = "2024年，全局以公共法律服务站建设为牵引，深化改革，现将全年工作报告如下。"
    assert KEPT not in verdicts("开展公共法律服务站建设。", opening)


def test_a_slogan_after_a_promise_is_no_part_of_it() -> None:
    (found,) = followed(
        "局务会会前学法不少于6次，持续改进工作作风，树立良好形象。", "局务会全年会前学法8次。"
    )
    assert found.plan.citations[0].quote == "局务会会前学法不少于6次"


def test_the_report_of_another_place_keeps_few_promises() -> None:
    plans = [
        "新建乡村振兴产业用房15万平方米；创建省级优质教育集团2个；改造5G基站780个；培训家政人员4万人次。"
    ]
    results = [
        "为97家企业提供政策性产业用房续租服务。",
        "优质教育供给稳步扩大，完成1155个小区雨污分流改造。",
        "完成职业技能培训284万人次。",
    ]
    later = work_report(2024, results=results, plans=["办好民生实事。"], place="另川县")
    found = follow_plans(work_report(2023, results=["完成投资82亿元。"], plans=plans), later)
    assert not [one for one in found if one.verdict is KEPT]


def test_a_work_report_without_a_year_in_its_title_tells_the_year_before_its_congress() -> None:
    def report(year: int, part: str) -> str:
        return (
            f"政府工作报告\n——{year}年1月8日在青渚县第九届人民代表大会第三次会议上\n青渚县县长　路闻远\n"
            f"各位代表：\n我代表县人民政府向大会报告工作，请予审议。\n一、{part}\n"
            f"全年完成投资82亿元，改造老旧小区{year - 2010}个，群众生活持续改善，各项工作取得新的进展。\n"
            "过去一年，全县上下同心协力，经济社会保持平稳发展，产业基础更加稳固，城乡面貌持续向好。\n"
            f"二、{year}年主要任务\n改造老旧小区{year - 2009}个。\n"
        )

    helds = [opened(report(2023, "2022年工作回顾")), opened(report(2024, "2023年主要工作"))]
    assert [(a.told, b.told) for a, b in which_pairs(helds)] == [(2022, 2023)]
