from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.seeds.places import Place, Places


@settings(deadline=None)
@given(st.lists(st.text(max_size=3), max_size=60))
def test_the_first_place_of_a_name_is_remembered(names: list[str]) -> None:
    places, known = Places(), dict[str, Place]()
    for line, name in enumerate(names, 1):
        place = Place(file=line % 3, line=line, content=line * 7)
        assert places.claim(name, place.content, place.file, place.line) == known.get(name)
        known.setdefault(name, place)


def test_places_survive_growth() -> None:
    places = Places()
    for number in range(20_000):
        assert places.claim(str(number), 2**32 - 1 - number, 65_535, 2**40 - 1 - number) is None
    for number in range(0, 20_000, 97):
        place = Place(65_535, 2**40 - 1 - number, 2**32 - 1 - number)
        assert places.claim(str(number), 0, 0, 1) == place
