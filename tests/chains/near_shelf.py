"""Invented reports that lie near each other: agencies of one district, work reports of one title."""

from __future__ import annotations

from pathlib import Path

from store.document import parse
from store.library import Library
from store.models import SourceText
from store.split import CHUNKING_VERSION

JUSTICE = """澄湖区司法局2024年法治政府建设年度报告
2024年，澄湖区司法局坚持依法行政，现将有关情况报告如下：
一、主要工作及成效
（一）完善公共法律服务。全年办理法律援助案件4,408件，接待群众咨询12,600人次，为受援人挽回经济损失3,216万元。
（二）化解矛盾纠纷。全区人民调解组织共调解案件6,120件，调解成功率98.6%，未发生民转刑案件。
（三）公证办理情况如下：
年份　公证件数
2022年：298
2023年：341
2024年：406
二、存在的不足
一是基层司法所力量薄弱，全区12个司法所平均每所仅有工作人员2.3名。二是法律援助信息化水平不高，档案仍以纸质为主。
三、2025年工作打算
（一）全年办理法律援助案件不少于4,500件。"""
MARKET = """澄湖区市场监督管理局2024年法治政府建设年度报告
2024年，澄湖区市场监督管理局坚持依法行政，现将有关情况报告如下：
一、主要工作及成效
（一）守牢安全底线。开展食品安全抽检5,200批次，合格率98.9%；检查特种设备1,830台套。
（二）严格执法办案。全年查处各类违法案件632件，罚没款1,146万元，移送公安机关8件。
（三）化解消费纠纷。受理投诉举报15,320件，调解案件2,045件，挽回消费者损失388万元。
二、存在的不足
（一）执法装备落后。基层所执法记录仪配备率仅为61%。
（二）年轻干部办案经验不足。
三、2025年工作打算
（一）为基层所配备快检车6辆。"""
EMERGENCY = """澄湖区应急管理局2024年法治政府建设年度报告
2024年，澄湖区应急管理局坚持依法行政，现将有关情况报告如下：
一、主要工作及成效
（一）强化安全监管。检查企业2,310家次，未发生较大以上生产安全事故。
（二）严格执法。行政处罚案件96件，罚款412万元。
二、存在的不足
（一）执法人员力量不足。全局持证执法人员仅18人，与监管任务不相适应。
三、2025年工作打算
（一）新招录执法人员6名。"""
NOTICE = """澄湖区城市管理局关于开展2025年燃气安全专项整治的通知
各街道办事处：
为消除燃气安全隐患，现将有关事项通知如下：
一、整治重点
（一）餐饮场所。严查未安装燃气泄漏报警装置的餐饮企业。
二、工作要求
（一）各街道于7月31日前完成排查，8月10日前报送总结。
（二）联系人：陆一鸣，电话0000-5550101。
澄湖区城市管理局
2025年3月6日"""


def work_report(county: str, head: str, growth: str, target: str) -> str:
    return f"""政府工作报告
——2025年1月12日在{county}第十八届人民代表大会第四次会议上
{county}人民政府县长　{head}
各位代表：
现在，我代表县人民政府，向大会报告工作，请予审议。
一、2024年工作回顾
过去一年，全县地区生产总值增长{growth}%，一般公共预算收入增长3.8%。
存在的问题主要是：产业结构单一，财政收支矛盾突出。
二、2025年工作安排
今年经济社会发展的主要预期目标是：地区生产总值增长{target}%左右。"""


REPORTS = {
    "justice": JUSTICE,
    "market": MARKET,
    "emergency": EMERGENCY,
    "notice": NOTICE,
    "lan": work_report("临岚县", "闻人简", "5.2", "6"),
    "qing": work_report("青塘县", "孟知白", "4.9", "5.5"),
}


def open_near_shelf(folder: Path) -> tuple[Library, dict[str, str]]:
    library = Library(folder, embedding=None, chunking_version=CHUNKING_VERSION)
    ids = {
        name: library.add(parse(SourceText(text, "text"), source=f"/{name}.txt"))[1].id
        for name, text in REPORTS.items()
    }
    return library, ids
