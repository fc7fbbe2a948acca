"""What a run cost, by the prices in its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trace_builder.config import Prices
from trace_builder.report.stats.call_stats import Usage

_MILLION = 1_000_000


def spending(manifest: Mapping[str, Any], by_model: Mapping[str, Usage]) -> dict[str, Any]:
    """``{"money", "currency", "gpu_hours"}``, each only where the configuration has prices for it.

    Every call is priced by the model that answered it. GPU-hours are the hours the run was walking, as its
    manifest has them, times the GPUs of all its models: the same as ``trace-build status`` says.
    """
    models = ((manifest.get("config") or {}).get("models") or {}).values()
    prices = {str(m["name"]): Prices.model_validate(m.get("prices") or {}) for m in models}
    found: dict[str, Any] = {}
    currency = next((p.currency for p in prices.values() if p.prompt or p.completion), None)
    if currency:
        money = sum(_price(used, prices.get(name, Prices())) for name, used in by_model.items())
        found |= {"money": round(money, 4), "currency": currency}
    gpus = sum(p.gpus for p in prices.values())
    if gpus:
        found["gpu_hours"] = round(float(manifest.get("seconds") or 0) / 3600 * gpus, 4)
    return found


def _price(used: Usage, price: Prices) -> float:
    fresh = (used.prompt - used.cached) * price.prompt
    return (fresh + used.cached * price.cached + used.completion * price.completion) / _MILLION
