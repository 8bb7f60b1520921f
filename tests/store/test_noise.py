from __future__ import annotations

import pytest

from store.noise import (
    close_spaced_words,
    find_date,
    has_marked_pinyin,
    is_button,
    is_columns,
    is_footer,
    is_labelled,
    is_metadata,
    is_page_number,
    strip_controls,
    strip_invisible,
    strip_pinyin,
)


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [
        ("依法治區(qū)", "依法治區"),
        ("創（chuàng）建", "創建"),
        ("權( lì )力", "權力"),
        ("綠（lǜ）色發（fā）展（zhǎn）", "綠色發展"),
        ("女（nǚ）性", "女性"),
        ("區(qū)(qū)域", "區域"),
        ("總結(jié),現(xiàn)將", "總結,現將"),
    ],
)
def test_a_marked_syllable_in_brackets_after_a_character_is_taken_out(line: str, cleaned: str) -> None:
    assert strip_pinyin(line, toneless=False) == cleaned


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [
        ("我们(men)的(de)工作", "我们的工作"),
        ("了（le）解（jie3）", "了解"),
        ("实施(ppp)项目", "实施(ppp)项目"),
        ("互联网(app)应用", "互联网(app)应用"),
    ],
)
def test_toneless_syllables_go_only_where_marked_ones_show_that_there_is_noise(
    line: str, cleaned: str
) -> None:
    assert strip_pinyin(line, toneless=True) == cleaned
    assert strip_pinyin(line, toneless=False) == line


@pytest.mark.parametrize(
    "line",
    [
        "《规划（2021-2025年）》",
        "《办法（暂行）》",
        "《辦法（暫行）》",
        "实施(ppp)项目",
        "（一）加强领导（1）摸底",
        "目标(a)与目标(b类)",
        "完成**（xx件）",
        "占比（%）",
        "采用（BIM）技术",
        "ABC(qū)",
        "共（）件",
    ],
)
def test_real_parentheses_stay(line: str) -> None:
    assert strip_pinyin(line, toneless=False) == line


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("治區(qū)", True),
        ("创（chuàng）", True),
        ("我们(men)", False),
        ("工作（暂行）", False),
        ("(qū)", False),
    ],
)
def test_noise_is_known_by_a_marked_syllable_after_a_character(text: str, marked: bool) -> None:
    assert has_marked_pinyin(text) is marked


@pytest.mark.parametrize(
    ("line", "closed"),
    [
        ("政 府 工 作 报 告", "政府工作报告"),
        ("关　于　整　治　的　通　知", "关于整治的通知"),
        ("一、总 体 要 求", "一、总体要求"),
        ("某局 2024年 工作", "某局 2024年 工作"),
        ("张三 李四 王五", "张三 李四 王五"),
        ("坚持 A B C", "坚持 A B C"),
    ],
)
def test_only_words_spaced_out_character_by_character_are_closed(line: str, closed: str) -> None:
    assert close_spaced_words(line) == closed


@pytest.mark.parametrize(
    ("line", "visible", "removed"),
    [
        ("建\u200b设\ufeff法\u00ad治", "建设法治", 3),
        ("\x00完成\x08\x7f", "完成", 3),
        ("左\u202e右\u2066", "左右", 2),
        ("执\U000e0041\U000e0042法", "执法", 2),
        ("一\u3000二\t三 四", "一\u3000二\t三 四", 0),
    ],
)
def test_invisible_characters_are_taken_out_and_counted(line: str, visible: str, removed: int) -> None:
    assert strip_invisible(line) == (visible, removed)


