"""Chinese rules for forms, words and edges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from trace_builder.checks.claims import Claim
from trace_builder.checks.grammar.chinese.chinese_clauses import (
    ANSWERS,
    CONDITION,
    DOCUMENTS,
    PASSAGES,
    Clause,
)
from trace_builder.checks.grammar.rules import Rule, rule
from trace_builder.checks.reading.languages import language_named, names

Build = Callable[[Clause, re.Match[str]], Iterable[Claim] | None]

_LANGUAGE = "|".join(sorted((name for name in names() if not name.isascii()), key=len, reverse=True))
_NEGATION = re.compile(
    r"(?:不(?!仅|但|同|断)|避免|禁止|无需|毋须|切勿|请勿|勿|严禁|杜绝|而非|而不是|"
    r"非)[^，,]{0,10}$|"
    r"(?:不(?:要|得|能|可以?|应该?|宜|许|准|允许)|避免|禁止|严禁|切勿|请勿|杜绝)[^，,]{0,40}$"
)
_CONDITION = re.compile(
    r"如果|若(?!干)|假如|一旦|倘若|必要时|适当|如需|如有|视情况|根据需要|(?<!不)可以|(?<!不)允许|准许|可选|最好|尽量|"
    r"建议使用|(?:^|[，,])当(?!前|地|天|今|代|然|事)|(?<=在)[^，,]{0,20}(?:时|情况下)(?:$|"
    r"[，,])|仅当|除非|可能|酌情|或许"
)
_SYSTEM = re.compile(
    r"函数|程序(?!员)|程式|系统(?!地|性)|接口|数据库|页面|网页|网站|应用(?!场景|案例|领域|性|"
    r"题)|算法|模型(?!的优)|脚本|闭包|定时器|游戏|软件|组件|按钮|表单|用户|文件|分类器|训练|"
    r"测试|图表|幻灯片|PPT|PowerPoint|数据集|混淆矩阵|错误信息|异常|"
    r"Word|Excel|PDF|Jupyter|Notebook|README|仪表板|导航|控制台|消息框|提示框|工具|API|插件|"
    r"客户端|服务器|平台|小部件|界面|对话框|机器人|存储|查询语句|日志|请求|响应式|海报|图片|"
    r"视频",
    re.IGNORECASE,
)
#: "None of the following:".
_THESE_NOT = re.compile(
    r"(?:不(?:要|得|能|可以?|应该?|许|准|允许)|避免|禁止|严禁|切勿|请勿)[^，,]{0,12}(?:以下|下列|如下)"
)
_TITLE_ONLY = re.compile(r"(?:标题|题目|名称|书名|姓名|小标题)[^，,]{0,6}$")
_EITHER = re.compile(r"^(?:[^，,]{0,4})?(?:或|/)|(?:或者?|/)[^，,]{0,6}$")
#: What an answer is put into where one of these stands before a form.
_PUT = (
    r"(?:以|用|使用|采用|通过|按照?|利用|制作成?|整理[成为]?|做成|列成|呈现为|生成|绘制|插入|"
    r"附上|包[含括]|含有?|形成|设计|给出|提供|列出|展示为?|输出为?|格式[应需须必要为是：]*|"
    r"应为|需为|必须为|必须是|应是|需是|是|为|有|成|借助|运用|配以|转换[成为]|写[成为]|制成|"
    r"返回|输出|附|添加|加入|设置|应用|创建|构建)"
)


def _fits(clause: Clause, found: re.Match[str], *, system: bool = True) -> bool:
    """Whether nothing around says that the form is not asked for, is left open, or is of something else."""
    before, after = clause.text[: found.start()], clause.text[found.end() :]
    return not (
        _NEGATION.search(before)
        or _EITHER.match(after)
        or _EITHER.search(before)
        or _CONDITION.search(clause.text)
        or CONDITION.search(clause.sentence)
        or _THESE_NOT.search(clause.sentence)
        or re.search(r"或|/", found[0])
        or re.search(r"擅长|喜欢|精通|习惯", before)
        or re.search(r"(?:如|例如|比如|诸如|像)[^，,]{0,8}$", before)
        or (system and _SYSTEM.search(clause.sentence))
    )


def _asks(kind: str, *, part: bool = False, system: bool = True, **parameters: object) -> Build:
    def build(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
        return [Claim(kind, parameters)] if _fits(clause, found, system=system) else None

    return build


def _cased(kind: str) -> Build:
    """One letter case, of the answer or of a part that opens the clause."""

    def build(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
        before = clause.text[: found.start()]
        named = re.fullmatch(r"\W*‹s(\d+)›(?:的|中)?(?:字母|单词)?(?:应该?|必须|需要?|要)*", before)
        if not _fits(clause, found, system=False) or (not named and ("‹s" in before or _in_a_part(clause))):
            return None
        return [Claim(kind, {}, clause.scopes[int(named[1])] if named else "response")]

    return build


def _table(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if re.search(r"而(?:非|不是)|不[用要]|代替|或", found[0]):
        return None
    if not _fits(clause, found) or re.search(r"时间表|报表|代表|日历|月历|量表|图表", found[0]):
        return None
    if re.search(r"每[个张]?$", clause.text[: found.start()]) or found[0].startswith("每"):
        return None
    claims = [Claim("table", {})]
    columns = re.search(r"‹a(\d+)›列", clause.sentence)
    if columns and clause.range(columns[1]).get("least") == clause.range(columns[1]).get("most"):
        claims = [Claim("table", {"columns": clause.range(columns[1])["least"]})]
    return claims


def _columns(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    asked = clause.range(found["a"])
    if not _fits(clause, found) or asked.get("least") != asked.get("most") or asked.get("least", 0) < 2:
        return None
    return [Claim("table", {"columns": asked["least"]})]


def _json(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if not _fits(clause, found) or re.search(
        r"示例|样例|模板|文件|解析|读取|检查|校验|验证|JSON注释", clause.text, re.IGNORECASE
    ):
        return None
    strict = re.search(
        r"(?:^\W*|输出|回答|返回|答案|结果|回复)的?格式(?:必须|应|需|要求|应当)*(?:为|是)|整个|全部|"
        r"[仅只](?!含|包|有|需)|所有内容",
        clause.text,
    )
    parameters: dict[str, object] = {"only": True} if strict else {}
    keys = re.search(
        r"(?:键名?|字段|属性)[^‹，,]{0,8}‹([ql]\d+)›(?!加|后|前缀|作为前)|"
        r"‹([ql]\d+)›[^‹，,]{0,4}(?:等)?(?:‹a\d+›)?个?(?:键|字段|属性)",
        clause.sentence,
    )
    if keys:
        parameters["keys"] = clause.said(keys[1] or keys[2])
    return [Claim("json", parameters)]


def _json_keys(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    return [Claim("json", {"keys": clause.said(found["q"] or found["k"])})] if _fits(clause, found) else None


_IN_A_DOCUMENT = re.compile(
    r"[^，,]{0,4}?(?:文档|代码|文件|元素|页面)(?:的(?:头部|结构|元素|标签|属性|基本)|中|里)"
)


def _format(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if not _fits(clause, found) or re.search(
        r"(?:表格|列表|标题|代码块|链接|注释|流程|图)", clause.text[found.end() : found.end() + 4]
    ):
        return None
    before, after = clause.text[: found.start()], clause.text[found.end() :]
    if re.search(r"注释|字段|数据集|输入", before + found[0]) or _IN_A_DOCUMENT.match(found[0][-4:] + after):
        return None
    if re.search(r"(?:在|从|定义了?|解析|读取|对|关于|了解|学习)$", before):
        return None
    name = {
        "html": "HTML",
        "markdown": "Markdown",
        "latex": "LaTeX",
        "xml": "XML",
        "csv": "CSV",
        "yaml": "YAML",
    }[found["f"].lower()]
    return [Claim("format", {"format": name})]


#: Programming languages by the names that people give them.
_CODE_WORDS = """
python java javascript typescript c++ c c# go rust ruby php sql html css bash r swift kotlin matlab scala perl
lua
"""
_CODE = {
    **{name: name for name in _CODE_WORDS.split()},
    "js": "javascript",
    "golang": "go",
    "shell": "bash",
}
_CODE_NAMES = "|".join(re.escape(name) for name in sorted(_CODE, key=len, reverse=True))


def _code(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    before, after = clause.text[: found.start()], clause.text[found.end() :]
    if (
        _NEGATION.search(before)
        or _EITHER.match(after)
        or _CONDITION.search(clause.text)
        or re.match(r"[、和与及/]", after)
    ):
        return None
    claims = [Claim("code", {"code": _CODE[found["code"].lower()]})]
    return [*claims, Claim("code_blocks", {"least": 1})] if "代码块" in clause.text else claims


def _comments(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if (
        _NEGATION.search(clause.text[: found.start()])
        or _CONDITION.search(clause.text)
        or re.search(r"类型注释|注释中说明|在(?:代码)?注释中|图表|备注|引用注释|脚注", clause.text)
    ):
        return None
    if (
        not re.search(
            r"代码|函数|程序|程式|脚本|方法|类|语句|SQL|每行|关键行|编程|使用注释来", clause.sentence
        )
        and not clause.quotes.code
    ):
        return None
    return [Claim("comments", {})]


def _list(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if not _fits(clause, found) or re.search(
        r"列表(?:元素|长度|中的|为空|对象|背景|的?值|存储|数据|推导|类型)|播放列表|历史列表|"
        r"返回[^，]{0,6}列表(?!形式)|关键词列表|逗号分隔|执行结果",
        clause.text,
    ):
        return None
    said = found[0]
    if re.search(r"编号和列表|列表和编号|编号与列表|编号、列表", said):
        return [Claim("list", {})]
    numbered = re.search(r"编号|有序|数字|序号", said)
    bullets = re.search(r"项目符号|无序|圆点|项目列表|bullet", said, re.IGNORECASE)
    style = (
        {"style": "numbered"}
        if numbered and not bullets
        else {"style": "bullet"}
        if bullets and not numbered
        else {}
    )
    return [Claim("list", style)]


def _emphasis(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if not _fits(clause, found, system=False) or _OTHER_LOOKS.search(clause.text):
        return None
    if re.search(r"图表|页面|按钮|消息|界面|简历模板|幻灯片|海报", clause.sentence):
        return None
    said = found[0]
    if re.match(r"如|像", said):
        return None  # styles "such as bold"
    if re.search(r"[，,]?(?:一种|是)$", clause.text[: found.start()]):
        return None
    number = re.match(r"的?[^，,‹]{0,4}‹a(\d+)›", clause.text[found.end() :])
    if number and not clause.range(number[1]).get("least"):
        return None  # "no more than three words in bold"
    kinds = [
        kind
        for kind, words in (("bold", r"加粗|粗体|bold"), ("italic", r"斜体"))
        if re.search(words, said, re.IGNORECASE)
    ]
    return [Claim(kind, {"least": 1}) for kind in kinds]


_OTHER_LOOKS = re.compile(
    r"字号|(?:\d|›)号|号字|字体大小|Arial|Calibri|Times|宋体|楷体|黑体|居中(?!对)|颜色|"
    r"红色|绿色|蓝色|下划线|CSS|大一号"
)


def _set_off(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if not _fits(clause, found, system=False) or _OTHER_LOOKS.search(clause.text):
        return None
    style = "italic" if "斜体" in found[0] else "bold"
    texts = [text.strip("《》") for text in clause.said(found["q"])]
    return [Claim("set_off", {"text": text, "style": style}) for text in texts if re.search(r"\w", text)]


def _headings(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if not _fits(clause, found) or re.search(r"(?:^|[^一二三多])级标题为|标题应?为‹", found[0]):
        return None
    least = 2 if re.search(r"标题(?:和|与|、|及)|多级|各级|层级|分级", found[0]) else 1
    claims = [Claim("headings", {"least": least})]
    return (
        [*claims, Claim("list", {})]
        if re.search(r"列表", clause.text[found.start() : found.end() + 12])
        else claims
    )


def _hashes(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    marks = sorted(
        {
            len(mark)
            for mark in re.findall(
                r"(?<!#)#{1,6}(?!#)", " ".join(clause.quotes.texts) + " " + clause.sentence
            )
        }
    )
    return (
        [Claim("headings", {"level": level, "least": 1}) for level in marks]
        if marks and _fits(clause, found)
        else None
    )


def _title(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    said = clause.said(found["q"])
    scope = re.match(r"‹s(\d+)›", found[0])
    if scope and clause.scopes[int(scope[1])] != "title":
        return None
    if (
        len(said) != 1
        or not _fits_words(clause, found)
        or _SYSTEM.search(clause.sentence)
        or re.search(r"格式|…|\.\.\.|XX|\[|如|小标题|子标题|章节", found[0] + said[0])
    ):
        return None
    before = clause.text[: found.start()]
    if _NEGATION.search(before) or re.search(r"[节章段栏图表页]的?$", before):
        return None
    if re.search(r"引言|结论|正文|部分|章节|结尾|每|副$|小$", before):
        return [Claim("word", {"word": said[0], "least": 1})]
    return [Claim("title_text", {"text": said[0]})]


#: What may stand behind quoted words that are to occur, and leave them words.
_AFTER_WORDS = (
    r"(?:等)?(?:这|该|此|以上|上述)?(?:‹a\d+›)?(?:个|些|类|组|几个)?(?:关键词?|核心|重要|"
    r"专业)?(?:的)?(?:词语|词汇|字眼|字样|短语|一词|词组|词|句话|语句|句子|表述|说法|术语|概念|"
    r"关键字|成语|诗句|词句|内容|元素|信息|名词|单词|动词|形容词|字|话|名字|人名)?(?:和短语)?"
)
_END = r"(?=$|[，,、。；;和及与并且或而但至最恰‹（(\s各均都必应需须来以])"
_KEY = (
    r"(?:关键词|词语|词汇|字样|短语|字眼|句子|语句|单词|术语|词|文字|诗句|成语|信息|名称|内容|"
    r"提示语|口号|标语|名言|以下|下列|如下|这些|‹a\d+›个?|个|的|：|:|等|一句|一个|一次|一处|"
    r"至少|分别|同时|明确|直接|完整|原样|必须|都|均){0,6}"
)
_INCLUDE = (
    r"(?:包[含括]|含有?|出现|提到|提及|使用|用到|用上|写明|写出|写上|写有|注明|加入|融入|"
    r"嵌入|带有|运用|插入|引用|呼应|点明)"
)


def _include(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    said = clause.said(found["q"])
    before = clause.text[: found.start()]
    if not _fits_words(clause, found) or _NEGATION.search(before):
        return None
    if re.search(r"(?:如|例如|比如|诸如|像|类似|即|对)$", clause.text[: found.start("q") - 1].rstrip("：: ")):
        return None
    token = found["q"]
    if int(token[1:]) in clause.quotes.code and token[0] == "q":
        return None
    if re.search(r"(?:如|例如|比如|诸如|像|类似)[^，,]{0,6}$", before) or re.search(
        r"格式|样式|字体|类型|命名|协议", before[-8:] + found[0][: found.start("q") - found.start()]
    ):
        return None
    if any(len(word) == 1 and word.isascii() for word in said) or _EITHER.match(clause.text[found.end() :]):
        return None
    asked = clause.range(found["a"]) if found.groupdict().get("a") else {"least": 1}
    if found.groupdict().get("a") and clause.is_bare(found["a"]) and asked.get("least") == 1:
        asked = {"least": 1}
    named = re.fullmatch(
        r"\W*(?:在|请在)?‹s(\d+)›(?:中|里|内)?(?:应该?|必须|需要?|须|要求?|都|均|请)*", before
    )
    scope = clause.scopes[int(named[1])] if named else "response"
    if not named and _other_scope(clause, before):
        return None
    if clause.quotes.any_of(token) and len(said) > 1:
        return [Claim("any_word", {"texts": said, "least": 1}, scope)]
    return [Claim("word", {"word": word, **asked}, scope) for word in said if word.strip("…. ")]


def _other_scope(clause: Clause, before: str) -> bool:
    """Whether the words are to stand in a part that is not told."""
    if re.search(r"每|各[个种项部类组节章]|部分|章节|表格|注释|图表|封底|结论|引言|文件|字段|按钮", before):
        return True
    scopes = re.findall(r"‹s(\d+)›", before)
    return bool(scopes) and clause.scopes[int(scopes[-1])] != "title"


def _in_a_part(clause: Clause, _: object = None) -> bool:
    """Whether what the clauses before speak of is a part that is not told."""
    return clause.inherited is None


def _fits_words(clause: Clause, found: re.Match[str]) -> bool:
    return not (
        _CONDITION.search(clause.text)
        or CONDITION.search(clause.sentence)
        or _WORD_SYSTEM.search(clause.sentence)
    )


_WORD_SYSTEM = re.compile(
    r"函数|程序(?!员)|程式|数据库|页面|网页|网站|算法|脚本|闭包|定时器|游戏|软件|组件|按钮|"
    r"表单|用户|文件|分类器|字符串|变量|参数|方法名|类名|接口|代码|编译器|命令|框架|SQL|控件|"
    r"数组|查询|字典|API|插件|库(?:函数)?$"
)


def _exclude(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    said = clause.said(found["q"])
    before = clause.text[: found.start()]
    if (
        not _fits_words(clause, found)
        or _other_scope(clause, before)
        or _in_a_part(clause)
        or re.search(r"超过|多于|少于", found[0])
        or re.search(r"开头|结尾|末尾|文末|标题|题目|开始|结束", before)
    ):
        return None
    if re.match(r"(?:来|去)?(?:作为?|当作?|为)", clause.text[found.end() :]):
        return None
    if re.match(r"的?(?:重复|反复|过多|频繁|多次|过度|滥用)", clause.text[found.end() :]):
        return None
    token = found["q"]
    if token[0] == "q" and int(token[1:]) in clause.quotes.code | clause.quotes.books:
        return None
    return [Claim("word", {"word": word, "most": 0}) for word in said if word.strip("…. ")]


_FORBIDDEN: tuple[tuple[str, str, dict[str, object]], ...] = (
    (r"感叹号|惊叹号", "mark", {"mark": "!", "most": 0}),
    (r"逗号", "mark", {"mark": ",", "most": 0}),
    (r"问号", "mark", {"mark": "?", "most": 0}),
    (r"句号", "mark", {"mark": ".", "most": 0}),
    (r"分号", "mark", {"mark": ";", "most": 0}),
    (r"冒号", "mark", {"mark": ":", "most": 0}),
    (r"省略号", "mark", {"mark": "…", "most": 0}),
    (r"破折号", "mark", {"mark": "—", "most": 0}),
    (r"顿号", "mark", {"mark": "、", "most": 0}),
    (r"引号|双引号", "mark", {"mark": '"', "most": 0}),
    (r"括号", "parentheses", {"most": 0}),
    (r"表情符号|emoji(?:表情)?|表情", "emoji", {"most": 0}),
    (r"项目符号(?:列表)?", "bullets", {"most": 0}),
    (r"列表(?:形式|格式)?|编号列表|编号", "items", {"most": 0}),
    (r"(?:小|子|多级|各级)标题(?:格式)?|标题格式", "headings", {"most": 0}),
    (r"加粗|粗体", "bold", {"most": 0}),
    (r"斜体", "italic", {"most": 0}),
    (r"markdown(?:格式|语法|标记)?", "no_markdown", {}),
    (r"链接|网址|超链接", "links", {"most": 0}),
    (r"阿拉伯数字|数字", "numbers", {"most": 0}),
    (r"话题标签", "hashtags", {"most": 0}),
    (r"代码块|代码", "code_blocks", {"most": 0}),
    (r"大写字母", "lower_case", {}),
    (r"小写字母", "upper_case", {}),
)
_FORBIDDEN_UNIT = "|".join(unit for unit, _, _ in _FORBIDDEN)


def _no_marks(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if (
        not _fits_words(clause, found)
        or _SYSTEM.search(clause.sentence)
        or _in_a_part(clause)
        or re.search(r"每|标题中|部分", clause.text[: found.start()])
    ):
        return None
    if re.match(r"不(?:含|包)", found[0]) and "‹a" in clause.sentence:
        return None  # "300 words without the title"
    claims = []
    for unit in re.split(r"和|或者?|、|及|与", found["units"]):
        known = next(
            (
                (kind, parameters)
                for pattern, kind, parameters in _FORBIDDEN
                if re.fullmatch(pattern, unit, re.IGNORECASE)
            ),
            None,
        )
        if known is None:
            return None
        claims.append(Claim(*known))
    return claims


#: What an answer is, behind "that begins with".
_WRITTEN = rf"[^，,]{{0,8}}(?:{DOCUMENTS}|{ANSWERS}|{PASSAGES}|方式|形式|格式|句式|开场白)"


def _edge(kind: str) -> Build:
    def build(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
        said = clause.said(found["q"])
        before = clause.text[: found.start()]
        if (
            len(said) != 1
            or _fits_words(clause, found) is False
            or re.search(r"\[|X|/|……$|…$", said[0])
            or int(found["q"][1:]) in clause.quotes.code
        ):
            return None
        scopes = re.findall(r"‹s(\d+)›", before + found[0])
        scope = clause.scopes[int(scopes[-1])] if scopes else "response"
        if not scopes and re.search(
            r"每|各[个种项部类组节章]|部分|章节|列表|标题|引言|结论|名称|文件名|称呼|答案选项", before
        ):
            return None
        if re.match(rf"的(?!{_WRITTEN})[^，,]", clause.text[found.end() :]):
            return None
        if re.match(r"[^，,]{0,4}(?:段|句|行|节|章|部分|‹s)", clause.text[found.end() :]):
            return None
        if kind == "end" and (
            said[0].endswith((":", "："))
            or re.match(r"[，,]?(?:加|后|再|并|和|及|以及|接)", clause.text[found.end() :])
        ):
            return None
        if _NEGATION.search(before) or re.match(r"不", found[0]):
            return [Claim("not_start", {"text": said[0]}, scope)] if kind == "start" else None
        if scope.startswith("last") and kind == "is" and not said[0].endswith((":", "：")):
            return [Claim("end", {"text": said[0]})]
        if kind == "is":
            return [Claim("start", {"text": said[0]}, "response" if scope.startswith("first") else scope)]
        return [Claim(kind, {"text": said[0]}, scope)]

    return build


def _language(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    before, after = clause.text[: found.start()], clause.text[found.end() :]
    language = language_named(found["lang"])
    if (
        language is None
        or not _fits(clause, found)
        or re.search(r"[和与及、或](?:用)?$", before)
        or re.match(r"[和与及、或]", after)
    ):
        return None
    if re.search(r"半|[一小几某]段|少量|一些|几[句处]|穿插|夹杂|除|百分之|‹a\d+›[%％]", before):
        return None
    if re.search(
        r"教学|母语|课程|学习|擅长|标题|题目|代码|注释|名称|函数|翻译|术语|引文|副标题|称呼|"
        r"‹s\d+›|部分|名字|单词|至少|对白|偏好|数据|界面|缩写|菜名|人名|对应|句",
        before,
    ):
        return None
    claims = [Claim("language", {"language": language})]
    script = {"简体中文": "simplified", "繁体中文": "traditional"}.get(found["lang"])
    return [*claims, Claim("script", {"script": script})] if script else claims


def _several(clause: Clause, found: re.Match[str]) -> bool:
    """Whether more than one is asked for."""
    return bool(found["a"]) and clause.range(found["a"]) != {"least": 1}


def _sentence_in(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if found["a"] and not clause.range(found["a"]).get("least"):
        return None
    language = language_named(found["lang"])
    return [Claim("sentence_in", {"language": language})] if language else None


def _script(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    return (
        [Claim("script", {"script": "traditional" if "繁" in found[0] else "simplified"})]
        if _fits(clause, found)
        else None
    )


def _decimals(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    number = found["a"] or found["b"]
    asked = clause.range(number)
    if (
        not _fits(clause, found, system=False)
        or asked.get("least") != asked.get("most")
        or re.search(r"有效", clause.text)
    ):
        return None
    return [Claim("decimals", {"n": asked["least"]})]


def _quotations(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    asked = clause.range(found["a"]) if found.groupdict().get("a") else {"least": 1}
    return [Claim("quotations", {"least": asked.get("least", 1)})] if _fits(clause, found) else None


def _pattern(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    parts = [part.strip("，,。 ") for part in re.split(r"…+|\.{3,}|～+|—{2,}", clause.said(found["q"])[0])]
    parts = [part for part in parts if part]
    return [Claim("pattern", {"texts": parts})] if len(parts) > 1 and _fits(clause, found) else None


def _capital_words(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    return (
        [Claim("capital_words", {"least": 1})]
        if _fits(clause, found) and not re.search(r"开头|首字母|所有|全部|全文|只", clause.text)
        else None
    )


def _frequency(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if not _fits_words(clause, found) or _other_scope(clause, clause.text[: found.start()]):
        return None
    if _in_a_part(clause):
        return None
    asked = clause.range(found["a"])
    if (
        found.groupdict().get("bare") is None
        and clause.is_bare(found["a"])
        and asked == {"least": 1, "most": 1}
    ):
        asked = {"least": 1}
    return [Claim("word", {"word": word, **asked}) for word in clause.said(found["q"])]


_DATA = r"(?:电话|手机)(?:号码?)?|联系方式|(?:电子)?邮箱(?:地址)?|电子邮件(?:地址)?"


def _personal(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    if _SYSTEM.search(clause.sentence) or _CONDITION.search(clause.text) or _in_a_part(clause):
        return None
    mail, phone = "邮" in found["data"], re.search("电话|手机", found["data"]) is not None
    if mail == phone or "联系" in found["data"]:
        return [Claim("personal_data", {})]
    return [Claim("personal_data", {"data": "email" if mail else "phone"})]


def _unlike_opening(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    """An opening that a poor example shows."""
    if not re.search(r"(?:不要|避免|不得|切勿|请勿)[^，,。‹]{0,10}(?:开头|开场白?)[:：]‹", clause.sentence):
        return None
    said = re.sub(r"[，,。.…]+$", "", clause.said(found["q"])[0])
    return [Claim("not_start", {"text": said})] if said else None


def _named_so(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    return (
        [Claim("word", {"word": clause.said(found["q"])[0], "least": 1})]
        if _fits(clause, found, system=False)
        else None
    )


def _emoji_in(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    scope = clause.scopes[int(found["s"])]
    return [Claim("emoji", {"least": 1}, scope)] if _fits(clause, found, system=False) else None


def _one_paragraph(clause: Clause, found: re.Match[str]) -> Iterable[Claim] | None:
    one = found["a"] is None or clause.range(found["a"]) == {"least": 1, "most": 1}
    return [Claim("paragraphs", {"least": 1, "most": 1})] if one and _fits(clause, found) else None


_QL = r"‹(?P<q>[ql]\d+)›"
_NO = (
    r"(?:不要?|不得|不能|不可以?|不应该?|不允许|不许|不准|禁止|避免|避开|切勿|请勿|勿|严禁|"
    r"杜绝|不宜|不再)(?:再|有)?"
)
_USE = r"(?:出现|使用|包[含括]|提及|提到|含有?|写|用|采用|带有|涉及|运用|添加|加入|插入|有)"
_FORMATS = r"(?P<f>markdown|html|latex|xml|csv|yaml)"
_SHOWN = (
    r"(?:来|进行|去)?(?:呈现|展示|展現|呈現|列出|输出|返回|给出|总结|对比|显示|提供|表示|整理|"
    r"组织|说明|提交|罗列|列举|排版|撰写|书写|编写|表达|回答|作答|填写|概括|表述|归纳|比较|"
    r"形式|格式|标注|表现|描述|编排|记录|梳理|汇总)"
)

RULES: tuple[Rule[Clause], ...] = (
    rule(
        r"(?:写成|写为|组织成|合并为|浓缩[成为]|整理成|以)[^，,‹]{0,6}?(?:‹a(?P<a>\d+)›段|"
        r"一整段)(?:连贯的?|完整的?)?(?:文字|话|落)?"
        r"(?=$|[，,。；;]|的形式)",
        _one_paragraph,
    ),
    rule(
        r"(?:以|用)[^，,‹]{0,8}?(?:问句|疑问句|问题|反问)(?:来|作为?|为)?(?:结尾|收尾|结束|收束)",
        lambda c, m: (
            [Claim("mark", {"mark": "?", "least": 1}, "last sentence")]
            if _fits(c, m) and not _in_a_part(c) and not _other_scope(c, c.text[: m.start()])
            else None
        ),
    ),
    rule(
        rf"{_NO}{_USE}?(?:任何)?(?:形式的)?(?P<units>(?:{_FORBIDDEN_UNIT})(?:(?:和|或者?|、|及|"
        rf"与)(?:{_FORBIDDEN_UNIT}))*)(?:的?(?:形式|符号|格式|标点))?(?=$|[，,、。；;‹])",
        _no_marks,
    ),
    rule(r"(?:以|用|使用|采用)?‹(?P<q>[ql]\d+)›(?:作为|为|来)?(?:标题|题目|题)(?![的中内])", _title),
    rule(
        r"(?:标题|题目|题名|主题名|‹s\d+›)(?:应该?|必须|需要?|须|要求?|设定|定|命名|统一|固定|"
        rf"内容|名称|明确|设置)*(?:为|是|写作|叫作?|：|:)\s*{_QL}",
        _title,
    ),
    rule(rf"(?:题为|以){_QL}(?:为题)", _title),
    rule(rf"{_NO}(?:以)?{_QL}(?:作为|为|来)?(?:开头|开始|起始|开篇|开场)", _edge("start")),
    rule(
        rf"(?:以|用|使用){_QL}(?:这句话|这个词)?(?:作为|为|来|进行|"
        r"做)?(?:固定的)?(?:新闻)?(?:开头|开始|起始|起首|开篇|开场白?|首句|引入|起笔)",
        _edge("start"),
    ),
    rule(
        r"(?:开头|开篇|首句|开场白?)(?:部分)?(?:应该?|必须|需要?|须|要|请|处|第‹?a?\d*›?句)*(?:是|"
        rf"为|写|写上|使用|用|以|：){_QL}",
        _edge("start"),
    ),
    rule(
        rf"(?:以|用|使用){_QL}(?:这句话|这个词)?(?:作为|为|来|进行|做)?(?:全文的|文章的|"
        r"固定的)?(?:结尾|结束语?|收尾|结语|落款|署名|结束|末尾)",
        _edge("end"),
    ),
    rule(
        r"(?:结尾|末尾|结束语|文末|落款|结语)(?:部分|处)?(?:应该?|必须|需要?|须|要|请|署名)*(?:是|"
        rf"为|写上?|：|署){_QL}(?!为标题)",
        _edge("end"),
    ),
    rule(rf"‹s(?P<s>\d+)›(?:应该?|必须|需要?|须|要|请)*(?:是|为|写|写上|写作|写为|：){_QL}", _edge("is")),
    rule(
        rf"(?:将|把|对)?{_QL}(?:一词|这个词|这一关键词|字样|这‹a\d+›个词|"
        rf"等)?[^，,‹]{{0,6}}?(?:加粗|设为粗体|用粗体|以粗体|用斜体|设为斜体|以斜体|斜体|使用粗体|"
        r"使用加粗|使用斜体)",
        _set_off,
    ),
    rule(
        rf"(?:每个)?(?:关键词)?{_QL}(?:等)?(?:一词|这个词|这‹a\d+›个词|字样|这个词语|各|分别|等词|字|"
        rf"的)?(?:在[^，,‹]{{0,8}}?[中里内])?(?:总共|一共|各|应该?|必须|需要?|须|要|的)*(?:出现|"
        r"使用|提及|提到|被提及)?(?:的)?(?:频率|次数|频次)?(?:应|必须|需|须|要|为|是|在|"
        r"控制)*‹a(?P<a>\d+)›(?:次|遍|处)",
        _frequency,
    ),
    rule(
        rf"(?:出现|使用|提及|提到|包含|用到|写出|重复)(?:关键词|词语|短语|句子)?{_QL}(?:一词|"
        r"这个词|字样|这一表述)?(?:的次数)?(?:总共|一共|应|必须|须|为|在|各)*‹a(?P<a>\d+)›(?:次|"
        r"遍|处)",
        _frequency,
    ),
    rule(
        rf"(?:至少)?(?:各)?(?:出现|使用|提及|提到|包含|用到|写出)‹a(?P<a>\d+)›(?:次|遍|处){_QL}", _frequency
    ),
    rule(rf"{_NO}{_USE}?(?:任何|诸如|类似|如|像)?(?:含有|带有)?{_KEY}{_QL}{_AFTER_WORDS}", _exclude),
    rule(
        rf"{_QL}{_AFTER_WORDS}(?:在[^，,‹]{{0,6}}[中里])?(?:均|都|一律|绝对)?(?:不得|不能|不可以?|"
        rf"不应该?|不允许|不许|禁止|不会|不要)(?:在[^，,‹]{{0,6}}[中里])?(?:出现|使用|包含|提及|"
        r"被使用|被提及)",
        _exclude,
    ),
    rule(
        rf"(?:JSON)[^‹，,]{{0,14}}(?:(?:键|字段|key|属性)[^‹，,]{{0,8}}{_QL}|(?:包含|包括|"
        rf"含有)[^‹，,]{{0,6}}‹(?P<k>[ql]\d+)›(?:等)?(?:‹a\d+›)?个?(?:键|字段|属性|key))",
        _json_keys,
    ),
    rule(rf"(?:采用|使用|运用|用|以|按照?){_QL}(?:的|这样的|这种)?(?:句式|结构|句型|格式|表达)", _pattern),
    rule(
        rf"(?:标题|主标题){_QL}{_END}",
        lambda c, m: (
            [Claim("word", {"word": w, "least": 1}) for w in c.said(m["q"])]
            if _fits_words(c, m) and re.search(r"包[含括]|有|设", c.text[: m.start()])
            else None
        ),
    ),
    rule(
        rf"{_INCLUDE}{_KEY}{_QL}{_AFTER_WORDS}(?:至少)?(?:各)?(?:‹a(?P<a>\d+)›次)?{_END}",
        _include,
        part=_in_a_part,
    ),
    rule(
        rf"{_QL}{_AFTER_WORDS}(?:必须|应该?|需要?|须|要)(?:在[^，,‹]{{0,8}}[中里])?(?:都|"
        r"均)?(?:出现|被?使用|被提及|"
        rf"被提到)(?:在[^，,‹]{{0,8}}[中里])?(?:至少)?(?:‹a(?P<a>\d+)›次)?",
        _include,
        part=_in_a_part,
    ),
    rule(
        rf"{_PUT}[^，,‹]{{0,12}}?(?:markdown|对比|标准|详细|清晰|"
        r"简洁)?(?:的)?(?<![图时列报代量日])表(?:格(?:的)?(?:形式|格式|方式|结构|样式)|"
        rf"的?形式)(?:{_SHOWN})?",
        _table,
        part=True,
    ),
    rule(
        r"(?:包[含括]|提供|给出|附上?|插入|生成|制作|绘制|创建|设计|添加|加入)(?:‹a\d+›[个张份])?"
        r"[^，,‹]{0,10}?(?<!列)表格(?![中内里]|背景|软件)",
        _table,
    ),
    rule(
        r"(?:使用|用|以|采用|列出|输出|格式[应需须必要为是：]*|应为|须为)(?:‹a\d+›[个张份])?"
        rf"[^，,‹]{{0,10}}?(?<!列)表格(?![中内里]|背景|软件)(?:{_SHOWN})?",
        _table,
        part=True,
    ),
    rule(r"表格(?:应该?|需要?|须|必须|要)?(?:包[含括]|分为|有|由)‹a(?P<a>\d+)›列", _columns),
    rule(
        r"表格(?:应该?|需要?|须|必须|要)?(?:包[含括]以下列|包[含括]|分为|呈现|列出)",
        lambda c, m: [Claim("table", {})] if _fits(c, m) and "每" not in c.text[: m.start()] else None,
    ),
    rule(r"(?:JSON)(?:格式|形式|对象|结构|数组|字符串|数据|代码块|列表)*", _json),
    rule(
        rf"(?:(?:{_PUT}|格式|采取|遵循)[^，,‹]{{0,6}}?)?{_FORMATS}(?:源代码|代码|标签|"
        rf"标记)?(?:的)?(?:格式|语法|形式|文本|文档|标记|排版|源码|代码)(?:进行|来)?(?:{_SHOWN})?",
        _format,
        part=True,
    ),
    rule(
        rf"{_PUT}(?:标准的?)?(?P<f>markdown)(?=$|[，,。；;]|进行|来|排版|输出|呈现|书写|"
        rf"撰写)(?:进行|来)?(?:{_SHOWN})?",
        _format,
        part=True,
    ),
    rule(
        r"(?:用|使用|以|采用|基于|通过|"
        rf"利用)\s?(?P<code>{_CODE_NAMES})(?![A-Za-z+#])\s?(?:编程)?(?:语言)?(?:代码|脚本|"
        r"程序)?(?:来|进行)?(?:编写|实现|完成|书写|撰写|编程|代码|开发|给出|形式提供|形式)",
        _code,
        part=True,
    ),
    rule(
        r"(?:提供|给出|附上|包含|使用|输出|返回|将|把|编写|写|展示)(?:完整的?|可运行的?|"
        r"‹a\d+›个?段?|相应的?|"
        rf"具体的?)*\s?(?P<code>{_CODE_NAMES})(?![A-Za-z+#])\s?(?:语言)?(?:代码|语句|脚本|"
        rf"示例代码)[^，,]{{0,10}}?(?:代码块|形式|示例|片段|呈现|返回|输出|$)",
        _code,
        part=True,
    ),
    rule(
        r"(?:使用|用|以|放在|置于|放入|采用)[^，,‹]{0,12}?(?:代码块)(?!高亮显示关键|和)",
        _asks("code_blocks", system=False, least=1),
    ),
    rule(
        r"(?:代码|函数|程序|脚本|方法|类|语句|SQL|每行|每一步|关键行|"
        r"关键步骤)[^，,]{0,12}?(?:包含|添加|有|加入|使用|提供|附|写|配|带|需要|应有|"
        r"具备)[^，,]{0,14}?注释|(?:添加|加入|使用|提供|附上|写|包含)[^，,‹]{0,10}?(?:代码)?注释|"
        r"使用‹[ql]\d+›进行注释|使用注释来",
        _comments,
        part=True,
    ),
    rule(
        rf"(?:(?:{_PUT}|采取|以)[^，,‹]{{0,8}}?)?(?:编号(?:的)?(?:列表|清单)|有序列表|"
        r"(?<=用)数字编号|(?<=以)数字编号|无序列表|项目符号(?:列表|的?方式|的?形式)?|圆点列表|"
        r"项目列表|编号和列表|列表和编号|步骤列表|步骤清单|要点列表|列表(?:的)?(?:形式|格式|方式)|"
        rf"清单(?:的)?形式|问题列表的?形式)(?:约束)?(?:来|进行)?(?:清晰地?)?(?:{_SHOWN})?",
        _list,
    ),
    rule(
        r"(?:分条|逐条|分点|逐点|条列式?)(?:地)?(?:列[出举]|陈述|说明|阐述|罗列|回答|作答|叙述|"
        r"写)|格式为列表|用‹[ql]\d+›(?:这样的|等)?(?:数字|编号)逐条",
        _list,
    ),
    rule(
        r"(?:使用|用|采用|以|应|需|须|应用|通过|进行|需用|为|将[^，,‹]{1,20}?|"
        r"[\u4e00-\u9fff])?(?:Markdown语法(?:的)?|markdown的?)?(?:加粗|粗体|斜体)(?:和|与|及|"
        r"、)?(?:加粗|粗体|斜体)?(?:字体|字|样式|格式|文本|文字|形式|方式)?(?:进行|来)?(?:显示|"
        r"突出|标注|表示|标记|强调|标出|处理|呈现|高亮|凸显)*",
        _emphasis,
        part=True,
    ),
    rule(
        r"(?:使用|包[含括]|采用|设置?|设有|设立|应有|有|具有|运用|利用|分为|划分|通过|按照|附|"
        r"呈现|建立|带有|带|加入|添加|以|用|清晰的?)[^，,‹]{0,12}?(?:(?:标题(?:和|与|、|"
        r"及)(?:子标题|小标题|次级标题))|子标题|小标题|多级标题|各级标题|二级标题|分级标题|"
        r"标题层级|层级标题|次级标题)",
        _headings,
        part=True,
    ),
    rule(
        r"(?:使用|以|用|采用|标题|一级|主标题)[^，,]{0,10}?(?:#{1,6}(?!\d)|"
        r"‹q\d+›)[^，,]{0,6}(?:标题|表示|开头|号|，|$)",
        lambda c, m: _hashes(c, m) if re.search(r"标题|小节|章节", c.sentence) else None,
    ),
    rule(
        r"(?:请|必须|应|需|全程|完全|只|仅|都|均|一律|全部|使用|用|以|采用|通过|语言[应需为是：]+|"
        r"运用|请用|需用|须用|澳大利亚|美式|英式|标准|纯|流利的|"
        rf"地道的)(?P<lang>{_LANGUAGE})(?:语言)?(?:来|进行|为主|加以|"
        rf"作为[^，,]{{0,4}}语言)?(?:回答|作答|回复|书写|撰写|写作|写|输出|表达|呈现|编写|完成|"
        r"描述|生成|叙述|创作|交流|沟通|展示|对话|提供|回应|答复|阐述|解答|$)(?!名|称|标题)",
        _language,
        part=lambda _, found: re.search(r"澳大利亚|美式|英式|标准|纯|流利|地道", found[0]) is not None,
    ),
    rule(
        r"(?:回答|输出|全文|文章|回复|报告|答案|内容|文本)(?:的)?(?:语言|文字|语种)(?:应该?|必须|"
        rf"需要?|须|要求?)?(?:为|是|使用|采用|用)(?P<lang>{_LANGUAGE})",
        _language,
    ),
    rule(
        rf"(?:至少|加入|包含|写)[^，,‹]{{0,4}}(?:‹(?P<a>a\d+)›|1)句[^，,]{{0,4}}(?:用|是|使用|为)?"
        rf"(?P<lang>{_LANGUAGE})",
        _sentence_in,
        part=_several,
    ),
    rule(r"(?:用|使用|采用|以)(?:简体|繁体)(?:字|中文|汉字)", _script),
    rule(
        r"(?:保留|精确|精度|四舍五入|取|保持|"
        r"小数)[^，,‹]{0,10}?(?:小数点后(?:面)?)?‹a(?P<a>\d+)›位小数|(?:保留|精确|精度|四舍五入|"
        r"取|保持|小数)[^，,‹]{0,10}?小数点后(?:面)?(?:的)?‹a(?P<b>\d+)›位",
        _decimals,
        part=True,
    ),
    rule(
        r"(?:使用|添加|加入|包含|用|配上|穿插|插入|搭配)[^，,‹]{0,10}?(?:emoji(?:表情)?(?:符号)?|"
        r"表情符号|表情包)",
        _asks("emoji", system=False, least=1),
    ),
    rule(
        r"(?:引用|语句|句子|原文)[^，,]{0,8}(?:使用|用)双引号(?:标[识注示]|括起|标出)|"
        r"‹a(?P<a>\d+)›[^，,‹]{0,4}?(?:行文本的)?引用?(?:语句|句子)[^，,]{0,4}",
        _quotations,
    ),
    rule(r"(?:使用|以|采用)大写字母(?:以?突出|强调|标注|来)", _capital_words),
    rule(
        r"(?:全部|所有|全文|一律|均|都|(?<!首)字母)(?:(?!首)[^，,‹]){0,6}?(?:使用|为|用|采用)?大写(?:字母)?$",
        _cased("upper_case"),
    ),
    rule(
        r"(?:全部|所有|全文|一律|均|都|(?<!首)字母)(?:(?!首)[^，,‹]){0,6}?(?:使用|为|用|采用)?小写(?:字母)?$",
        _cased("lower_case"),
    ),
    rule(
        r"(?<![话语句])先?(?:原样|完整|逐字)?(?:重复|(?<=样)复述|(?<=整)复述|(?<=字)复述|复述一遍)(?:一遍)?(?:以上|上述|这个|该|我的|原)?(?:问题|题目|"
        r"指令|请求|提示词?|要求)",
        _asks("repeat"),
    ),
    rule(
        r"(?:不得|不要|不能|禁止|避免|请勿|不)(?:透露|泄露|出现|包含|提供|显示|"
        r"暴露)(?:任何|个人|用户的?|客户的?|他人的?|其|具体的?|真实的?){0,3}"
        rf"(?P<data>(?:{_DATA})(?:(?:或者?|和|及|与|以及|、)(?:{_DATA}))*)(?:等|$|[，,。；;])",
        _personal,
    ),
    rule(
        r"(?:不得|不要|不能|禁止|避免|请勿|不)(?:透露|泄露|公开|提供|暴露)[^，,‹]{0,20}?"
        rf"(?P<data>(?:{_DATA})(?:[^，,‹]{{0,12}}(?:{_DATA}))?)",
        _personal,
        part=True,
    ),
    rule(
        r"(?:用|以|在)(?:方括号|中括号|\[\d\])[^，,‹]{0,8}(?:标注|注明|标明|标出)[^，,‹]{0,6}"
        r"(?:来源|出处|引用|文献)",
        lambda c, m: (
            [Claim("citations", {"style": "number", "least": 1})]
            if _fits(c, m) and re.search(r"\[(?:\d|‹a\d+›)\]", c.sentence)
            else None
        ),
        part=True,
    ),
    rule(
        r"(?:分成|分为|划分为)(?:带|有|加)(?:小)?标题的(?:几|若干|多|‹a\d+›)个?(?:部分|章节|小节)",
        _asks("headings", least=2),
        part=True,
    ),
    rule(r"^‹(?P<q>q\d+)›$", _unlike_opening, part=True),
    rule(r"(?:以|用)‹(?P<q>q\d+)›(?:来)?(?:相称|代称|称呼|指代)", _named_so, part=True),
    rule(
        r"^‹s(?P<s>\d+)›(?:的)?(?:开头|结尾|末尾|段首|句首|句末)?(?:应|须|需|要|都|各)*(?:加上?|使用|用|添加|"
        r"放|配上?)(?:‹a\d+›个)?[^，,‹]{0,8}(?:表情符号|emoji)",
        _emoji_in,
        part=True,
    ),
)
