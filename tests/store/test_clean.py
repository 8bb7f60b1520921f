from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.clean import CleanText, clean, page_at
from store.errors import ReadError
from store.models import SourceText
from tests.reports import SAMPLES, assembled_texts, sample_id, with_noise, wrapped

BODY = "2024年，云溪区司法局认真履行职责，受理行政复议案件96件，审结88件，纠错率12.5%，群众满意度不断提升。"
TITLE = "云溪区司法局2024年法治政府建设情况报告"
NO_BODY = "没有正文：文件里只有菜单、导航或零散短句，多半是网页抓取失败"


def cleaned(text: str) -> CleanText:
    return clean(SourceText(text, "text"))


def cleaned_pages(*pages: str) -> CleanText:
    starts, text = [], ""
    for page in pages:
        starts.append(len(text))
        text += page + "\n"
    return clean(SourceText(text, "pdf", page_starts=tuple(starts)))


def without_white_space(text: str) -> str:
    return re.sub(r"\s", "", text)


def is_subsequence(part: str, whole: str) -> bool:
    characters = iter(whole)
    return all(character in characters for character in part)


# --- pinyin, masks, spacing, what cannot be seen


@pytest.mark.parametrize(
    ("noisy", "shown"),
    [
        ("依法治區(qū)", "依法治區"),
        ("創（chuàng）建與區(qū)域", "創建與區域"),
        ("權(lì)力，我们(men)的(de)", "權力，我们的"),
        ("我们(men)的(de)", "我们(men)的(de)"),
        (
            "規劃（2021-2025年）、辦法（暫行）、項目(ppp)、（1）區(qū)",
            "規劃（2021-2025年）、辦法（暫行）、項目(ppp)、（1）區",
        ),
    ],
)
def test_pinyin_after_characters_goes_and_real_parentheses_stay(noisy: str, shown: str) -> None:
    assert cleaned(f"{BODY}\n{noisy}工作有序开展。").text == f"{BODY}\n{shown}工作有序开展。"


@pytest.mark.parametrize("columns", range(40, 61, 2))
def test_pinyin_that_a_wrap_breaks_or_parts_from_its_character_goes(columns: int) -> None:
    glossed = "依法治區(qū)工作開（kāi）展，創（chuàng）建示範，们(men)齊(qí)心協力，" * 4 + "圓滿完成任務。"
    plain = "依法治區工作開展，創建示範，们齊心協力，" * 4 + "圓滿完成任務。"
    assert cleaned(wrapped(f"{TITLE}\n{glossed}\n{glossed}", columns)).text == f"{TITLE}\n{plain}\n{plain}"


@pytest.mark.parametrize(
    "masked",
    [
        "局长***同志",
        "完成**件、*名",
        "x區xx局xxxx年",
        "××镇×次",
        "某局某某同志",
        "引进□□名",
        "＊＊万元",
        "X市XX路",
    ],
)
def test_masks_of_every_kind_stay_to_the_letter(masked: str) -> None:
    assert f"{masked}，" in cleaned(f"{BODY}\n{masked}，治區(qū)工作有序开展。").text


def test_a_spaced_out_title_is_brought_together() -> None:
    assert cleaned(f"政 府 工 作 报 告\n{BODY}").text == f"政府工作报告\n{BODY}"


def test_many_invisible_characters_are_taken_out_and_reported() -> None:
    found = cleaned(BODY.replace("，", "\u200b，\ufeff"))
    assert found.text == BODY
    assert found.warnings == ("含有 10 个不可见字符，已去除",)


def test_a_stray_byte_order_mark_is_taken_out_without_a_word() -> None:
    found = cleaned(f"\ufeff{BODY}")
    assert (found.text, found.warnings) == (BODY, ())


def test_warnings_of_the_reader_come_first() -> None:
    source = SourceText(f"\u200b\u200b\u200b{BODY}", "text", warnings=("编码是推断的",))
    assert clean(source).warnings == ("编码是推断的", "含有 3 个不可见字符，已去除")


