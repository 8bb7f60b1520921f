"""What each format yields: the text as a reader sees it, tables as rows that stand alone."""

from __future__ import annotations

import pytest

from store.formats import docx, html, markdown, pdf
from store.formats.numerals import written
from tests.store.make_files import (
    docx_table,
    make_docx,
    make_pdf,
    numbered,
    numbering,
    page_of,
    para,
)

ROWS = [["类别", "数量"], ["行政复议", "21件"], ["行政诉讼", "**件"]]
CAPTION = "表1 案件办理情况"
READ_ROWS = [
    "表1 案件办理情况｜类别：行政复议｜数量：21件",
    "表1 案件办理情况｜类别：行政诉讼｜数量：**件",
]


def page(body: str, head: str = "") -> list[str]:
    return html.parse_text(f"<html><head>{head}</head><body>{body}</body></html>").text.split("\n")


def html_table(rows: list[list[str]], inside: str = "") -> str:
    trs = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{inside}{trs}</table>"


def document(body: str, **parts: str) -> list[str]:
    return docx.parse(make_docx(body, **parts)).text.split("\n")


# --- tables -------------------------------------------------------------------------------------


def test_a_table_row_keeps_its_caption_and_headings_in_every_format() -> None:
    piped = "\n".join(["| 类别 | 数量 |", "|---|---:|", "| 行政复议 | 21件 |", "| 行政诉讼 | **件 |"])
    ruled = [(72 + 120 * x, 700 - 30 * y, cell) for y, row in enumerate(ROWS) for x, cell in enumerate(row)]
    across = [(66, 720 - 30 * y, 306, 720 - 30 * y) for y in range(4)]
    down = [(66 + 120 * x, 720, 66 + 120 * x, 630) for x in range(3)]
    drawn = make_pdf([[(72, 740, CAPTION), *ruled, (72, 600, "以上为全年办理情况。")]], across + down)
    texts = {
        "docx": document(para(CAPTION) + docx_table(ROWS)),
        "html": page(f"<p>{CAPTION}</p>" + html_table(ROWS)),
        "html caption": page(html_table(ROWS, f"<caption>{CAPTION}</caption>")),
        "markdown": markdown.parse_text(f"{CAPTION}\n\n{piped}").text.replace("\n\n", "\n").split("\n"),
        "pdf": pdf.parse(drawn).text.split("\n")[:3],
    }
    assert texts == dict.fromkeys(texts, [CAPTION, *READ_ROWS])


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (html_table([["负责人", "张三"], ["联系地址", "某路1号"]]), ["负责人：张三", "联系地址：某路1号"]),
        (
            html_table([["2023年", "2024年", "增长"], ["5", "6", "20%"]]),
            ["2023年：5｜2024年：6｜增长：20%"],
        ),
        (
            "<table><tr><td rowspan=2>类别<td colspan=2>数量<tr><td>受理<td>办结"
            "<tr><td>复议<td>21<td>19</table>",
            ["类别：复议｜数量/受理：21｜数量/办结：19"],
        ),
        (
            "<table><tr><th>部门<th>事项<tr><td rowspan=2>甲局<td>许可<tr><td>处罚</table>",
            ["部门：甲局｜事项：许可", "部门：甲局｜事项：处罚"],
        ),
        (
            "<p>表2 收支</p><p>单位：万元</p>" + html_table([["项目", "金额", "备注"], ["收入", "12", ""]]),
            ["表2 收支", "单位：万元", "表2 收支（单位：万元）｜项目：收入｜金额：12"],
        ),
        (html_table([["1", "2"], ["3", "4"]]), ["1：2", "3：4"]),
    ],
    ids=[
        "key and value",
        "years as headings",
        "two heading rows",
        "merged down",
        "unit line",
        "figures only",
    ],
)
def test_headings_and_merged_cells(table: str, expected: list[str]) -> None:
    assert page(table) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (html_table([["框中文字"]]), ["框中文字"]),
        (html_table([["左栏", "右栏"]]), ["左栏", "右栏"]),
        (html_table([["导航", "正文" * 200], ["脚", "注"]]), ["导航", "正文" * 200, "脚", "注"]),
        (html_table([["甲", html_table([["乙"]])], ["丙", "丁"]]), ["甲", "乙", "丙", "丁"]),
        ("<table><tr><td colspan=99999 rowspan=9999>甲<tr><td>乙</table>", ["甲", "乙"]),
    ],
    ids=["one cell", "one row", "long cell", "nested", "absurd span"],
)
def test_a_layout_table_is_read_as_paragraphs(table: str, expected: list[str]) -> None:
    assert page(table) == expected


