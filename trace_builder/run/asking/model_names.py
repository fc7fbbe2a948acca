"""Models that the configuration leaves to their server: which one it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from trace_builder.config import AUTO_MODEL, ModelConfig, RunConfig
from trace_builder.errors import InputError, StoppedError

#: Model names listed in an error.
_NAMES = 20


def name_models(config: RunConfig, known: Mapping[str, ModelConfig]) -> RunConfig:
    """``config`` with a name for each model that it leaves open.

    Args:
        known: the models of an earlier run on the same folder with servers of its own. Their names stay: data
            of another model must not mix in because a server was started anew.

    Raises:
        InputError: a server refuses the key, offers several models, or does not say which it has.
        StoppedError: no server answers.
    """
    named = {key: _named(key, model, config, known) for key, model in config.models.items()}
    return config.model_copy(update={"models": named})


def _named(key: str, model: ModelConfig, config: RunConfig, known: Mapping[str, ModelConfig]) -> ModelConfig:
    if model.name != AUTO_MODEL:
        return model
    before = known.get(key)
    if config.rehearsal is not None:
        name = "rehearsal"
    elif before is not None and before.name != AUTO_MODEL:
        name = before.name
    else:
        name = asyncio.run(_only_model(model, config.wire.connect_timeout))
    return model.model_copy(update={"name": name})


async def _only_model(model: ModelConfig, timeout: float) -> str:
    """The one model that the servers offer which are up."""
    from trace_builder.llm.servers.endpoints import Endpoint
    from trace_builder.llm.servers.handshake import read_key
    from trace_builder.llm.types import WireError
    from trace_builder.support.addresses import read_address

    key, offered, last = read_key(model.api_key_env), dict[str, str](), ""
    for url in dict.fromkeys(model.base_urls):
        endpoint = Endpoint(read_address(url), key, connections=1, connect_timeout=timeout)
        try:
            await endpoint.list_models(timeout)
            offered.update(dict.fromkeys(endpoint.models or (), endpoint.url))
        except WireError as error:
            if error.kind == "auth":
                raise InputError(
                    f"the key in the environment variable {model.api_key_env} is refused or missing: {error}"
                ) from None
            last = str(error)
        finally:
            await endpoint.close()
    if last and not offered:
        raise StoppedError(
            f"no server to ask which model it has ({last}); with --model NAME a run waits for it"
        )
    return _the_only(offered, ", ".join(model.base_urls))


def _the_only(offered: Mapping[str, str], asked: str) -> str:
    from trace_builder.support.redaction import without_secrets

    if len(offered) == 1:
        return next(iter(offered))
    names = sorted(offered)
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    listed = f"several models: {', '.join(names[:_NAMES])}{more}" if names else "no list of its models"
    raise InputError(f"{without_secrets(asked)} offers {listed}; choose one with --model NAME")
