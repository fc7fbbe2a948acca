"""The words that an instruction turns on, and the names that no constraint may hold."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from trace_builder.checks.reading.counting import CJK
from trace_builder.records import Lang
from trace_builder.support.bilingual import LANGS
from trace_builder.taxonomy import load_taxonomy

_STOP_WORDS = """
about above after again also another answer around because been before being below between both
called can cannot come could describe does doing done down each either else even every example
explain explanation find first following follows from generate give given goes going have help here
information input instead into just kind know less like list long made main make many might more
most much must name need never next number only other output over part please possible provide
question read reason same sentence sentences should show some something such suggest sure take task
tell text than that their them then there these they thing this those three through under until upon
used using want were what when where which while whose will with without word words would write
written your yourself rewrite create choose compose convert determine identify decide based think
people person correct good better best respond review solve link plan select outputs lines whether
different proper brief detailed appropriate simple short sample related relevant several various
specific certain design develop discuss summarize translate classify categorize paraphrase extract
edit evaluate analyze compare calculate discover verify complete fill available fulfill purpose
cover last entered rank detect linked required otherwise someone reply played works consider carried
order carry include important often fact facts play
"""
_STOP_EN = frozenset(_STOP_WORDS.split())
_CUT_ZH = re.compile(
    "请问|请你|请|一下|一个|一篇|一首|一段|一封|一份|一些|一种|一句|一位|下面|"
    "以下|下列|如下|给定|所给|给出|写出|生成|创作|编写|撰写|根据|基于|按照|这个|"
    "那个|这些|那些|哪些|什么|如何|怎么|怎样|为什么|是否|可以|需要|应该|能够|"
    "可能|我们|你们|他们|自己|告诉|识别|检测|判断|创建|返回|回答|解释|说明|使用|"
    "提供|列出|描述|选择|找出|分析|检查|输出|输入|句子|文本|文章|段落|词语|单词|"
    "问题|这封|这篇|这段|这条|这首|没有|如果|否则|以及|因为|所以|之间|建议|帮助|"
    "推荐|讨论|介绍|概述|总结|翻译|改写|转换|比较|确定|组成|包含|包括|例子|"
    "此任务|两个|所有|每个|正确|提示|其他|某些|某个|"
    "[我你他她它的了和与或是在有对从到把被为以及给让用将就都也很更最不要吗呢吧写做说请个中里上下出其该每并且而于关若则会能至来]"
)
_SEGMENT = re.compile(f"(?<![{CJK}])[{CJK}]{{2,6}}(?![{CJK}])")


@cache
def _dimension_names() -> tuple[str, ...]:
    """What the names of the taxonomy's dimensions are told by. A short Chinese one without 约束 is an
    everyday word."""
    names = {dimension.name[lang].lower() for dimension in load_taxonomy().dimensions for lang in LANGS}
    bare = {name.removesuffix("约束") for name in names}
    return "约束", *(name for name in sorted(bare) if len(name) >= 4)


def holds_name(text: str) -> bool:
    """Whether the name of a taxonomy dimension stands in ``text``, which none may in a constraint."""
    lowered = text.lower()
    return any(name in lowered for name in _dimension_names())


def dimension_name(dimension: str, lang: Lang) -> str:
    """The taxonomy's name for a dimension."""
    return load_taxonomy().get(dimension).name[lang]


def keywords(text: str, lang: Lang) -> tuple[str, ...]:
    """Up to six words that an instruction turns on, in the order they stand; of a long text only the
    beginning is read."""
    return _keywords(text[:600], lang)


@lru_cache(maxsize=1024)
def _keywords(head: str, lang: Lang) -> tuple[str, ...]:
    if lang == "zh":
        found = (piece for part in _CUT_ZH.split(head) for piece in _SEGMENT.findall(part or ""))
    else:
        found = (
            word.lower()
            for word in re.findall(r"(?<![\w'’-])[A-Za-z]{4,14}(?![\w'’-])", head)
            if word.lower() not in _STOP_EN
        )
    return tuple(dict.fromkeys(word for word in found if not holds_name(word)))[:6]