# --- page chrome and footers


def test_page_chrome_above_the_body_goes_and_gives_the_date() -> None:
    found = cleaned(
        "\n".join(
            [
                "本市2024年规划执法行动出炉! 发布日期:2024-03-06",
                "本市2024年规划执法行动出炉!",
                "2024-03-06 某某发布",
                "字号：大 中 小",
                "关于开展2024年规划执法行动的通知",
                BODY,
            ]
        )
    )
    assert found.text == f"关于开展2024年规划执法行动的通知\n{BODY}"
    assert found.published == "2024-03-06"


@pytest.mark.parametrize("first_heading", ["一、主要工作情况", "一、总体要求", "（一）基本情况"])
def test_a_title_shown_twice_is_kept_once(first_heading: str) -> None:
    assert cleaned(f"{TITLE}\n{TITLE}\n{first_heading}\n{BODY}").text == f"{TITLE}\n{first_heading}\n{BODY}"


@pytest.mark.parametrize(
    "footer",
    [
        "来源:网络整理 免责声明:本文仅限学习分享,如产生版权问题,请联系我们及时删除。",
        "來源:網絡整理 免責聲明:本文僅限學習分享。",
        "相关报道：\n我市召开全市大会\n领导调研重点项目",
        "主办单位：某某市人民政府\n浙ICP备05012345号\n网站地图",
        "【打印本页】 【关闭窗口】",
        "版权所有 某某市人民政府办公室",
    ],
)
def test_what_a_page_shows_after_the_body_goes(footer: str) -> None:
    assert cleaned(f"{TITLE}\n{BODY}\n{footer}").text == f"{TITLE}\n{BODY}"


def test_signature_and_date_below_the_body_stay() -> None:
    text = f"{TITLE}\n{BODY}\n云溪区司法局\n2025年1月10日"
    assert cleaned(f"{text}\n相关报道：\n某地动态").text == text


def test_a_navigation_menu_above_the_body_goes() -> None:
    menu = "\n".join(["网站首页", "政务公开", "办事服务", "互动交流", "走进云溪", "专题专栏", "数据开放"])
    assert cleaned(f"{menu}\n{TITLE}\n{BODY}").text == f"{TITLE}\n{BODY}"


FULL = [
    TITLE,
    BODY,
    "一、存在的不足",
    "（一）人手不足。人均办案24件，难以满足需要。",
    "云溪区司法局",
    "2025年1月10日",
]


@pytest.mark.parametrize(
    ("above", "between", "below"),
    [
        (["当前位置：首页 > 政务公开 > 报告", "【打印】【关闭】"], [], ["【打印】【关闭】"]),
        (
            ["首页 > 政务公开 > 法治政府"],
            ["2025-01-12 来源：区司法局 【字体：大 中 小】"],
            ["打印 | 关闭", "上一篇：无"],
        ),
        (
            [],
            ["您的位置：首页>>信息公开", "字体：【大 中 小】"],
            ["【字体：大 中 小】【打印】【关闭】", "浏览次数：12"],
        ),
        (["机构概况", "政策法规", "当前位置：首页 > 公告"], [], ["（责任编辑：张三）", "[关闭窗口]"]),
        (
            ["网站首页 新闻中心 政务公开"],
            ["字号：[ 大 中 小 ]"],
            ["您的位置：首页 > 公告", "扫一扫在手机打开当前页", "微信"],
        ),
    ],
)
def test_a_short_menu_a_trail_and_controls_go_wherever_they_stand(
    above: list[str], between: list[str], below: list[str]
) -> None:
    page = [*above, TITLE, *between, *FULL[1:3], "【打印】", *FULL[3:], *below]
    assert cleaned("\n".join(page)).text == "\n".join(FULL)