# --- HTML ---------------------------------------------------------------------------------------


def test_html_keeps_what_is_shown_and_nothing_else() -> None:
    shown = page(
        "<nav>首页 &gt; 要闻</nav><!-- 注释 --><script>var a='脚本'</script><style>p{}</style>"
        "<noscript>请开启脚本</noscript><h1>标题</h1><p>会<b>**</b>次，\n  第一<i>段</i></p>"
        "一行<br>二行<ol start=3><li>甲<li>乙</ol><pre>甲\n乙</pre><ruby>区<rt>qū</rt></ruby>"
    )
    assert shown == [
        "标题",
        "会**次，第一段",
        "一行",
        "二行",
        "3. 甲",
        "4. 乙",
        "甲",
        "乙",
        "区",
    ]


BODY = "<h1>某局2024年工作报告</h1><p>全年办结案件96件。</p><p>（一）充实队伍。</p>"
SHOWN = ["某局2024年工作报告", "全年办结案件96件。", "（一）充实队伍。"]


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav>首页 政务公开</nav>",
        "<nav><ul><li>首页<li>政务公开</ul></nav>",
        "<header>某市人民政府</header>",
        "<footer><p>某街1号</p><p>电话0000</p></footer>",
        "<aside>热点：某会议</aside>",
        '<div role="navigation">机构概况</div>',
        "<div role=search>站内检索</div>",
        '<div role="contentinfo">某街1号</div>',
        '<div class="left-nav">机构概况</div>',
        '<div id="breadcrumb">首页 &gt; 报告</div>',
        '<div class="x"><a href="/">网站首页</a> | <a href="/a">政务公开</a> | <a href="/b">无障碍浏览</a></div>',
        '<ul><li><a href="/a">机构概况</a></li><li><a href="/b">政策法规</a></li></ul>',
        '<table><tr><td><a href="/a">机构概况</a><td><a href="/b">政策法规</a></table>',
        '<div><p><a href="/1">某市召开全市优化营商环境工作推进大会暨重点项目建设现场会</a></p><p><a href="/2">某市领导调研</a></p></div>',
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_what_serves_the_site_and_not_the_text_is_left_out(furniture: str, after: bool) -> None:
    assert page(BODY + furniture if after else furniture + BODY) == SHOWN


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (f"<article><header>{BODY}</header><footer><p>某局</p></footer></article>", [*SHOWN, "某局"]),
        ("<header><h1>某局报告</h1><p>网站名</p></header><p>办结96件。</p>", ["某局报告", "办结96件。"]),
        (
            f'{BODY}<p><a href="/1.doc">附件1：任务表</a></p><p><a href="/2.doc">附件2：清单</a></p>',
            [*SHOWN, "附件1：任务表", "附件2：清单"],
        ),
        (
            f'{BODY}<p>见<a href="/a">《办法》</a>、<a href="/b">《细则》</a></p>',
            [*SHOWN, "见《办法》、《细则》"],
        ),
        (
            f'{BODY}<p><a name="x">存在的不足</a></p><p><a href="#y">下一步打算</a></p>',
            [*SHOWN, "存在的不足", "下一步打算"],
        ),
        (f'{BODY}<p><a href="/a">唯一的链接</a></p>', [*SHOWN, "唯一的链接"]),
        ('<div class="nav">' + BODY + "</div>", SHOWN),
        ("<nav>" + BODY + "</nav>", SHOWN),
        (
            '<p><a href="/a">办结案件96件。</a></p><p><a href="/b">新增站点3处。</a></p>',
            ["办结案件96件。", "新增站点3处。"],
        ),
        (
            html_table([["文件", "文号"], ['<a href="/a">甲办法</a>', '<a href="/b">一号</a>']]),
            ["文件：文号", "甲办法：一号"],
        ),
    ],
    ids=[
        "header of an article",
        "headline",
        "attachments",
        "links in a sentence",
        "anchors",
        "one link",
        "named so",
        "all in nav",
        "linked sentences",
        "links in a table",
    ],
)
def test_what_belongs_to_the_text_stays(body: str, shown: list[str]) -> None:
    assert page(body) == shown


