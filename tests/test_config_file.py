"""Reading a configuration: overrides in their order, and every fault with the place that made it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.config import RunConfig
from trace_builder.errors import InputError
from trace_builder.run.config_file import load_config
from trace_builder.stages.stage_registry import config_model
from trace_builder.support.resources import shipped

BASE = "profile: mine\nrespond:\n  samples: 2\nexpand:\n  call:\n    temperature: 0.1\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(BASE, encoding="utf-8")
    return path


def fault(path: Path, text: str | bytes, *overrides: str, **values: Any) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_config(path, overrides, values)
    return str(caught.value).replace(str(path), path.name)


def test_the_file_then_set_then_options(file: Path) -> None:
    assert load_config(file).respond.samples == 2
    assert load_config(file, ["respond.samples=3"]).respond.samples == 3
    assert load_config(file, ["respond.samples=3", "respond.samples=4"]).respond.samples == 4
    assert load_config(file, ["respond.samples=3"], {"respond.samples": 5}).respond.samples == 5


def test_values_of_set_are_yaml(file: Path) -> None:
    made = load_config(
        file,
        [
            "seeds=[a.jsonl, b.jsonl]",
            "limit=null",
            "strict=true",
            "models={default: {}, judge: {name: j}}",
            "profile='7'",
        ],
    )
    assert made.seeds == (Path("a.jsonl"), Path("b.jsonl"))
    assert (made.limit, made.strict, made.profile) == (None, True, "7")
    assert made.models["judge"].name == "j"


def test_setting_one_key_of_a_section_keeps_the_others(file: Path) -> None:
    made = load_config(file, ["expand.call.max_tokens=9", "wire.timeout=3"])
    assert (made.expand.call.temperature, made.expand.call.max_tokens) == (0.1, 9)
    assert made.wire.timeout == 3
    assert made.structure == config_model()().structure


@pytest.mark.parametrize("section", ["expand", "structure", "quality", "respond", "judge", "dpo", "iopo"])
def test_a_key_left_out_of_a_call_takes_the_stages_own_default(file: Path, section: str) -> None:
    file.write_text(f"{section}:\n  call:\n    top_p: 0.5\n")
    made = getattr(load_config(file), section).call
    assert made == getattr(config_model()(), section).call.model_copy(update={"top_p": 0.5})


def test_a_section_that_is_null_can_be_set_into(file: Path) -> None:
    file.write_text("rehearsal: null\n")
    assert load_config(file).rehearsal is None
    made = load_config(file, ["rehearsal.miss=0.5"])
    assert made.rehearsal is not None
    assert made.rehearsal.miss == 0.5


def test_an_empty_file_is_the_defaults_and_a_bom_is_no_fault(file: Path) -> None:
    for text in (b"", b"# nothing\n", b"\xef\xbb\xbf", b"\xef\xbb\xbfseed: 0\r\n"):
        file.write_bytes(text)
        assert load_config(file) == config_model()()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed: 1\nrespond:\n  smaples: 3\n", "c.yaml:3: unknown key 'respond.smaples'"),
        ("seed: 1\n\nsede: 2\n", "c.yaml:3: unknown key 'sede'"),
        ("models:\n  default:\n    name: a\n    urls: [b]\n", "c.yaml:4: unknown key 'models.default.urls'"),
        (
            "seed: 1\nrespond:\n  samples: many\n",
            "c.yaml:3: respond.samples: Input should be a valid integer",
        ),
        ("expand:\n  counts:\n    - 1\n    - -2\n", "c.yaml:4: expand.counts.1: "),
        ("expand:\n  counts: [0, 0]\n", "c.yaml:2: expand.counts: at least one weight must be above 0"),
        ("iopo:\n  operations: {add: 0}\n", "c.yaml:2: iopo.operations: at least one weight"),
        ("iopo:\n  operations:\n    rewrite: 1\n", "c.yaml:3: iopo.operations.rewrite: "),
        (
            "judge:\n  call:\n    model: judge\n",
            "c.yaml:3: judge.call.model: 'judge' is not one of the models",
        ),
        ("models:\n  big: {name: b}\n", "judge.call.model: 'default' is not one of the models (big)"),
        ("seed: 1\nseed: 2\n", "c.yaml:2: 'seed' is set twice"),
        ("wire:\n  retries: 1\n  retries: 2\n", "c.yaml:3: 'retries' is set twice"),
        ("seed: 1\nwire: [\n", "c.yaml:3: not YAML"),
        ("seed: 1\nseeds: {a\n", "c.yaml:3: not YAML"),
        ("limit: 2026-13-45\n", "c.yaml:1: limit: Input should be a valid integer"),
        ("- seed\n", "c.yaml:1: expected keys and values"),
        (b"seed: 1\nprofile: \xff\n", "c.yaml:2: not UTF-8"),
        ("seed: 1\n1: 2\n", "c.yaml:2: unknown key '1'"),
    ],
)
def test_a_fault_of_the_file_is_told_with_its_line(file: Path, text: str | bytes, said: str) -> None:
    assert fault(file, text).startswith(said) or said in fault(file, text)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("respond.samples=x", "--set respond.samples=x: respond.samples: Input should be a valid integer"),
        ("respond.smaples=3", "--set respond.smaples=3: unknown key 'respond.smaples'"),
        ("nope=1", "--set nope=1: unknown key 'nope'"),
        (
            "expand.call.model=zz",
            "--set expand.call.model=zz: expand.call.model: 'zz' is not one of the models",
        ),
        ("respond={samples: 0}", "--set respond={samples: 0}: respond.samples: "),
        ("profile.name=a", "--set profile.name=a: 'profile' is a value, not a section"),
        ("samples", "--set samples: expected key=value"),
        ("=3", "--set =3: expected key=value"),
        ("seed=[", "--set seed=[: not YAML"),
        ("seed=2026-13-45", "--set seed=2026-13-45: seed: Input should be a valid integer"),
    ],
)
def test_a_fault_of_an_override_names_the_override_and_not_a_line(
    file: Path, override: str, said: str
) -> None:
    told = fault(file, BASE, override)
    assert told.startswith(said)
    assert "c.yaml:" not in told
    assert "\n" not in told


def test_a_fault_of_the_file_keeps_its_line_beside_a_good_override(file: Path) -> None:
    assert fault(file, "seed: 1\nlimit: 0\n", "seed=2").startswith("c.yaml:2: limit: ")


def test_every_fault_is_told(file: Path) -> None:
    told = fault(file, "seed: a\nlimit: 0\nnope: 1\n")
    assert [line.split(": ")[0] for line in told.splitlines()] == ["c.yaml:1", "c.yaml:2", "c.yaml:3"]


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nope\.yaml: no such file"):
        load_config(tmp_path / "nope.yaml")
    with pytest.raises(InputError, match="directory"):
        load_config(tmp_path)


@given(text=st.text() | st.from_regex(r"[a-z]{1,6}: [\[{a-z0-9\-:., ]{0,9}\n", fullmatch=True))
def test_any_text_is_a_configuration_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "wild.yaml"
    path.write_bytes(text.encode("utf-8", "replace"))
    with contextlib.suppress(InputError):
        assert isinstance(load_config(path), RunConfig)


KEYS = st.from_regex(r"(seed|limit|wire|models|iopo\.operations)[.a-z]{0,4}=.{0,8}", fullmatch=True)


@given(override=st.text() | KEYS)
def test_any_override_is_taken_or_told(tmp_path_factory: pytest.TempPathFactory, override: str) -> None:
    path = tmp_path_factory.getbasetemp() / "base.yaml"
    path.write_text(BASE)
    told = "--set"
    try:
        load_config(path, [override])
    except InputError as exc:
        told = str(exc)
    assert told.startswith("--set")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    from typer.testing import CliRunner

    from trace_builder.cli import app

    result = CliRunner().invoke(app, ["config", "schema"])
    assert result.exit_code == 0
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema.Draft202012Validator.check_schema(document)
    return document


@pytest.mark.parametrize("name", ["rehearsal", "qwen2-72b", "paper"])
def test_the_schema_for_editors_takes_the_shipped_configs(schema: dict[str, Any], name: str) -> None:
    given = yaml.safe_load(shipped("configs", f"{name}.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(given, schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "wrong",
    [{"sede": 1}, {"respond": {"samples": 0}}, {"iopo": {"operations": {"rewrite": 1}}}, {"limit": "all"}],
)
def test_the_schema_for_editors_notices_what_the_reader_would(
    schema: dict[str, Any], wrong: dict[str, Any]
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema, jsonschema.Draft202012Validator)
