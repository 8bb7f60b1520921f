"""Invented miniature reports, each with a quirk of the genre, and texts assembled from its fragments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

from chains.extract import summarize
from chains.models import Summary
from store.document import describe, parse
from store.models import Document, SourceText


@dataclass(frozen=True, slots=True)
class Sample:
    """A report and what must be found in it: one phrase from each item, in the order of the items.

    `leaks` are phrases that stand in the report and in no shortcoming or plan.
    """

    text: str
    shortcomings: tuple[str, ...]
    plans: tuple[str, ...]
    achievements: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()


SAMPLES: dict[str, Sample] = {
    "shortcomings admitted without a heading": Sample(
        """临江市2024年政府工作报告
各位代表：
现在，我代表市人民政府向大会作政府工作报告，请予审议。
一、2024年工作回顾
过去一年，全市地区生产总值增长5.6%，规上工业增加值增长7.2%。
——产业升级步伐加快。新建数字化车间18个，培育专精特新企业46家。
——民生福祉持续改善。新增公办幼儿园学位3200个，改造农村公路85公里。
在肯定成绩的同时，我们也清醒地认识到，发展中还存在不少困难和问题：产业链条偏短，龙头企业带动力不强；县域财政收支矛盾突出，债务化解任务艰巨；托育养老服务供给不足。对此，我们一定直面问题，采取有力措施加以解决。
二、2025年工作安排
2025年经济社会发展的主要预期目标是：地区生产总值增长5.5%左右，城镇新增就业1.2万人。重点抓好以下工作：
（一）聚力产业强市。开工亿元以上项目60个，建成智能工厂5家。
（二）聚力乡村振兴。新建高标准农田4万亩，改造农村危房300户。
（三）聚力民生改善。新增养老床位800张，普惠托位1000个。
各位代表！让我们更加紧密地团结起来，为建设美丽临江作出新的更大贡献！""",
        shortcomings=("产业链条偏短", "财政收支矛盾", "托育养老服务"),
        plans=("主要预期目标是", "聚力产业强市", "聚力乡村振兴", "聚力民生改善"),
        achievements=("地区生产总值增长5.6%", "18个", "3200个"),
        leaks=("直面问题", "让我们", "重点抓好以下工作"),
    ),
    "shortcomings and plans under one heading, as points": Sample(
        """青禾县民政局2023年度法治政府建设情况报告
2023年，青禾县民政局认真履行法治建设职责，现将有关情况报告如下：
一、主要工作情况
（一）规范行政审批。全年办理社会组织登记62件，办结率100%。
（二）强化执法监督。开展养老机构检查48次，下达整改通知书9份。
二、存在问题和下一步打算
（一）执法力量薄弱。全局持证执法人员仅7名，乡镇一级没有专职人员。
（二）普法方式单一。宣传以发放资料为主，群众参与度不高。
（三）充实执法队伍。计划新增持证人员5名，每年组织培训2次。
（四）创新普法载体。将普法融入婚姻登记、社会救助等窗口服务。
青禾县民政局
2024年1月18日""",
        shortcomings=("执法力量薄弱", "普法方式单一"),
        plans=("充实执法队伍", "创新普法载体"),
        achievements=("规范行政审批", "强化执法监督"),
        leaks=("2024年1月18日",),
    ),
    "shortcomings and plans under one heading, as running text": Sample(
        """松岭区应急管理局2022年法治政府建设工作总结
2022年，松岭区应急管理局紧扣全年目标，推进依法行政，现总结如下。
一、工作成效
全年检查企业520家次，整改隐患1340处，立案查处违法案件27起。
二、存在问题及下一步工作打算
存在的主要问题：一是基层监管人员专业能力不足，持证率只有六成。二是部分企业主体责任落实不到位，隐患反复出现。三是应急物资储备种类不全。
下一步，我局将重点做好以下工作：一是组织监管人员轮训，年内持证率达到九成以上。二是推行企业安全承诺公示制度，对反复出现的隐患从严处罚。三是新建区级应急物资库1座。""",
        shortcomings=("专业能力不足", "主体责任落实不到位", "储备种类不全"),
        plans=("监管人员轮训", "安全承诺公示", "应急物资库1座"),
        achievements=("520家次",),
        leaks=("我局将重点做好以下工作", "存在的主要问题"),
    ),
    "no shortcomings, a closing and a signature after the plans": Sample(
        """望川市商务局2024年工作总结和2025年工作计划
