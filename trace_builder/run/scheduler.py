"""One record's way through the stages, with no barrier between them."""

from __future__ import annotations

import asyncio
import errno
import logging
import traceback
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from trace_builder.errors import StoppedError, TraceBuildError
from trace_builder.records import Lang, Record
from trace_builder.run.asking.ask import AskContext, RecordAsk
from trace_builder.run.stage_run import StageRun, Verdict
from trace_builder.stages.base import Unanswered
from trace_builder.storage.outcomes import PENDING, STATUS_NAMES

log = logging.getLogger(__name__)

_NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE)


class Stopping(Exception):
    """Raised where a new question would be sent while the run is being stopped."""


class Watcher(Protocol):
    """Is told of every record that enters a stage, and of how it leaves it."""

    def begun(self, stage: str) -> None: ...

    def ended(self, stage: str, status: str | None) -> None: ...


class Scheduler:
    """Walks records, a bounded number at a time."""

    def __init__(self, roots: tuple[StageRun, ...], context: AskContext, watcher: Watcher) -> None:
        self._roots = roots
        self._context = context
        self._watcher = watcher

    async def walk_all(self, places: Iterator[int], at_once: int) -> None:
        """Walks every place; the first error that concerns the run ends the others."""

        async def worker() -> None:
            for place in places:
                await self._visit_each(self._roots, place, None)

        await _together([worker() for _ in range(at_once)])

    async def _visit(self, run: StageRun, place: int, incoming: Record | None) -> None:
        made: Record | None = None
        if run.outcomes.status(place) == PENDING:
            if not run.walked:
                return
            self._watcher.begun(run.name)
            status = None
            try:
                made = await self._process(run, place, incoming or run.incoming(place))
                status = STATUS_NAMES[run.outcomes.status(place)]
            except Stopping:
                return
            finally:
                self._watcher.ended(run.name, status)
        following = [after for after in run.following(place) if after.needs_work(place)]
        if following:
            await self._visit_each(following, place, made)

    async def _visit_each(self, runs: Sequence[StageRun], place: int, incoming: Record | None) -> None:
        if len(runs) == 1:
            await self._visit(runs[0], place, incoming)
        else:
            await _together([self._visit(run, place, incoming) for run in runs])

    async def _process(self, run: StageRun, place: int, record: Any) -> Record | None:
        lang: Lang = record.lang
        ask = RecordAsk(
            context=self._context,
            record=record.id,
            lang=lang,
            stage=run.name,
            depth=run.depth,
            log=run.calls,
            stored=run.calls.take(place),
            tries=run.outcomes.tries(place),
        )
        made: Any = None
        try:
            made = await run.stage.decide(record, ask)
            verdict = Verdict.of(made)
        except Unanswered as exc:
            verdict = Verdict(exc.status, exc.reason, exc.detail)
        except (Stopping, TraceBuildError):
            raise
        except OSError as exc:
            if exc.errno in _NO_DESCRIPTORS:
                raise StoppedError(f"no file descriptors left ({exc.strerror}); raise `ulimit -n`") from exc
            verdict = _internal_error(exc)
        except Exception as exc:
            verdict = _internal_error(exc)
        run.decide(place, record.id, verdict, ask.keys)
        return made if verdict.status == "accepted" else None


def _internal_error(exc: Exception) -> Verdict:
    """One record that our own code trips over must not end a run of days; it is told where."""
    log.info("our own code failed on a record", exc_info=exc)
    frame = traceback.extract_tb(exc.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    return Verdict("failed", "internal_error", f"{type(exc).__name__} at {where}: {exc}")


async def _together(work: list[Coroutine[Any, Any, None]]) -> None:
    """Awaits all; when one raises, the others are ended and awaited too, so that nothing goes on writing."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in work]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
