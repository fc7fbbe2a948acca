from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.seeds.id_index import FirstSeen, IdIndex


@settings(deadline=None)
@given(st.lists(st.text(max_size=3), max_size=60))
def test_the_first_place_of_a_name_is_remembered(names: list[str]) -> None:
    index, known = IdIndex(), dict[str, FirstSeen]()
    for line, name in enumerate(names, 1):
        place = FirstSeen(file=line % 3, line=line, content=line * 7)
        assert index.claim(name, place.content, place.file, place.line) == known.get(name)
        known.setdefault(name, place)


def test_places_survive_growth() -> None:
    index = IdIndex()
    for number in range(20_000):
        assert index.claim(str(number), 2**32 - 1 - number, 65_535, 2**40 - 1 - number) is None
    for number in range(0, 20_000, 97):
        place = FirstSeen(65_535, 2**40 - 1 - number, 2**32 - 1 - number)
        assert index.claim(str(number), 0, 0, 1) == place
