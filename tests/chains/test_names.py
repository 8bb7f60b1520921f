"""Names of persons and organisations."""

from __future__ import annotations

import pytest

from chains.names import names_organisation, names_person


@pytest.mark.parametrize(
    "text",
    [
        "局长罗启明带头述法",
        "最年長的漁燈藝人林阿水已八十七歲。",
        "首席调解员为退休外科主任方廷柏。",
        "岱河县人民政府县长　苏望舒",
        "由欧阳文清牵头",
        "张桂兰同志荣获先进个人",
    ],
)
def test_a_person_named_beside_a_title_is_found(text: str) -> None:
    assert names_person(text)


@pytest.mark.parametrize(
    "text", ["局长高度重视", "区长任组长，", "首次安排3名分局长现场述法", "局长王**带头", "主任会议研究"]
)
def test_a_title_without_a_name_names_nobody(text: str) -> None:
    assert not names_person(text)


@pytest.mark.parametrize(
    "text", ["聘请正衡律师事务所担任", "委托明华检测公司", "与青禾大学共建", "運營企業為惠通供水有限公司"]
)
def test_an_organisation_by_its_own_name_is_found(text: str) -> None:
    assert names_organisation(text)


@pytest.mark.parametrize(
    "text", ["对2家虚报培训人数的机构取消资格", "由**律师事务所组成", "委托第三方检测公司", "3家物业公司"]
)
def test_a_kind_of_organisation_is_no_name(text: str) -> None:
    assert not names_organisation(text)
