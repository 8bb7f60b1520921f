from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chains.verify import Draft, Reason, Source, Verdict, verify
from store.sentences import sentences
from tests.reports import assembled_texts

NAMES = ("清源区住房和城乡建设局2023年法治政府建设年度报告", "清源区住房和城乡建设局", "清源区", "2023年")


def judge(quote: str, claim: str, passage: str | None = None, names: tuple[str, ...] = NAMES) -> Verdict:
    source = Source("p", "r", passage or quote, 0, names)
    return verify(Draft(claim, (("p", quote),)), {"p": source})


def reasons(verdict: Verdict) -> set[Reason]:
    return {failure.reason for failure in verdict.failures}


# --- quotes ------------------------------------------------------------------------------------------

PASSAGE = "一、总体情况。全年辦理案件“一百二十件”，\n其中重大案件３件；后来查处违法用地57宗。"


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("后来查处违法用地57宗", ["后来查处违法用地57宗"]),
        ("其中 重大案件 3 件", ["其中重大案件３件"]),
        ("全年办理案件“一百二十件”，其中", ["全年辦理案件“一百二十件”，\n其中"]),
        ('全年辦理案件"一百二十件",其中', ["全年辦理案件“一百二十件”，\n其中"]),
        ("「一百二十件」,其中重大案件", ["“一百二十件”，\n其中重大案件"]),
        ("全年辦理案件……违法用地57宗", ["全年辦理案件", "违法用地57宗"]),
        ("全年辦理案件...违法用地57宗。", ["全年辦理案件", "违法用地57宗。"]),
        ("后来查处违法用地57宗；", ["后来查处违法用地57宗"]),
    ],
)
def test_a_quote_comes_back_in_the_reports_own_characters(quote: str, found: list[str]) -> None:
    source = Source("p", "r", PASSAGE, 400, ())
    verdict = verify(Draft("案件", (("p", quote),)), {"p": source})
    assert [PASSAGE[span.start - 400 : span.end - 400] for span in verdict.spans] == found
    assert {span.report_id for span in verdict.spans} == {"r"}


@pytest.mark.parametrize(
    ("quotes", "reason"),
    [
        ((("p", "全年办理案件一百三十件"),), Reason.QUOTE_NOT_FOUND),
        ((("p", "违法用地57宗……全年辦理案件"),), Reason.QUOTE_NOT_FOUND),
        ((("q", "后来查处违法用地57宗"),), Reason.QUOTE_NOT_FOUND),
        ((("x", "后来查处违法用地57宗"),), Reason.UNKNOWN_SOURCE),
        ((("p", "查处"),), Reason.NO_QUOTE),
        ((("p", "。"),), Reason.NO_QUOTE),
        ((), Reason.NO_QUOTE),
    ],
)
def test_a_quote_stands_in_the_passage_it_names(quotes: tuple[tuple[str, str], ...], reason: Reason) -> None:
    sources = {"p": Source("p", "r", PASSAGE, 0, ()), "q": Source("q", "r", "别的段落，另有内容。", 90, ())}
    assert reasons(verify(Draft("查处违法用地57宗", quotes), sources)) == {reason}


def test_a_short_clause_is_quote_enough() -> None:
    assert judge("败诉0件", "败诉0件", "行政诉讼3件，败诉0件。").ok
    assert judge("7家", "7家", "关停企业，7家。").ok


