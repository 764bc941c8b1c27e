# Each target installs what it needs into .venv; only Python 3.11 or newer, make and git are asked for.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PORTFOLIO ?=

.PHONY: dashboard notebooks test stress lint bench bench-peers screenshots clean

dashboard: $(VENV)/.installed
	$(BIN)/allocation $(if $(PORTFOLIO),--portfolio "$(PORTFOLIO)") dashboard

notebooks: $(VENV)/.installed-notebooks
	cd notebooks && ../$(BIN)/jupyter lab

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto --dist worksteal -m 'not stress and not browser'
	$(BIN)/python -m pytest -m 'browser and not stress'

stress: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m stress

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks

bench-peers: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks.peers

screenshots: $(VENV)/.installed-test
	$(BIN)/python -m tests.browser.screenshots

clean:
	rm -rf $(VENV)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "allocation needs Python 3.11 or newer; this is %d.%d. Name another: make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/.installed-notebooks: $(VENV)/.installed
	$(PIP) install -c constraints.txt -e '.[notebooks]'
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) install -c constraints.txt -e '.[test]'
	touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-test
	$(PIP) install -c constraints.txt -e '.[bench]'
	touch $@
