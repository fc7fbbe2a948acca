from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.checks import Check, contradict, recognise, verify
from trace_builder.checks.registry import Registry
from trace_builder.checks.templates import TemplateKind
from trace_builder.errors import InputError
from trace_builder.records import Lang
from trace_builder.rehearsal.writer.choose import draw_check
from trace_builder.rehearsal.writer.kind_writers import KINDS
from trace_builder.rehearsal.writer.parameters import Picker
from trace_builder.taxonomy import load_taxonomy

LANGS: tuple[Lang, ...] = ("en", "zh")
WORDED = [(kind, lang) for kind in KINDS.values() for lang in LANGS if kind.forms(lang)]


def drawn(kind: TemplateKind, lang: Lang, seed: int) -> Check:
    instruction = "Write about bees." if lang == "en" else "写写蜜蜂。"
    check = draw_check(kind.name, Picker(lang, Random(seed), instruction))
    assert check is not None
    return check


def test_every_dimension_of_the_taxonomy_has_a_kind_in_both_languages() -> None:
    for dimension in load_taxonomy().dimensions:
        for lang in LANGS:
            assert any(kind.dimension == dimension.id and where == lang for kind, where in WORDED), (
                dimension,
                lang,
            )


@pytest.mark.parametrize(("kind", "lang"), WORDED, ids=lambda value: getattr(value, "name", value))
def test_what_is_written_is_recognised_and_leaks_no_name(kind: TemplateKind, lang: Lang) -> None:
    taxonomy = load_taxonomy()
    names = [name.lower() for d in taxonomy.dimensions for name in (d.name.en, d.name.zh)]
    for seed in range(12):
        check = drawn(kind, lang, seed)
        for variant in range(len(kind.forms(lang))):
            text = kind.write(check.parameters, lang, variant)
            assert text is not None
            for marked in (text, f"- {text}", f"3. {text}", f"12) {text}", f"  {text} \n"):
                found = recognise(marked)
                assert found is not None
                assert (found.kind, dict(found.parameters)) == (kind, dict(check.parameters))
                assert found.key == check.key
            assert not taxonomy.leaked(text)
            assert not [name for name in names if name in text.lower()]


@pytest.mark.parametrize(("kind", "lang"), WORDED, ids=lambda value: getattr(value, "name", value))
def test_only_the_whole_wording_is_recognised(kind: TemplateKind, lang: Lang) -> None:
    check = drawn(kind, lang, 1)
    text = kind.write(check.parameters, lang)
    assert text is not None
    assert recognise(f"Please. {text}") is None
    assert recognise(f"{text}\nAnd then some.") is None
    if not {"text", "steps"} & set(check.parameters):
        assert recognise(f"{text.rstrip('.。')}, more or less, and then some") is None
    assert recognise(text[: len(text) // 3]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Be nice.",
        "Use at most words.",
        "Use at most many words.",
        "Use at most 100 words per paragraph.",
        "Use at least one sentence in Klingon.",
        "At least one sentence has to be in Klingon.",
        "Rely on this background and state the year it names:\nNo year here.",
        "Rely on this background and state the year it names:\nFrom 1900 to 1950.",
        'Use this table and give the price of "Lamp" exactly as it stands there:\n'
        "| A | B |\n| --- | --- |\n| x | y |",
        'Avoid what this poor example does, which uses the word "very": "It is good"',
        "全文不超过很多字。",
    ],
)
def test_what_cannot_be_told_is_not_guessed(text: str) -> None:
    assert recognise(text) is None
    assert verify(text, "any answer") is None


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    assert verify(text, text) in (None, True, False)


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("Use at most 50 words.", "Use at least 200 words.", True),
        ("Use at most 200 words.", "Use at least 50 words.", False),
        ("全文不超过50字。", "全文不少于200字。", True),
        ('Do not use the word "Lamp".', 'Use the word "lamp" at least once.', True),
        ('Do not use the word "lamp".', 'Use the word "chair" at least once.', False),
        (
            'Give exactly 3 bullet points, each opened by "- ".',
            'List exactly 4 points as lines opened by "- ".',
            True,
        ),
        ("不要使用感叹号。", "至少使用一个感叹号。", True),
        ("Use no exclamation marks.", "Use no exclamation marks.", False),
    ],
)
def test_contradictions(first: str, second: str, clash: bool) -> None:
    one, two = recognise(first), recognise(second)
    assert one is not None
    assert two is not None
    assert contradict(one, two) is clash
    assert contradict(two, one) is clash


def test_a_kind_cannot_be_defined_twice() -> None:
    kind = TemplateKind("same", "theme", lambda p, r: True, en=("Anything goes.",))
    with pytest.raises(InputError, match=r"'same' of .*: the name is taken"):
        Registry((kind, kind))


def test_checks_can_be_compared_and_kept_in_sets() -> None:
    one, two = recognise("Use at most 50 words."), recognise("- Use at most 50 words")
    assert one is not None
    assert two is not None
    assert one.key == two.key
    assert len({one.key, two.key}) == 1
