from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.support.bilingual import LANGS
from trace_builder.support.resources import shipped
from trace_builder.taxonomy import Dimension, Taxonomy, load_taxonomy

#: Type by type, as in the paper's taxonomy; English and Chinese names as released.
NAMES = {
    "theme": ("Theme", "主题约束"),
    "exclusion": ("Exclusion", "排除约束"),
    "inclusion": ("Inclusion", "包含约束"),
    "value": ("Value", "价值观约束"),
    "privacy": ("Privacy", "隐私约束"),
    "numerical": ("Numerical", "数值约束"),
    "role_playing": ("Role-Playing", "角色扮演约束"),
    "target_audience": ("Target Audience", "受众目标约束"),
    "prior_condition": ("Prior Condition", "先验条件约束"),
    "nl_process_background": (
        "Natural Language Process Background Information",
        "自然语言流程背景信息约束",
    ),
    "markdown_process_background": ("Markdown Process Background Information", "markdown流程背景信息约束"),
    "table_background": ("Table Background Information", "表格背景信息约束"),
    "text_background": ("Text Background Information", "文本背景信息约束"),
    "tone_and_style": ("Tone and Style", "语气风格约束"),
    "emotion": ("Emotion", "情感情绪约束"),
    "linguistic_characteristics": ("Linguistic Characteristics", "语言特征约束"),
    "multilingual": ("Multilingual", "多语言约束"),
    "output_format": ("Output Format", "输出格式约束"),
    "text_pattern": ("Text Pattern", "文本样式约束"),
    "grammar_structure": ("Grammar Structure", "语法结构约束"),
    "citation": ("Citation", "引用和参考约束"),
    "numbering_and_list": ("Numbering and List", "编号和列表约束"),
    "hierarchical_structure": ("Hierarchical Structure", "层次化结构约束"),
    "template": ("Template", "模版约束"),
    "positive_example": ("Positive Example", "正例约束"),
    "negative_example": ("Negative Example", "负例约束"),
}
TYPES = {"content": 6, "situation": 7, "style": 4, "format": 7, "example": 2}


@pytest.fixture(scope="module")
def trace() -> Taxonomy:
    return load_taxonomy()


def test_the_shipped_taxonomy_has_the_papers_types_and_names(trace: Taxonomy) -> None:
    assert {t.id: len(t.dimensions) for t in trace.types} == TYPES
    assert {d.id: (d.name.en, d.name.zh) for d in trace.dimensions} == NAMES
    assert all(d.type == t.id for t in trace.types for d in t.dimensions)


def test_shipped_examples_and_descriptions_hold_no_dimension_name(trace: Taxonomy) -> None:
    names = [d.name[lang].casefold() for d in trace.dimensions for lang in LANGS]
    examples = [e for d in trace.dimensions for lang in LANGS for e in d.examples[lang]]
    found = [(name, example) for example in examples for name in names if name in example.casefold()]
    assert found == []
    descriptions = [d.description[lang] for d in trace.dimensions for lang in LANGS]
    assert [text for text in examples + descriptions if trace.leaked(text)] == []


@pytest.mark.parametrize("dimension", ["markdown_process_background", "table_background"])
def test_process_and_table_examples_show_lines(trace: Taxonomy, dimension: str) -> None:
    examples = trace.get(dimension).examples
    assert all("\n" in text for lang in LANGS for text in examples[lang])


def test_get_knows_ids_alone(trace: Taxonomy) -> None:
    assert trace.get("citation").name.zh == "引用和参考约束"
    with pytest.raises(KeyError):
        trace.get("Citation")


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("role_playing", "role_playing"),
        ("ROLE PLAYING", "role_playing"),
        ("Role-Playing Constraint", "role_playing"),
        ("role–playing constraints", "role_playing"),
        ("“角色扮演约束”", "role_playing"),
        ("【角色扮演】", "role_playing"),
        ("[numbering and list]", "numbering_and_list"),
        ("**编号和列表约束**：", "numbering_and_list"),
        ("Markdown流程背景信息约束", "markdown_process_background"),
        ("ＭＡＲＫＤＯＷＮ流程背景信息", "markdown_process_background"),
        (" `theme`. ", "theme"),
        ("Theme", "theme"),
        ("输入格式约束", None),
        ("·", None),
        ("", None),
        ("约束", None),
        ("constraint", None),
        ("Content", None),
        ("Theme, Value", None),
        ("Output Formats", None),
    ],
)
def test_find_is_tolerant_of_form_and_of_nothing_else(trace: Taxonomy, label: str, found: str | None) -> None:
    dimension = trace.find(label)
    assert (dimension.id if dimension else None) == found


