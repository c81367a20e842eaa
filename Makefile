# The front door. `make demo` and `make test` need Python >= 3.11 and make, nothing else.
SHELL := /bin/sh
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Where the command line looks too, when it is called without make.
export DAGSTER_HOME := $(abspath $(or $(COST_PIPELINE_HOME),data))/dagster
export PYTHONWARNINGS := ignore
export DO_NOT_TRACK := 1

# Rooms whose tests ask no process and no server.
QUICK := $(addprefix cost_pipeline_tests/,domain models storage load fetch books \
  test_architecture.py test_settings.py)

.DEFAULT_GOAL := help
.PHONY: help install demo run ui test quick check lint types bench soak clean lock catalog

help: ## List what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## Make .venv and install from requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; found $$($(PYTHON) --version 2>&1)"; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
	  test -x $(BIN)/python || uv venv -q --python $(PYTHON) $(VENV); \
	  uv pip install -q --python $(BIN)/python -r requirements.lock && \
	  uv pip install -q --python $(BIN)/python --no-deps -e .; \
	else \
	  test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
	    { echo "python3-venv is missing: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }; \
	  $(BIN)/pip install -q --disable-pip-version-check -r requirements.lock && \
	  $(BIN)/pip install -q --disable-pip-version-check --no-deps -e .; \
	fi
	@mkdir -p $(DAGSTER_HOME) && cp dagster.yaml $(DAGSTER_HOME)/dagster.yaml
	@touch $(STAMP)

demo: $(STAMP) ## The whole pipeline on the embedded account, offline, in seconds
	@$(BIN)/cost-pipeline demo

run: $(STAMP) ## Everything that is due, once
	@$(BIN)/cost-pipeline run

ui: $(STAMP) ## The Dagster UI and its daemon, guarded, on 127.0.0.1:3000
	@$(BIN)/cost-pipeline ui

test: $(STAMP) ## All tests, two files at once
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

quick: $(STAMP) ## What needs no whole run, in about a minute
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not browser" $(QUICK)

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

check: lint types ## Format, lint, types, definitions, tests
	@$(BIN)/dg check defs
	@$(BIN)/python -m pytest

bench: $(STAMP) ## Ratios against bare SQL, side by side (SIZE=S, M or L)
	@$(BIN)/python -m cost_pipeline_tests.benchmarks $(SIZE)

soak: $(STAMP) ## Kill, fault and clock trials, many times (TRIALS=200)
	@$(BIN)/python -m cost_pipeline_tests.stories.soak $(TRIALS)

catalog: $(STAMP) ## Write dbt_like_sql/CATALOG.md anew from the models
	@$(BIN)/python -m cost_pipeline catalog

lock: $(STAMP) ## Resolve pyproject.toml into requirements.lock (needs uv)
	@uv pip compile -q --universal --no-emit-index-url --no-annotate --no-header \
	  --all-extras --python-version 3.11 pyproject.toml -o requirements.lock

clean: ## Remove what can be made again; never touches data/landing or the ledger
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis $(DAGSTER_HOME)
