from __future__ import annotations

import pytest

from chains.claims.bearings import denials_of, misdenied, misplaced_stage, opposed


@pytest.mark.parametrize(
    ("claim", "held"),
    [
        ("涉企检查频次增长", "涉企检查频次下降"),
        ("平台停用", "平台启用,窗口停用"),
        ("扩建工程提前实施", "扩建工程推迟实施"),
        ("维持复议决定", "撤销复议决定"),
        ("路灯照明拆除", "路灯照明新建"),
    ],
)
def test_a_word_told_as_its_opposite_is_found(claim: str, held: str) -> None:
    assert opposed(claim, held)


@pytest.mark.parametrize(
    ("claim", "held"),
    [
        ("审批时限压缩,服务提升", "压缩审批时限,提升服务"),
        ("提高办案质量", "加强办案质量,压缩审批时限"),
        ("路灯照明新建", "新建路灯照明,拆除违章棚"),
    ],
)
def test_words_beside_other_things_are_no_opposites(claim: str, held: str) -> None:
    assert opposed(claim, held) is None


@pytest.mark.parametrize(
    ("claim", "held", "passage"),
    [
        ("新建5所学校", "计划新建5所学校", ""),
        ("改造小区26个", "计划新建学校5所,改造小区26个", ""),
        ("完成小区改造26个", "计划完成小区改造26个", ""),
        ("已改造小区26个", "下一步,新建学校5所;改造小区26个", ""),
        ("平台已完成建设", "平台建设正在推进", ""),
        ("计划办理案件86件", "办理案件86件", "全年办理案件86件"),
        ("正在整改8个问题", "8个问题已整改完毕", ""),
    ],
)
def test_a_plan_is_no_result_and_a_result_no_plan(claim: str, held: str, passage: str) -> None:
    assert misplaced_stage(claim, held, passage)


@pytest.mark.parametrize(
    ("claim", "held", "passage"),
    [
        ("拟新建5所学校", "计划新建5所学校", ""),
        ("计划新建5所学校", "新建5所学校", "重点抓好以下工作:新建5所学校,力争年内开工。"),
        ("将引进项目70个", "引进项目70个", "壮大产业。引进项目70个,全年开展执法检查40次。"),
        ("完成年度计划的105%", "完成营造林6万亩,占年度计划的105%", ""),
        ("实际到岗36名", "计划招录40名,实际到岗36名", ""),
    ],
)
def test_plans_told_as_plans_and_results_as_results_pass(claim: str, held: str, passage: str) -> None:
    assert misplaced_stage(claim, held, passage) is None


@pytest.mark.parametrize(
    ("claim", "held"),
    [
        ("已完成登记", "未完成登记"),
        ("未完成登记", "完成登记"),
        ("档案查询效率高", "档案查询效率不高"),
        ("能力强", "能力还不够强"),
        ("案件被提起复议", "案件无一被提起复议"),
        ("约有四成取得许可证", "约有四成未取得许可证"),
        ("予以处罚", "不予处罚"),
        ("安全责任难以未落实", "安全责任难以落实"),
    ],
)
def test_a_denial_put_in_or_left_out_is_found(claim: str, held: str) -> None:
    assert misdenied(claim, held)


@pytest.mark.parametrize(
    ("claim", "held"),
    [
        ("没有建成平台", "平台尚未建成"),
        ("免予处罚", "不予处罚"),
        ("没有人员伤亡", "实现零伤亡"),
        ("力量不足", "力量薄弱"),
        ("不断完善制度", "持续完善制度"),
    ],
)
def test_a_denial_in_other_words_passes(claim: str, held: str) -> None:
    assert misdenied(claim, held) is None


@pytest.mark.parametrize(
    "text", ["不断完善", "无人机", "未成年人", "不动产", "不低于5%", "罚没收入", "批而未供土地"]
)
def test_words_that_deny_nothing_are_no_denials(text: str) -> None:
    assert denials_of(text) == []
