# Every way into the project. A fresh machine needs Python 3.11+, and for `test` and `stack-up` a JDK (21+) and Maven.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STACK_DIR ?= .parley/stack

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench quality stack-up stack-down lock clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.done ## Make the environment in .venv from the hash lock

$(VENV)/.done: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Parley needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

demo: setup ## Run sample stories through the embedded way and print what they tell
	@$(BIN)/parley demo

test: setup lint ## Start real Kafka and Elasticsearch, run every test, end them
	$(BIN)/python -m pytest

lint: setup ## Style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## Articles a second of the engine over the sample stories
	$(BIN)/parley bench extract

quality: setup ## Accuracy on the development corpora: make quality CORPORA=DIR
	@test -d "$(CORPORA)" || { echo "No corpora: say make quality CORPORA=DIR (a folder with the .jsonl files)" >&2; exit 2; }
	$(BIN)/python -m tests.quality.score_quotes --corpora "$(CORPORA)"
	$(BIN)/python -m tests.quality.score_people --corpora "$(CORPORA)"
	$(BIN)/python -m tests.quality.score_meetings --corpora "$(CORPORA)"

stack-up: setup ## Start a real Kafka and a real Elasticsearch on loopback, without Docker
	$(BIN)/python -m deploy.local.stack up --dir $(STACK_DIR)

stack-down: setup ## End them; their data stays
	$(BIN)/python -m deploy.local.stack down --dir $(STACK_DIR)

lock: ## Renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --upgrade --quiet -o requirements.lock

clean: ## Remove the environment and everything that was made here
	rm -rf $(VENV) .parley build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
