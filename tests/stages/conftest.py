"""What the tests of stages share."""

from __future__ import annotations

import pytest

from trace_builder.taxonomy import Taxonomy, load_taxonomy


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return load_taxonomy()