# --- true claims -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("投入资金1.2亿元", "投入资金12000万元"),
        ("投入资金1.2亿元", "投入资金120,000,000元"),
        ("办结率达到90%", "办结率达百分之九十"),
        ("持证率达到九成", "持证率达到90％"),
        ("发放资料三千二百份", "发放资料3200份"),
        ("聘请律师两名", "聘请了2名律师"),
        ("培训３００人次", "共培训300人次"),
        ("每年组织3-5次演练", "每年组织三至五次演练"),
        ("清运垃圾约300吨", "清运垃圾300吨"),
        ("巡查1.3万公里", "巡查13000公里"),
        ("办理案件120件，审结98件", "120件案件中，审结98件"),
        ("新增规上工业企业27家、高新技术企业61家", "新增61家高新技术企业和27家规上工业企业"),
        ("接待游客763万人次，旅游收入58.6亿元，分别增长14.2%和17.5%", "旅游收入58.6亿元，增长17.5%"),
        ("审批时限由5个工作日压缩至3个工作日", "审批时限压缩到3个工作日，此前为5个工作日"),
        ("一是人员不足；二是经费短缺；三是装备落后", "报告列出三方面问题：人员不足、经费短缺、装备落后"),
        ("涉企检查频次同比下降28.6%", "2023年涉企检查频次比上年下降28.6%"),
        ("涉企检查频次同比下降28.6%", "清源区住建局的涉企检查频次降低了28.6%"),
        ("计划新建学校5所", "拟新建5所学校"),
        ("信息平台尚未建成", "信息平台没有建成"),
        ("执法力量薄弱，专业人才紧缺", "执法力量不足，专业人才缺乏"),
        ("依据《中华人民共和国行政处罚法》作出处罚12件", "根据《行政处罚法》处罚12件"),
        ("根据清政发〔2023〕12号文件清理了9件", "按照清政发〔2023〕12号清理9件"),
        ("會同區財政局辦理補償案件19件", "会同区财政局办理补偿案件19件"),
        ("会同区财政局办理补偿案件19件", "會同區財政局辦理補償案件19件"),
        ("受理线索xx条，办结率98%", "线索办结率为98%"),
        ("罚没金额××万元", "罚没金额未公开具体数字"),
    ],
)
def test_a_true_claim_passes_however_it_is_worded(quote: str, claim: str) -> None:
    assert judge(quote, claim).failures == ()


# --- false claims ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "claim", "reason"),
    [
        ("办理案件120件", "办理案件130件", Reason.FIGURE),
        ("办理案件120件，审结98件", "审结120件", Reason.FIGURE),
        ("新备案诊所37家，上门指导29家", "上门指导37家诊所", Reason.FIGURE),
        ("接待游客763万人次，旅游收入58.6亿元，分别增长14.2%和17.5%", "旅游收入增长14.2%", Reason.FIGURE),
        ("行政复议和行政诉讼案件分别为11件和16件", "行政诉讼案件11件", Reason.FIGURE),
        ("查处三类问题", "查处三类问题共5个方面", Reason.FIGURE),
        ("办理案件120件", "办理案件120户", Reason.UNIT),
        ("提高2.1个百分点", "提高2.1%", Reason.UNIT),
        ("投入资金1.2亿元", "投入资金1.2亿美元", Reason.UNIT),
        ("投入资金1.2亿元", "投入资金1.2万元", Reason.SCALE),
        ("办理案件120件", "办理案件1200件", Reason.SCALE),
        ("办理案件120件", "2021年办理案件120件", Reason.DATE),
        ("2022年办理案件86件，2023年办理案件112件", "2022年办理案件112件", Reason.DATE),
        ("5月31日前完成改造7处", "6月30日前完成改造7处", Reason.DATE),
        ("上半年开展检查30次", "下半年开展检查30次", Reason.DATE),
        ("涉企检查频次同比下降28.6%", "涉企检查频次同比增长28.6%", Reason.DIRECTION),
        ("零售点由161个压减到112个", "零售点由112个增加到161个", Reason.DIRECTION),
        ("投放率不足七成", "投放率超过七成", Reason.DIRECTION),
        ("受理120余件", "受理120件", Reason.DIRECTION),
        ("计划新建5所学校", "新建5所学校", Reason.DIRECTION),
        ("剩余2处隐患正在整改", "剩余2处隐患已完成整改", Reason.DIRECTION),
        ("8个问题全部整改完毕", "8个问题正在整改", Reason.DIRECTION),
        ("信息平台尚未建成", "信息平台建成", Reason.NEGATION),
        ("建成信息平台", "未建成信息平台", Reason.NEGATION),
        ("办案能力不够强", "办案能力强", Reason.NEGATION),
        ("会同区财政局办理案件12件", "会同区教育局办理案件12件", Reason.NAME),
        ("办理案件12件", "临河区司法局办理案件12件", Reason.NAME),
        ("办理案件12件", "在临河区办理案件12件", Reason.NAME),
        ("局长周立群带队督查3次", "局长周文斌带队督查3次", Reason.NAME),
        ("修订《行政复议法》配套制度", "修订《行政处罚法》配套制度", Reason.LAW),
        (
            "根据清政发〔2023〕12号文件清理了9件",
            "根据清政发〔2023〕21号文件清理了9件",
            Reason.DOCUMENT_NUMBER,
        ),
        ("下发整改通知**份", "下发整改通知12份", Reason.MASK),
        ("某县体育馆项目停工", "清源县体育馆项目停工", Reason.MASK),
        ("由退休法官周某担任主任", "由退休法官周建担任主任", Reason.MASK),
        ("改造公厕45座", "开展了丰富多彩的文艺汇演活动", Reason.UNSUPPORTED),
    ],
)
def test_a_false_claim_is_caught_for_its_reason(quote: str, claim: str, reason: Reason) -> None:
    assert reason in reasons(judge(quote, claim))


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("办理12345热线工单4102件", "办理37042热线工单4102件"),
        ("以“3·15”为节点集中宣传", "以“16·15”为节点集中宣传"),
        ("全年检测PM2.5浓度数据", "全年检测PM10浓度数据"),
    ],
)
def test_a_number_that_is_part_of_a_name_stays_as_it_is(quote: str, claim: str) -> None:
    assert judge(quote, quote).ok
    assert Reason.FIGURE in reasons(judge(quote, claim))


