"""The prompts ``quality``, ``complete`` and ``redundant``, really checked."""

from __future__ import annotations

import re
from itertools import combinations

from trace_builder.checks.reading.counting import count_words
from trace_builder.checks.templates import canonical
from trace_builder.rehearsal.tasks.expansion import INFEASIBLE
from trace_builder.rehearsal.tasks.instruction_reader import read_text
from trace_builder.rehearsal.tasks.request import Request
from trace_builder.rehearsal.writer.kind_writers import known
from trace_builder.rehearsal.writer.lexicons import lexicon
from trace_builder.stages.common.answer_schemas import Completeness, Feasibility, QualityVerdicts, Redundancy
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


_CODE = re.compile(r"\b(?:code|function|script)\b|代码|函数|程序", re.IGNORECASE)
_CODE_MARKS = re.compile(r"[(){};=<>]")


def quality(request: Request) -> QualityVerdicts:
    """All three verdicts."""
    return QualityVerdicts(
        complete=completeness(request), redundant=redundancy(request), feasible=feasibility(request)
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
    named = description[match.start() : match.end() + 12] if match else ""
    if held.strip() and _CODE.search(named) and not _CODE_MARKS.search(held):
        why = words.in_lang("The task is about code, the input is none.", "任务针对代码，输入却不是代码。")
        return Completeness(reasoning=why, verdict="mismatched_input")
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
    if len(held) > 20 and (held in description or (len(description) > 10 and description in held)):
        why = words.in_lang("The input stands in the description as well.", "输入在描述中又出现了一遍。")
        return Redundancy(reasoning=why, verdict="redundant_input")
    return Redundancy(reasoning=words.in_lang("Nothing is said twice.", "没有重复的内容。"), verdict="none")


def feasibility(request: Request) -> Feasibility:
    """Can one response follow all constraints?"""
    texts = [text for _, text in request.constraints()]
    words = lexicon(detect_lang(request.block("description"), *texts))
    checks = [check for text in texts if (check := known(text))]
    if any(first.contradicts(second) for first, second in combinations(checks, 2)):
        why = words.in_lang("Two constraints exclude each other.", "有两条约束互相矛盾。")
        return Feasibility(reasoning=why, verdict="contradictory")
    if any(text in INFEASIBLE for text in texts):
        why = words.in_lang("Nothing can be written without characters.", "不用任何字符就写不出回答。")
        return Feasibility(reasoning=why, verdict="infeasible")
    why = words.in_lang("One response can follow them all.", "可以有同时满足全部约束的回答。")
    return Feasibility(reasoning=why, verdict="feasible")


def repeats(description: str, texts: list[str]) -> list[tuple[str, bool, bool]]:
    """Each constraint's text, whether it repeats an earlier one, and whether the description holds it."""
    demanded = {check.key for check in read_text(description).checks}
    seen: set[object] = set()
    found = []
    for text in texts:
        check = known(text)
        key: object = canonical(text).lower() if check is None else check.key
        said = key in demanded or (len(text) > 5 and canonical(text) in description)
        found.append((text, key in seen, said))
        seen.add(key)
    return found
