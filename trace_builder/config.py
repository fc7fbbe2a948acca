"""RunConfig, the part of it that every run has. Each stage adds a section, declared in its own file;
``stages.stage_registry.config_model`` puts them together, and ``run.config_file`` reads them from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from trace_builder.support.addresses import check_address

Probability = float
#: The name of a model that is asked from its server, which then has to offer one only.
AUTO_MODEL = "auto"
#: A share in a draw: 0 is never drawn.
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
FaultRates = dict[str, float]


def one_above_zero(weights: Any) -> Any:
    """A check of weights: something can be drawn."""
    if not any(weights.values() if isinstance(weights, dict) else weights):
        raise ValueError("at least one weight must be above 0")
    return weights


class Section(BaseModel):
    """Base of all config sections: unknown keys are errors and values do not change at run time."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Prices(Section):
    """What tokens or time cost; whatever is set is added up in ``status`` and the manifest."""

    currency: str = Field(default="USD", description="Unit of the three prices per million tokens.")
    prompt: float = Field(default=0.0, ge=0, description="Per million prompt tokens not served from a cache.")
    cached: float = Field(default=0.0, ge=0, description="Per million cached prompt tokens.")
    completion: float = Field(default=0.0, ge=0, description="Per million completion tokens.")
    gpus: int = Field(default=0, ge=0, description="GPUs behind the servers, to report GPU-hours.")


class ModelConfig(Section):
    """A model and the servers that serve it."""

    name: str = Field(
        default="qwen2-72b-instruct",
        description="The name the server knows the model by; auto: the one model that it offers.",
    )
    base_urls: tuple[Annotated[str, AfterValidator(check_address)], ...] = Field(
        default=("http://127.0.0.1:8000/v1",), min_length=1, description="OpenAI-compatible servers."
    )
    api_key_env: str = Field(
        default="OPENAI_API_KEY", description="Environment variable that holds the key; never the key itself."
    )
    structured: Literal["auto", "json_schema", "json_object", "text"] = Field(
        default="auto", description="How structure is asked for; auto finds out with a probe at the start."
    )
    extra_body: dict[str, Any] = Field(
        default_factory=dict, description="Sent with every request as it is, e.g. {top_k: 20}."
    )
    prices: Prices = Field(default_factory=Prices)


class CallConfig(Section):
    """Which model answers, and how it samples."""

    model: str = Field(default="default", description="A name under `models`.")
    temperature: float = Field(default=0.7, ge=0, le=2)
    top_p: float = Field(default=0.95, gt=0, le=1)
    max_tokens: int = Field(default=2048, ge=1)


class WireConfig(Section):
    """Concurrency, timeouts and retries. None of it shapes an answer."""

    concurrency: int = Field(default=256, ge=1, description="Upper bound of requests in flight, all servers.")
    start: int = Field(default=16, ge=1, description="Requests in flight at the start, before it has grown.")
    adaptive: bool = Field(
        default=True, description="Find the servers' capacity; false: use the bound at once."
    )
    timeout: float = Field(default=600.0, gt=0, description="Seconds for one request, once it is sent.")
    connect_timeout: float = Field(default=10.0, gt=0)
    retries: int = Field(
        default=15, ge=0, description="Times one request is sent again after faults of the wire."
    )
    record_retries: int = Field(default=100, ge=0, description="The same, summed over one record's stage.")
    backoff: float = Field(
        default=0.5, ge=0, description="Seconds before the first retry; then doubling, with jitter."
    )
    backoff_max: float = Field(default=60.0, ge=0)
    attempts: int = Field(
        default=3, ge=1, description="Answers asked for before one that fits its schema is given up."
    )
    outage_limit: float = Field(
        default=1800.0, ge=0, description="Seconds to wait for servers that are gone."
    )
    metrics: bool = Field(default=True, description="Read vLLM's /metrics where the server has it.")


class AskingSection(Section):
    """A section with a ``call`` of its own defaults: a config that sets one key of it keeps the others."""

    call: CallConfig = CallConfig()

    @model_validator(mode="before")
    @classmethod
    def _keep_call_defaults(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("call"), dict):
            defaults = cls.model_fields["call"].default.model_dump()
            return {**data, "call": {**defaults, **data["call"]}}
        return data


class JudgeConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.0, top_p=1.0, max_tokens=4096)
    votes: int = Field(
        default=1, ge=1, description="Times each response is judged; the strictest score counts."
    )
    vote_temperature: float = Field(
        default=0.7, ge=0, le=2, description="Temperature when there is more than one vote."
    )
    code_checks: bool = Field(default=True, description="Let code reject, dispute and find contradictions.")


def _text_of_number(value: Any) -> Any:
    """``0.2`` in a YAML file is a number; it is meant as the text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class RehearsalConfig(Section):
    """The embedded model. With this section the run starts it and talks to it alone."""

    seed: int = 0
    miss: Probability = Field(
        default=0.15, ge=0, le=1, description="Share of responses that miss a constraint."
    )
    flawed: Probability = Field(
        default=0.08, ge=0, le=1, description="Share of expansions and structures made with a flaw."
    )
    latency: Annotated[str, BeforeValidator(_text_of_number)] = Field(
        default="0", description="Seconds: '0.2', 'uniform:0.1,0.5' or 'lognormal:1,0.8'."
    )
    faults: FaultRates = Field(default_factory=dict, description="Share of requests hit, by kind of fault.")


S = TypeVar("S", bound=Section)


class RunConfig(Section):
    """Everything a run is made from. What is read from a file has a section for each stage too."""

    profile: str = Field(default="rehearsal", description="A name for the manifest and the dataset card.")
    seed: int = Field(default=0, description="All random draws derive from it.")
    seeds: tuple[Path, ...] = Field(default=(), description="Seed files; none: the bundled ones.")
    skip_bad_seeds: bool = False
    output: Path = Path("outputs/rehearsal")
    limit: int | None = Field(default=None, ge=1, description="Take the first N seeds only.")
    strict: bool = Field(default=False, description="Refuse to rerun stages whose fingerprint changed.")
    taxonomy: Path | None = Field(default=None, description="Another taxonomy file; none: the shipped one.")
    prompts: Path | None = Field(default=None, description="Another prompts folder; none: the shipped one.")
    rehearsal: RehearsalConfig | None = None
    models: dict[str, ModelConfig] = Field(default_factory=lambda: {"default": ModelConfig()})
    wire: WireConfig = WireConfig()
    judge: JudgeConfig = JudgeConfig()

    def section(self, kind: type[S]) -> S:
        """The section of this type; its defaults in a configuration that was made without it."""
        return next((value for _, value in self if type(value) is kind), None) or kind()

    @model_validator(mode="after")
    def _calls_name_known_models(self) -> RunConfig:
        calls = [
            (section, key, call)
            for section, value in self
            if isinstance(value, Section)
            for key, call in value
            if isinstance(call, CallConfig) and call.model not in self.models
        ]
        for section, key, call in calls:
            raise PydanticCustomError(
                "unknown_model",
                "{model} is not one of the models ({known})",
                {
                    "place": (section, key, "model"),
                    "model": repr(call.model),
                    "known": ", ".join(sorted(self.models)),
                },
            )
        return self
