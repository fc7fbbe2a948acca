"""The shape of a stage: a name, what it reads, what it makes, and one coroutine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

from trace_builder.config import CallConfig
from trace_builder.records import Record, Rejection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A usable answer: the parsed value, and whether the text was cut off by max_tokens (only ever true for
    plain text; a cut-off structure is no answer)."""

    value: T
    truncated: bool = False


class Ask(Protocol):
    """A stage's only way to the outside. Seeds, retries, structured output, journaling and resumption live
    behind it.

    Args:
        prompt: a prompt's name; it is rendered in the record's language.
        values: what fills the prompt's slots; None shows as NULL.
        want: the pydantic type wanted back, or ``str`` for plain text.
        call: model and sampling.
        sample: tells apart repeated questions about the same record.
        check: looks at a parsed value and raises ``Unfit`` to have it asked again with a new seed.

    Raises:
        Unanswered: no usable answer after all attempts. Stages let it pass; the run records it.
    """

    async def __call__(
        self,
        prompt: str,
        values: Mapping[str, str | None],
        want: type[T],
        call: CallConfig,
        *,
        sample: int = 0,
        check: Callable[[T], None] | None = None,
    ) -> Answer[T]: ...


class Unfit(ValueError):
    """An answer that cannot be used; it is asked again with the next attempt's seed."""


class Unanswered(Exception):
    """What a stage sees when there is no answer: a verdict on the record (``rejected``) or a fault that a
    later run tries again (``failed``)."""

    def __init__(self, status: Literal["rejected", "failed"], reason: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.reason = reason
        self.detail = detail


class Stage(Protocol):
    """One step of the pipeline.

    Attributes:
        name: as in ``stages/<name>.jsonl`` and ``--stage``.
        follows: the stage whose accepted records it reads; None reads the seeds.
        reads / makes: record types in and out.
        prompts: names of the prompts it may ask.
        calls: the model and sampling settings it asks with.
        settings: whatever else of the configuration shapes its outcome, JSON-able.
        code: modules whose source interprets the answers. A change in any of these four changes the
            stage's fingerprint: its records are walked again, from stored answers where they still apply.
    """

    @property
    def name(self) -> str: ...

    @property
    def follows(self) -> str | None: ...

    @property
    def reads(self) -> type[Record]: ...

    @property
    def makes(self) -> type[Record]: ...

    @property
    def prompts(self) -> tuple[str, ...]: ...

    @property
    def code(self) -> tuple[str, ...]: ...

    @property
    def calls(self) -> tuple[CallConfig, ...]: ...

    @property
    def settings(self) -> dict[str, Any]: ...

    async def process(self, record: Any, ask: Ask) -> Record | Rejection: ...
