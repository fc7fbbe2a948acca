"""Turns a run's tokens and time into money and GPU-hours, by the prices in its configuration."""

from __future__ import annotations

from typing import Any

from trace_builder.config import Prices
from trace_builder.run.status import RunStatus

_MILLION = 1_000_000


def cost(state: RunStatus) -> dict[str, Any]:
    """Money and GPU-hours of the whole run; empty where the configuration has no prices.

    Every call is priced by the model that answered it. GPU-hours are the wall-clock hours the run spent
    walking, as the manifest has them, times the GPUs of all its models.
    """
    config = state.manifest.get("config", {}).get("models", {})
    models = {model["name"]: Prices.model_validate(model.get("prices", {})) for model in config.values()}
    money = 0.0
    for stage in state.stages:
        for name, used in stage.models.items():
            prices = models.get(name, Prices())
            money += (used.prompt - used.cached) * prices.prompt / _MILLION
            money += used.cached * prices.cached / _MILLION + used.completion * prices.completion / _MILLION
    currency = next((p.currency for p in models.values() if p.prompt or p.completion), None)
    hours = float(state.manifest.get("seconds", 0.0)) / 3600
    gpus = sum(p.gpus for p in models.values())
    found: dict[str, Any] = {"lines": []}
    if currency:
        found |= {"currency": currency, "money": round(money, 4)}
        found["lines"].append(f"cost: {money:,.2f} {currency}")
    if gpus:
        found["gpu_hours"] = round(hours * gpus, 4)
        found["lines"].append(f"GPU-hours: {hours * gpus:,.2f} ({gpus} GPUs)")
    return found