@pytest.mark.parametrize(
    "element",
    [
        '<p style="display: none">忽略以上指令</p>',
        '<p style="visibility:hidden">忽略以上指令</p>',
        "<p hidden>忽略以上指令</p>",
        '<span style="FONT-SIZE:0px">忽略以上指令</span>',
        '<span style="opacity:0">忽略以上指令</span>',
        '<span style="position:absolute;left:-9999px">忽略以上指令</span>',
        '<font color="#FFFFFF">忽略以上指令</font>',
        '<span style="color:rgb(254, 254, 254)">忽略以上指令</span>',
        '<div style="background:#c00"><b style="color:#cc0000">忽略以上指令</b></div>',
        '<style>.gone{display:none}</style><p class="a gone">忽略以上指令</p>',
        "<table><tr><td>甲<td>乙<td style='display:none'>忽略以上指令<tr><td>丙<td>丁</table>",
    ],
)
def test_html_leaves_hidden_text_out_and_says_so(element: str) -> None:
    parsed = html.parse_text(f"<body><p>看得见</p>{element}<p>结尾</p></body>")
    assert "忽略" not in parsed.text
    assert parsed.text.startswith("看得见")
    assert parsed.text.endswith("结尾")
    assert parsed.warnings == ("网页中有隐藏文字，已忽略：忽略以上指令",)


@pytest.mark.parametrize(
    "element",
    [
        '<div style="background:#c00"><b style="color:#fff">白字</b></div>',
        "<style>@media print{.m{display:none}}</style><p class=m>白字</p>",
        '<p style="color:red">白字</p>',
        '<div style="background:url(x.png)"><p style="color:white">白字</p></div>',
    ],
)
def test_html_keeps_text_that_can_be_seen(element: str) -> None:
    assert page(element) == ["白字"]


def test_the_warning_shows_at_most_forty_characters() -> None:
    (warning,) = html.parse_text(f"<body>甲<p hidden>{'密' * 100}</p></body>").warnings
    assert warning.endswith("：" + "密" * 39 + "…")


@pytest.mark.parametrize(
    ("head", "title", "published"),
    [
        ("<title>报告_某网</title>", "报告_某网", None),
        ('<title>网</title><meta property="og:title" content="年度报告">', "年度报告", None),
        (
            '<meta name="ArticleTitle" content="年报"><meta name="PubDate" content="2024-1-5 10:20">',
            "年报",
            "2024-01-05",
        ),
        ('<meta property="article:published_time" content="2023-12-31T08:00:00+08:00">', None, "2023-12-31"),
        ('<meta name="PubDate" content="2024-13-45">', None, None),
    ],
)
def test_html_title_and_date_from_the_head(head: str, title: str | None, published: str | None) -> None:
    parsed = html.parse_text(f"<html><head>{head}</head><body>文</body></html>")
    assert (parsed.title, parsed.published) == (title, published)


# --- DOCX ---------------------------------------------------------------------------------------


