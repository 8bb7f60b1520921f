from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.simplify import simplify


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("創建法治政府示範區", "创建法治政府示范区"),
        ("辦理行政複議案件", "办理行政复议案件"),
        ("下一步工作計劃：進一步加強隊伍建設", "下一步工作计划：进一步加强队伍建设"),
        ("已是简体，2024年ABC，**件", "已是简体，2024年ABC，**件"),
        ("", ""),
    ],
)
def test_traditional_text_is_given_in_simplified_script(traditional: str, simplified: str) -> None:
    assert simplify(traditional) == simplified


# Phrases that some dictionaries shorten or lengthen, next to characters outside the basic plane.
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["計程車", "資料庫", "乾坤", "著作", "沿著", "後臺", "網路", "滑鼠", "軟體", "𠮷", "區(qū)"]
        ),
        st.text(max_size=5),
    ),
    max_size=12,
).map("".join)


@given(TEXTS)
def test_the_simplified_text_is_as_long_as_the_text(text: str) -> None:
    assert len(simplify(text)) == len(text)
