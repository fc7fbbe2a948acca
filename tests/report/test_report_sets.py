from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.report.stats.dataset_stats import Dataset, Duplicates, StrayLabel
from trace_builder.report.stats.instructions import Example
from trace_builder.stages.common.constraint_checks import read_check
from trace_builder.taxonomy import Taxonomy, load_taxonomy


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


def _example(name: str, *constraints: tuple[str, str | None], prompt: str | None = None) -> Example:
    return Example(
        id=name,
        lang="en",
        description="Describe a harbour",
        constraints=constraints,
        bound=tuple(read_check(text) for text, _ in constraints),
        input=None,
        prompt=prompt if prompt is not None else f"prompt of {name}",
    )


def test_labels_are_found_by_id_or_name_and_never_bent(taxonomy: Taxonomy) -> None:
    example = _example("a", ("x", "theme"), ("y", "主题约束"), ("z", "Theme"), ("w", "mood"), ("v", None))
    found = Dataset(taxonomy).add_all([example]).stats()
    assert next(d.count for d in found.dimensions if d.id == "theme") == 3
    assert found.labels_outside == (StrayLabel(label="mood", count=1, ids=("a",)),)
    assert found.unlabelled == 1
    assert found.types[0].share == 60.0


def test_more_than_fifteen_constraints_have_a_row_of_their_own(taxonomy: Taxonomy) -> None:
    long = _example("a", *[(f"c{n}", "theme") for n in range(17)])
    none = _example("b")
    rows = Dataset(taxonomy).add_all([long, none]).stats().counts
    assert {row.constraints: row.records for row in rows if row.records} == {0: 1, 17: 1}
    assert sum(row.records for row in rows) == 2
    assert (rows[-1].paper_train, rows[0].paper_eval) == (0, 0)


def test_repeats_are_grouped_under_the_first(taxonomy: Taxonomy) -> None:
    examples = [_example(name, prompt=prompt) for name, prompt in zip("abcde", "xyxxy", strict=True)]
    found = Dataset(taxonomy).add_all(examples).stats().duplicates
    groups = (("a", "c", "d"), ("b", "e"))
    assert found == Duplicates(groups=groups, group_count=2, extra_records=3)


def test_repeated_ids_are_counted(taxonomy: Taxonomy) -> None:
    found = Dataset(taxonomy).add_all([_example("a"), _example("a"), _example("b")]).stats()
    assert found.ids.repeated == 1


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("1. 角色扮演约束：你是一名药剂师", True),
        ("**格式约束**: 遵循PEP 8", True),
        ("Numerical constraint: at most 90 words", True),
        ("- Role-Playing Constraints：speak as a nurse", True),
        ("使用编号和列表约束来组织信息：先总后分", False),
        ("避免使用约束一词，例如：限制", False),
        ("Explain the constraint", False),
        ("Write 3 items: a, b, c", False),
    ],
)
def test_a_leaked_label_stands_at_the_beginning_before_a_colon(
    taxonomy: Taxonomy, text: str, leaks: bool
) -> None:
    found = Dataset(taxonomy).add_all([_example("a", (text, "theme"))]).stats()
    assert found.oddities["label_leaked"].count == int(leaks)


def test_what_is_listed_is_bounded_and_what_is_counted_is_not(taxonomy: Taxonomy) -> None:
    statistics = Dataset(taxonomy)
    for n in range(200):
        statistics.add(_example(f"r{n}", ("a\nb", "strange")))
    found = statistics.stats()
    assert found.oddities["newline"].count == found.labels_outside[0].count == 200
    assert len(found.oddities["newline"].listed) == len(found.labels_outside[0].ids) == 50
    assert found.oddities["newline"].last == "r199"


def test_an_empty_set_has_figures_too(taxonomy: Taxonomy) -> None:
    found = Dataset(taxonomy).stats()
    assert found.records == 0
    assert found.constraints.mean is None
    assert found.types[0].share == 0.0


@given(st.data())
def test_the_cheap_look_for_names_never_misses_one(taxonomy: Taxonomy, data: st.DataObject) -> None:
    names = [name for d in taxonomy.dimensions for name in (d.name.en, d.name.zh)]
    name = data.draw(st.sampled_from(names))
    changed = data.draw(
        st.sampled_from([name, name.upper(), name.lower(), name.replace(" ", "-"), name + ":"])
    )
    text = data.draw(st.text(max_size=5)) + changed + data.draw(st.text(max_size=5))
    leaks = bool(taxonomy.leaked(text))
    found = Dataset(taxonomy).add_all([_example("a", (text, None))]).stats()
    assert found.oddities["name_anywhere"].count == int(leaks)