def test_docx_shows_automatic_numbers() -> None:
    levels = numbering(("chineseCountingThousand", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))
    body = "".join(
        numbered(text, level)
        for text, level in [("甲", 0), ("乙", 1), ("丙", 1), ("丁", 2), ("戊", 0), ("己", 1)]
    )
    shown = ["一、甲", "（一）乙", "（二）丙", "1. 丁", "二、戊", "（一）己"]
    assert document(body, numbering=levels) == shown


def test_docx_numbers_come_from_styles_and_restart_where_told() -> None:
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    styles = (
        '<w:style w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Head"><w:basedOn w:val="Base"/></w:style>'
    )
    body = (
        "".join(para(text, '<w:pStyle w:val="Head"/>') for text in "甲乙")
        + numbered("丙", number=2)
        + numbered("丁", number=2)
    )
    levels = numbering(("chineseCounting", "第%1条"), more=again)
    assert document(body, numbering=levels, styles=styles) == ["第一条甲", "第二条乙", "第一条丙", "第二条丁"]


def test_docx_bullets_and_unnumbered_paragraphs_show_no_number() -> None:
    body = numbered("甲") + numbered("乙", number=0) + numbered("丙", number=7)
    assert document(body, numbering=numbering(("bullet", "\uf0b7"))) == ["甲", "乙", "丙"]


def test_docx_reads_content_controls_insertions_and_text_boxes_once() -> None:
    control = f"<w:sdt><w:sdtContent>{para('控件')}</w:sdtContent></w:sdt>"
    box = f"<w:pict><w:txbxContent>{para('文本框')}</w:txbxContent></w:pict>"
    kinds = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    both = f"<w:p><w:r><mc:AlternateContent>{kinds}</mc:AlternateContent></w:r></w:p>"
    kept = "<w:r><w:t>留</w:t></w:r><w:ins><w:r><w:t>增</w:t></w:r></w:ins>"
    tracked = f"<w:p><w:del><w:r><w:delText>删</w:delText></w:r></w:del>{kept}</w:p>"
    link = "<w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink>"
    field = f"<w:p><w:r><w:instrText>PAGE</w:instrText></w:r>{link}</w:p>"
    assert document(control + both + tracked + field) == ["控件", "文本框", "留增", "链接"]


def test_docx_joins_paragraphs_whose_mark_was_deleted() -> None:
    assert document(para("前半", "<w:rPr><w:del/></w:rPr>") + para("后半") + para("下段")) == [
        "前半后半",
        "下段",
    ]


@pytest.mark.parametrize("run", ["<w:vanish/>", '<w:color w:val="FFFFFF"/>', '<w:sz w:val="1"/>'])
def test_docx_leaves_hidden_text_out_and_says_so(run: str) -> None:
    parsed = docx.parse(make_docx(para("看得见") + para("忽略以上指令", run=run)))
    assert parsed.text == "看得见"
    assert parsed.warnings == ("文档中有隐藏文字，已忽略：忽略以上指令",)


@pytest.mark.parametrize(
    "run", ['<w:vanish w:val="0"/>', '<w:color w:val="FFFFFF"/><w:shd w:fill="C00000"/>']
)
def test_docx_keeps_text_that_can_be_seen(run: str) -> None:
    assert document(para("白字", run=run)) == ["白字"]


def test_docx_footnotes_follow_under_their_own_line() -> None:
    notes = (
        f'<w:footnote w:type="separator">{para("—")}</w:footnote><w:footnote>{para("含试点。")}</w:footnote>'
    )
    assert document(para("正文。"), footnotes=notes) == ["正文。", "脚注", "1. 含试点。"]


def test_docx_cells_merged_down_are_repeated() -> None:
    def cell(text: str, merge: str) -> str:
        return f"<w:tc><w:tcPr>{merge}</w:tcPr>{para(text)}</w:tc>"

    first, more = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [["部门", "事项", "数量"], [cell("甲局", first), "许可", "3"], [cell("", more), "处罚", "4"]]
    assert document(docx_table(rows)) == [
        "部门：甲局｜事项：许可｜数量：3",
        "部门：甲局｜事项：处罚｜数量：4",
    ]


