# make demo: install and run the demo shop.   make test: install and run every test.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: demo test cover lint lint-api types format bench clean

$(VENV)/.service: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.service
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train,export,photos,otel,dev]'
	@touch $@

demo: $(VENV)/.service
	$(BIN)/tryon demo --host $(HOST) --port $(PORT)

test: $(VENV)/.dev
	bash scripts/ensure-browser.sh
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile $(PYTEST)

cover:  # the tests, slower, and which lines they do not reach
	$(MAKE) test PYTEST="--cov --cov-report=term"

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-api:  # the OpenAPI document by Spectral; needs node
	npx --yes @stoplight/spectral-cli@6.16.3 lint docs/openapi.json -r docs/spectral.yaml --fail-severity warn

types: $(VENV)/.dev
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev
	$(BIN)/python -m bench.latency --url http://$(HOST):$(PORT)

clean:
	rm -rf $(VENV) var .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