2024年，望川市商务局克难奋进，各项工作取得新进展。
一、2024年工作总结
（一）外贸稳中提质。全市进出口总额86.4亿元，同比增长9.1%。
（二）消费持续回暖。举办促销活动32场，发放消费券1500万元。
二、2025年工作计划
（一）拓展国际市场。组织120家企业参加境外展会，新增出口实绩企业40家。
（二）建设便民商圈。新建一刻钟便民生活圈15个。
新的一年，望川市商务局将锐意进取、真抓实干，为全市高质量发展作出更大贡献。
望川市商务局
2025年1月6日""",
        shortcomings=(),
        plans=("拓展国际市场", "建设便民商圈"),
        achievements=("86.4亿元", "1500万元"),
        leaks=("锐意进取", "2025年1月6日"),
    ),
    "a notice with tasks only, its points counted through": Sample(
        """云岫区城市管理局关于开展2024年户外广告整治行动的通知
各街道办事处，各有关单位：
为改善市容环境，决定在全区开展户外广告整治行动，现将有关事项通知如下：
一、总体要求
坚持安全第一、分类施策，消除户外广告安全隐患。
二、主要任务
1.开展全面排查
（1）摸清底数。各街道于4月底前完成辖区广告设施登记造册。
（2）委托检测。对设置满3年的大型广告进行结构检测。
2.推进分类整治
（3）拆除违法设施。对未经许可设置的广告依法限期拆除。
（4）加固隐患设施。对检测不合格的设施于6月底前加固到位。
三、工作要求
（5）压实责任。各街道明确一名分管负责人，每周报送进展。
云岫区城市管理局
2024年3月11日""",
        shortcomings=(),
        plans=("摸清底数", "委托检测", "拆除违法设施", "加固隐患设施", "压实责任"),
        leaks=("坚持安全第一", "2024年3月11日", "现将有关事项"),
    ),
    "introductions with and without target figures, a glossary after the body": Sample(
        """白石县2023年政府工作报告
各位代表：
我代表县人民政府向大会报告工作，请予审议。
一、2023年工作回顾
一年来，全县完成固定资产投资74亿元，粮食总产量32.5万吨。
二、当前存在的主要问题
（一）工业基础薄弱。规上企业只有38家，产业层次偏低。
（二）公共服务存在短板。县医院床位紧张，城区学位不足。
三、2024年主要工作
2024年是实施“十四五”规划的攻坚之年，做好全年工作意义重大。
主要目标是：地区生产总值增长6%，一般公共预算收入增长5%，新增就业4500人。
（一）实施工业倍增行动。引进亿元以上项目12个，新增规上企业10家。
（二）补齐公共服务短板。县医院新院区投入使用，新增学位1800个。
名词解释
1.一刻钟便民生活圈：指居民步行十五分钟可达的服务圈。
2.专精特新企业：指专业化、精细化、特色化、新颖化的中小企业。""",
        shortcomings=("工业基础薄弱", "公共服务存在短板"),
        plans=("主要目标是", "实施工业倍增行动", "补齐公共服务短板"),
        achievements=("固定资产投资74亿元",),
        leaks=("攻坚之年", "指居民步行", "指专业化"),
    ),
    "a plan of one paragraph": Sample(
        """平湖镇人民政府2024年法治政府建设年度报告
2024年，平湖镇人民政府扎实推进依法行政工作，现将有关情况报告如下。
一、2024年主要举措和成效
建成镇级矛盾调解中心1个，调处纠纷214件，调解成功率98%。
二、存在的不足
（一）村级法律顾问作用发挥不充分。部分村顾问到岗不足，解答多为电话沟通。
三、2025年工作打算
完善村级法律顾问考核办法，每月驻村服务不少于1天。建设法治文化广场2处，组织法治宣传20场。推行镇级合法性审核全覆盖，审核率达到100%。""",
        shortcomings=("村级法律顾问作用",),
        plans=("每月驻村服务", "法治文化广场2处", "审核率达到100%"),
        achievements=("214件",),
        leaks=("现将有关情况",),
    ),
    "numbered paragraphs that enumerate inside, points on their own lines": Sample(
        """北原市市场监督管理局2023年法治政府建设工作报告
