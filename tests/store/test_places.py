from __future__ import annotations

import pytest

from store.places import find_region, join_agency, leading_place


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("杭州市上城区规划局", "杭州市上城区"),
        ("浙江省杭州市上城区人民政府", "浙江省杭州市上城区"),
        ("云溪区司法局", "云溪区"),
        ("云溪区分局", "云溪区"),
        ("通州区司法局", "通州区"),
        ("新乡市司法局", "新乡市"),
        ("湘西州林业局", "湘西州"),
        ("青禾县民政局2023年报告", "青禾县"),
        ("关于云溪区法治建设的报告", "云溪区"),
        ("中共云溪区委", "云溪区"),
        ("2024年云溪区工作报告", "云溪区"),
        ("平湖镇人民政府", "平湖镇"),
        ("东城街道办事处", "东城街道"),
        ("恩施土家族苗族自治州林业局", "恩施土家族苗族自治州"),
        ("某市审计局", "某市"),
        ("**区分局", "**区"),
        ("xx县水利局", "xx县"),
        ("市司法局", ""),
        ("全市法治建设", ""),
        ("社区服务中心", ""),
        ("城市管理局", ""),
        ("开发区管委会", ""),
        ("司法局", ""),
        ("", ""),
    ],
)
def test_a_name_begins_with_its_place_or_with_none(name: str, place: str) -> None:
    assert leading_place(name) == place


CITY_AND_DISTRICT = "临江市上林区认真履职。临江市出台办法，上林区落实。上林区完成任务，上林区群众满意，临江市表扬。临江市推广。"


@pytest.mark.parametrize(
    ("agency", "title", "text", "region"),
    [
        ("云溪区司法局", "青禾县报告", "平湖镇" * 5, "云溪区"),
        ("分局", "青禾县2024年报告", "平湖镇" * 5, "青禾县"),
        ("分局", "2024年工作总结", CITY_AND_DISTRICT, "临江市上林区"),
        ("", "", "上林区出台办法。上林区落实任务。上林区完成。", "上林区"),
        ("", "", "上林区出台办法。", ""),
        ("", "", "全区落实任务，各县推进。社区服务，城区改造，小区更新。" * 4, ""),
        ("某市审计局", "", "", "某市"),
    ],
)
def test_the_region_is_the_agencys_own_else_the_one_most_named(
    agency: str, title: str, text: str, region: str
) -> None:
    assert find_region(agency, title, text) == region


@pytest.mark.parametrize(
    ("region", "agency", "joined"),
    [
        ("上林区", "区征收中心", "上林区征收中心"),
        ("临江市上林区", "分局", "临江市上林区分局"),
        ("云溪区", "云溪区司法局", "云溪区司法局"),
        ("云溪区", "市司法局", "云溪区市司法局"),
        ("", "司法局", "司法局"),
        ("云溪区", "我局", "云溪区"),
        ("云溪区", "", "云溪区"),
    ],
)
def test_a_place_is_put_before_an_agency_that_names_none(region: str, agency: str, joined: str) -> None:
    assert join_agency(region, agency) == joined
