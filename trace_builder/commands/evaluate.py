"""``trace-build evaluate``: scores a model on an evaluation set, or compares two evaluations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trace_builder.commands.run import say
from trace_builder.errors import EXIT_FAILED, EXIT_INTERRUPTED, InputError

if TYPE_CHECKING:
    from trace_builder.config import RunConfig
    from trace_builder.evaluate.compare import Comparison
    from trace_builder.evaluate.results import Results

_CONFIG_HELP = "A YAML file with models and sampling, or the name of a shipped one; none: evaluate."
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
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="The name its servers know it by.")
    ] = None,
    responses: Annotated[
        Path | None,
        typer.Option("--responses", metavar="FILE", help="JSONL of id and response: answers already made."),
    ] = None,
    judge_base_url: Annotated[
        list[str] | None,
        typer.Option("--judge-base-url", metavar="URL", help="Serves the judge; repeatable."),
    ] = None,
    judge_model: Annotated[
        str | None, typer.Option("--judge-model", metavar="NAME", help="The judge's name there.")
    ] = None,
    votes: Annotated[
        int | None, typer.Option("--votes", metavar="N", min=1, help="Times each answer is judged.")
    ] = None,
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
        int | None, typer.Option("--limit", metavar="N", min=1, help="Take the first N instructions.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", metavar="N", min=1, help="Most requests in flight.")
    ] = None,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help=_MISSING_HELP)] = False,
    resamples: Annotated[
        int,
        typer.Option(
            "--resamples", metavar="N", min=0, max=10**6, help="Bootstrap resamples; 0: no intervals."
        ),
    ] = 1000,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override one setting; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print results.json instead of tables.")] = False,
) -> None:
    """Scores a model: it answers, a judge scores each constraint, and Eq. 3 of the paper counts (IF-S, IF-M).

    Running again on the same folder resumes. Without servers the embedded model does both, as a drill.
    """
    if compare is not None:
        _compare(compare, output, resamples, as_json)
        return
    if data is None:
        raise InputError(
            "--data FILE is missing: an evaluation needs instructions (or --compare A B two evaluations)"
        )
    own_names = config is not None  # the file may name the models
    for wrong, why in (
        (judgements and responses, "--judgements are already judged; --responses has no place"),
        (judgements and base_url, "--judgements are already judged; --base-url has no place"),
        (judgements and judge_base_url, "--judgements are already judged; --judge-base-url has no place"),
        (
            responses and (base_url or model),
            "--responses are answers already made; --base-url and --model would make others",
        ),
        (
            base_url and not judge_base_url,
            "--base-url without --judge-base-url: name the judge's server; it may be the same one",
        ),
        (
            judge_base_url and not (base_url or responses),
            "--judge-base-url without --base-url or --responses: there is nothing to judge",
        ),
        (
            base_url and not model and not own_names,
            "--base-url without --model: the name of the model under test is missing",
        ),
        (
            judge_base_url and not judge_model and not own_names,
            "--judge-base-url without --judge-model: the judge's name is missing",
        ),
    ):
        if wrong:
            raise InputError(why)
    values = {
        "output": str(output or "outputs/evaluation"),
        "limit": limit,
        "wire.concurrency": concurrency,
        "judge.votes": votes,
        "models.default.name": model,
        "models.judge.name": judge_model,
    }
    _evaluate(
        _load(config, settings, values, base_url, judge_base_url),
        as_json,
        data=data,
        responses=responses,
        judgements=judgements,
        allow_missing=allow_missing,
        resamples=resamples,
    )


def _load(
    config: Path | None,
    settings: list[str] | None,
    values: dict[str, Any],
    base_url: list[str] | None,
    judge_base_url: list[str] | None,
) -> RunConfig:
    """The configuration with the options on top; an option that is None leaves the file's value."""
    from trace_builder.run.config_file import load_config
    from trace_builder.support.resources import shipped

    given = {key: value for key, value in values.items() if value is not None}
    if base_url:
        given |= {"models.default.base_urls": list(base_url), "respond.call.model": "default"}
    if judge_base_url:
        given |= {"models.judge.base_urls": list(judge_base_url), "judge.call.model": "judge"}
        # Servers of one's own take the place of the embedded model.
        given["rehearsal"] = None
    return load_config(config or shipped("configs", "evaluate.yaml"), settings or (), given)


def _evaluate(config: RunConfig, as_json: bool, *, resamples: int, **options: Any) -> None:
    from trace_builder.evaluate.bootstrap import Sampling
    from trace_builder.evaluate.evaluation import EvaluationSpec, evaluate
    from trace_builder.evaluate.terminal import print_evaluation
    from trace_builder.report.terminal.tables import Printer

    sampling = Sampling(resamples=resamples, rng_seed=config.seed)
    found = evaluate(EvaluationSpec(config, sampling=sampling, **options), say)
    if found.results is None:
        typer.echo(f"Interrupted; run the same command again to resume {found.folder}.")
        raise typer.Exit(EXIT_INTERRUPTED)
    if as_json:
        _print_json(found.results)
    else:
        print_evaluation(found.results, Printer())
        if found.failed:
            typer.echo(f"{found.failed} records failed; run the same command again to try them anew.")
        typer.echo(f"Written to {found.folder}/results.json. Next: trace-build report {found.folder}")
    if found.failed:
        raise typer.Exit(EXIT_FAILED)


def _compare(folders: tuple[Path, Path], output: Path | None, resamples: int, as_json: bool) -> None:
    from trace_builder.evaluate.bootstrap import Sampling
    from trace_builder.evaluate.compare import compare_folders
    from trace_builder.evaluate.terminal import print_comparison
    from trace_builder.report.terminal.tables import Printer
    from trace_builder.storage.jsonl import write_json

    found = compare_folders(*folders, Sampling(resamples=resamples))
    if output is not None:
        write_json(output / "comparison.json", found.as_json())
    if as_json:
        _print_json(found)
    else:
        print_comparison(found, Printer())


def _print_json(found: Results | Comparison) -> None:
    import json

    typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
