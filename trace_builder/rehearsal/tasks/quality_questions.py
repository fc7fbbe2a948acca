"""The prompts ``complete`` and ``redundant``, really checked."""

from __future__ import annotations

import re

from trace_builder.checks.reading.counting import count_words
from trace_builder.checks.templates import canonical
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.kind_writers import known
from trace_builder.rehearsal.writer.lexicons import lexicon
from trace_builder.stages.common.answer_schemas import Completeness, Redundancy
from trace_builder.support.text import detect_lang

_REFERS = re.compile(
    r"\b(?:the|this|these|those|each|all)\s+(?:given|following|provided|above|below)\b"
    r"|\byou (?:are|were) (?:given|provided)\b"
    r"|\b(?:given|following|provided)\s+(?:\w+\s+){0,2}?(?:text|sentences?|words?|paragraph|passage|pairs?|list|"
    r"article|email|code|table|input|story|question|statement|tweet|review|numbers?|data|items?|equation|people|facts?|"
    r"information|names?|description|scenario|prompt|topic|product|tweets?)\b"
    r"|\b(?:this|these)\s+(?:\w+\s+)?(?:text|sentences?|paragraph|passage|email|article|code|table|list|essay|poem|"
    r"words?|tweet|review|document|letter)\b"
    r"|\b(?:text|sentence|paragraph|passage|words?) (?:below|above|provided|given)\b",
    re.IGNORECASE,
)
_REFERS_ZH = re.compile(
    r"(?:下面|给定|以下|这些|下列|如下|所给|给出的|上面|上述)的?"
    r"(?:这|那|几|两|三|个|段|篇|句|首|组|些|一|条|种|位)*的?"
    r"[\u4e00-\u9fff]{0,4}?(?:文本|句子|文章|段落|内容|词语|单词|词|文字|短文|数据|列表|表格|邮件|代码|问题|新闻|"
    r"评论|对话|诗|故事|材料|信息|题目|句|段|数字|选项|语句|话|人物|公式|事实|人|大学|城市|产品|名称|主题|场景|说法|笑话)"
    r"|(?:这|该)(?:段|篇|句|首|封|则)(?:话|文字|文章|文本|邮件|诗|新闻|代码|评论)?|这个(?:句子|单词|词|笑话|说法)"
)


def completeness(request: Request) -> Completeness:
    """Does the description stand alone, and is there an input where it refers to one?"""
    description, held = request.block("description").strip(), request.block("input")
    words = lexicon(detect_lang(description))
    if count_words(description) < (2 if words.lang == "en" else 3):
        why = words.in_lang("The description does not say what to do.", "描述没有说明要做什么。")
        return Completeness(reasoning=why, verdict="incomplete_description")
    match = _REFERS.search(description) or _REFERS_ZH.search(description)
    if match and not held.strip() and not _holds_own(description, match.end()):
        found = match.group()
        why = words.in_lang(f"It refers to “{found}”, and there is no input.", f"提到“{found}”，却没有输入。")
        return Completeness(reasoning=why, verdict="missing_input")
    why = words.in_lang("Task and input stand by themselves.", "任务与输入自成一体。")
    return Completeness(reasoning=why, verdict="complete")


def _holds_own(description: str, end: int) -> bool:
    """Whether the text referred to stands in the description, behind a colon or in quotes."""
    rest = description[end:]
    colon = re.search(r"[:：]", rest)
    quoted = re.search(r"[\"“「『《][^\"”」』》]{4,}[\"”」』》]", rest)
    return bool(quoted) or (colon is not None and count_words(rest[colon.end() :]) >= 2)


def redundancy(request: Request) -> Redundancy:
    """Do description, constraints and input repeat one another?"""
    description, held = request.block("description").strip(), request.block("input").strip()
    texts = [text for _, text in request.constraints()]
    words = lexicon(detect_lang(description, *texts))
    found = repeats(description, texts)
    twins = [text for text, twin, _ in found if twin]
    if twins:
        why = words.in_lang(f"This is asked for twice: {twins[0]}", f"重复的要求：{twins[0]}")
        return Redundancy(reasoning=why, verdict="redundant_constraints")
    said = [text for text, _, said in found if said]
    if said:
        why = words.in_lang(f"The description already says: {said[0]}", f"描述中已有：{said[0]}")
        return Redundancy(reasoning=why, verdict="redundant_description")
    if len(held) > 20 and held in description:
        why = words.in_lang("The input stands in the description as well.", "输入在描述中又出现了一遍。")
        return Redundancy(reasoning=why, verdict="redundant_input")
    return Redundancy(reasoning=words.in_lang("Nothing is said twice.", "没有重复的内容。"), verdict="none")


def repeats(description: str, texts: list[str]) -> list[tuple[str, bool, bool]]:
    """Each constraint's text, whether it repeats an earlier one, and whether the description holds it."""
    seen: set[object] = set()
    told = []
    for text in texts:
        found = known(text)
        key: object = canonical(text).lower() if found is None else found.key
        told.append((text, key in seen, len(text) > 5 and canonical(text) in description))
        seen.add(key)
    return told
