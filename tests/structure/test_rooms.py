"""The shape of the house: which package may import which, no circles, small folders, unique names."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "trace_builder"

#: From the ground up; a module imports from its own layer's package or from layers below it.
LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(layer.split())
    for layer in (
        "errors",
        "records",
        "support",
        "config",
        "storage taxonomy prompts checks llm",
        "stages",
        "seeds rehearsal quotas",
        "run released_rows",
        "evaluate release",
        "evalset",
        "report",
        "commands",
        "cli",
        "__main__",
    )
)
MOST_FILES = 11

#: File names, and words in paths, that only storage may know.
LAYOUT = re.compile(r"run\.json|\bstages/|\bcalls/(?!s\b)")


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def names() -> frozenset[str]:
    return frozenset(dotted(path) for path in modules())


def imported(path: Path, *, typing_too: bool) -> Iterator[str]:
    """The modules of ours that a module imports, also inside functions."""
    for node in _nodes(ast.parse(path.read_text(encoding="utf-8")), typing_too):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names())
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("trace_builder"):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in names() else node.module


def _nodes(tree: ast.AST, typing_too: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not typing_too:
            continue
        yield node
        yield from _nodes(node, typing_too)


def layer(module: str) -> int | None:
    """None: the package itself, which imports nothing until it is asked."""
    parts = module.split(".")
    if len(parts) == 1:
        return None
    return next((n for n, layer in enumerate(LAYERS) if parts[1] in layer), None)


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_imports_point_downward(path: Path) -> None:
    own = dotted(path)
    if own == "trace_builder":
        return
    assert layer(own) is not None, f"{own} has no layer; put its package into LAYERS"
    for name in imported(path, typing_too=True):
        if name == "trace_builder":
            continue
        same_package = name.split(".")[:2] == own.split(".")[:2]
        below = (layer(name) or 0) < (layer(own) or 0)
        assert same_package or below, f"{own} imports {name}, which is not below it"


def test_there_are_no_circles() -> None:
    graph = {dotted(path): set(imported(path, typing_too=False)) for path in modules()}
    graph = {name: found - {name, "trace_builder"} for name, found in graph.items()}
    ends = set(graph)
    while ends:
        wanted = set().union(*graph.values())
        ends = {name for name, found in graph.items() if name not in wanted or not found & graph.keys()}
        graph = {name: found for name, found in graph.items() if name not in ends}
    assert not graph, f"these import one another: {', '.join(sorted(graph))}"


def test_a_folder_holds_about_ten_files() -> None:
    counts = Counter(path.parent for path in modules() if path.name != "__init__.py")
    crowded = {str(folder.relative_to(ROOT)): n for folder, n in counts.items() if n > MOST_FILES}
    assert not crowded


@pytest.mark.parametrize("folder", ["trace_builder", "tests"])
def test_a_file_name_occurs_once(folder: str) -> None:
    usual = {"__init__.py", "__main__.py", "conftest.py"}
    seen = Counter(p.name for p in (ROOT / folder).rglob("*.py") if p.name not in usual)
    assert [name for name, n in seen.items() if n > 1] == []


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_only_storage_names_the_files_of_a_run(path: Path) -> None:
    if path.is_relative_to(PACKAGE / "storage"):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    prose = {ast.get_docstring(n, clean=False) for n in ast.walk(tree) if isinstance(n, _DOCUMENTED)}
    named = [t for t in texts if t not in prose and LAYOUT.search(t)]
    assert not named


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
