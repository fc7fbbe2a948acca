# The next commands, for this folder. `make` lists them; each can be typed without make as well.
#
#   make drill                                    # the whole way, with the embedded model: seconds, no server
#   make look BASE_URL=http://gpu01:8000/v1       # a first look at real data, 20 seeds
#   make run BASE_URL=http://gpu01:8000/v1        # all seeds; running it again resumes
TRACE_BUILD ?= trace-build
CONFIG ?= config.yaml
OUTPUT ?= outputs/run
RELEASE ?= outputs/release
# Empty: the addresses that the configuration names.
BASE_URL ?=
LIMIT ?= 20
SERVER = $(if $(BASE_URL),--base-url $(BASE_URL))

.DEFAULT_GOAL := help
.PHONY: help drill look run status report stats release

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /: /'

drill: ## the embedded model, with these prompts, taxonomy and seeds: does everything fit together?
	$(TRACE_BUILD) run --config $(CONFIG) --set rehearsal={} --output outputs/drill

look: ## the first LIMIT seeds with the real model, and a page to look at
	$(TRACE_BUILD) run --config $(CONFIG) $(SERVER) --output $(OUTPUT) --limit $(LIMIT)
	$(TRACE_BUILD) report $(OUTPUT)

run: ## all seeds; running it again resumes
	$(TRACE_BUILD) run --config $(CONFIG) $(SERVER) --output $(OUTPUT)

status: ## in, accepted, rejected, failed, pending; tokens; cost
	$(TRACE_BUILD) status $(OUTPUT)

report: ## one HTML page: what you got, and what was lost where
	$(TRACE_BUILD) report $(OUTPUT)

release: ## a data set that trainers load, and its figures
	$(TRACE_BUILD) release $(OUTPUT) --to $(RELEASE)
	$(TRACE_BUILD) stats $(RELEASE)
