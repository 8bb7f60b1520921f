from __future__ import annotations

import pytest

from store.signature import find_signatures

BODY = "（一）充实执法队伍。年内增配3名。"


def signed(text: str) -> list[str]:
    return [span.of(text) for span in find_signatures(text)]


SIGNATURES = [
    "云溪区司法局\n2024年1月18日",
    "雲嶺市水務局\n2022年1月20日",
    "云溪区司法局\n二〇二四年一月十八日",
    "云溪区司法局\n二○二四年一月",
    "云溪区司法局 2024年1月18日",
    "**市**局\nxxxx年x月x日",
    "云溪区司法局\n2024年1月18日\n（联系人：陆某某，联系电话：0000-5550123）",
    "联系人：陆某某\n联系电话：0000-5550123",
    "云溪区司法局（公章）\n2024.1.18",
    "云溪区司法局\n云溪区财政局\n2024年1月18日",
    "云溪区司法局 云溪区财政局\n2024年1月18日",
    "特此报告。\n云溪区司法局\n2024年1月18日",
    "云溪区司法局\n2024年1月18日\n（此件公开发布）",
    "中共云溪区司法局党组\n2024年1月18日",
    "云溪区司法局\n2024年1月18日\n抄送：区委办，区人大办。\n云溪区司法局办公室 2024年1月19日印发",
    "2024年1月18日",
    "云溪区司法局",
    "云溪区司法局\n2024年1月18日\n政策解读",
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_agency_date_and_contact_below_the_text_are_a_signature(signature: str) -> None:
    assert signed(f"{BODY}\n{signature}") == [signature]


@pytest.mark.parametrize(
    "signature", ["云溪区司法局 2024年1月18日", "云溪区司法局2024年1月18日", "2024年1月18日"]
)
def test_a_signature_that_runs_on_behind_the_last_sentence_is_one_too(signature: str) -> None:
    assert signed(f"{BODY}\n（二）开设专栏。{signature}") == [signature]


@pytest.mark.parametrize(
    "appendix", ["附件：任务清单", "附表", "名词解释\n1.一件事：指一次办理。", "注：数据为快报数。"]
)
def test_a_signature_above_an_appendix_ends_where_that_begins(appendix: str) -> None:
    assert signed(f"{BODY}\n云溪区司法局\n2024年1月18日\n{appendix}") == ["云溪区司法局\n2024年1月18日"]


@pytest.mark.parametrize(
    "text",
    [
        "云溪区司法局\n2024年1月18日\n一、工作成效\n全年办案96件。",
        "关于报送总结的通知\n各区司法局\n现将有关事项通知如下。",
        f"{BODY}\n（二）加强对口联系。2024年12月完成",
        f"{BODY}\n三、下一步工作打算\n2025年\n新建站点3处，改造站点5处。",
        f"{BODY}\n（二）建立联系人制度：每局1人。",
        "2024年1月18日",
        "",
        BODY,
    ],
)
def test_addressees_headings_and_points_are_none(text: str) -> None:
    assert signed(text) == []
