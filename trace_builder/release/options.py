"""What a release is asked to be."""

from __future__ import annotations

from dataclasses import dataclass, field

from trace_builder.release.cleaning.dedup import THRESHOLD


@dataclass(frozen=True)
class ReleaseOptions:
    """The options that shape a release's bytes.

    Attributes:
        formats: names as ``--format`` takes them; none means all.
        against: files to decontaminate against, as ``--against`` takes them.
        near_duplicates: Jaccard similarity from which two instructions are near duplicates; None: exact only.
        max_length_ratio: pairs whose responses' lengths differ by more are left out; None: none.
        validation: share of the answered instructions that goes to the validation split.
        quotas: evaluation instructions by constraint count; None: the paper's row, scaled.
        partial: release an unfinished run.
        uncertified: take IOPO groups that passed the paper's own check alone.
        licences: licence of the seeds by their source.
    """

    formats: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    near_duplicates: float | None = THRESHOLD
    max_length_ratio: float | None = None
    validation: float = 0.05
    quotas: dict[int, int] | None = None
    partial: bool = False
    uncertified: bool = False
    licences: dict[str, str] = field(default_factory=dict)
