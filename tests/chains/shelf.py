"""A small shelf of invented reports, taken in through the real reader and store."""

from __future__ import annotations

from pathlib import Path

from store.document import parse
from store.library import Library
from store.models import SourceText
from store.split import CHUNKING_VERSION
from tests.fakes import fake_model

HOUSING_2023 = """云溪区住房和城乡建设局2023年法治政府建设年度报告
2023年，云溪区住房和城乡建设局坚持依法行政，现将有关情况报告如下：
一、主要工作及成效
（一）推进城市更新。全年完成老旧小区改造21个，惠及居民6840户，加装电梯32部。
（二）规范执法行为。办理行政诉讼案件16件，其中败诉2件，均因文书送达不规范被撤销；行政机关负责人出庭应诉率100%。
（三）强化组织领导。召开党组会**次，局长周明远带头述法，外聘法律顾问由**律师事务所组成。
二、存在的不足
一是普法宣传形式较为单一。多以集中摆摊为主。二是执法力量不足。全局仅有执法人员12名。
三、2024年工作打算
（一）改造老旧小区26个，6月底前全部开工。
（二）创新普法方式，开设“住建说法”短视频专栏。
云溪区住房和城乡建设局
2024年1月10日"""
HOUSING_2024 = """云溪区住房和城乡建设局2024年法治政府建设年度报告
2024年，云溪区住房和城乡建设局坚持依法行政，现将有关情况报告如下：
一、主要工作及成效
（一）推进城市更新。全年完成老旧小区改造24个，加装电梯43部。受管线迁改滞后影响，比年初计划少完成2个。
（二）规范执法行为。办理行政诉讼案件11件。
二、存在的不足
（一）信用监管手段有限。跨部门数据没有打通。
三、2025年工作打算
（一）完善信用监管平台，新增法制审核人员2名。"""
WATER_2024_HANT = """青陽市水務局2024年法治政府建設情況報告
2024年，青陽市水務局嚴格依法治水，現將情況報告如下：
一、工作成效
（一）嚴格水資源管理。查處水事違法案件57件，新建水庫3座。
二、存在的問題
（一）普法宣傳形式不夠靈活，進村入戶少。
三、下一步打算
（一）全年新增節水灌溉面積1.2萬畝。"""
NOTICE_2025 = """青阳市交通运输局关于开展2025年货车超限治理专项行动的通知
各县区交通运输局：
为维护道路安全，决定开展专项行动，现将有关事项通知如下：
一、工作任务
（一）新建不停车检测点6处，5月底前投入使用。
（二）严查非法改装货车。
二、工作要求
（一）各单位每月25日前报送进展情况。
青阳市交通运输局
2025年2月20日"""
REPORTS = {
    "housing-2023": HOUSING_2023,
    "housing-2024": HOUSING_2024,
    "water-2024": WATER_2024_HANT,
    "notice-2025": NOTICE_2025,
}


def open_shelf(folder: Path, *, meaning: bool = True) -> tuple[Library, dict[str, str]]:
    """Open a library with REPORTS on its shelf; the second value gives their ids by name."""
    library = Library(folder, embedding=fake_model() if meaning else None, chunking_version=CHUNKING_VERSION)
    ids = {}
    for name, text in REPORTS.items():
        _, report = library.add(parse(SourceText(text, "text"), source=f"/{name}.txt"))
        ids[name] = report.id
    return library, ids