def test_a_denial_doubled_is_another_thing() -> None:
    quote = "固定资产投资下降2.6%，没有完成年度预期"
    assert judge(quote, quote).ok
    assert Reason.NEGATION in reasons(judge(quote, quote.replace("没有完成", "没有未完成")))


def test_what_stands_before_a_quote_in_its_sentence_counts() -> None:
    assert reasons(judge("新建5所学校", "新建5所学校", "下一步，计划新建5所学校。")) == {Reason.DIRECTION}
    assert reasons(judge("完成首次登记", "完成首次登记", "3个项目未完成首次登记。")) == {Reason.NEGATION}


@pytest.mark.parametrize("words", ["不断完善信息平台", "无人机巡查水库", "未成年人保护站", "不动产登记平台"])
def test_words_that_only_look_like_a_denial_deny_nothing(words: str) -> None:
    assert judge(f"建成{words}3处", f"{words}建成3处").ok


# --- several reports ---------------------------------------------------------------------------------

TWO = {
    "a": Source(
        "a",
        "ra",
        "全年办理行政复议案件86件。",
        0,
        ("东屏区司法局2023年报告", "东屏区司法局", "东屏区", "2023年"),
    ),
    "b": Source(
        "b",
        "rb",
        "全年办理行政复议案件57件。",
        0,
        ("西屏县水利局2023年报告", "西屏县水利局", "西屏县", "2023年"),
    ),
}
BOTH = (("a", "全年办理行政复议案件86件"), ("b", "全年办理行政复议案件57件"))