def test_one_column_name_above_the_body_stays() -> None:
    text = f"{TITLE}\n政务公开\n{BODY}"
    assert cleaned(text).text == text


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_a_report_in_a_scraped_page_cleans_to_the_report(name: str) -> None:
    text = SAMPLES[name].text
    assert cleaned(with_noise(text)).text == text


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_a_report_without_noise_is_left_as_it_is(name: str) -> None:
    assert cleaned(SAMPLES[name].text).text == SAMPLES[name].text


# --- hard wraps


# Where paragraphs were lost, a break by hand may put a heading at the start of a line: there it stays.
IN_PARAGRAPHS = [name for name in SAMPLES if name != "line breaks lost"]


@pytest.mark.parametrize("columns", [60, 76, 84])
@pytest.mark.parametrize("name", IN_PARAGRAPHS, ids=sample_id)
def test_indented_paragraphs_broken_by_hand_are_joined(name: str, columns: int) -> None:
    assert cleaned(wrapped(SAMPLES[name].text, columns)).text == SAMPLES[name].text


@pytest.mark.parametrize("characters", [37, 40])
@pytest.mark.parametrize("name", IN_PARAGRAPHS, ids=sample_id)
def test_paragraphs_broken_at_a_count_of_characters_are_joined_too(name: str, characters: int) -> None:
    title, *paragraphs = SAMPLES[name].text.split("\n")
    lines = [title]
    for paragraph in paragraphs:
        indented = f"\u3000\u3000{paragraph}"
        lines += [indented[i : i + characters] for i in range(0, len(indented), characters)]
    assert cleaned("\n".join(lines)).text == SAMPLES[name].text


FLUSH = """一、工作成效
2024年，云溪区司法局认真履行职责，受理行政复议案件九十
六件，审结八十八件，群众满意度不断提升，各项工作迈上新的
台阶。
一是规范办案流程，统一文书格式，把每一件案件都办成铁案，
让人民群众感受到公平正义。
二是推进繁简分流，简案快办、繁案精办，平均办案时间压缩到
二十天。
二、存在的不足
复议人员力量不足，人均办案数量偏多，个别案件说理不够充分
，文书质量有待提高。"""


def test_wraps_without_indentation_are_joined_and_headings_and_points_stay_apart() -> None:
    assert cleaned(FLUSH).text.split("\n") == [
        "一、工作成效",
        "2024年，云溪区司法局认真履行职责，受理行政复议案件九十六件，审结八十八件，群众满意度不断提升，各项工作迈上新的台阶。",
        "一是规范办案流程，统一文书格式，把每一件案件都办成铁案，让人民群众感受到公平正义。",
        "二是推进繁简分流，简案快办、繁案精办，平均办案时间压缩到二十天。",
        "二、存在的不足",
        "复议人员力量不足，人均办案数量偏多，个别案件说理不够充分，文书质量有待提高。",
    ]


@pytest.mark.parametrize(
    ("left", "right", "joined"),
    [
        ("推进行政复议，", "规范办案", "推进行政复议，规范办案"),
        ("采用 Smart", "City 平台，", "采用 Smart City 平台，"),
        ("全年办理案件9", "6件，", "全年办理案件96件，"),
        ("接入 5G", "网络，", "接入 5G网络，"),
    ],
)
def test_a_join_puts_a_space_between_latin_words_only(left: str, right: str, joined: str) -> None:
    full = "云溪区司法局认真履行各项法定职责，深入推进依法行政，"
    lines = [full, full, full, (full * 2)[: 26 - len(left)] + left, f"{right}圆满完成任务。"]
    assert joined in cleaned("\n".join([TITLE, *lines])).text


def test_whole_paragraphs_of_different_length_stay_apart() -> None:
    text = "\n".join(
        [
            TITLE,
            "一、工作成效",
            BODY,
            f"强化执法监督。{BODY}",
            "二、存在的不足",
            "人员力量不足。",
            "普法形式单一。",
        ]
    )
    assert cleaned(text).text == text


# --- pages