2023年，北原市市场监督管理局依法履职，现将有关情况报告如下：
一、工作开展情况
1.优化营商环境。全年新设经营主体1.8万户，办理时间压缩至0.5个工作日。
2.严守安全底线。抽检食品4200批次，下架不合格食品63批次。
二、存在的问题
一是基层执法装备老化，快检设备配备率不足五成。
二是新业态监管手段滞后，直播带货取证困难。
三、下一步工作计划
1.提升执法能力。一是为12个基层所配齐快检设备。二是举办执法比武2次，评选办案能手10名。
2.强化智慧监管。一是上线直播带货监测系统。二是建立平台企业约谈制度。
四、其他需要报告的情况
无。""",
        shortcomings=("执法装备老化", "监管手段滞后"),
        plans=("提升执法能力", "强化智慧监管"),
        achievements=("1.8万户", "4200批次"),
        leaks=("无。",),
    ),
    "lists kept apart by semicolons, values masked": Sample(
        """某市审计局2022年度法治政府建设情况报告
2022年，某市审计局在**同志带领下，坚持依法审计，现将有关情况报告如下：
一、主要做法及成效
（一）聚焦主责主业。完成审计项目**个，查出问题金额xx万元，移送线索3件。
（二）规范审计行为。修订审计操作规程2项，复核审计报告****份。
二、存在的主要问题
主要表现在以下方面：审计全覆盖推进不平衡；大数据分析人才短缺，现有*名；审计整改跟踪不够及时。
三、今后努力方向
今后要做好以下工作：制定三年全覆盖计划；引进大数据人才□□名；建立整改销号台账，每季度通报1次。""",
        shortcomings=("审计全覆盖推进不平衡", "大数据分析人才短缺", "审计整改跟踪"),
        plans=("三年全覆盖计划", "引进大数据人才□□名", "整改销号台账"),
        achievements=("**个", "****份"),
        leaks=("主要表现在以下方面", "今后要做好以下工作"),
    ),
    "Traditional script": Sample(
        """雲嶺市水務局2021年法治政府建設情況報告
