"""A hash of what a module's source says: without docstrings, comments, positions and what only a reader or a
type checker is told, and the same under every Python version. Only the standard library is used here."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Fields of nodes that say nothing of what the code does.
_IDLE = {"ctx", "kind", "type_comment", "type_ignores"}
#: Classes of these are configuration: their values are hashed as settings, not their code.
_SETTINGS = {"Section", "AskingSection"}
#: What a stage declares for the page and the products alone.
_SHOWN = {"shows", "product"}

Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class Code:
    """A module's source without what decides nothing, and its import statements, wherever they stand."""

    tree: ast.Module
    imports: tuple[Import, ...]


def read(source: str) -> Code:
    """Raises SyntaxError."""
    strip = _Strip()
    return Code(strip.visit(ast.parse(source)), tuple(strip.imports))


def imported(node: Import, module: str, is_package: bool) -> list[str]:
    """The full names of what may be the modules that an import statement in ``module`` names."""
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    parts = module.split(".")
    above = parts[: len(parts) - node.level + is_package] if node.level else []
    origin = ".".join([*above, *([node.module] if node.module else [])])
    return [origin, *(f"{origin}.{name.name}" for name in node.names)]


def digest(code: Code, counts: Callable[[Import], bool] = lambda node: True) -> str:
    """A hash of a module; ``counts`` says which of its imports belong to it."""
    idle = {id(node) for node in code.imports if not counts(node)}
    text = json.dumps(_plain(code.tree, idle), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(node: Any, idle: set[int]) -> Any:
    """A node as lists and texts. Empty fields are not written: later Pythons have more of them."""
    if isinstance(node, list):
        return [_plain(item, idle) for item in node if id(item) not in idle]
    if isinstance(node, ast.Constant):
        return [type(node.value).__name__, _constant(node.value)]
    if not isinstance(node, ast.AST):
        return _constant(node)
    fields = {name: value for name, value in ast.iter_fields(node) if name not in _IDLE}
    if isinstance(node, ast.JoinedStr):
        fields["values"] = _joined(node.values)
    filled = {name: _plain(value, idle) for name, value in fields.items() if value not in (None, [])}
    return [type(node).__name__, filled]


def _constant(value: Any) -> str:
    """A text for a constant, of nothing that a version of Python or of Unicode could print differently."""
    if isinstance(value, complex):
        return f"{value.real.hex()} {value.imag.hex()}"
    if isinstance(value, bytes | float):
        return value.hex()
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value)
    return value if isinstance(value, str) else repr(value)


def _joined(values: list[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string with neighbouring texts put together, which versions cut differently."""
    parts: list[ast.expr] = []
    for part in values:
        before = parts[-1] if parts else None
        if isinstance(part, ast.Constant) and isinstance(before, ast.Constant):
            parts[-1] = ast.Constant(str(before.value) + str(part.value))
        elif not (isinstance(part, ast.Constant) and part.value == ""):
            parts.append(part)
    return parts


class _Strip(ast.NodeTransformer):
    """Takes out of a tree what decides nothing, and notes the imports."""

    def __init__(self) -> None:
        self.imports: list[Import] = []
        self._labels: set[str] = set()
        self._settings = set(_SETTINGS)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if text else self.generic_visit(node)

    def visit_Pass(self, node: ast.Pass) -> None:
        """A body that a docstring fills needs none."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        if _last_name(node.test) == "TYPE_CHECKING":
            node.body = []
            self.generic_visit(node)
            return node.orelse
        return self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> ast.AST:
        self.imports.append(node)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        self.imports.append(node)
        if (node.module or "").partition(".")[0] == "trace_builder":
            self._labels |= {name.asname or name.name for name in node.names if name.name == "Text"}
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A text for the reader of a page stands for any other."""
        return node.func if _last_name(node.func) in self._labels else self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST | None:
        bases = {_last_name(base) for base in node.bases}
        if bases & self._settings or node.name in _SETTINGS:
            self._settings.add(node.name)
            return None
        if "Stage" in bases:
            node.body = [line for line in node.body if not _assigns(line, _SHOWN)]
        return self.generic_visit(node)


def _last_name(node: ast.expr) -> str:
    """``Stage`` of ``Stage``, ``base.Stage`` and ``Stage[In, Out]``."""
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _assigns(node: ast.stmt, names: set[str]) -> bool:
    return isinstance(node, ast.Assign) and any(_last_name(target) in names for target in node.targets)
