# Each target sets up what it needs on a machine with Python 3.11 and pip: a virtual environment in .venv, with exactly
# the packages (and hashes) of requirements*.txt. Nothing is installed outside this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/tools/bin/uv
SYNC := $(UV) pip sync --quiet --require-hashes --python $(BIN)/python
INSTALL := $(UV) pip install --quiet --no-deps --python $(BIN)/python -e .

.PHONY: help demo test lint bench bench-quick test-real docs requirements clean

help:
	@echo "make demo         see it work: 200 people, one leaves, then fifty (about 15 seconds)"
	@echo "make test         all tests; those for a server that is not there are skipped, and named"
	@echo "make lint         style, types, layers, and whether the docs are complete"
	@echo "make bench        the figures, on the full sample; bench-quick on a tenth of it"
	@echo "make test-real    three applications of others, installed and erased from (needs Debian and root)"
	@echo "make docs         write the generated pages again"

demo: $(VENV)/ready
	@$(BIN)/waarborg demo

test: $(VENV)/ready-dev
	$(BIN)/python -m pytest -rs -n auto

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tools/docs.py check

docs: $(VENV)/ready-dev
	$(BIN)/python tools/docs.py write

bench: $(VENV)/ready-dev
	$(BIN)/python -m benchmarks.run

bench-quick: $(VENV)/ready-dev
	$(BIN)/python -m benchmarks.run --quick

test-real: $(VENV)/ready-dev
	WAARBORG_REAL=1 $(BIN)/python -m pytest -rs tests/real

# requirements*.txt hold hashes for every platform, and no address of any registry.
requirements: $(UV)
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.txt
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra office pyproject.toml \
	  -o requirements-office.txt
	$(PYTHON) -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['dev']))" \
	  | $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra office pyproject.toml - \
	  -o requirements-dev.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(UV):
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(PYTHON) -m venv $(VENV)/tools
	$(VENV)/tools/bin/pip install --quiet --disable-pip-version-check uv

# A set-up for development serves the demo as well.
$(VENV)/ready: $(UV) requirements.txt pyproject.toml
	test -f $(VENV)/ready-dev || $(SYNC) requirements.txt
	$(INSTALL)
	touch $@

$(VENV)/ready-dev: $(UV) requirements-dev.txt pyproject.toml
	$(SYNC) requirements-dev.txt
	$(INSTALL)
	touch $@ $(VENV)/ready
