"""Follow-ups read in the light of the question before them."""

from __future__ import annotations

import pytest

from chains.follow_up import complete
from chains.models import Turn
from store.models import Report, ReportKind


def report(title: str, agency: str, region: str = "") -> Report:
    return Report(
        id="0" * 12,
        source="a.txt",
        title=title,
        agency=agency,
        region=region,
        period=[2024],
        kind=ReportKind.ANNUAL_REPORT,
        published=None,
        chars=1,
        passages=1,
        script="hans",
    )


SHELF = [
    report("河滨区水务局2024年法治政府建设工作报告", "河滨区水务局", "河滨区"),
    report("河滨区水务局2023年法治政府建设工作报告", "河滨区水务局", "河滨区"),
    report("夜坪县教育局2024年工作总结", "夜坪县教育局", "夜坪县"),
    report("上城区司法局2024年度工作报告", "上城区司法局", "上城区"),
]
BEFORE = "河滨区水务局2024年有哪些不足？"


def completed(question: str, *before: str) -> str:
    return complete(question, [Turn(question=asked, answer="……") for asked in before], SHELF)


@pytest.mark.parametrize(
    ("question", "before", "meant"),
    [
        # another year in the place of the one before
        ("那2023年呢？", BEFORE, "河滨区水务局2023年有哪些不足？"),
        ("那么2023年呢", BEFORE, "河滨区水务局2023年有哪些不足？"),
        ("2023年呢？", BEFORE, "河滨区水务局2023年有哪些不足？"),
        ("那2023呢？", BEFORE, "河滨区水务局2023年有哪些不足？"),
        ("去年呢？", BEFORE, "河滨区水务局去年有哪些不足？"),
        ("那去年呢？", "河滨区水务局有哪些不足？", "去年河滨区水务局有哪些不足？"),
        (
            "What about 2023?",
            "What did 河滨区水务局 fail to do in 2024?",
            "What did 河滨区水务局 fail to do in 2023?",
        ),
        # another agency
        ("那夜坪县教育局呢？", BEFORE, "夜坪县教育局2024年有哪些不足？"),
        ("上城区司法局呢？", BEFORE, "上城区司法局2024年有哪些不足？"),
        ("那夜坪县教育局的呢？", BEFORE, "夜坪县教育局2024年有哪些不足？"),
        ("另外，夜坪县教育局呢？", "上城区司法局办了多少案件？", "夜坪县教育局办了多少案件？"),
        # something else of the same subject
        ("那下一步计划呢？", BEFORE, "河滨区水务局2024年下一步计划有哪些？"),
        ("还有哪些成效？", BEFORE, "河滨区水务局2024年哪些成效？"),
        ("那执法人员有多少？", "上城区司法局有哪些不足？", "上城区司法局执法人员有多少？"),
        # words that point back
        ("它有多少人？", BEFORE, "河滨区水务局有多少人？"),
        ("那个单位在哪里？", BEFORE, "河滨区水务局在哪里？"),
        ("该局有多少人？", BEFORE, "河滨区水务局有多少人？"),
        (
            "这份报告还提到哪些不足？",
            "《夜坪县教育局2024年工作总结》说了什么？",
            "《夜坪县教育局2024年工作总结》还提到哪些不足？",
        ),
        ("他们有多少人？", "上城区司法局有哪些不足？", "上城区司法局有多少人？"),
        # names longer than one word
        (
            "那2023年呢？",
            "上城区司法局和河滨区水务局2024年有哪些不足？",
            "上城区司法局和河滨区水务局2023年有哪些不足？",
        ),
    ],
)
def test_a_follow_up_becomes_a_question_of_its_own(question: str, before: str, meant: str) -> None:
    assert completed(question, before) == meant


@pytest.mark.parametrize(
    "question",
    [
        "夜坪县教育局有哪些不足？",
        "2024年办结了多少件案件？",
        "那些问题整改了吗？",
        "那时候有多少人？",
        "上城区司法局的下一步计划是什么？",
        "哪些单位提到了人手不足？",
        "那夜坪县教育局有多少人？",
        "其他单位有哪些不足？",
        "其中最大的是什么？",
        "",
        "呢？",
        "？",
    ],
)
def test_what_stands_on_its_own_stays_as_it_is(question: str) -> None:
    assert completed(question, BEFORE) == question


@pytest.mark.parametrize("question", ["那2023年呢？", "它有多少人？", "那夜坪县教育局呢？", "还有呢？"])
def test_without_a_question_before_nothing_is_read_into_it(question: str) -> None:
    assert completed(question) == question


def test_only_the_last_question_counts() -> None:
    asked = ["上城区司法局2022年有哪些成效？", BEFORE]
    assert completed("那2023年呢？", *asked) == "河滨区水务局2023年有哪些不足？"


def test_a_subject_no_report_bears_is_not_carried_on() -> None:
    assert completed("那下一步计划呢？", "火星探测局有哪些不足？") == "下一步计划有哪些？"


def test_names_are_known_in_either_script() -> None:
    assert completed("那下一步计划呢？", "河濱區水務局有哪些不足？") == "河濱區水務局下一步计划有哪些？"


@pytest.mark.parametrize("subject", [r"《河滨\1区》", r"《a\g<0>b》"])
def test_a_title_with_backslashes_is_no_pattern(subject: str) -> None:
    assert completed("它有多少人？", f"{subject}说了什么？") == f"{subject}有多少人？"
