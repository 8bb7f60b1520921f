from __future__ import annotations

from pathlib import Path

import pytest

from chains.digest.agencies import of_one_agency
from chains.digest.held import open_report
from store.document import parse
from store.library import Library
from store.models import SourceText
from tests.chains.digest.two_years import annual, opened, work_report


def years(*agencies: str) -> list[list[int]]:
    helds = [annual(2022 + number, agency=agency) for number, agency in enumerate(agencies)]
    return sorted([held.year for held in group] for group in of_one_agency(helds))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("澜桥市司法局", "瀾橋市司法局"),
        ("澜桥市市场监督管理局", "澜桥市市场监管局"),
        ("澜桥市柳坞区司法局", "柳坞区司法局"),
    ],
)
def test_one_agency_is_known_again_by_another_form_of_its_name(one: str, other: str) -> None:
    assert years(one, other) == [[2022, 2023]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("澜桥市司法局", "柳坞县司法局"),
        ("澜桥市司法局", "澜桥市财政局"),
        ("x区司法局", "x区司法局"),
        ("x区司法局", "柳坞区司法局"),
    ],
)
def test_two_agencies_stay_two_and_masks_are_not_guessed(one: str, other: str) -> None:
    assert years(one, other) == [[2022], [2023]]


def test_a_short_name_that_fits_two_agencies_joins_neither() -> None:
    assert years("澜桥市柳坞区司法局", "云汀市柳坞区司法局", "柳坞区司法局") == [[2022], [2023], [2024]]


def test_a_masked_agency_is_known_again_by_what_it_promised() -> None:
    plans = ["新建公共法律服务站5个；培训人民调解员600人次；出台行政调解工作办法；改造司法所9个。"]
    results = [
        "新建公共法律服务站5个。",
        "培训人民调解员610人次。",
        "行政调解工作办法出台。",
        "改造司法所9个。",
    ]
    earlier = annual(2023, agency="x区司法局", plans=plans)
    later = annual(2024, agency="x区司法局", results=results)
    (group,) = of_one_agency([later, earlier])
    assert group == [earlier, later]
    # A second report for a year shows that the mask hides two agencies.
    third = annual(2024, agency="x区司法局", results=[*results, "接待来访群众1200人次。"])
    assert sorted(len(group) for group in of_one_agency([later, earlier, third])) == [1, 1, 1]


def test_a_work_report_and_a_report_on_the_rule_of_law_are_two_things() -> None:
    work = work_report(2024, results=["建成社区食堂13家。"], plans=["新建托育园2所。"])
    law = annual(2024, agency="澜桥县人民政府")
    assert len(of_one_agency([work, law])) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("澜桥市司法局2021-2023年法治政府建设情况报告", None),
        ("澜桥市司法局关于开展2024年执法检查的通知", None),
        ("澜桥市司法局2024年工作要点", None),
        ("澜桥市司法局2023年法治政府建设年度报告", 2023),
    ],
)
def test_only_a_report_on_one_year_tells_a_year(text: str, told: int | None) -> None:
    body = (
        "一、主要工作\n（一）受理行政复议案件96件，审结88件，办理法律援助案件318件，群众满意率99.1%。\n（二）"
    )
    body += (
        "在十二个乡镇设立公共法律服务站，接待来访群众，就近解答土地、婚姻和劳动方面的法律问题，化解矛盾纠纷。"
    )
    assert opened(f"{text}\n{body}").told == told


def test_a_stored_report_is_opened_with_the_offsets_of_its_text(tmp_path: Path) -> None:
    fresh = annual(2024)
    with Library(tmp_path, embedding=None, chunking_version=1) as library:
        _, report = library.add(parse(SourceText(fresh.text, "text"), source="/report.txt"))
        held = open_report(library, report, ["shared"])
    assert (held.told, held.planned) == (2024, 2025)
    assert held.text == fresh.text
    assert [item.text for item in held.shortcomings] == [item.text for item in fresh.shortcomings]
    for item in [*held.achievements, *held.shortcomings, *held.plans]:
        for citation in item.citations:
            assert held.text[citation.start : citation.end] == citation.quote