OTHER_BODY = "同时，全区开展普法宣传活动32场，发放宣传资料1.5万份，接受现场咨询2600人次，法治氛围日益浓厚。"
THIRD_BODY = "此外，区公共法律服务中心办理法律援助案件610件，为农民工追回欠薪430万元，受到广泛好评。"


def page(number: int, *lines: str) -> str:
    return "\n".join(["云溪区司法局 法治政府建设报告", *lines, f"— {number} —"])


def test_running_heads_and_page_numbers_go_and_page_starts_stay_right() -> None:
    first = f"一、工作成效\n{BODY}"
    second = "二、存在的不足\n复议人员力量不足，人均办案数量偏多，难以满足需要。"
    third = "三、下一步打算\n充实复议人员力量，年内增配专职人员3名。"
    found = cleaned_pages(page(1, first), page(2, second), page(3, third))
    assert found.text == "\n".join([first, second, third])
    assert [found.text[start:][:2] for start in found.page_starts] == ["一、", "二、", "三、"]


def test_bare_page_numbers_at_the_edge_go_and_numbers_inside_stay() -> None:
    found = cleaned_pages(f"1\n{BODY}\n36\n{OTHER_BODY}", f"2\n{THIRD_BODY}\n47\n{BODY}\n{OTHER_BODY}")
    assert found.text == "\n".join([BODY, "36", OTHER_BODY, THIRD_BODY, "47", BODY, OTHER_BODY])


@pytest.mark.parametrize("second", ["理行政复议案件96件，审结88件，群众满意。", "理案件九十六件"])
def test_a_paragraph_broken_by_a_page_is_whole_again(second: str) -> None:
    found = cleaned_pages(
        page(1, BODY, "全年各项工作扎实有序推进，云溪区司法局认真办"),
        page(2, second, f"二、存在的不足\n{OTHER_BODY}"),
        page(3, THIRD_BODY),
    )
    assert f"认真办{second}\n二、存在的不足" in found.text
    assert found.text[found.page_starts[1] :].startswith(second)
    assert [page_at(found.page_starts, found.text.index(words)) for words in ("认真办", second)] == [1, 2]


def test_sentences_that_repeat_at_the_edges_of_pages_are_no_running_heads() -> None:
    pages = [f"{BODY}\n（{number}）查处案件{number}0件。" for number in (1, 2, 3)]
    pages[1] = f"一是查处案件5件。\n{OTHER_BODY}\n（2）查处案件20件。"
    assert cleaned_pages(*pages).text == "\n".join(pages)


def test_a_line_at_the_top_of_one_page_and_the_foot_of_another_is_no_running_head() -> None:
    first = f"一、工作成效\n{BODY}\n{OTHER_BODY}\n二、存在的不足"
    second = f"二、存在的不足\n普法形式单一。\n{THIRD_BODY}\n三、下一步打算"
    assert cleaned_pages(first, second).text == f"{first}\n{second}"


def test_a_page_that_ends_with_a_sentence_ends_the_paragraph() -> None:
    assert cleaned_pages(BODY, OTHER_BODY).text == f"{BODY}\n{OTHER_BODY}"


def test_an_empty_page_begins_where_the_next_text_does() -> None:
    found = cleaned_pages(BODY, "", OTHER_BODY)
    assert found.page_starts == (0, len(BODY) + 1, len(BODY) + 1)


def test_a_text_without_pages_has_no_page_numbers() -> None:
    assert cleaned(BODY).page_starts == ()
    assert page_at((), 10) is None


# --- what has no body


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(
            [
                "网站首页",
                "政务公开",
                "办事服务",
                "互动交流",
                "数据开放",
                "走进云溪",
                "专题专栏",
                "登录",
                "注册",
            ]
            * 6
        ),
        "页面不存在",
        "404 Not Found\n返回首页",
        "\n".join(["[首页]", "|", "[新闻]", "|", "您当前的位置：首页 > 报告", "正在加载中，请稍候。"]),
        "关于印发报告的通知\n附件下载",
    ],
)
def test_menus_without_a_body_are_refused(text: str) -> None:
    with pytest.raises(ReadError) as refusal:
        cleaned(text)
    assert str(refusal.value) == NO_BODY
    assert refusal.value.hint == "请打开原网页，复制正文另存为 .txt，或重新下载报告原文件。"


