"""What the rehearsal server is started with."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from trace_builder.config import RehearsalConfig

#: Qwen2-72B-Instruct's length as vLLM serves it without rope scaling.
MODEL_LENGTH = 32_768


class ServerOptions(BaseModel):
    """Everything the server knows besides the requests. ``drill`` holds seed, rates, latency and faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drill: RehearsalConfig = RehearsalConfig()
    port: int = Field(default=0, ge=0, le=65535, description="0 takes a free one.")
    models: tuple[str, ...] = Field(default=("rehearsal",), min_length=1, description="Names it answers to.")
    any_model: bool = Field(default=False, description="Answer to names outside `models` too.")
    api_key: str | None = Field(default=None, repr=False, description="Asked of every /v1 request when set.")
    max_model_len: int = Field(default=MODEL_LENGTH, ge=1, description="Tokens of prompt and answer.")
    max_running: int = Field(default=0, ge=0, description="Requests served at once, the rest wait; 0: all.")
    down_seconds: float = Field(default=30.0, ge=0, description="How long `dies` takes the server away.")
    deaths: int = Field(default=1, ge=0, description="Times `dies` may happen.")
    hang_seconds: float = Field(default=3600.0, gt=0, description="Longest time `hang` holds a request.")
    slow_seconds: float = Field(default=2.0, ge=0, description="Time `slow` spreads one answer over.")
