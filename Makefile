# Every target makes its own environment in .venv when there is none: Python 3.11 and git are all it takes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml examples/events.ndjson $(shell find contract_tests event_router mock_promoter plugin promoter_schemas schemas -type f -not -name '*.pyc')

.PHONY: demo test check bench mutation lock clean

demo: $(VENV)/.installed
	@$(BIN)/event-router demo

# The tests run against the wheel as installed, never against the checkout.
test: $(VENV)/.installed
ifdef ARGS
	$(BIN)/pytest -n 2 $(ARGS)
else
	$(BIN)/pytest -n 2 -m "not gallery" --cov --cov-report=term
	$(BIN)/pytest -n 2 -m gallery
endif

check: $(VENV)/.tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile deploy/Dockerfile

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/transform.py
	$(BIN)/python benchmarks/send.py
	$(BIN)/python benchmarks/router.py
	$(BIN)/python benchmarks/rudder.py
	$(BIN)/python benchmarks/mock.py

# Changes a line of the sources at a time, and fails where no test notices: a quarter of an hour on two cores.
mutation: $(VENV)/.installed
	PYTHONPATH=tests nice $(BIN)/python -m mutation.run $(ARGS)

LOCK := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-find-links --no-emit-index-url --no-emit-trusted-host
lock: $(VENV)/.tools
	$(LOCK) --all-extras --output-file requirements.lock pyproject.toml
	$(LOCK) --extra mock --constraint requirements.lock --output-file requirements-mock.lock pyproject.toml
	$(LOCK) --extra router --constraint requirements.lock --output-file deploy/requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) dist

$(VENV)/.tools: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.tools $(SOURCES)
	rm -rf dist
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall dist/*.whl
	@touch $@
