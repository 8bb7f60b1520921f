from __future__ import annotations

import pytest

from chains.cite import Citer
from store.document import describe, parse
from store.models import Document, SourceText
from tests.reports import SAMPLES, read_text, sample_id

BODY = "2024年，云溪区司法局受理行政复议案件96件，审结88件，纠错率12.5%，群众满意度不断提升。"
TEXT = f"云溪区司法局2024年法治政府建设情况报告\n{BODY}\n一、工作成效\n（一）规范执法。{BODY}\n二、存在的不足\n（一）人手不足。\n云溪区司法局\n2025年1月10日"


def citer_of(document: Document) -> Citer:
    return Citer(document.text, document.sections, document.page_starts, describe(document))


def test_a_citation_holds_the_quote_and_where_it_stands() -> None:
    document = read_text(TEXT)
    start = document.text.index("人手不足")
    cited = citer_of(document).cite(3, start, start + 4)
    report = describe(document)
    assert (cited.n, cited.report_id, cited.title) == (3, report.id, report.title)
    assert (cited.start, cited.end, cited.quote, cited.page) == (start, start + 4, "人手不足", None)


@pytest.mark.parametrize(
    ("words", "section"),
    [
        ("法治政府建设", ""),
        ("一、工作成效", "一、工作成效"),
        ("规范执法", "一、工作成效 > （一）规范执法"),
        ("人手不足", "二、存在的不足 > （一）人手不足"),
        ("2025年1月10日", ""),
    ],
)
def test_the_section_is_the_innermost_around_the_quote_and_none_for_a_signature(
    words: str, section: str
) -> None:
    document = read_text(TEXT)
    start = document.text.index(words)
    assert citer_of(document).cite(1, start, start + len(words)).section == section


def test_the_page_is_the_one_the_quote_begins_on() -> None:
    document = parse(
        SourceText(TEXT, "pdf", page_starts=(0, TEXT.index("二、存在"))), source="/reports/报告.pdf"
    )
    citer = citer_of(document)
    pages = [
        citer.cite(1, document.text.index(words), document.text.index(words) + 2).page
        for words in ("规范执法", "人手不足")
    ]
    assert pages == [1, 2]


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_every_quote_is_cut_from_the_text(name: str) -> None:
    document = read_text(SAMPLES[name].text)
    citer = citer_of(document)
    for start in range(0, len(document.text) - 5, 17):
        cited = citer.cite(1, start, start + 5)
        assert document.text[cited.start : cited.end] == cited.quote
