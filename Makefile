# make demo    sets everything up and writes the brief on North Korea's medical imports into demo/
# make test    runs the tests            make lint   style, types, import order
# make soak    the long test profiles    make bench  the benchmarks, peers side by side
# make lock    renews the pinned versions

PYTHON ?= python3
VENV ?= .venv
BENCH_VENV ?= .venv-bench
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SHELL := /bin/bash

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak lint bench lock docs clean

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Tidewaiter needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make a virtual environment; on Debian install python3-venv" >&2; exit 2; }
	@touch $@

$(VENV)/.ready: $(VENV)/.made constraints.txt pyproject.toml
	@echo "Installing the pinned packages into $(VENV) ..."
	@$(PIP) install --quiet --require-hashes --requirement constraints.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.ready constraints-dev.txt
	@echo "Installing the packages for tests ..."
	@$(PIP) install --quiet --require-hashes --requirement constraints-dev.txt
	@touch $@

setup: $(VENV)/.ready

demo: $(VENV)/.ready
	@$(BIN)/tidewaiter demo north-korea --out demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 2

soak: $(VENV)/.dev
	@$(BIN)/python -m pytest --soak

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/deptry src

# other methods have dependencies of their own and live apart
$(BENCH_VENV)/.ready: $(VENV)/.made constraints-bench.txt
	@$(PYTHON) -m venv $(BENCH_VENV)
	@echo "Installing the packages of other methods into $(BENCH_VENV) ..."
	@$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --requirement constraints-bench.txt
	@touch $@

bench: $(VENV)/.dev $(BENCH_VENV)/.ready
	@BENCH_VENV=$(abspath $(BENCH_VENV)) $(BIN)/python -m benchmarks

docs: $(VENV)/.ready
	@$(BIN)/python -m tidewaiter.cli.reference docs/cli.md

lock: $(VENV)/.dev
	@$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra build --output-file constraints.txt pyproject.toml
	@$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra build --extra dev \
	  --constraint constraints.txt --output-file constraints-dev.txt pyproject.toml
	@$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra bench \
	  --constraint constraints.txt --output-file constraints-bench.txt pyproject.toml

clean:
	@rm -rf $(VENV) $(BENCH_VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
