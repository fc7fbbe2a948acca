"""``trace-build evaluate``: scores a model on an evaluation set, or compares two evaluations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trace_builder.errors import InputError

if TYPE_CHECKING:
    from trace_builder.config import RunConfig
    from trace_builder.evaluate.resample import Sampling
    from trace_builder.evaluate.running import Evaluation

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

_CONFIG_HELP = "A YAML file with models and sampling; none: configs/evaluate.yaml."
_MISSING_HELP = "Count instructions without a response as not followed, instead of stopping."


def evaluate(
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", help="The released TRACE set, or our own evaluation file."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="DIR", help="The evaluation's folder.")
    ] = None,
    base_url: Annotated[
        list[str] | None,
        typer.Option("--base-url", metavar="URL", help="Serves the model under test; repeatable."),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="The name its servers know it by.")] = None,
    responses: Annotated[
        Path | None,
        typer.Option("--responses", metavar="FILE", help="JSONL of id and response: answers already made."),
    ] = None,
    judge_base_url: Annotated[
        list[str] | None,
        typer.Option("--judge-base-url", metavar="URL", help="Serves the judge; repeatable."),
    ] = None,
    judge_model: Annotated[str | None, typer.Option("--judge-model", help="The judge's name there.")] = None,
    votes: Annotated[int | None, typer.Option("--votes", min=1, help="Times each answer is judged.")] = None,
    judgements: Annotated[
        Path | None,
        typer.Option(
            "--judgements", metavar="FILE", help="JSONL of id and text of the authors' judge: score them."
        ),
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--compare", metavar="A B", help="Two evaluation folders, paired."),
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help=_CONFIG_HELP)] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Take the first N instructions.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, help="Most requests in flight.")
    ] = None,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help=_MISSING_HELP)] = False,
    resamples: Annotated[
        int, typer.Option("--resamples", min=0, help="Bootstrap resamples; 0: no intervals.")
    ] = 1000,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override one setting; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json instead of tables.")] = False,
) -> None:
    """Scores a model: it answers, a judge scores each constraint, and Eq. 3 of the paper counts (IF-S, IF-M).

    Running again on the same folder resumes. Without servers the embedded model does both, as a drill.
    """
    from trace_builder.evaluate.resample import Sampling

    if compare is not None:
        _compare(compare, output, Sampling(resamples=resamples), as_json)
        return
    if data is None:
        raise InputError(
            "--data FILE is missing: an evaluation needs instructions (or --compare A B two evaluations)"
        )
    values = {
        "output": str(output or "outputs/evaluation"),
        "limit": limit,
        "wire.concurrency": concurrency,
        "judge.votes": votes,
        "models.default.name": model,
        "models.judge.name": judge_model,
    }
    if judgements is not None:
        _refuse(judgements, responses=responses, base_url=base_url, judge_base_url=judge_base_url)
        _rescore(data, judgements, _load(config, settings, values), allow_missing, resamples, as_json)
        return
    _check_options(base_url, responses, judge_base_url, model)
    if config is None:
        _check_names(base_url, model, judge_base_url, judge_model)
    loaded = _load(config, settings, values, base_url, judge_base_url)
    _run(loaded, data, responses, allow_missing, Sampling(resamples=resamples, seed=loaded.seed), as_json)


def _check_options(
    base_url: list[str] | None, responses: Path | None, judge_base_url: list[str] | None, model: str | None
) -> None:
    """What is asked for has to be whole: who answers, and who judges."""
    if responses is not None and (base_url or model):
        raise InputError("--responses are answers already made; --base-url and --model would make others")
    if base_url and not judge_base_url:
        raise InputError(
            "--base-url without --judge-base-url: name the judge's server; it may be the same one"
        )
    if judge_base_url and not (base_url or responses):
        raise InputError("--judge-base-url without --base-url or --responses: there is nothing to judge")


def _check_names(
    base_url: list[str] | None, model: str | None, judge_base_url: list[str] | None, judge_model: str | None
) -> None:
    if base_url and not model:
        raise InputError("--base-url without --model: the name of the model under test is missing")
    if judge_base_url and not judge_model:
        raise InputError("--judge-base-url without --judge-model: the judge's name is missing")


def _refuse(judgements: Path, **others: object) -> None:
    for name, value in others.items():
        if value:
            raise InputError(
                f"--judgements {judgements} are already judged; --{name.replace('_', '-')} has no place"
            )


def _load(
    config: Path | None,
    settings: list[str] | None,
    values: dict[str, Any],
    base_url: list[str] | None = None,
    judge_base_url: list[str] | None = None,
) -> RunConfig:
    """The configuration with the options on top; an option that is None leaves the file's value."""
    from trace_builder.resources import shipped
    from trace_builder.run.config_file import load_config

    given = {key: value for key, value in values.items() if value is not None}
    if base_url:
        given |= {"models.default.base_urls": list(base_url), "respond.call.model": "default"}
    if judge_base_url:
        given |= {"models.judge.base_urls": list(judge_base_url), "judge.call.model": "judge"}
        # Servers of one's own take the place of the embedded model.
        given["rehearsal"] = None
    return load_config(config or shipped("configs", "evaluate.yaml"), settings or (), given)