@settings(deadline=None)
@given(st.text(max_size=40))
def test_find_and_leaked_take_any_text(text: str) -> None:
    taxonomy = load_taxonomy()
    assert isinstance(taxonomy.find(text), (Dimension, type(None)))
    assert set(taxonomy.leaked(text)) <= {name for pair in NAMES.values() for name in pair}


@pytest.mark.parametrize("lang", LANGS)
def test_every_name_leaks_as_a_label(trace: Taxonomy, lang: str) -> None:
    for dimension in trace.dimensions:
        name = dimension.name.en if lang == "en" else dimension.name.zh
        assert trace.leaked(f"1. {name}: use no more than five words.") == (name,)


@pytest.mark.parametrize(
    ("text", "leaked"),
    [
        ("使用编号和列表约束来组织信息", ("编号和列表约束",)),
        ("以Markdown流程背景信息约束的形式提供", ("markdown流程背景信息约束",)),
        ("用编号列表组织信息，主题明确，数值准确", ()),
        ("Follow the numbering and list rules.", ()),
        ("The target audience is parents of toddlers.", ()),
        ("Keep the tone and style light.", ()),
        ("Give it a clear hierarchical structure.", ()),
        ('Add a column named "Value": numbers only.', ()),
        ("Tone and Style: light.", ("Tone and Style",)),
        ("Be brief. Target audience: parents.", ("Target Audience",)),
        ("受众目标：小学生", ("受众目标约束",)),
        ("目标受众是小学生，语气风格要轻松", ()),
        ("写出文中包含约束条件的句子", ()),
        ("the OUTPUT  FORMAT is JSON", ()),
        ("Fit the target_audience constraint.", ("Target Audience",)),
        ("targets audiences", ()),
        ("Give each item a value and a theme.", ()),
        ("The Value of it", ()),
        ("theme constraint: only cats", ("Theme",)),
        ("obey the value constraint", ("Value",)),
        ("- [emotion]: joy", ("Emotion",)),
        ("Use this:\ntemplate: A, B", ("Template",)),
        ('{\n  "value": 3\n}', ()),
        ("Themed Values and Templates", ()),
        ("符合Theme要求", ()),
        ("主题约束与theme constraints，主题约束", ("Theme", "主题约束")),
    ],
)
def test_leaked(trace: Taxonomy, text: str, leaked: tuple[str, ...]) -> None:
    assert trace.leaked(text) == leaked


@pytest.mark.parametrize("lang", LANGS)
def test_describe_has_an_entry_for_each_dimension(trace: Taxonomy, lang: str) -> None:
    block = trace.describe("en" if lang == "en" else "zh")
    for d in trace.dimensions:
        name = d.name.en if lang == "en" else d.name.zh
        examples = d.examples.en if lang == "en" else d.examples.zh
        assert f"[{d.id}] {name}\n" in block
        assert all("  - " + e.replace("\n", "\n    ") in block for e in examples)
    assert block == load_taxonomy(shipped("taxonomy", "trace.yaml")).describe("en" if lang == "en" else "zh")


def test_yaml_is_imported_by_loading_alone() -> None:
    code = "import sys, trace_builder.taxonomy as t; assert 'yaml' not in sys.modules; t.load_taxonomy()"
    subprocess.run([sys.executable, "-c", code], check=True)


# A user's own file.

OWN = """\
types:
  - id: shape
    name: {en: Shape, zh: 形式}
    dimensions:
      - id: haiku
        name: {en: Haiku, zh: 俳句}
        description: {en: Three lines., zh: 三行诗。}
        examples:
          en: [Write a haiku., "Use 5, 7 and 5 syllables."]
          zh: [写一首俳句。, 用五七五音节。]
      - id: word_order
        name: {en: Word Order, zh: 词语顺序}
        description: {en: The order of words., zh: 词语的先后。}
        examples:
          en: [Begin with a verb., End with a noun.]
          zh: [以动词开头。, 以名词结尾。]
"""


