"""Years in Chinese numerals."""

from __future__ import annotations

import pytest

from store.years import arabic_dates, arabic_years


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("二〇二四年工作安排", "2024年工作安排"),
        ("二○二一年和二零二二年", "2021年和2022年"),
        ("一九九八年", "1998年"),
        ("二十四年", "二十四年"),
        ("一二三四", "一二三四"),
    ],
)
def test_years_are_read_and_the_text_keeps_its_length(text: str, read: str) -> None:
    assert arabic_years(text) == read
    assert len(arabic_years(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("二〇二四年十二月三十一日", "2024年12月31日"),
        ("二〇二二年一月十日", "2022年1月10日"),
        ("二○二三年十月二十日", "2023年10月20日"),
        ("2023年3月5日", "2023年3月5日"),
    ],
)
def test_dates_are_read(text: str, read: str) -> None:
    assert arabic_dates(text) == read
