"""Chinese rules for counts: so many 字, 句, 段, 条 ... in the whole answer or in its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trace_builder.checks.claims import Claim
from trace_builder.checks.grammar.chinese.chinese_clauses import CONDITION, Clause, subject_of
from trace_builder.checks.grammar.rules import Match

#: What a unit counts: pattern, kind, parameters.
_UNITS: tuple[tuple[str, str, dict[str, object]], ...] = (
    (r"个?(?:英文)?单词|个?词语?", "terms", {}),
    (r"个?(?:汉字|中文字符)", "han", {}),
    (r"个?(?:字符|字元)", "characters", {}),
    (r"个?文?字", "words", {}),
    (r"句话|个?(?:完整的?)?句子?|句", "sentences", {}),
    (r"个?自然段落?|个?段落|段话|段文字|段", "paragraphs", {}),
    (r"行代码", "code_lines", {}),
    (r"行文字|行诗句?|行", "lines", {}),
    (r"[条个项]编号(?:的?要点|列表项|条目|项目|项)", "numbered", {}),
    (r"条|项|个(?:列表项|条目)", "items", {}),
    (r"个要点|个项目符号", "bullets", {}),
    (r"个二级标题", "headings", {"level": 2}),
    (r"个一级标题", "headings", {"level": 1}),
    (r"个三级标题", "headings", {"level": 3}),
    (r"个(?:小|子)标题", "headings", {}),
    (r"个感叹号", "mark", {"mark": "!"}),
    (r"个问号|个(?:反问|设问|疑问|问)句", "mark", {"mark": "?"}),
    (r"个逗号", "mark", {"mark": ","}),
    (r"个(?:表情符号|表情|emoji(?:表情)?)", "emoji", {}),
    (r"个占位符", "placeholders", {}),
    (r"个代码块", "code_blocks", {}),
    (r"个链接", "links", {}),
    (r"个话题标签", "hashtags", {}),
)
_COMPILED = tuple(
    (re.compile(f"(?:{unit})", re.IGNORECASE), kind, parameters) for unit, kind, parameters in _UNITS
)
_AMOUNT = re.compile(r"‹a(\d+)›")
#: What may stand behind a count without changing what is counted.
_TAIL_WORD = re.compile(
    r"的?(?:文字|内容|篇幅|长度|字数|范围|情况下?|要求|限制|以内|文本|规模|幅度|标准|区间|"
    r"这一范围)|为宜|即可|左右|[来进]行?(?:回答|概括|总结|描述|表达|介绍|说明)?|完成|表达|回答|说清楚?|讲清楚?|说明白|写完|"
    r"概括|总结|说明|"
    r"作答|描述|组成|构成|组织|中|内|里|之间|是|地|清晰|简洁|，|,|\.|\s|。|的"
)
#: What makes a count one of something else.
_OTHER = re.compile(
    r"^(?:/|每|一[页天周]|代码|程序|数据|记录|以?后|之前|以上的(?:人|员)|密码|编码|编号|"
    r"输入|名|长|宽|键|哈希|二进制|数组|随机|目|节)"
)
_NOUN_OF_ITEMS = re.compile(
    r"^(?:(?!数据|记录|插入|测试|查询|指令|命令|消息|路线|线|道路|河|鱼|狗|裤|测试用例|边|"
    r"代码)[\u4e00-\u9fffA-Za-z，、]|‹q\d+›)*$"
)
_OF_A_LIST = re.compile(
    r"(?:(?!每|各|部分|播放|数组)[\u4e00-\u9fff]){0,10}(?:列表|清单|名单)(?:中|里|"
    r"内)?(?:应该?|需要?|须|必须|要|至少)*(?:包[含括]|有|列[出举])?"
)
_LISTED = re.compile(r"列[出举表]|罗列|清单|列表|条列|逐条|分条")
_SYSTEM = re.compile(
    r"函数|程序|程式|系统|接口|数据库|数据集|页面|网页|应用|算法|模型|脚本|类(?:的|应|需)|"
    r"方法(?:应|需)|字符串|数组|输入|用户|密码|表单|按钮|队列|缓存|变量|参数|测试|样本|矩阵|"
    r"游戏|密钥|序列|向量|"
    r"单词的|列表长度|文件|标签页|训练|特征|每[天周月日年]|预算|行程|视频|时长|会议|截断|网站|代码中|子页"
)


#: A limit put as a condition: "在不超过800字的情况下".
_OF_THE_LIMIT = re.compile(r"在‹a\d+›个?[字词句]的?情况下")


def counts(clause: Clause) -> Iterator[Match]:
    """So many of a unit, where the clause says of what."""
    for found in _AMOUNT.finditer(clause.text):
        for pattern, kind, parameters in (*_COMPILED, *_by_length(clause.text[: found.start()])):
            unit = pattern.match(clause.text, found.end())
            if unit is not None:
                match = _bound(clause, found, unit, kind, dict(parameters))
                if match is not None:
                    yield match
                break


#: What a length is a number of, where no unit stands behind the number.
_LENGTH_UNITS = (
    (re.compile("字符(?:总?数|数量)"), "characters"),
    (re.compile("字数"), "words"),
    (re.compile("词数"), "terms"),
    (re.compile("句(?:子?数|子数量)"), "sentences"),
    (re.compile("段(?:落?数|落数量)"), "paragraphs"),
    (re.compile("行数"), "lines"),
)
_NO_UNIT: re.Pattern[str] = re.compile(r"(?![\u4e00-\u9fffA-Za-z%]|‹q)|(?=的|之|内|为|即)")


def _by_length(left: str) -> list[tuple[re.Pattern[str], str, dict[str, object]]]:
    """The unit of a number that has none, by the length that is spoken of."""
    nothing: dict[str, object] = {}
    return [(_NO_UNIT, kind, nothing) for pattern, kind in _LENGTH_UNITS if pattern.search(left)][:1]


def _bound(
    clause: Clause, found: re.Match[str], unit: re.Match[str], kind: str, parameters: dict[str, object]
) -> Match | None:
    left, right = clause.text[: found.start()], clause.text[unit.end() :]
    if _OTHER.match(right) or _SYSTEM.search(left):
        return None
    asked = clause.range(found[1])
    bare = clause.is_bare(found[1])
    end = unit.end()
    joined = re.match(r"(?:[，,、]|但|且|而|并|又|同时|也|和|或|应|应该|要|需){0,4}‹a(\d+)›", right)
    if joined and (again := unit.re.match(right, joined.end())) is not None:
        more = clause.range(joined[1])
        if not set(more) & set(asked):
            asked |= more
            end = unit.end() + again.end()
            right = clause.text[end:]
    scope = subject_of(left, clause)
    if scope is None and kind == "items" and _OF_A_LIST.fullmatch(left):
        scope = "response"
    if CONDITION.search(_OF_THE_LIMIT.sub("", clause.sentence)):
        return None
    if (
        scope is None
        or _starts_a_part(right)
        or _SYSTEM.search(clause.sentence)
        or (kind == "lines" and not _has_lines(clause, scope))
        or (kind == "sentences" and re.search(r"诗|词牌|对联|歌", clause.sentence))
        or (scope == "each line" and "表" in clause.sentence)
    ):
        return None
    part = False
    if kind in ("items", "bullets"):
        if kind == "items" and not (_LISTED.search(left) or re.search(r"^(?:列表|清单)", clause.text)):
            return None
        if not _NOUN_OF_ITEMS.match(right) or len(right) > 24:
            return None
        if bare:
            asked.pop("most", None)
        part = bool(right.strip())
    elif kind == "words" and bare:
        if not re.search(r"字数|篇幅|长度|控制|限", left) or re.search(r"限制为|限为|上限", left):
            return None
        asked = {"about": asked["least"]}
    elif not _is_tail(right):
        if (
            bare
            or kind in ("words", "han", "characters", "terms", "lines", "code_lines")
            or "least" not in asked
            or not re.match(r"的|[\u4e00-\u9fff]{0,12}$", right)
        ):
            return None
        asked, part = {"least": asked["least"]}, True
    if part and kind in ("paragraphs", "sentences") and asked.get("least", 0) < 2:
        return None
    if kind == "paragraphs" and _BLANK_LINE.search(clause.sentence):
        parameters["blank"] = True
    if kind == "mark" and "句" in unit[0]:
        part = part or ("most" in asked and not bare)
        asked.pop("most", None)  # other questions may be there
    if not asked or asked.get("least", 0) > asked.get("most", 10**9):
        return None
    return Match((Claim(kind, {**parameters, **asked}, scope),), 0, end if part else len(clause.text), part)


_BLANK_LINE = re.compile(r"空(?:一|1|‹a\d+›)行|空行分[隔开]|空行隔开")


def _is_tail(right: str) -> bool:
    at = 0
    while (word := _TAIL_WORD.match(right, at)) is not None:
        at = word.end()
    return at == len(right)


def _has_lines(clause: Clause, scope: str) -> bool:
    """Whether lines are those that are written, as in a poem, and not those of a page."""
    return (
        scope != "each paragraph"
        and re.search(r"诗|歌|行文字|文本|输出|回答|每行|对联|俳句", clause.sentence) is not None
    )


def _starts_a_part(right: str) -> bool:
    """Whether what follows makes the count one of each of several."""
    return re.match(r"(?:的)?(?:每|/)", right) is not None
