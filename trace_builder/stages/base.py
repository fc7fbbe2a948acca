"""What a stage is: everything it declares of itself, and one coroutine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from trace_builder.config import AskingSection, CallConfig, RunConfig, Section
from trace_builder.records import Record, Rejection
from trace_builder.support.bilingual import Text

if TYPE_CHECKING:
    from trace_builder.taxonomy import Taxonomy

T = TypeVar("T")
In = TypeVar("In", bound=Record)
Out = TypeVar("Out", bound=Record)


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


@dataclass(frozen=True)
class Product(Generic[Out]):
    """A file of what a stage has accepted, ``<name>.jsonl`` in the run's folder.

    Attributes:
        label: what the page and the summary call it, such as DPO.
        description: what a row of it is.
        rows: makes the rows, JSON-able, of an accepted record. Stages may share a product: the rows of those
            that come later stand behind.
    """

    name: str
    label: str
    description: Text
    rows: Callable[[Out], Iterable[dict[str, Any]]]


class Stage(ABC, Generic[In, Out]):
    """One step of the pipeline. What it needs it declares here, and everything else is derived from that: its
    place in the order, its fingerprint, its section of the configuration, its rows on the page, its product.

    Attributes:
        name: as in ``--stage``, and the name of its section in the configuration.
        label: what it does to a record, in a few words.
        follows: the stage whose accepted records it reads; None reads the seeds.
        takes_rejected: it also reads what that stage has kept of the records that it rejected.
        reads / makes: record types in and out.
        prompts: names of the prompts it may ask.
        config: the type of its section; None where it needs none.
        reasons: every reason it may reject a record for, in words.
        shows: fields of the record it makes that the page shows; none named: all of them.
        product: the file its accepted records go to; None where they are a step on the way.
        run_config, taxonomy: what it was set up with.
    """

    name: str
    label: Text
    follows: str | None = None
    takes_rejected: bool = False
    reads: type[In]
    makes: type[Out]
    prompts: tuple[str, ...] = ()
    config: type[Section] | None = None
    reasons: Mapping[str, Text] = {}
    shows: tuple[str, ...] = ()
    product: Product[Out] | None = None
    _section: Section | None = None

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        self.run_config = config
        self.taxonomy = taxonomy
        if self.config is not None:
            self._section = config.section(self.config)

    @property
    def enabled(self) -> bool:
        """Whether the configuration wants this stage at all. What follows one that is left out follows the
        one before it: a stage that others follow can be left out where it makes what it reads."""
        return True

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        """The model and sampling settings it asks with; its section's ``call`` unless it says otherwise."""
        return (self._section.call,) if isinstance(self._section, AskingSection) else ()

    @property
    def settings(self) -> dict[str, Any]:
        """Whatever else of the configuration shapes its outcomes, JSON-able; its section unless it says
        otherwise. A change in settings, calls, prompts or code changes the stage's fingerprint: its records
        are walked again, from stored answers where they still apply."""
        return self._section.model_dump(mode="json", exclude={"call"}) if self._section else {}

    async def decide(self, record: In, ask: Ask) -> Out | Rejection:
        """``process``, held to what the stage declares.

        Raises:
            LookupError: it rejects for a reason that it does not declare, which is a mistake in its code.
        """
        made = await self.process(record, ask)
        if isinstance(made, Rejection) and made.reason not in self.reasons:
            raise LookupError(f"{self.name} rejects for {made.reason!r}, which it does not declare")
        return made

    @abstractmethod
    async def process(self, record: In, ask: Ask) -> Out | Rejection:
        """What becomes of one record.

        Raises:
            Unanswered: as ``ask`` does; a stage lets it pass.
        """
