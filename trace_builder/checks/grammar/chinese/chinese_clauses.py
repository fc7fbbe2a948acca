"""Chinese clauses in chunks: ‹aN› for an amount, with its unit behind it, ‹sN› for a part of the layout, ‹qN›
and ‹lN› for quotations. What stands in parentheses only explains, and is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from trace_builder.checks.claims import Parameters, bounded
from trace_builder.checks.grammar.chunks import Amounts, Quotes
from trace_builder.checks.grammar.numbers import chinese_digits

_NOT = (
    r"(?:不得|不能|不应该?|不应当|不可以?|不要|不会|不宜|不许|不准|不允许|不|切勿|勿|别|切忌|"
    r"避免|禁止|严禁|防止)"
)
_LEAST = rf"(?:千万)?{_NOT}(?:少|低|小|短)于|{_NOT}少過?于|至少|最少|起码|大于等于|大於等於|≥|>=|{_NOT}不足"
_MOST = (
    rf"(?:千万)?{_NOT}(?:超过|超過|超出|多于|高于|大于|长于|逾)|不超(?![过過出])|限(?=\d)|至多|最多|最长|"
    r"小于等于|≤|<=|上限[为是]?|不大於"
)
_MORE = r"超过|超過|多于|大于|高于|>"
_LESS = r"少于|小于|低于|不到|不足|<"
_EXACT = r"恰好|正好|刚好|恰恰|仅能?有?|只能?有?|严格为|等于|不多不少"
_ABOUT = r"大约为?|约为?|大概|大致|接近|近"
#: What may stand between a comparison and its number.
_BETWEEN = (
    r"(?:为|是|有|要|可以?|需要?|应|写|达到?|包[含括]|列[出举]|提[供出]|使用|用|出现|含有?|保留|"
    r"分为|[:：\s]){0,3}"
)
#: Units, the longest first; each with what may stand between the number and it.
_UNIT_WORDS = (
    "个英文单词 英文单词 个单词 单词 个汉字 汉字 个中文字符 中文字符 个字符 字符 字元 个字元 个文字 "
    "个字(?!段|符|体|母|节|典|幕|号) 字(?!段|符|体|母|节|典|幕|号) 个词语 个词 词 句话 个句子 "
    "个完整的?句子 句诗 句 个自然段落? 自然段 个段落 段话 段文字 段落 段 行代码 行文字 行诗 行诗句 行 "
    "条 项 个要点 个项目符号 个列表项 个条目 个二级标题 个小标题 个子标题 个一级标题 个三级标题 "
    "个标题 个感叹号 个问号 个逗号 个反问句 个设问句 个问句 个疑问句 个表情符号 个表情 个emoji表情? "
    "个占位符 个代码块 个链接 个话题标签 个标签 个部分 部分 大部分 列 次 遍 位小数 位有效数字 位 处 "
    "个数字 级(?!标题) 层 个 "
)

_UNIT = "|".join(sorted(_UNIT_WORDS.split(), key=lambda unit: len(unit.split("(")[0]), reverse=True))
_AFTER_MOST = r"以内|之内|以下|之下|以內|之內|为限|封顶|内(?!容|部|在|心|外)"
_AFTER_LEAST = r"或?以上|及以上|起(?![来步源点])|或更多"
_AFTER_ABOUT = r"左右|上下|前后"
_AFTER_RANGE = r"之间|的?范围之?内|之間|的?区间内?|不等"
_N = r"\d{1,7}"
_JOINT = r"到|至|-|~|—{1,2}|–|～|或者?"
_AMOUNT = re.compile(
    rf"(?:(?P<pre>(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<more>{_MORE})|(?P<less>{_LESS})|"
    rf"(?P<exact>{_EXACT})|(?P<about>{_ABOUT})){_BETWEEN})?"
    rf"(?<![A-Za-z0-9_.#第$¥￥])(?P<n>{_N})(?![\d.:：%％°/年月日时分秒岁元])(?P<u1>{_UNIT})?"
    rf"(?:\s*(?P<joint>{_JOINT})\s*(?P<m>{_N})(?![\d.:：%％°/年月日时分秒岁元]))?(?P<unit>\s*(?:{_UNIT}))?(?P<post>\s*的?(?:(?P<pmost>{_AFTER_MOST})"
    rf"|(?P<pleast>{_AFTER_LEAST})|(?P<pabout>{_AFTER_ABOUT})|(?P<prange>{_AFTER_RANGE})))?",
    re.IGNORECASE,
)

#: What the whole answer may be called. Words in front may say what it is like or about, but not name a part.
DOCUMENTS = (
    "文章|报告|报道|論文|论文|短文|作文|散文|故事|小说|新闻稿|新闻|评论|书评|影评|评价|邮件|"
    "信件|书信|推荐信|求职信|感谢信|道歉信|演讲稿?|发言稿|讲话稿|简历|指南|教程|"
    "文档|文稿|稿件|计划书?|策划[书案]|方案|提案|建议书|倡议书|申请书|通知|公告|社论|日记|"
    "诗歌?|歌词|剧本|脚本|辩论稿|陈述|大纲|提纲|手册|说明书|综述|文案|广告词?|食谱|菜谱|"
    "攻略|游记|汇报|简报|纪要|传记|对话|笔记|作品|推文|帖子|评语|寄语|祝福语|留言|笑话|谜语|"
    "歌曲|简讯|快讯|声明|致辞|读后感|观后感|心得|公文|概要|答卷|解决方案|微博|备忘录|"
    "请假条|邀请函|台词|标语|口号"
)
ANSWERS = (
    "全文|通篇|整篇|全篇|本文|全诗|回答|答案|回复|答复|应答|回應|输出|结果|文本|内容|文字|"
    "总结|信|函|清单|行程"
)
PASSAGES = (
    "描述|解释|介绍|说明|分析|段落|摘要|概述|概括|简介|正文|推荐理由|解析|解答|点评|阐述|讲解|论述|叙述|描写"
)
_NO_PART = (
    r"每|各|部分|章|节|步|条目|字段|标题|单个|其中|任一|任何|某|之一|其他|其余|段|环节|栏|"
    r"首|末|开头|结尾|引言|结论|前言|图|注释|代码|函数|名称|姓名|选项|问题|例子|示例|案例|"
    r"角色"
)
#: Whose text it is where it is not the answer ("老师的评语"); a letter to somebody is the answer.
_OWNER = (
    r"(?<![给致向对于])(?:老师|教师|学生|同学|客户|顾客|用户|读者|作者|主角|主人公|人物|父母|父亲|母亲|爸爸|妈妈|"
    r"老板|员工|孩子|朋友|专家|医生|患者|记者|评委|嘉宾|对方|别人|他们?|她们?|双方|买家|卖家|网友)的"
)
_WHOLE = (
    r"(?:整个|整篇|整首|这首|整份|整体|全部|本|该|这篇|此|这份|您的|你的|最终的?|所有的?|输出的?|"
    r"生成的?|总体|完整的?|这个|一篇|一份|回答的|整段|这段){0,3}"
)
_INSIDE = r"(?:全文|整体|正文内容|文本|文字|内容|结果)?(?:中|里|内|上|方面)?"
_SUBJECT = (
    rf"(?:{_WHOLE}(?:(?P<passage>{PASSAGES})(?:文本|文字|内容|过程)?|(?P<answer>{ANSWERS})"
    rf"|(?P<doc>(?:(?!{_NO_PART}|{_OWNER})[\u4e00-\u9fffA-Za-z]){{0,8}}?(?:{DOCUMENTS}))){_INSIDE})"
)
_LENGTH = (
    r"的?(?:总|整体|全部|撰写|书写|正文|内容){0,3}(?:字数|篇幅|长度|字符数|字符长度|字元數|"
    r"词数|单词数|文字量|字數|長度|总字数|总长度|句数|段数|段落数|行数|字符|数量|"
    r"字数要求|字数限制|句子数量|段落数量)?"
)
_FILL = (
    r"(?:应该?|应当|需要?|须|必须|務必|务必|要求?|请|将|把|得|能|会|严格|控制|限制|限定|保持|"
    r"维持|设定|约束|规定|压缩|精简|扩[展写]|缩减|"
    r"在|为|是|达到?|有|也|都|均|总[共计]|共|合计|一共|整体|范围|并|且|而且|同时|但|但是|又|仅|"
    r"只|还|最终|最后|"
    r"写[成出作]?|撰写|包[含括]|含有?|分[为成]|划分为|由|列[出举]|罗列|给出|提[供出]|使用|采用|"
    r"用|以|设[置立]?|输出|生成|创作|回答|总结|概括|介绍|展示|安排|"
    r"组织|构成|组成|不|於|于|至|到|确保|保证|注意|其|它|的|總|應|再|来|，|,|:|：|\s|“|”|大小|"
    r"控製|左右|不要|必需|务须|明确|清晰|清楚|地|文中|其中)"
)
_SCOPE_FOLLOWS = (
    r"(?=的?(?:字数|长度|内容|文字|篇幅|字符)|[,，]|不|应|需|须|必|至|最|控|限|都|均|以|用|"
    r"要|包|含|恰|仅|只|由|超|大约|约|‹|开|首|有|在|$|\s|保|必|写|可|能|少|多|为|是|必|末|"
    r"结|中|里|内)"
)
_SCOPE = re.compile(
    rf"(?P<para>(?:每个?[一1]?个?|各个?|所有|每[一1])(?:自然)?段(?:落|话|文字)?){_SCOPE_FOLLOWS}"
    rf"|(?P<sent>(?:每个?[一1]?个?|各个?|每[一1]|所有)(?:句子|句话?|诗句)){_SCOPE_FOLLOWS}"
    rf"|(?P<line>(?:每个?一?|各|每[一1])行(?:文字|诗句?|诗)?){_SCOPE_FOLLOWS}"
    rf"|(?P<section>(?:每个?[一1]?个?|各个?)(?:小节|章节|部分|小标题下)){_SCOPE_FOLLOWS}"
    rf"|(?P<item>(?:每个?[一1]?个?|各个?|每[一1])(?:要点|条目|列表项|列表项目|项|条|点)){_SCOPE_FOLLOWS}"
    r"|(?<![\w’])(?P<title>(?:文章|报告|论文|新闻|全文|稿件|故事|邮件|整篇文章)?的?(?:主?标题|"
    rf"题目)){_SCOPE_FOLLOWS}"
    r"|(?P<nth>第(?P<number>\d{1,2})|首|开头第?一?|末|最后一?1?|结尾|"
    r"开篇第?一?)(?P<unit>自然段|段落|段|句话?|行)(?:话|文字)?",
)


@dataclass
class Clause:
    """One clause in chunks, and what it is said of.

    Attributes:
        text: the clause with tokens.
        sentence: the sentence it stands in, likewise.
        scopes: the scopes that ‹sN› stand for.
        goes_on: whether an amount that opens it can be of what the clauses before it speak of.
        inherited: what the clauses before it speak of; None where that is a part that is not told.
    """

    text: str
    sentence: str
    quotes: Quotes
    amounts: Amounts
    scopes: list[str]
    inherited: str | None = "response"
    goes_on: bool = True

    def range(self, token: str) -> dict[str, int]:
        return dict(self.amounts.ranges[int(token.lstrip("a"))])

    def is_bare(self, token: str) -> bool:
        return int(token.lstrip("a")) in self.amounts.bare

    def said(self, token: str) -> list[str]:
        return self.quotes.said(token)


_PARENTHESES = re.compile(r"[（(][^（()）]{0,200}[)）]")
_SENTENCE = re.compile(r"[。！？!?；;\n]+")
_CLAUSE = re.compile(r"[，,]+|(?<=[\u4e00-\u9fff›）)])[:：]+|[:：]+(?=[\u4e00-\u9fff‹])")
_TAINT = re.compile(
    r"每|各[个种项部类组节章]|部分|章节|步骤|其中|任[一何]|某[个些]|针对|对于|小节|环节|条目|"
    r"栏目|单个|分别|图表|标题|引言|结论|前言|开头|结尾|首段|末段|注释|案例|示例|例子|"
    r"选项|问题|角色|人物|函数|代码|列表"
)
#: Paragraphs or sentences of some kind only.
_SOME_OF = re.compile(r"‹a\d+›(?:个(?!段落|句子)|(?!个|自?然?段|句))[^，,]{1,8}?(?:段落|句子)")
#: So many parts, which are no part.
_PARTS = re.compile(r"‹a\d+›[大个]?[^，,‹]{0,4}?(?:部分|章节|小节|步骤|章|节)")
#: Conditions, under which alone a sentence asks for something.
CONDITION = re.compile(
    r"如果|若(?!干)|假如|一旦|倘若|除非|仅当|否则|(?:^|[，,\-\s])当(?!前|地|天|今|代|然|"
    r"事)[^，,]{1,40}时|除(?!了|此)[^，,]{1,14}?(?:之外|以外|外)|"
    r"(?:^|[，,；])(?:没有|无|未|出现|遇到|发生|存在|缺少)[^，,‹]{1,12}时|在[^，,‹]{1,30}的?情况下|失败时|为空时|的话[，,]"
)
LABEL = re.compile(
    r"^\**(?:[\u4e00-\u9fff]{0,8}(?:约束|要求|限制|格式|规范|字数|长度|篇幅|语言|输出|结构|"
    r"风格|形式|样式|排版|排除|包含|内容)|注意|备注|此外|另外|最后|首先|其次|同时|字数|"
    r"篇幅)\**$"
)


#: A clause after which an amount without a subject is of the answer: with an amount, or about answering.
_GOES_ON = re.compile(
    r"‹a\d+›|^\W*请?(?:使用|用|以|采用)[^，,‹]{1,8}(?:回答|作答|回复|撰写|写作|书写|输出|呈现)$"
)


@dataclass
class _Context:
    quotes: Quotes
    amounts: Amounts = field(default_factory=Amounts)
    scopes: list[str] = field(default_factory=list)


def clauses_of(text: str, quotes: Quotes) -> list[Clause]:
    """The clauses of a text whose quotations are tokens already, each with what it is said of."""
    context = _Context(quotes)
    found: list[Clause] = []
    for sentence in _SENTENCE.split(_PARENTHESES.sub("", text)):
        chunked = _chunked(sentence, context)
        subject: str | None = "response"
        goes_on = True
        for piece in _CLAUSE.split(chunked):
            if not piece.strip():
                continue
            clause = Clause(piece.strip(), chunked, quotes, context.amounts, context.scopes, subject, goes_on)
            goes_on = _GOES_ON.search(piece) is not None or bool(LABEL.match(piece.strip()))
            found.append(clause)
            subject = _subject_after(clause, subject)
    return found


def _chunked(sentence: str, context: _Context) -> str:
    text = chinese_digits(sentence.replace("\u3000", " ").strip())
    text = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff\d‹])|(?<=[\d›])\s+(?=[\u4e00-\u9fff])", "", text)

    text = re.sub(r"(?<=›)这?1(?:词|语)(?![组句])", "这个词", re.sub(r"(?<=›)这?1句(?:话)?", "这句话", text))

    def scope(found: re.Match[str]) -> str:
        context.scopes.append(_scope_of(found))
        return f"‹s{len(context.scopes) - 1}›"

    text = _SCOPE.sub(scope, text)
    return _AMOUNT.sub(lambda found: _amount(found, context.amounts, text), text)


def _scope_of(found: re.Match[str]) -> str:
    for name, scope in (
        ("para", "each paragraph"),
        ("sent", "each sentence"),
        ("line", "each line"),
        ("section", "each section"),
        ("item", "each item"),
    ):
        if found[name]:
            return scope
    if found["title"]:
        return "title"
    unit = {"自": "paragraph", "段": "paragraph", "句": "sentence", "行": "line"}[found["unit"][0]]
    if found["number"]:
        number = int(found["number"])
        return f"first {unit}" if number == 1 else f"{unit} {number}"
    return f"last {unit}" if found["nth"][0] in "末最结" else f"first {unit}"


#: What turns a comparison behind it round, in a way that is not told here.
_NEGATION = re.compile(r"(?:不|勿|别(?!的|人)|避免|切忌|禁止|严禁|防止|无需|无须|没有)[^，,；;。且但并而]*$")


def _amount(found: re.Match[str], amounts: Amounts, text: str) -> str:
    if re.search(r"‹[a-z]$", text[: found.start("n")]):
        return found[0]
    n = int(found["n"])
    unit = (found["unit"] or found["u1"] or "").strip()
    if found["m"] and found["joint"] in ("或", "或者") and int(found["m"]) != n + 1:
        return found[0]
    parameters: Parameters
    bare = False
    if found["m"]:
        low, high = sorted((n, int(found["m"])))
        parameters = (
            bounded(most=high) if found["most"] else bounded(low) if found["least"] else bounded(low, high)
        )
    elif found["pabout"] or found["about"]:
        parameters = (
            {"about": n}
            if not (found["least"] or found["most"])
            else bounded(n)
            if found["least"]
            else bounded(most=n)
        )
    elif found["least"]:
        parameters = bounded(n)
    elif found["most"]:
        parameters = bounded(most=n)
    elif (found["more"] or found["less"]) and _NEGATION.search(text[: found.start()]):
        return found[0]
    elif found["more"]:
        parameters = bounded(n + 1)
    elif found["less"]:
        parameters = bounded(most=max(0, n - 1))
    elif found["pmost"]:
        parameters = bounded(most=n)
    elif found["pleast"]:
        parameters = bounded(n)
    else:
        parameters = bounded(n, n)
        bare = not found["exact"]
    return (
        amounts.put(parameters, bare=bare)
        + unit
        + (
            ""
            if found["prange"] or found["pmost"] or found["pleast"] or found["pabout"]
            else found["post"] or ""
        )
    )


_FILLER = re.compile(_FILL)
_SCOPED = re.compile(r"‹s(\d+)›")
_LENGTH_WORDS = re.compile(_LENGTH)
_OPENING = re.compile(_SUBJECT)
#: What a clause opens with where it speaks of the whole answer.
SUBJECT = re.compile(rf"^\W*(?:请|应|需|要求)*{_SUBJECT}")


def _skip(text: str, at: int) -> int:
    """The place behind all filler words from ``at`` on."""
    while (found := _FILLER.match(text, at)) is not None and found.end() > at:
        at = found.end()
    return at


def subject_of(left: str, clause: Clause) -> str | None:
    """What is said of, by all that stands before it in its clause: a scope; None where that is not told."""
    at = _skip(left, 0)
    scoped = _SCOPED.match(left, at)
    named = _OPENING.match(left, at)
    found = scoped or named
    length = _LENGTH_WORDS.match(left, found.end() if found else at)
    if named and _skip(left, length.end() if length else at) < len(left):  # "段落数" is no passage
        scoped = named = found = None
        length = _LENGTH_WORDS.match(left, at)
    if length is None or _skip(left, length.end()) < len(left):
        return None
    if found is None and not length[0] and not clause.goes_on:
        return None
    if scoped:
        return clause.scopes[int(scoped[1])] if clause.inherited not in (None, "passage") else None
    if found is None and length[0].startswith("总") and clause.inherited and clause.inherited != "passage":
        return "response"
    if named and not named["passage"]:
        return "passage" if "正文" in left else "response"
    return "passage" if named and clause.inherited else clause.inherited


def _subject_after(clause: Clause, before: str | None) -> str | None:
    """What a clause leaves as the subject for those behind it."""
    text = clause.text
    scoped = re.search(r"^[^‹]{0,6}‹s(\d+)›", text)
    if scoped:
        return clause.scopes[int(scoped[1])]
    if LABEL.match(text) and not _TAINT.search(text):
        return before
    if _TAINT.search(_PARTS.sub("", text)) or text.startswith("‹q") or _SOME_OF.search(text):
        return None
    named = _OPENING.match(text)
    if named:
        return "passage" if named["passage"] else "response"
    return before