def load(folder: Path, text: str | bytes) -> Taxonomy:
    path = folder / "own.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_taxonomy(path)


def test_another_taxonomy_is_followed(tmp_path: Path) -> None:
    own = load(tmp_path, OWN)
    assert [d.id for d in own.dimensions] == ["haiku", "word_order"]
    found = own.find("俳句约束")
    assert found is not None
    assert found.id == "haiku"
    assert own.find("Theme") is None
    assert own.leaked("写一首俳句") == ()
    assert own.leaked("俳句：写三行") == ("俳句",)
    assert own.leaked("注意词语顺序") == ()
    assert own.leaked("注意词语顺序约束") == ("词语顺序",)
    assert own.digest() != load_taxonomy().digest()
    assert load(tmp_path, "\ufeff" + OWN.replace("\n", "\r\n")) == own


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    before = load(tmp_path, OWN).digest()
    assert load(tmp_path, OWN + "# a remark\n").digest() == before
    assert load(tmp_path, OWN.replace("Three lines.", "Three short lines.")).digest() != before


@pytest.mark.parametrize(
    ("old", "new", "number", "words"),
    [
        ("id: word_order", "id: haiku", 11, "the id haiku is there twice"),
        ("id: haiku", "id: shape", 5, "the id shape is there twice"),
        ("en: Word Order,", "en: HAIKU constraint,", 12, "'HAIKU constraint' also names haiku"),
        ("zh: 词语顺序", "zh: 俳句约束", 12, "'俳句约束' also names haiku"),
        ("{en: Three lines., zh: 三行诗。}", "{en: Three lines.}", 7, "description.zh: Field required"),
        ("{en: Shape, zh: 形式}", "Shape", 3, "types.0.name: Input should be a dictionary"),
        ("zh: [写一首俳句。, 用五七五音节。]", "zh: [写一首俳句。]", 10, "zh: List should have at least 2"),
        ("en: [Begin with a verb., End with a noun.]", "en: a verb", 15, "en: Input should be a valid list"),
        ("en: Three lines.", "en: ", 7, "description.en: expected a text"),
        ("en: Three lines.", "fr: Trois lignes.", 7, "unknown key 'types.0.dimensions.0.description.fr'"),
        ("- id: haiku", "- hints: x\n        id: haiku", 5, "unknown key 'types.0.dimensions.0.hints'"),
        ("    name: {en: Shape, zh: 形式}\n", "    id: b\n", 3, "'id' is set twice"),
        ("id: haiku", "id: Hai-ku", 5, "the id 'Hai-ku' must be lower-case letters"),
        ("types:", "kinds:", 1, "unknown key 'kinds'"),
        ("  - id: shape", "  - id: shape\n   bad", 3, "not YAML"),
        ("{en: Shape, zh: 形式}", "{en: Shape", 4, "not YAML"),
        ("Write a haiku.", "Write\x07", 9, "not YAML"),
    ],
)  # fmt: skip
def test_a_fault_names_its_file_and_line(tmp_path: Path, old: str, new: str, number: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, OWN.replace(old, new, 1))
    told = str(caught.value).splitlines()
    assert any(line.startswith(f"{tmp_path / 'own.yaml'}:{number}: ") and words in line for line in told)
    assert len(told) == 1 or "unknown key" in words, "a fault is told once"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ": types: Field required"),
        (b"# nothing\n", ": types: Field required"),
        (b"types:\n", ":1: types: Input should be a valid list"),
        (b"types: []\n", ":1: types: List should have at least 1 item"),
        (b"types:\n  - id: \xff\n", ":2: not UTF-8"),
        (b"- a\n- b\n", ":1: expected keys and values"),
        (b"[" * 5000, ": not YAML"),
    ],
)
def test_files_that_are_no_taxonomy(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, data)
    assert words in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml: no such file"):
        load_taxonomy(tmp_path / "nowhere.yaml")
    with pytest.raises(InputError, match="directory"):
        load_taxonomy(tmp_path)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_taxonomy_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "wild.yaml"
    path.write_bytes(data)
    # The bytes are almost never a taxonomy; "types" alone would be a fault of ours to accept.
    with pytest.raises(InputError, match=re.escape(str(path))):
        load_taxonomy(path)
