PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.installed

.PHONY: demo test check format lock bench bench-check cluster help

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

# One environment for everything; made again only when what it holds has changed.
$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("reportbot needs Python 3.11 or newer; set PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP)  ## from nothing to a cited summary and an answered question
	@bash samples/demo.sh $(BIN)/reportbot

test: $(STAMP)  ## every test; no network
	$(BIN)/python -m pytest

# The peers have an environment of their own, so that nothing above ever installs them.
$(BENCH_STAMP): pyproject.toml bench.lock
	@test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	@echo "Installing the peers into $(BENCH_VENV) (once) ..." >&2
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bench.lock
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

bench: $(BENCH_STAMP)  ## the scoreboard: docs/benchmarks.md, under 15 minutes on two cores; PARTS="structure ..." for some
	$(BENCH_VENV)/bin/python -W ignore -m benchmarks.board $(PARTS)

bench-check: $(BENCH_STAMP)  ## fails where a figure has fallen below its bar; LAST=1 looks at the last results only
	$(BENCH_VENV)/bin/python -W ignore -m benchmarks.board $(if $(LAST),--last) --check

check: $(STAMP)  ## format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)  ## put the code into the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

cluster: $(STAMP)  ## 3 bots, 2 workers and a Chroma server here, on local PostgreSQL and Redis
	$(BIN)/python -m benchmarks.cluster

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --extra dev --python-version 3.11 --quiet pyproject.toml --output-file requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --extra dev --extra bench --python-version 3.11 --quiet pyproject.toml --constraint requirements.lock --output-file bench.lock
