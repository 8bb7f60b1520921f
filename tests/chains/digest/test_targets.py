from __future__ import annotations

import pytest

from chains.digest.pledges import counted
from chains.digest.targets import Outcome, alike, compare


@pytest.mark.parametrize(
    ("planned", "told", "outcome"),
    [
        ("新建食堂5个", "建成食堂6家", Outcome.MET),
        ("新建食堂5个", "建成食堂5个", Outcome.MET),
        ("新建食堂5个", "建成食堂4个", Outcome.SHORT),
        ("办结率不低于90%", "办结率90%", Outcome.MET),
        ("办结率90%以上", "办结率89.9%", Outcome.SHORT),
        ("时间控制在3个工作日以内", "平均2.5个工作日", Outcome.MET),
        ("时间压减到3个工作日", "平均3.5个工作日", Outcome.SHORT),
        ("能耗下降3%", "能耗下降3.4%", Outcome.MET),
        ("能耗下降3%", "能耗上升3.4%", Outcome.SHORT),
        ("生产总值增长6%左右", "生产总值增长5.9%", Outcome.MET),
        ("生产总值增长6%左右", "生产总值增长5.1%", Outcome.SHORT),
        ("失业率5%", "失业率4.1%", Outcome.MET),
        ("投资3亿元", "投资30200万元", Outcome.MET),
        ("改造桥梁23座", "列入清单的23座桥梁改造完16座", Outcome.OF_TOTAL),
        ("创建示范河湖2条", "桃溪、白石河通过示范验收", Outcome.MET),
        ("建成司机之家2处", "在东郊物流园、西岭服务区各建一处司机之家", Outcome.MET),
        ("组织案卷评查2次", "上、下半年各组织一轮案卷评查", Outcome.MET),
        ("组织案卷评查3次", "上、下半年各组织一轮案卷评查", Outcome.SHORT),
        ("组织入户核查8次", "两个街道各组织3次入户核查", Outcome.SHORT),
        ("举办培训班3期", "分别于3月、6月、10月举办培训班", Outcome.MET),
        ("法治副校长配备率100%", "法治副校长实现一校一名", Outcome.MET),
        ("法治副校长配备率90%", "法治副校长实现一校一名", Outcome.UNTOLD),
        ("新增停车位1000个", "停车位增加1120个", Outcome.MET),
        ("保有停车位1000个", "停车位增加1120个", Outcome.UNTOLD),
        ("承诺时限压缩比例达到75%", "承诺时限平均压缩76.8%", Outcome.MET),
        ("选派干部20人次", "选派干部14名", Outcome.SHORT),
        ("对8个县区开展督察", "督察6个县区、9个部门", Outcome.SHORT),
        ("为13个村安装探头260个", "安装探头260个", Outcome.MET),
        ("新建24小时自助点10处", "24小时自助点增加到7处", Outcome.SHORT),
        ("新建食堂**个", "建成食堂5个", Outcome.HIDDEN),
        ("新建食堂5个", "建成食堂**个", Outcome.HIDDEN),
        ("新建食堂5个", "食堂建设加快", Outcome.UNTOLD),
        ("新建食堂5个", "食堂就餐率提高5%", Outcome.UNTOLD),
        ("检查1300家次", "检查家次同比增加1342家次", Outcome.UNTOLD),
        ("培训600人次", "上年为612人次", Outcome.UNTOLD),
    ],
)
def test_figures_are_held_against_what_was_planned(planned: str, told: str, outcome: Outcome) -> None:
    assert compare(planned, counted(planned), told, counted(told)).outcome is outcome


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("个", "处", True), ("件", "宗", True), ("个", "人", False), ("%", "件", False), ("元", "亩", False)],
)
def test_counting_words_stand_for_one_another_only_beside_like_things(
    one: str, other: str, same: bool
) -> None:
    assert alike(one, other) is same
