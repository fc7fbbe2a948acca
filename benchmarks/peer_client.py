"""One leg of peers.py in another library's own environment: it asks the server as that library does.

    PYTHON benchmarks/peer_client.py distilabel|curator URL CALLS IN_FLIGHT < question.json

Curator asks for structure as the pipeline does; distilabel would ask for a tool call, which this server does
not give, and so asks for text. Reads ``{"system": ..., "user": ...}``. Every library is told to keep that
many requests in flight and to use nothing from an earlier run; otherwise it works as its manual has it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path

MODEL = "quick"


def distilabel(url: str, calls: int, in_flight: int, system: str, user: str) -> None:
    from distilabel.models import OpenAILLM
    from distilabel.pipeline import Pipeline
    from distilabel.steps import LoadDataFromDicts
    from distilabel.steps.tasks import TextGeneration

    rows = [{"system_prompt": system, "instruction": f"{n} {user}"} for n in range(calls)]
    generation = {"max_new_tokens": 512, "temperature": 0.7, "top_p": 0.95}
    with Pipeline(name="bench") as pipeline:
        load = LoadDataFromDicts(data=rows, batch_size=in_flight)
        llm = OpenAILLM(model=MODEL, base_url=url, api_key="EMPTY", generation_kwargs=generation)
        load >> TextGeneration(llm=llm, input_batch_size=in_flight)
    found = pipeline.run(use_cache=False)["default"]["train"]
    assert len(found) == calls
    assert all(row["generation"] for row in found)


def curator(url: str, calls: int, in_flight: int, system: str, user: str) -> None:
    # The encoding it counts tokens with would be fetched from the network; litellm brings it along.
    litellm = importlib.util.find_spec("litellm")
    assert litellm is not None
    assert litellm.origin is not None
    tokenizers = Path(litellm.origin).parent / "litellm_core_utils" / "tokenizers"
    os.environ["TIKTOKEN_CACHE_DIR"] = str(tokenizers)

    from typing import Literal

    from bespokelabs import curator
    from pydantic import BaseModel

    class Completeness(BaseModel):
        reasoning: str
        verdict: Literal["complete", "incomplete_description", "missing_input", "mismatched_input"]

    class RecordAsk(curator.LLM):  # type: ignore[misc, name-defined]
        def prompt(self, row: dict[str, str]) -> list[dict[str, str]]:
            return [{"role": "system", "content": system}, {"role": "user", "content": row["user"]}]

        def parse(self, row: dict[str, str], answer: Completeness) -> dict[str, str]:
            return {"answer": answer.verdict}

    plenty = 100_000_000
    asker = RecordAsk(
        model_name=MODEL,
        backend="openai",
        response_format=Completeness,
        generation_params={"max_tokens": 512, "temperature": 0.7, "top_p": 0.95},
        backend_params={
            "base_url": url,
            "max_concurrent_requests": in_flight,
            "max_requests_per_minute": plenty,
            "max_tokens_per_minute": plenty,
            "max_retries": 0,
        },
    )
    found = asker([{"user": f"{n} {user}"} for n in range(calls)])
    rows = found.dataset if hasattr(found, "dataset") else found
    assert len(rows) == calls
    assert all(row["answer"] for row in rows)


def main() -> None:
    leg, url, calls, in_flight = sys.argv[1:]
    question = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "HOME": folder,
            "HF_HOME": folder,
            "HF_HUB_OFFLINE": "1",
            "OPENAI_API_KEY": "EMPTY",
            "CURATOR_CACHE_DIR": folder,
            "CURATOR_DISABLE_RICH_DISPLAY": "1",
            "TELEMETRY_ENABLED": "false",
        }
        legs = {"distilabel": distilabel, "curator": curator}
        legs[leg](url, int(calls), int(in_flight), question["system"], question["user"])


if __name__ == "__main__":
    main()