2021年，雲嶺市水務局認真貫徹依法治水要求，現將有關情況報告如下：
一、主要工作成效
1、嚴格水資源管理。查處違法取水案件19件，核減用水計劃230萬立方米。
2、推進工程建設。除險加固水庫6座，新建堤防14公里。
二、存在的問題
一是執法人員業務能力不強，辦案質量不高。二是水法宣傳覆蓋面不廣，進村入戶較少。
三、下一步工作打算
1、加強隊伍建設。組織業務培訓4期，選派骨幹6人到省廳跟班學習。
2、深化普法宣傳。編印水法讀本2萬冊，開展進村宣傳40場。
雲嶺市水務局
2022年1月20日""",
        shortcomings=("業務能力不強", "覆蓋面不廣"),
        plans=("加強隊伍建設", "深化普法宣傳"),
        achievements=("19件", "6座"),
        leaks=("2022年1月20日",),
    ),
    "line breaks lost": Sample(
        "河东区司法局2023年法治政府建设情况报告\n"
        "2023年，河东区司法局坚持服务大局，现将有关情况报告如下。"
        "一、主要工作成效。（一）行政复议提质增效。受理行政复议案件96件，审结88件，纠错率12.5%，全部案件在法定期限内办结，群众满意度测评得分98.2分，申请人服判息诉率明显提升。"
        "（二）公共法律服务优化。建成法律服务站45个，办理法律援助案件610件，为农民工追回欠薪430万元，服务群众2.6万人次。"
        "二、存在的问题和不足。（一）复议人员力量不足。现有专职人员4名，人均办案24件。（二）村居法律服务不均衡。偏远村居服务频次较低。"
        "三、下一步工作安排。（一）充实复议队伍。年内增配人员3名。（二）推进服务下沉。每村每季度开展法律服务不少于1次。",
        shortcomings=("复议人员力量不足", "村居法律服务不均衡"),
        plans=("充实复议队伍", "推进服务下沉"),
        achievements=("96件", "45个"),
        leaks=("现将有关情况",),
    ),
}


def sample_id(name: str) -> str:
    return name.replace(" ", "-")


def read_text(text: str, source: str = "/reports/报告.txt") -> Document:
    return parse(SourceText(text, "text"), source=source)


def summary_of(document: Document) -> Summary:
    return summarize(document, describe(document))


def with_noise(text: str) -> str:
    """Put a web page and a scraper around a report: what cleaning must take away again, to the letter."""
    title, _, body = text.partition("\n")
    glossed = re.sub("([区區])", r"\1(qū)", body).replace("建设", "建(jiàn)设\u200b").replace("们", "们(men)")
    head = [
        f"{title} 发布日期：2024-03-06",
        "您当前的位置：首页 > 政务公开 > 工作报告",
        title,
        "2024-03-06 10:20 来源：某某发布",
        "【字号：大 中 小】 打印 分享",
    ]
    foot = [
        "来源:网络整理 免责声明:本文仅限学习分享,如产生版权问题,请联系我们及时删除。",
        "相关报道：",
        "某地召开会议",
    ]
    return "\n".join([*head, glossed, *foot])


def wrapped(text: str, columns: int = 76) -> str:
    """Break every paragraph by hand at `columns` half-width columns, its first line indented by two."""
    title, *paragraphs = text.split("\n")
    lines = [title]
    for paragraph in paragraphs:
        line, width = "\u3000\u3000", 4
        for word in re.findall(r"[A-Za-z0-9.%]+|.", paragraph):
            size = sum(1 if character.isascii() else 2 for character in word)
            if width + size > columns:
                lines.append(line)
                line, width = "", 0
            line += word
            width += size
        lines.append(line)
    return "\n".join(lines)


_HEADINGS = st.sampled_from(
    [
        "一、2024年主要工作成效",
        "二、存在的不足",
        "三、存在问题和下一步打算",
        "四、下一步工作安排",
        "五、其他需要报告的情况",
        "（一）推进依法行政",
        "(二)强化执法监督。",
        "1.规范决策程序",
        "2、提升服务能力。",
        "（3）加强队伍建设",
        "①摸清底数",
        "第一章 总则",
        "1.1 目标任务",
        "2 存在的不足",
        "主要做法",
        "名词解释",
    ]
)
_SENTENCES = st.sampled_from(
    [
        "全年办理行政复议案件96件，审结88件，纠错率12.5%。",
        "在肯定成绩的同时，我们也清醒地认识到，工作中还存在不少问题：人员力量不足；普法形式单一；信息共享不畅。",
        "对此，我们将采取有力措施，认真加以解决。",
        "下一步，我局将充实执法队伍，年内增配人员3名。",
        "主要预期目标是：地区生产总值增长5.5%，新增就业1.2万人。",
        "一是部分人员业务能力不强。",
        "二是普法宣传覆盖面不广，进村入户较少。",
        "三是完善信息共享机制；",
        "首先，健全工作制度。",
        "其次，落实工作责任。",
        "局长***带队检查xx次，整改隐患□□处，罚款**.*万元。",
        "我们坚持“放管服”改革，出台《某市办法（暂行）》（2021-2025年）。",
        "依法治區(qū)，創（chuàng）建示範，们(men)齐心协力。",
        "各位代表！",
        "让我们团结奋斗，作出新的更大贡献！",
        "推广 Smart City 平台，接入IoT设备1.5万台",
        "，强化部门协同，",
        "会议审议了有关事项……",
    ]
)
_NOISE = st.sampled_from(
    [
        "打印",
        "字号：大 中 小",
        "发布日期：2024-03-06",
        "来源:网络整理 免责声明:本文仅限学习分享。",
        "相关报道：",
        "— 3 —",
        "12",
        "工 作 报 告",
        "\u3000\u3000\u200b\ufeff",
        "云溪区司法局",
        "2025年1月10日",
        "首页",
        "ICP",
    ]
)
_OPENING = "云溪区司法局2024年法治政府建设情况报告\n2024年，云溪区司法局认真履行职责，全面推进法治政府建设，依法行政水平不断提升，现将有关情况报告如下。各项工作在区委的领导下扎实有序推进。\n"


def _closed(run: str) -> str:
    """End a paragraph with a sentence: full lines without an end are what wraps are known by."""
    return run if run[-1] in "。！；…，" else f"{run}。"


def assembled_texts() -> st.SearchStrategy[str]:
    """Texts put together from headings, sentences, enumerations, noise, masks and wraps, with a body."""
    runs = st.lists(_SENTENCES, min_size=1, max_size=8).map("".join).map(_closed)
    lines = st.lists(st.one_of(_HEADINGS, runs, runs, _NOISE), max_size=14)
    plain = st.tuples(lines, st.sampled_from(["\n", "\r\n", "\n\n", "\n\u3000\u3000"])).map(
        lambda drawn: _OPENING + drawn[1].join(drawn[0])
    )
    return st.one_of(plain, plain, plain.map(wrapped), plain.map(with_noise))
