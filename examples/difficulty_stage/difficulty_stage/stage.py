"""difficulty: the model grades how hard an answered instruction is to follow; easy ones stay behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field

from trace_builder import Ask, AskingSection, Product, Rejection, Stage, Text
from trace_builder.records import Answered, Item

Level = Literal["easy", "medium", "hard"]
LEVELS: tuple[Level, ...] = ("easy", "medium", "hard")


class Grade(BaseModel):
    """What the prompt asks for; the order of the fields is the order in which they are written."""

    reasoning: str
    difficulty: Level


class Graded(Item):
    """What the stage makes."""

    prompt: str
    response: str
    difficulty: Level
    reasoning: str


class DifficultyConfig(AskingSection):
    """The section ``difficulty`` of a configuration."""

    least: Level = Field(default="medium", description="The lowest difficulty that is kept.")


def rows(record: Graded) -> Iterator[dict[str, Any]]:
    yield {"id": record.id, "difficulty": record.difficulty, "prompt": record.prompt}


class Difficulty(Stage[Answered, Graded]):
    """One question an instruction."""

    name = "difficulty"
    label = Text("graded by difficulty", "评定难度")
    follows = "respond"
    reads = Answered
    makes = Graded
    prompts = ("difficulty",)
    config = DifficultyConfig
    reasons = {"too_easy": Text("easier than is wanted", "难度低于要求")}
    shows = ("difficulty", "reasoning")
    product = Product("graded", "Graded", Text("instructions with their difficulty", "指令及其难度"), rows)

    async def process(self, record: Answered, ask: Ask) -> Graded | Rejection:
        section = self.run_config.section(DifficultyConfig)
        prompt = record.instruction.render()
        grade = (await ask("difficulty", {"instruction": prompt}, Grade, section.call)).value
        if LEVELS.index(grade.difficulty) < LEVELS.index(section.least):
            return Rejection(reason="too_easy", detail=f"{grade.difficulty}: {grade.reasoning}")
        return Graded(
            id=record.id,
            lang=record.lang,
            source=record.source,
            prompt=prompt,
            response=record.response,
            difficulty=grade.difficulty,
            reasoning=grade.reasoning,
        )
