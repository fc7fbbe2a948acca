"""Every trace-build command that README, docs, configurations and the Makefile of `init` show is one that the
program takes: its options are checked by the program's own parser."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from trace_builder.cli import app

ROOT = Path(__file__).resolve().parents[1]
FILES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "configs").iterdir()),
    *sorted((ROOT / "prompts").glob("*.md")),
]
#: A line of its own, in a fence, indented, or behind a comment sign; not a mention inside a sentence.
_COMMAND = re.compile(r"^[\s#]*(?:\$ )?(?:trace-build|\$\(TRACE_BUILD\)) (.+)$")
#: What a reader puts something of his own for.
_STANDS_FOR = {"N": "1", "PORT": "1", "P": "1", "SECONDS": "1", "SHARE": "0.5"}


def commands(path: Path) -> Iterator[tuple[int, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        found = _COMMAND.match(line)
        if found is None:
            continue
        text, following = found[1], number
        while text.endswith("\\") and following < len(lines):
            text = text[:-1] + " " + lines[following].strip().lstrip("# ")
            following += 1
        yield number, text


EVERY = [(path, number, text) for path in FILES for number, text in commands(path)]


def words(text: str) -> list[str]:
    text = re.sub(r"\s{2,}[a-z].*$", "", text)  # a table of commands has words beside them
    text = re.sub(r"\[([^\]]*)\]", r"\1", text.split(" # ")[0]).replace("...", "").replace("|", " ")
    text = re.sub(r"\$\((\w+)\)", r"\1", text)
    return [_STANDS_FOR.get(word, word) for word in shlex.split(text, comments=True)]


def test_there_are_commands_to_check() -> None:
    assert len(EVERY) > 40
    assert {"run", "release", "evaluate", "view", "init", "stats"} <= {
        text.split()[0] for _, _, text in EVERY
    }


@pytest.mark.parametrize(
    ("path", "number", "text"), EVERY, ids=[f"{path.name}:{number}" for path, number, _ in EVERY]
)
def test_the_parser_takes_it(path: Path, number: int, text: str) -> None:
    where = f"{path.relative_to(ROOT)}:{number}"
    command, rest = get_command(app), words(text)
    while commands_of := getattr(command, "commands", None):
        assert rest, f"{where}: no command"
        assert rest[0] in commands_of, f"{where}: there is no command {rest[0]!r}"
        command, rest = commands_of[rest[0]], rest[1:]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    used = {word.split("=")[0] for word in rest if word.startswith("--")}
    unknown = used - known - {"--help"}
    assert not unknown, f"{where}: {', '.join(sorted(unknown))} is no option of {command.name}"
