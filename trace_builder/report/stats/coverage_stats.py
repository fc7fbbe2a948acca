"""What share of a set's constraints code can verify."""

from __future__ import annotations

from trace_builder.checks.coverage import Coverage, Share
from trace_builder.report.stats.histogram import Figures, percent


class CoverageRow(Figures):
    """Constraints, those bound to a check, and those bound as a whole; ``share`` is that of the bound ones,
    in percent."""

    constraints: int
    bound: int
    whole: int
    share: float


class CoverageStats(Figures):
    """``by_dimension`` goes by the taxonomy's ids, "-" for no label of it; ``kinds`` counts the constraints
    that claim one of each kind, the most frequent first; ``by_model`` those that the model has bound."""

    total: CoverageRow
    by_language: dict[str, CoverageRow]
    by_dimension: dict[str, CoverageRow]
    kinds: dict[str, int]
    by_model: int


def coverage_stats(found: Coverage, by_model: int) -> CoverageStats:
    return CoverageStats(
        total=_row(found.total),
        by_language={name: _row(share) for name, share in sorted(found.languages.items())},
        by_dimension={name: _row(share) for name, share in sorted(found.dimensions.items())},
        kinds=dict(sorted(found.kinds.items(), key=lambda item: (-item[1], item[0]))),
        by_model=by_model,
    )


def _row(share: Share) -> CoverageRow:
    return CoverageRow(
        constraints=share.constraints,
        bound=share.bound,
        whole=share.whole,
        share=percent(share.bound, share.constraints),
    )