BUTTONS = [
    "【字号：大 中 小】",
    "字號：大 中 小",
    "大 中 小",
    "打印",
    "您当前的位置：首页 > 政务公开",
    "所在位置:首页",
    "分享到微信",
    "上一篇：某某通知",
    "返回顶部",
    "首页 登录 注册",
    "打印 分享 收藏",
    "| 简体 | 繁体",
    "打印|关闭",
    "打印 / 分享 / 收藏",
    "【字体：大 中 小】",
    "【字體：大 中 小】",
    "字体：[大] [中] [小]",
    "当前位置：首页 > 政务公开 > 通知公告",
    "您的位置：首页>>信息公开",
    "您现在的位置：首页 → 政务公开",
    "你所在的位置：首页 > 公告",
    "現在位置：首頁 > 公告",
    "【当前位置】首页 > 政务公开",
    "位置：首页 > 公告",
    "首页 > 政务公开 > 法治政府建设",
    "网站首页 » 通知公告",
    "首页-政务公开-年度报告",
    "政务公开 > 通知公告 > 正文",
]
METADATA = [
    "发布日期：2024-03-06",
    "2024-03-06 上海规划资源执法",
    "2024年3月6日 10:20",
    "来源：某某市人民政府办公室",
    "发文机关：某市司法局",
    "索 引 号：0023/2024-0001",
    "瀏覽次數：128",
]
FOOTERS = [
    "来源:网络整理 免责声明:本文仅限学习分享",
    "來源:網絡整理",
    "相关报道：",
    "相關閱讀",
    "版权所有：某市人民政府",
    "主办单位：某市人民政府办公室",
    "浙ICP备05012345号",
    "某市公安局 浙公网安备 33010002000123号",
    "Copyright © 2024",
    "【打印本页】",
]
PAGE_NUMBERS = ["3", "— 3 —", "-12-", "第 3 页", "第3页 共12页", "3 / 12", "Page 3 of 12", "· 5 ·"]
TEXT = [
    "（2024年1月22日在砚州市第九届人民代表大会第三次会议上）",
    "一、工作成效",
    "（一）打印社区政务服务指南3万份。",
    "大力推进法治政府建设",
    "2024年，全区完成改造21个小区，惠及居民。",
    "某某区司法局",
    "来源稳定、去向清楚，全程可追溯。",
    "相关部门协同不够。",
    "主办旅游节会12场。",
    "第3条措施落实到位。",
    "3月底前完成。",
    "共办理12件。",
    "位置：云溪区人民路3号",
    "目标值 > 95%",
    "增速为甲区 > 乙区 > 丙区",
    "首页改版工作按期完成",
    "打印机、复印机采购",
    "2023年 → 2024年",
]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("【字体：大 中 小】【打印】 2024年，全区办结案件96件。", "2024年，全区办结案件96件。"),
        ("全区办结案件96件。【打印】【关闭】", "全区办结案件96件。"),
        ("[关闭] [打印]", ""),
        ("【打印】【关闭】", ""),
        ("【打印本页】 【关闭窗口】", ""),
        ("重建取得胜利。（下转第四版）（紧接第一版） 我们坚持人民至上。", "重建取得胜利。我们坚持人民至上。"),
        ("案件96件（下轉第2版）", "案件96件"),
        ("【典型案例】打印店占道经营案", "【典型案例】打印店占道经营案"),
        ("《办法（第2版）》", "《办法（第2版）》"),
        ("[2024]12号", "[2024]12号"),
        ("【大事记】", "【大事记】"),
    ],
)
def test_controls_and_page_jumps_go_from_within_a_line(line: str, kept: str) -> None:
    assert strip_controls(line) == kept


@pytest.mark.parametrize(
    ("line", "labelled"),
    [
        ("浏览次数：128", True),
        ("发布时间：2024-03-06 来源：本站", True),
        ("（责任编辑：张三）", True),
        ("2024年1月10日", False),
        ("来源稳定。", False),
    ],
)
def test_publishing_data_is_known_by_its_label(line: str, labelled: bool) -> None:
    assert is_labelled(line) is labelled


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("政务公开", True),
        ("网站首页 新闻中心 政务公开 互动交流", True),
        ("机构概况|政策法规|数据发布", True),
        ("走進雲溪", True),
        ("云溪区司法局", False),
        ("政务公开工作扎实推进", False),
        ("政务公开 全年公开信息874条", False),
        ("推进政务公开", False),
        ("", False),
    ],
)
def test_the_columns_of_a_site_are_known_by_their_names(line: str, columns: bool) -> None:
    assert is_columns(line) is columns


@pytest.mark.parametrize("line", BUTTONS)
def test_controls_of_a_web_page_are_known(line: str) -> None:
    assert is_button(line)


@pytest.mark.parametrize("line", METADATA)
def test_lines_of_publishing_data_are_known(line: str) -> None:
    assert is_metadata(line)


@pytest.mark.parametrize("line", FOOTERS)
def test_what_follows_a_document_on_a_page_is_known(line: str) -> None:
    assert is_footer(line)


@pytest.mark.parametrize("line", PAGE_NUMBERS)
def test_page_numbers_are_known_in_every_dress(line: str) -> None:
    assert is_page_number(line)


@pytest.mark.parametrize("line", TEXT)
def test_lines_of_a_report_are_none_of_these(line: str) -> None:
    assert not is_button(line)
    assert not is_metadata(line)
    assert not is_footer(line)
    assert not is_page_number(line)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("发布日期：2024-03-06", "2024-03-06"),
        ("2024年3月6日", "2024-03-06"),
        ("2024/3/6 与 2025/1/1", "2024-03-06"),
        ("2024.12.31", "2024-12-31"),
        ("2024年13月6日", None),
        ("2024年3月32日", None),
        ("2024年3月", None),
        ("编号1899-01-02", None),
    ],
)
def test_the_first_full_date_of_a_line_is_read(line: str, date: str | None) -> None:
    assert find_date(line) == date
