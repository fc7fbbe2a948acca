"""A folder to work in: everything that people edit, and the commands that come next."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.run.config_file import config_schema
from trace_builder.storage.atomic import Replacement
from trace_builder.support.resources import config_path, shipped

CONFIG = "config.yaml"
_SCHEMA = "config.schema.json"
_SEEDS = "seeds.jsonl"
_TAXONOMY = "taxonomy.yaml"
_PROMPTS = "prompts"
_MAKEFILE = "Makefile"
#: The shipped configuration that no run is made with.
_EVALUATION = "evaluate"
#: Instructions of the bundled seeds, of each language, that a new folder begins with.
_EXAMPLES = 5
#: Settings of a new folder's configuration, and the comment on each where the shipped file has none.
_OWN = {
    "seeds": (f"[{_SEEDS}]", "Seed files, from this folder."),
    "taxonomy": (_TAXONOMY, "The dimensions that constraints are drawn from."),
    "prompts": (_PROMPTS, "What the models are asked."),
}
_COMMAND = re.compile(r"^(#   trace-build run)(?: --config \S+)?(?: --base-url \S+)?(?: --seeds \S+)?", re.M)


def make_project(folder: Path, profile: str) -> tuple[str, ...]:
    """Fills a folder with a configuration that has its schema beside it, prompts, taxonomy, some seeds and a
    Makefile; returns their names.

    Raises:
        InputError: no such configuration, or one of the files is there already; then nothing is written.
    """
    if profile == _EVALUATION:
        raise InputError(f"--config {profile}: it is for `trace-build evaluate`, not for a run")
    config = _config(config_path(Path(profile)))
    files = {
        CONFIG: config,
        _SCHEMA: json.dumps(config_schema(), ensure_ascii=False, indent=2) + "\n",
        _SEEDS: _seeds(),
        _TAXONOMY: shipped("taxonomy", "trace.yaml").read_text(encoding="utf-8"),
        _MAKEFILE: shipped("configs", "project.mk").read_text(encoding="utf-8"),
    }
    names = (*files, _PROMPTS)
    for name in names:
        if (folder / name).exists() or (folder / name).is_symlink():
            raise InputError(f"{folder / name}: is there already; init writes over nothing")
    for name, text in files.items():
        with Replacement(folder / name) as out:
            out.write(text.encode())
            out.commit()
    shutil.copytree(shipped("prompts"), folder / _PROMPTS)
    return names


def _config(path: Path) -> str:
    """The text of a shipped configuration, with this folder's files in it."""
    text = path.read_text(encoding="utf-8")
    for key, (value, comment) in _OWN.items():
        line = f"{key}: {value}"
        text, found = re.subn(rf"^{key}:.*$", line, text, count=1, flags=re.M)
        if not found:
            text = re.sub(r"^(output:.*)$", rf"\1\n# {comment}\n{line}", text, count=1, flags=re.M)
    text = _COMMAND.sub(rf"\1 --config {CONFIG}", text)
    return f"# yaml-language-server: $schema={_SCHEMA}\n{text}"


def _seeds() -> str:
    """The first instructions of each language of the bundled seeds."""
    taken: dict[str, list[str]] = {}
    for line in shipped("seeds", "demo.jsonl").read_text(encoding="utf-8").splitlines():
        taken.setdefault(json.loads(line)["lang"], []).append(line)
    return "".join(f"{line}\n" for lines in taken.values() for line in lines[:_EXAMPLES])
