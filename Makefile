# Everything a person or a machine does with Fitboard. `make` alone lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test faults lint format lock bench screenshots clean
BIN := .venv/bin

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run:  ## install what is missing, then start Fitboard and open it in the browser
	@.ci/environment run
	@exec $(BIN)/fitboard up

# Three processes also on two cores: now and then each waits for its server, its worker or its browser.
test:  ## install what is missing, then run every test (ARGS="-k name" narrows it)
	@.ci/environment dev
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

# Without pytest's limit of five minutes for a test: here one test is most of the work. With -s the seed is seen at once.
faults:  ## kill everything at hundreds of instants and compare
	@.ci/environment dev
	@FAULT_KILLS=$${FAULT_KILLS:-300} FAULT_AWAY=$${FAULT_AWAY:-30} $(BIN)/python -m pytest --timeout=0 -s tests/faults $(ARGS)

lint:  ## check style, types and JavaScript
	@.ci/environment dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m tests.javascript

format:  ## let ruff put the code in order
	@.ci/environment dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock:  ## renew the lock files from pyproject.toml (UPGRADE=1 takes the newest versions)
	@.ci/lock

bench:  ## measure what docs/benchmarks.md promises
	@.ci/environment dev
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m benchmarks

screenshots:  ## take the pictures in docs/images anew
	@.ci/environment dev
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python docs/screenshots.py

clean:  ## remove the environment and every cache; runs and data stay
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find app jobs tests benchmarks alembic docs -name __pycache__ -type d -prune -exec rm -rf {} +