@pytest.mark.parametrize(
    ("claim", "quotes", "found"),
    [
        ("东屏区司法局办理行政复议案件86件，西屏县水利局办理57件。", BOTH, set()),
        ("东屏区司法局办理行政复议案件57件，西屏县水利局办理86件。", BOTH, {Reason.REPORTS_MERGED}),
        (
            "东屏区司法局办理行政复议案件86件，其中57件为重大案件。",
            BOTH,
            {Reason.REPORTS_MERGED, Reason.FIGURE},
        ),
        ("西屏县水利局办理行政复议案件86件。", BOTH[:1], {Reason.REPORTS_MERGED}),
        ("两个部门共办理行政复议案件143件。", BOTH, {Reason.FIGURE}),
    ],
)
def test_a_figure_stays_with_the_report_it_is_of(
    claim: str, quotes: tuple[tuple[str, str], ...], found: set[Reason]
) -> None:
    verdict = verify(Draft(claim, quotes), TWO)
    assert verdict.ok == (not found)
    assert not found or reasons(verdict) & found


# --- English -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "claim", "reason"),
    [
        ("投入资金1.2亿元", "A total of 120 million yuan was invested in 2023.", None),
        ("投入资金1.2亿元", "A total of 12 million yuan was invested in 2023.", Reason.SCALE),
        ("投入资金1.2亿元", "A total of 120 million mu was invested.", Reason.UNIT),
        ("办理案件96件，办结率98.7%", "The bureau handled 96 cases and closed 98.7 percent of them.", None),
        ("办理案件96件，办结率98.7%", "The bureau handled ninety-seven cases.", Reason.FIGURE),
        ("提高2.1个百分点", "It rose by 2.1 percentage points.", None),
        ("提高2.1个百分点", "It rose by 2.1 percent.", Reason.UNIT),
        ("检查频次同比下降28.6%", "Inspections increased by 28.6% year on year.", Reason.DIRECTION),
        ("计划新建学校5所", "Five schools were built.", Reason.DIRECTION),
        ("信息平台尚未建成", "The information platform was completed.", Reason.NEGATION),
        ("7月18日发布预警3次", "Three warnings were issued on July 18.", None),
        ("7月18日发布预警3次", "Three warnings were issued on August 18.", Reason.DATE),
        ("下发整改通知**份", "The bureau issued 12 notices.", Reason.MASK),
        ("根据清政发〔2023〕12号文件清理9件", "Under document [2023] No. 21, nine were cleared.", Reason.DOCUMENT_NUMBER),
    ],
)  # fmt: skip
def test_an_english_claim_is_held_to_figures_dates_and_direction(
    quote: str, claim: str, reason: Reason | None
) -> None:
    found = reasons(judge(quote, claim))
    assert found == set() if reason is None else reason in found


def test_a_failure_says_what_stood_in_the_claim_and_in_the_quote() -> None:
    (failure,) = judge("办理案件120件", "办理案件130件").failures
    assert failure.detail == "claim: 130件; quote: 120件"


@given(assembled_texts(), st.data())
def test_a_report_carries_its_own_sentences(text: str, data: st.DataObject) -> None:
    spans = [span for span in sentences(text) if span.end - span.start > 12]
    assume(spans)
    span = data.draw(st.sampled_from(spans))
    verdict = verify(Draft(span.of(text), (("p", span.of(text)),)), {"p": Source("p", "r", text, 0)})
    assert verdict.failures == ()


@given(
    st.text(alphabet="办理案件市局长某*x×0123456789.,，。；、%万亿十百第〔〕《》（）年月日不未计划由到增降分别中 \nab", max_size=60),
    st.text(alphabet="办理案件市局长某*x×0123456789.,，。；、%万亿十百第〔〕《》（）年月日不未计划由到增降分别中 \nab", max_size=60),
)  # fmt: skip
def test_no_text_breaks_it_and_every_span_stands_in_its_report(claim: str, passage: str) -> None:
    source = Source("p", "r", passage, 7, ("某市司法局", "2024年"))
    verdict = verify(Draft(claim, (("p", passage[:30]),)), {"p": source})
    assert verdict.ok == (not verdict.failures)
    for span in verdict.spans:
        assert 7 <= span.start < span.end <= 7 + len(passage)
