"""A model that answers from a script, and the records that stages are tested on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from trace_builder.config import CallConfig, RunConfig
from trace_builder.prompts import PromptBook
from trace_builder.records import (
    Answered,
    Expanded,
    Instruction,
    Item,
    Judgement,
    Record,
    Rejection,
    Score,
)
from trace_builder.run.pipeline import open_prompts
from trace_builder.stages.base import Answer, Stage, Unanswered
from trace_builder.stages.common.answer_schemas import (
    Additions,
    Deletions,
    LabelledConstraint,
    RevisedConstraint,
    Revisions,
    Verdict,
    Verdicts,
    verdict_names,
    verdicts_of,
)
from trace_builder.stages.common.constraint_checks import constraint
from trace_builder.stages.stage_registry import config_model
from trace_builder.support.bilingual import LANGS
from trace_builder.taxonomy import load_taxonomy

T = TypeVar("T")

#: Answers a question gets before it is given up, as in a run.
ATTEMPTS = 3


@cache
def book() -> PromptBook:
    """The shipped prompts."""
    return open_prompts(RunConfig(), load_taxonomy())


@dataclass(frozen=True)
class Question:
    """What a stage asked."""

    prompt: str
    values: dict[str, str | None]
    call: CallConfig
    sample: int


class Scripted:
    """An ``Ask`` that answers each prompt from its own list of replies, in order. A question that the script
    has no reply for fails the test; an unfit reply costs an attempt and the next one is taken."""

    def __init__(self, **replies: Any) -> None:
        self._replies = {name: list(r) if isinstance(r, list) else [r] for name, r in replies.items()}
        self.asked: list[Question] = []

    async def __call__(
        self,
        prompt: str,
        values: Mapping[str, str | None],
        want: type[T],
        call: CallConfig,
        *,
        sample: int = 0,
        check: Callable[[T], None] | None = None,
    ) -> Answer[T]:
        for lang in LANGS:
            book().get(prompt, lang).render(values)  # complains of a slot without a value
        self.asked.append(Question(prompt, dict(values), call, sample))
        for _ in range(ATTEMPTS):
            assert self._replies.get(prompt), f"{prompt} was asked once too often"
            reply = self._replies[prompt].pop(0)
            if isinstance(reply, Exception):
                raise reply
            answer = reply if isinstance(reply, Answer) else Answer(reply)
            assert isinstance(answer.value, want)
            try:
                if check is not None:
                    check(answer.value)
            except ValueError:
                continue
            return answer
        raise Unanswered("failed", "unfit_answer", prompt)

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(question.prompt for question in self.asked))

    def to(self, prompt: str) -> list[Question]:
        return [question for question in self.asked if question.prompt == prompt]

    @property
    def left(self) -> dict[str, int]:
        """Replies that nothing asked for."""
        return {name: len(replies) for name, replies in self._replies.items() if replies}


def walk(stage: Stage[Any, Any], record: Record, ask: Scripted) -> Any:
    """What a stage makes of a record; every reply of the script must have been used."""
    made = asyncio.run(stage.decide(record, ask))
    assert ask.left == {}
    return made


def rejected(made: Any) -> str:
    assert isinstance(made, Rejection), made
    assert made.detail
    return made.reason


def config(**sections: Any) -> RunConfig:
    """The default configuration, judging by the judge alone unless told otherwise."""
    return config_model().model_validate({"judge": {"code_checks": False}, **sections})


def expanded(text: str, given: str | None = None, instruction: str = "Write a poem.") -> Expanded:
    return Expanded(
        id="a", lang="en", instruction=instruction, input=given, text=text, target=2, offered=("theme",)
    )


def instruction(*texts: str, given: str | None = None) -> Instruction:
    constraints = tuple(constraint(f"c{n}", t, "inclusion") for n, t in enumerate(texts, 1))
    return Instruction(description="Write a poem.", constraints=constraints, input=given)


def judgement(
    *scores: int | None, task: int | None = 10, votes: int = 1, settled: bool = True, disputed: str = ""
) -> Judgement:
    """Scores for c1, c2 ... and for the task; ``disputed`` names one that is."""

    def score(name: str, value: int | None) -> Score:
        return Score(constraint=name, score=value, disputed=name == disputed)

    return Judgement(
        scores=tuple(score(f"c{n}", s) for n, s in enumerate(scores, 1)),
        task=score("task", task),
        votes=votes,
        settled=settled,
    )


def verdicts(*scores: Any, task: Any = 10) -> Verdicts:
    """A judge's reply with these scores for c1, c2 ... and for the task."""
    return _verdicts((task, *scores), verdict_names(len(scores), task=True), len(scores), with_task=True)


def cell(*scores: Any) -> Verdicts:
    """A judge's reply about a mismatching cell: the constraints that are not shared, and no task."""
    return _verdicts(scores, verdict_names(len(scores), task=False), len(scores), with_task=False)


def _verdicts(scores: tuple[Any, ...], names: tuple[str, ...], count: int, *, with_task: bool) -> Verdicts:
    rows = {
        name: Verdict(reasoning=f"about {name}", score=score)
        for name, score in zip(names, scores, strict=True)
    }
    return verdicts_of(count, task=with_task)(**rows)


def answered(*texts: str, response: str = "The good poem.", imperfect: tuple[Any, ...] = ()) -> Answered:
    x1 = instruction(*texts)
    full = judgement(*(10 for _ in texts))
    return Answered(id="a", lang="en", instruction=x1, response=response, judgement=full, imperfect=imperfect)


def revisions(**rows: str) -> Revisions:
    """New texts by the ids of the constraints that they take the place of."""
    revised = [RevisedConstraint(id=name, text=text, dimension="Inclusion") for name, text in rows.items()]
    return Revisions(reasoning="", revised=revised)


def additions(*texts: str) -> Additions:
    return Additions(reasoning="", added=[LabelledConstraint(text=t, dimension="Inclusion") for t in texts])


def deletions(*names: str) -> Deletions:
    return Deletions(reasoning="", deleted=list(names))


def same_origin(made: Item, record: Item) -> bool:
    return (made.id, made.lang, made.source) == (record.id, record.lang, record.source)