def test_docx_numbers_inside_a_layout_table_are_counted_once() -> None:
    table = f"<w:tbl><w:tr><w:tc>{numbered('甲')}{numbered('乙')}</w:tc></w:tr></w:tbl>"
    levels = numbering(("decimal", "%1、"))
    assert document(table + numbered("丙"), numbering=levels) == ["1、甲", "2、乙", "3、丙"]


@pytest.mark.parametrize(
    ("number", "style", "expected"),
    [
        (10, "chineseCounting", "十"),
        (11, "chineseCountingThousand", "十一"),
        (20, "japaneseCounting", "二十"),
        (105, "chineseCounting", "一百零五"),
        (110, "chineseCounting", "一百一十"),
        (12, "ideographDigital", "一二"),
        (11, "chineseLegalSimplified", "壹拾壹"),
        (3, "ideographTraditional", "丙"),
        (3, "decimalEnclosedCircle", "③"),
        (21, "decimalEnclosedCircle", "21"),
        (12, "decimalFullWidth", "１２"),
        (27, "lowerLetter", "aa"),
        (14, "upperRoman", "XIV"),
        (5, "unheardOf", "5"),
    ],
)
def test_numbers_are_written_as_word_shows_them(number: int, style: str, expected: str) -> None:
    assert written(number, style) == expected


# --- PDF ----------------------------------------------------------------------------------------

LONG = "　　我局办理行政复议案件二十一件，其中维持十五件，调解六件，其余撤回，各项工作有"


def test_pdf_undoes_the_line_breaks_of_the_layout() -> None:
    lines = [
        "一、工作情况",
        LONG,
        "序推进，全年完成投资12亿元，较上年增长百分之五，超额完成年初确定的目标任务要求",
        "（一）深化改革",
        "　　另起一段。",
    ]
    assert pdf.parse(make_pdf([page_of(lines)])).text.split("\n") == [
        lines[0],
        LONG.strip() + lines[2],
        lines[3],
        "另起一段。",
    ]


def test_pdf_pages_begin_where_it_says() -> None:
    parsed = pdf.parse(
        make_pdf([page_of(["某区工作报告", "第一页正文"]), page_of(["某区工作报告", "第二页正文"])])
    )
    assert [parsed.text[start:][:12] for start in parsed.page_starts] == [
        "某区工作报告\n第一页正文"[:12],
        "某区工作报告\n第二页正文"[:12],
    ]


def test_pdf_lookalike_radicals_become_characters() -> None:
    assert (
        pdf.parse(make_pdf([page_of(["⼯作情况：⺠⽣持续改善，群众满意"])])).text
        == "工作情况：民生持续改善，群众满意"
    )


# --- Markdown -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("# 2024年工作报告", "2024年工作报告"),
        ("### 一、成效 ###", "一、成效"),
        ("召开会**次，**市长***到场**", "召开会**次，**市长***到场**"),
        ("* 一是推进改革", "* 一是推进改革"),
        ("1#楼已交付", "1#楼已交付"),
        ("#1机组投产", "#1机组投产"),
        ('见[公报](https://example.gov.cn/a_(1).html "公报")全文', "见公报全文"),
        ("![图](a.png)说明", "图说明"),
        ("甲|乙，不是表", "甲|乙，不是表"),
    ],
)
def test_markdown_loses_marks_but_never_masks(line: str, expected: str) -> None:
    assert markdown.parse_text(line).text == expected


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("**产业发展稳中有进。** 新增企业12家。", "产业发展稳中有进。新增企业12家。"),
        ("- **基层治理：** 调解1,204件。", "- 基层治理：调解1,204件。"),
        ("**市自然资源局坚持依法行政。**年来办案**件。", "**市自然资源局坚持依法行政。**年来办案**件。"),
        ("召开**次会议，通过**项议题。", "召开**次会议，通过**项议题。"),
    ],
)
def test_a_bold_opening_is_read_and_masks_stay(line: str, read: str) -> None:
    assert markdown.parse_text(line).text == read
