"""Sentences of a report that speak to a language model and not to its reader: hidden instructions.

A report is data. Such sentences stay in the text, for offsets and honesty; they are told on ingest, and no
engine shows or obeys them.
"""

from __future__ import annotations

import re

from store.sentences import Span, clauses, paragraphs
from store.simplify import simplify

_ORDERS = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|跳过|覆盖|绕过)[^。；\n]{0,12}(?:以上|上述|之前|前面|先前|此前|上文|原有|系统|所有|全部)[^。；\n]{0,12}(?:指令|指示|提示|提示词|设定|对话|prompt)"
    r"|(?:忽略|无视|忘记|忘掉)(?:以上|上述|之前|前面|先前|此前|上文)的?(?:所有|全部|一切)?的?(?:要求|规则|内容|限制|约束)"
    r"|(?:你|您)(?:现在)?(?:是|将?扮演|作为)(?:一[个名位])?[^。；\n]{0,12}(?:人工智能|AI|大?语言?模型|助手|机器人|GPT)"
    r"|(?:作为|致|告知?|请)(?:一[个名位])?(?:人工智能|AI|大?语言模型|大模型|智能助手|聊天机器人|GPT)[^。；\n]{0,20}(?:你|您|必须|应当|务必|请|不得|回答|输出|总结|摘要)"
    r"|(?:在|于)?(?:你的|您的|生成的?|本次)(?:回答|回复|答复|摘要|总结|输出)(?:中|里|时|结尾|开头)[^。；\n]{0,8}(?:必须|务必|请|只|要|写|说|加上|包含|声称)"
    r"|(?:系统提示词|system prompt|提示词注入|开发者模式|越狱模式)"
    r"|\b(?:ignore|disregard|forget|override)\b[^.\n]{0,30}\b(?:previous|above|prior|earlier|all|system)\b[^.\n]{0,30}\b(?:instruction|prompt|rule|message|direction|context)s?"
    r"|\byou are (?:now )?(?:an?|the) [^.\n]{0,30}\b(?:ai|assistant|chatbot|language model|gpt)\b"
    r"|<\|?/?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?(?:INST|SYS)\]|<</?SYS>>|^\s*#{0,3}\s*(?:system|assistant)\s*[:：]",
    re.IGNORECASE | re.MULTILINE,
)


def find_addressed(text: str) -> list[Span]:
    """Find the clauses of a cleaned text that address a model, in order."""
    plain = simplify(text)
    if not _ORDERS.search(plain):
        return []
    return [
        clause
        for line in paragraphs(text)
        if _ORDERS.search(plain, line.start, line.end)
        for clause in clauses(text, line.start, line.end)
        if _ORDERS.search(plain, clause.start, clause.end)
    ]


def is_addressed(text: str) -> bool:
    """Tell whether a sentence addresses a model."""
    return bool(_ORDERS.search(simplify(text)))


def blank_addressed(text: str) -> str:
    """Give the text with such clauses as blanks, every offset kept."""
    for clause in find_addressed(text):
        text = text[: clause.start] + " " * (clause.end - clause.start) + text[clause.end :]
    return text
