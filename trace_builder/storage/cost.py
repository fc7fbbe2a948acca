"""A run's tokens and time in money and GPU-hours, by the prices in its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trace_builder.config import Prices
from trace_builder.storage.calls import CallTotals
from trace_builder.storage.manifest import Manifest

_MILLION = 1_000_000


@dataclass(frozen=True)
class Cost:
    """Money and GPU-hours of a whole run; None where the configuration has no prices, or no GPUs."""

    currency: str | None = None
    money: float | None = None
    gpus: int = 0
    gpu_hours: float | None = None

    def lines(self) -> tuple[str, ...]:
        """In words, a line each."""
        found = []
        if self.money is not None:
            found.append(f"cost: {self.money:,.2f} {self.currency}")
        if self.gpu_hours is not None:
            found.append(f"GPU-hours: {self.gpu_hours:,.2f} ({self.gpus} GPUs)")
        return tuple(found)


def cost_of(manifest: Manifest, usage: Mapping[str, Mapping[str, CallTotals]]) -> Cost:
    """Every call is priced by the model that answered it. GPU-hours are the wall-clock hours the run spent
    walking, times the GPUs of all its models."""
    models = {model.name: model.prices for model in manifest.models.values()}
    money = sum(
        _price(used, models.get(name, Prices()))
        for by_model in usage.values()
        for name, used in by_model.items()
    )
    currency = next((p.currency for p in models.values() if p.prompt or p.completion), None)
    gpus = sum(p.gpus for p in models.values())
    return Cost(
        currency=currency,
        money=round(money, 4) if currency else None,
        gpus=gpus,
        gpu_hours=round(manifest.seconds / 3600 * gpus, 4) if gpus else None,
    )


def _price(used: CallTotals, prices: Prices) -> float:
    fresh = used.prompt - used.cached
    parts = fresh * prices.prompt + used.cached * prices.cached + used.completion * prices.completion
    return parts / _MILLION
