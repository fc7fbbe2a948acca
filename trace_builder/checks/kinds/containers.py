"""Formats: JSON, XML, HTML, LaTeX, CSV, YAML, Markdown, code, tables; and none of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from trace_builder.checks.claims import Bound, Finding, Parameters
from trace_builder.checks.kind import RANGE, Form, Kind, count_kind, range_bound, within
from trace_builder.checks.reading.counting import Interval, exact, folded
from trace_builder.checks.reading.json_text import keys_of, read_json
from trace_builder.checks.reading.response_layout import TEXT_FENCES, Layout
from trace_builder.checks.reading.response_tables import Table, looks_drawn

#: So much text beside JSON is a label or a note, and leaves the result JSON.
_LABEL = 20
_TAG = re.compile(r"<([A-Za-z][\w:-]{0,40})(?:\s[^<>]{0,300})?>")
_CLOSED = re.compile(r"</([A-Za-z][\w:-]{0,40})>")
_HTML = re.compile(
    r"</?(?:html|body|head|div|p|br|h[1-6]|ul|ol|li|table|tr|td|span|a|b|i|em|strong|img|"
    r"section|article|header|"
    r"footer|style|title|form|button|input)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_LATEX = re.compile(
    r"\\(?:begin|end|documentclass|section|subsection|frac|sum|int|alpha|beta|textbf|textit|"
    r"text|item|left|right|sqrt|"
    r"mathbb|mathrm|cdot|times|usepackage|title|boxed|lim|infty|pi|theta|lambda|sin|cos|log|"
    r"leq|geq|neq|quad)\b"
    r"|\$[^$\n]{1,300}\$|\\\(|\\\["
)
_MARKDOWN = re.compile(
    r"^[ \t]{0,3}#{1,6}[ \t]+\S|^[ \t]{0,6}(?:[-*+]|\d{1,3}\.)[ \t]+\S|\*\*[^*\n]+\*\*|"
    r"(?<!\*)\*[^*\s][^*\n]*\*|"
    r"__[^_\n]+__|^[ \t]{0,3}>[ \t]?\S|```|`[^`\n]+`|\[[^\[\]\n]{1,200}\]\([^()\n]{1,300}\)|^[ "
    r"\t]*\|.*\|[ \t]*$|"
    r"^[ \t]*(?:---+|\*\*\*+)[ \t]*$",
    re.MULTILINE,
)
_BARE_MARKDOWN = re.compile(
    r"^[ \t]{0,3}#{1,6}[ \t]+\S|\*\*[^*\n]+\*\*|```|^[ \t]{0,6}[-*+][ \t]+\S", re.MULTILINE
)
_COMMENT = re.compile(
    r"(?:^|\s)(?:#(?!include|define|!|if|endif|pragma)|//|--(?=\s))\s{0,4}\S|/\*|<!--|\"\"\"|"
    r"'''|^[ \t]{0,20}%[ \t]?\S|^[ \t]{0,20}REM[ \t]",
    re.MULTILINE,
)
#: Lines that only code has.
_CODE_LINE = re.compile(
    r"^[ \t]*(?:def \w+\(|class \w+|import \w+|from \w+ import|#include|public |private |"
    r"function\b|const \w+\s*=|let \w+\s*=|"
    r"var \w+\s*=|return\b|for\s?\(|while\s?\(|if\s?\(|SELECT\b|INSERT\b|CREATE\b|UPDATE\b|"
    r"package \w+|using \w+|fn \w+|"
    r"func \w+|print\(|console\.|System\.|\w+ = \w+\(|\}|<\?php|<!DOCTYPE|#!/)",
    re.MULTILINE,
)
#: Languages of code, by the tags of their fences.
_CODE_LANGUAGES = """
python py python3 py3 ipython pycon; javascript js jsx node mjs html vue; typescript ts tsx;
java; c h; c++ cpp cc cxx hpp; c# cs csharp; go golang; rust rs; ruby rb; php html;
sql mysql postgresql postgres sqlite tsql plsql oracle hql; html htm xml vue; css scss less html;
bash sh shell zsh console; r rlang; swift; kotlin kt; matlab octave; scala; perl pl; lua;
json jsonc json5; xml; yaml yml; latex tex; powershell ps1; markdown md
"""
CODE_TAGS: dict[str, frozenset[str]] = {
    names.split()[0]: frozenset(names.split()) for names in _CODE_LANGUAGES.split(";")
}
_TAGS = {tag for tags in CODE_TAGS.values() for tag in tags} | {
    "diff",
    "text",
    "mermaid",
    "dockerfile",
    "toml",
    "ini",
}


def _json(parameters: Parameters, layout: Layout) -> Finding:
    found = read_json(layout)
    wanted = "JSON" + (" and nothing else" if "only" in parameters else "")
    values = found.fenced if "fenced" in parameters else found.values
    if not values:
        said = "what nearly is JSON" if found.nearly else "no JSON"
        return Finding(None if found.nearly else False, said, wanted)
    if "keys" in parameters:
        return _keys(parameters, values)
    if not found.around or "fenced" in parameters:
        return Finding(True, "JSON", wanted)
    verdict = False if "only" in parameters else True if len(found.around) <= _LABEL else None
    return Finding(verdict, f"JSON, and beside it: {found.around[:60]}", wanted)


def _keys(parameters: Parameters, values: tuple[object, ...]) -> Finding:
    wanted = parameters["keys"]
    said = sorted({key for value in values for key in keys_of(value)})
    if "exact" in parameters:
        kept = any(isinstance(value, dict) and set(value) == set(wanted) for value in values)
    else:
        known = {folded(key).strip() for key in said}
        kept = all(folded(key).strip() in known for key in wanted)
    return Finding(kept, f"keys {', '.join(said[:12])}", ", ".join(wanted))


def _format(parameters: Parameters, layout: Layout) -> Finding:
    name = parameters["format"]
    kept = _FORMATS[name](layout)
    return Finding(kept, f"{name}" if kept else f"no {name} to be seen", name)


def _is_xml(layout: Layout) -> bool | None:
    opened = {found[1] for found in _TAG.finditer(layout.raw)}
    if not any(found[1] in opened for found in _CLOSED.finditer(layout.raw)):
        return False
    return True if "xml" in layout.raw.lower() or not _HTML.search(layout.raw) else None


def _is_html(layout: Layout) -> bool | None:
    return _HTML.search(layout.raw) is not None


def _is_markdown(layout: Layout) -> bool | None:
    if _MARKDOWN.search(layout.raw):
        return True
    return False if len(layout.lines) > 2 else None


def _is_csv(layout: Layout) -> bool | None:
    bodies = [fence.body for fence in layout.fences if fence.tag in ("csv", "tsv", "", "text")] or [
        layout.unfenced
    ]
    for body in bodies:
        lines = [line for line in body.split("\n") if line.strip()]
        for mark in ",;\t|":
            counts = [line.count(mark) for line in lines]
            highest = max(counts, default=0)
            rows = counts.count(highest) if highest else 0
            if len(lines) > 1 and rows * 2 > len(lines):
                return True
    return None if any("," in body for body in bodies) else False


def _is_yaml(layout: Layout) -> bool | None:
    if any(fence.tag in ("yaml", "yml") for fence in layout.fences):
        return True
    keyed = sum(
        1 for line in layout.seen.split("\n") if re.match(r"\s{0,40}(?:- )?[\w\"'-]{1,60}:(?:\s|$)", line)
    )
    return None if keyed else False


_FORMATS: dict[str, Callable[[Layout], bool | None]] = {
    "XML": _is_xml,
    "HTML": _is_html,
    "LaTeX": lambda layout: _LATEX.search(layout.raw) is not None,
    "Markdown": _is_markdown,
    "CSV": _is_csv,
    "YAML": _is_yaml,
}


def _no_markdown(_: Parameters, layout: Layout) -> Finding:
    found = _BARE_MARKDOWN.search(layout.body)
    return Finding(found is None, f"{found[0].strip()[:40]}" if found else "no Markdown", "no Markdown")


def _has_code(layout: Layout) -> bool:
    return (
        any(fence.tag not in ("markdown", "md") for fence in layout.fences)
        or _CODE_LINE.search(layout.body) is not None
    )


def _code(parameters: Parameters, layout: Layout) -> Finding:
    """Code of a language: a fence says which one; one without a tag, or code outside fences, may be it."""
    wanted = CODE_TAGS.get(parameters["code"], frozenset({parameters["code"]}))
    tags = {fence.tag for fence in layout.fences}
    if tags & wanted:
        return Finding(True, f"a block of {', '.join(sorted(tags & wanted))}", parameters["code"])
    open_to_doubt = not tags or tags & TEXT_FENCES or tags - _TAGS
    verdict = None if open_to_doubt and _has_code(layout) else False
    said = ", ".join(sorted(filter(None, tags))) or ("code without a tag" if verdict is None else "no code")
    return Finding(verdict, said, parameters["code"])


def _code_blocks(layout: Layout) -> tuple[Interval, ...]:
    blocks = len(layout.fences) or (1 if layout.body != layout.raw.replace("\r\n", "\n") else 0)
    return (exact(blocks),)


def _comments(_: Parameters, layout: Layout) -> Finding:
    bodies = "\n".join(fence.body for fence in layout.fences) or (layout.body if _has_code(layout) else "")
    found = _COMMENT.search(bodies)
    return Finding(found is not None, found[0].strip()[:30] if found else "no comment", "comments in code")


def _tables(parameters: Parameters, layout: Layout) -> Finding:
    tables = layout.tables
    wanted = "a table" + (f" with {parameters['columns']} columns" if "columns" in parameters else "")
    if not tables:
        return Finding(
            None if looks_drawn(layout.body) and "headers" not in parameters else False, "no table", wanted
        )
    if "headers" in parameters:
        return _headers(parameters["headers"], [table for table in tables if table.rows])
    if "columns" in parameters:
        counts = sorted({len(table.header) for table in tables})
        kept = parameters["columns"] in counts
        perhaps = any(not table.header or len(table.header) - 1 == parameters["columns"] for table in tables)
        return Finding(True if kept else None if perhaps else False, f"columns: {counts}", wanted)
    return Finding(True, f"{len(tables)} tables", wanted)


def _headers(wanted: list[str], tables: list[Table]) -> Finding:
    """A table with just these columns. In another order they may do; so may more, where they are not all."""
    heads = [list(table.header) for table in tables]
    folded_heads = [{folded(name).strip() for name in head} for head in heads]
    nearly = any({folded(name).strip() for name in wanted} <= head for head in folded_heads)
    verdict = True if wanted in heads else None if nearly else False
    return Finding(verdict, f"columns {heads[:3]}", f"columns {wanted}")


def _table_rows(parameters: Parameters, layout: Layout) -> Finding:
    tables = [table for table in layout.tables if table.header or table.rows]
    if not tables:
        return Finding(None if looks_drawn(layout.body) else False, "no table", "rows of a table")
    readings = [Interval(len(table.rows), len(table.rows) + 1) for table in tables]
    best = [one for one in readings if within(parameters, one, unit="rows").verdict]
    return within(parameters, *(best[:1] or readings), unit="rows")


def _columns(parameters: Parameters) -> tuple[Bound, ...]:
    return (
        (Bound("table columns", parameters["columns"], parameters["columns"]),)
        if "columns" in parameters
        else ()
    )


def _no_space(_: Parameters, layout: Layout) -> Finding:
    found = re.search(r"\s", layout.body.strip())
    return Finding(found is None, "white space" if found else "none", "no white space")


KINDS: tuple[Kind, ...] = (
    Kind(
        "json",
        _json,
        {"only": "flag?", "keys": "texts?", "exact": "flag?", "fenced": "flag?"},
        (
            Form("{scope} must give JSON.", "{scope}必须给出JSON。"),
            Form("{scope} must be JSON and nothing else.", "{scope}必须只有JSON。", {"only": True}),
            Form("{scope} must give JSON with the keys {keys}.", "{scope}必须给出含有键{keys}的JSON。"),
            Form(
                "{scope} must be only JSON with the keys {keys}.",
                "{scope}必须只有含有键{keys}的JSON。",
                {"only": True},
            ),
            Form(
                "{scope} must give a fenced JSON object with exactly the keys {keys}.",
                "{scope}必须在代码块中给出恰好有键{keys}的JSON对象。",
                {"exact": True, "fenced": True},
            ),
            Form(
                "{scope} must give JSON with exactly the keys {keys}.",
                "{scope}必须给出恰好有键{keys}的JSON。",
                {"exact": True},
            ),
        ),
    ),
    Kind(
        "format",
        _format,
        {"format": "text"},
        tuple(
            Form(f"{{scope}} must be in {name} format.", f"{{scope}}必须采用{name}格式。", {"format": name})
            for name in _FORMATS
        ),
    ),
    Kind(
        "no_markdown",
        _no_markdown,
        {},
        (Form("{scope} must have no Markdown.", "{scope}不得使用Markdown。"),),
    ),
    Kind(
        "code",
        _code,
        {"code": "text"},
        (Form("{scope} must have code in {code}.", "{scope}必须有{code}代码。"),),
    ),
    count_kind("code_blocks", _code_blocks, "code blocks", "个代码块", none=("code blocks", "代码块")),
    Kind(
        "comments",
        _comments,
        {},
        (Form("{scope} must have comments in its code.", "{scope}的代码必须有注释。"),),
    ),
    Kind(
        "table",
        _tables,
        {"columns": "count?", "headers": "texts?"},
        (
            Form("{scope} must have a table.", "{scope}必须有表格。"),
            Form("{scope} must have a table with {columns} columns.", "{scope}必须有{columns}列的表格。"),
            Form(
                "{scope} must have a table with exactly the columns {headers}.",
                "{scope}必须有恰好{headers}各列的表格。",
            ),
        ),
        _columns,
    ),
    Kind(
        "table_rows",
        _table_rows,
        RANGE,
        (Form("{scope} must have a table with {range} rows.", "{scope}{range}行的表格。"),),
        range_bound("table rows"),
    ),
    Kind("no_space", _no_space, {}, (Form("{scope} must have no white space.", "{scope}不得有任何空格。"),)),
)
