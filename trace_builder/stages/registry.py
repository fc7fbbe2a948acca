"""The pipeline's stages, in the order of the data's way. A new stage is one file and one line here."""

from __future__ import annotations

from trace_builder.config import RunConfig
from trace_builder.stages.base import Stage
from trace_builder.stages.dpo import Dpo
from trace_builder.stages.expand import Expand
from trace_builder.stages.iopo import Iopo
from trace_builder.stages.order import AFTER
from trace_builder.stages.quality import Quality
from trace_builder.stages.respond import Respond
from trace_builder.stages.structure import Structure
from trace_builder.taxonomy import Taxonomy

STAGE_NAMES = tuple(AFTER)


def build_stages(config: RunConfig, taxonomy: Taxonomy) -> tuple[Stage, ...]:
    """All stages, set up for this configuration."""
    return (
        Expand(config, taxonomy),
        Structure(config, taxonomy),
        Quality(config),
        Respond(config),
        Dpo(config),
        Iopo(config, taxonomy),
    )
