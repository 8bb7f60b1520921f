"""Different words of the genre for one thing, so that a later year's wording is known again."""

from __future__ import annotations

import re

# One thing a line, the word the others stand for first. Full names and what offices shorten them to, and the
# pairs that writers vary from year to year; nothing whose meaning differs before the law (受理 and 办结 stay apart).
_GROUPS = """
人员 人手 力量 队伍 人力 人才
检查 核查 巡查 抽查 排查 督查 巡检 摸排 查验
培训 轮训 集训 研训 专题班
宣传 普法
竞赛 比武 比赛 练兵 大赛
农村 乡村 村镇
市场 集市
管道 管线 管网
危险化学品 危化品
业主委员会 业委会
保障性租赁住房 保租房
公共租赁住房 公租房
违法建设 违法建筑 违建
法律援助 法援
社区矫正 社矫
行政规范性文件 规范性文件
公共汽车 公共汽电车 公交车 公交
市场监督管理 市场监管
生态环境保护 环保
专业技术 专技
经营主体 市场主体 商事主体
营业执照 执照
企业 公司 单位
投诉 举报 信访
审批 许可
食品药品 食药
数据 信息
共享 互通 打通 联通 互联
资金 经费 财力 投入
观念 意识 思维 理念
方式 手段 形式 载体 途径
单一 老套 陈旧 传统 简单
纠纷 矛盾 争议
评查 互评 评审
老旧 老化 陈旧
道路 公路 路段
修缮 维修 整修
书屋 图书室
危旧 危
学校 校园
医院 医疗机构
群众 居民 市民 村民 百姓
协调 协作 协同 配合 联动
监督 监管
考核 考评 考评
案卷 卷宗
文书 法律文书
司法所 乡镇司法所
调解室 调解工作室
法律顾问 顾问律师
律师 执业律师
驿站 服务站 服务点 站点
示范 样板 标杆
房屋 住房 住宅
电动自行车 电动车
停车位 停车泊位 泊位
免罚 不罚 不予处罚 不予行政处罚
清单 目录 名录
社零总额 社会消费品零售总额
电诈 电信网络诈骗 电信诈骗 网络诈骗
政务中心 政务服务中心
规上 规模以上
生产总值 地区生产总值
固投 固定资产投资
低保 最低生活保障
专项债 专项债券
城管 城市管理
综合执法 综合行政执法
老人 老年人
农民工 务工人员 进城务工人员
监控 视频监控 摄像头 探头
垃圾 生活垃圾
""".strip()
_CANONICAL = {
    other: words[0] for line in _GROUPS.splitlines() if (words := line.split()) for other in words[1:]
}
_WORD = re.compile("|".join(sorted(map(re.escape, _CANONICAL), key=len, reverse=True)))


def canonical(plain: str) -> str:
    """Put the one word of each group in the place of the others. The length may change."""
    return _WORD.sub(lambda match: _CANONICAL[match[0]], plain)