def test_a_sentence_in_a_sea_of_menus_is_no_body() -> None:
    menu = "\n".join(f"栏目{number}某某专栏入口" for number in range(120))
    with pytest.raises(ReadError, match="没有正文"):
        cleaned(f"{BODY}\n{menu}\n{BODY}")


def test_a_notice_of_a_hundred_characters_is_read() -> None:
    text = "关于放假的通知\n各街道办事处：\n根据上级安排，现将国庆节放假事项通知如下：10月1日至7日放假，共7天。各单位要安排好值班，遇有重大突发事件及时报告并妥善处置。\n云溪区人民政府办公室\n2024年9月25日"
    assert len(text) < 110
    assert cleaned(text).text == text


# --- whatever comes


@given(assembled_texts())
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    once = cleaned(text).text
    assert cleaned(once).text == once


@given(assembled_texts())
def test_cleaning_only_takes_away(text: str) -> None:
    assert is_subsequence(without_white_space(cleaned(text).text), without_white_space(text))


@given(assembled_texts(), st.data())
def test_every_page_begins_at_its_own_text(text: str, data: st.DataObject) -> None:
    breaks = [match.end() for match in re.finditer(r"\n", text)]
    chosen = data.draw(st.lists(st.sampled_from(breaks), max_size=4, unique=True)) if breaks else []
    starts = (0, *sorted(chosen))
    found = clean(SourceText(text, "pdf", page_starts=starts))
    assert len(found.page_starts) == len(starts)
    assert list(found.page_starts) == sorted(found.page_starts)
    assert found.page_starts[0] == 0
    for begin, end, raw_begin, raw_end in zip(
        found.page_starts,
        [*found.page_starts[1:], len(found.text)],
        starts,
        [*starts[1:], len(text)],
        strict=True,
    ):
        shown = without_white_space(found.text[begin:end])
        assert is_subsequence(shown, without_white_space(text[raw_begin:raw_end]))


def test_a_sentence_torn_at_links_is_one_where_blank_lines_part_the_paragraphs() -> None:
    paragraphs = [
        f"第{n}项工作取得进展，全年办理案件{n}20件，群众满意度不断提升，各方面反映良好。" for n in range(1, 8)
    ]
    torn = "县政府制定了\n《云溪县城市管理若干规定》\n的实施细则，明确了各部门的职责。"
    text = clean(SourceText("\n\n".join([*paragraphs, torn]), "text")).text
    assert text.split("\n")[-1] == torn.replace("\n", "")


def test_a_heading_right_above_its_paragraph_stays_a_line_of_its_own() -> None:
    headings = ["执法监管扎实有力", "监测预报稳步提升", "为农服务精准发力", "工作思路"]
    body = (
        "全年办理案件120件，群众满意度不断提升，各方面反映良好。共组织检查三十余次，发现的问题全部整改到位。"
    )
    blocks = [f"{heading}\n{body}" for heading in headings]
    text = clean(SourceText("\n\n".join([body, *blocks, body, body]), "text")).text
    assert [line for line in text.split("\n") if len(line) < 20] == headings


def test_lines_stay_apart_where_no_blank_lines_part_paragraphs() -> None:
    paragraphs = [
        f"第{n}项工作取得进展，全年办理案件{n}20件，群众满意度不断提升，各方面反映良好。" for n in range(1, 8)
    ]
    lines = [*paragraphs, "县政府制定了相关规定", "各部门的职责得到明确，工作合力逐步形成。"]
    assert clean(SourceText("\n".join(lines), "text")).text.split("\n") == lines
