"""How answers without a model are worded, in the language of the question. Quotes are never translated."""

from __future__ import annotations

from typing import Final

# The refusal: every answer that found nothing begins with it, from either engine.
REFUSAL: Final = {"zh": "报告中没有找到答案。", "en": "The reports do not hold the answer."}

WORDING: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "empty_shelf": "书架上还没有报告，请先用 ingest 加入。",
        "looked": "已查找：{where}。",
        "nearest": "最接近的段落（不能作为答案）：{quote}[1]",
        "masked": "原文已隐去：报告在此处以“{mask}”代替了内容。{quote}[1]",
        "no_place": "书架上没有{unknown}的报告。",
        "no_agency": "书架上没有{unknown}的报告。",
        "no_year": "书架上没有{whose}{years}年的报告，现有{held}。",
        "by": "{agency}",
        "not_beside": "书架上没有{absent}的报告，无法比较。",
        "no_side": "没有找到{missing}的相应内容，无法比较。",
        "year": "{year}年",
        "absent": "书架上没有{absent}的报告。",
        "other": "所选报告不是{other}的，以下是这份报告所写：",
        "unanswered": "没有找到答案的部分：{parts}。",
        "no_part": "《{title}》没有载明{part}。",
        "more": "相关原文：",
        "planned": "（这是计划）",
        "part_of": "{whose}《{title}》载明的{part}：",
        "and_more": "另有{count}项，见全文摘要。",
        "left_out": "另有{count}份报告未列出；问题里写明单位或年份即可查看。",
        "achievements": "成效",
        "shortcomings": "不足",
        "plans": "计划",
        "reports": "{count}份报告（{titles}）",
        "titles_more": "等",
    },
    "en": {
        "empty_shelf": "The shelf is empty; add reports with ingest first.",
        "looked": "Looked in: {where}.",
        "nearest": "Nearest passage (not an answer): {quote}[1]",
        "masked": "The source has masked this value as “{mask}” (原文已隐去). {quote}[1]",
        "no_place": "No report of {unknown} is held.",
        "no_agency": "No report of {unknown} is held for that place.",
        "no_year": "No report of {years}{whose} is held: {held}.",
        "by": " by {agency}",
        "not_beside": "No report of {absent} is held, so the two cannot be compared.",
        "no_side": "Nothing on {missing} was found, so the two cannot be compared.",
        "year": "{year}",
        "absent": "No report of {absent} is held.",
        "other": "The chosen report is not of {other}; this is what it says:",
        "unanswered": "Not found: {parts}.",
        "no_part": "“{title}” states no {part}.",
        "more": "Related passages:",
        "planned": " (a plan)",
        "part_of": "{part} stated in {whose}“{title}”:",
        "and_more": "{count} more in the full summary.",
        "left_out": "Other reports held but not listed: {count}; name an agency or a year to see them.",
        "achievements": "achievements",
        "shortcomings": "shortcomings",
        "plans": "plans",
        "reports": "{count} reports ({titles})",
        "titles_more": " …",
    },
}

PART_NAMES: Final[dict[str, dict[str, str]]] = {
    "zh": {"achievements": "主要成效", "shortcomings": "存在不足", "plans": "下步计划"},
    "en": {"achievements": "Achievements", "shortcomings": "Shortcomings", "plans": "Plans"},
}

# Said where a model was to write and could not.
UNFINISHED: Final = {
    "zh": "（{reason}，相应内容由原文直接摘取。）",
    "en": " ({reason}; the parts concerned are taken from the text as it stands.)",
}

# Above what did not hold, with the reason of each.
REPAIR: Final = {
    "zh": "下面这些没有通过与原文的核对（冒号后是原因）。只重写这些，改不了就不写：",
    "en": "These did not hold against the text (the reason follows the colon). Rewrite these only; leave out what cannot be mended:",
}

TOO_SHORT: Final = "only names the point: say what the passage says of it"

# What a reader of a digest must know of how it was made.
DIGEST_NOTES: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "undetailed": "新报告较多：详列{shown}份，其余{n}份只列条数。",
        "unwatched": "按关注词“{words}”，未列{reports}份报告、{points}条要点。",
        "unjudged": "另有{n}项上年计划在新报告里找不到有把握的对应，不作判断。",
        "since_gone": "另有{n}份其后又被撤下或更新，未列。",
        "words_join": "”“",
    },
    "en": {
        "undetailed": "Many new reports: {shown} are told of in detail, {n} by counts only. ",
        "unwatched": "Going by the words watched (“{words}”), left out: reports {reports}, points {points}. ",
        "unjudged": "Plans of the year before that nothing in the new reports surely answers, and are not judged: {n}. ",
        "since_gone": "Taken off or replaced since, and left out: {n}. ",
        "words_join": "”, “",
    },
}