def _run(
    config: RunConfig,
    data: Path,
    responses: Path | None,
    allow_missing: bool,
    sampling: Sampling,
    as_json: bool,
) -> None:
    from trace_builder.commands.run import say
    from trace_builder.evaluate.running import EvaluationSpec, evaluate

    found = evaluate(EvaluationSpec(config, data, responses, allow_missing, sampling), say)
    if found.summary.interrupted:
        typer.echo(f"Interrupted; run the same command again to resume {found.folder}.")
        raise typer.Exit(EXIT_INTERRUPTED)
    _print(found.results, as_json)
    _next(found, as_json)
    if found.summary.failed:
        raise typer.Exit(EXIT_FAILED)


def _next(found: Evaluation, as_json: bool) -> None:
    if as_json:
        return
    if found.summary.failed:
        typer.echo(f"{found.summary.failed} records failed; run the same command again to try them anew.")
    typer.echo(f"Written to {found.folder}/results.json. Next: trace-build report {found.folder}")


def _rescore(
    data: Path, judgements: Path, config: RunConfig, allow_missing: bool, resamples: int, as_json: bool
) -> None:
    from trace_builder.commands.run import say
    from trace_builder.evaluate.resample import Sampling
    from trace_builder.evaluate.rescoring import rescore
    from trace_builder.taxonomy import load_taxonomy

    results = rescore(
        data,
        judgements,
        config.output,
        load_taxonomy(config.taxonomy),
        Sampling(resamples=resamples, seed=config.seed),
        limit=config.limit,
        allow_missing=allow_missing,
        say=say,
    )
    _print(results, as_json)
    if not as_json:
        typer.echo(f"Written to {config.output}/results.json. Next: trace-build report {config.output}")


def _print(results: dict[str, Any], as_json: bool) -> None:
    if as_json:
        import json

        typer.echo(json.dumps(results, ensure_ascii=False, indent=2))
        return
    from trace_builder.evaluate.terminal import print_evaluation
    from trace_builder.report.terminal.tables import Printer

    print_evaluation(results, Printer())


def _compare(folders: tuple[Path, Path], output: Path | None, sampling: Sampling, as_json: bool) -> None:
    import json

    from trace_builder.evaluate.comparing import compare_folders
    from trace_builder.evaluate.lines import write_json

    found = compare_folders(*folders, sampling)
    if output is not None:
        write_json(output / "comparison.json", found)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from trace_builder.evaluate.terminal import print_comparison
    from trace_builder.report.terminal.tables import Printer

    print_comparison(found, Printer())
