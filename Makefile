# Every command of the project; `make help` lists them.
# PYTHON=… names the interpreter to use (3.11 or newer). PORT, SANDBOX_PORT, HOST, DEMO and every
# other setting given to `make run` reach the program through the environment.

VENV = .venv
BIN = $(VENV)/bin
CATALOGUES = $(wildcard webapp/translations/*/LC_MESSAGES/*.po)
MARK = not full
PYTEST = $(BIN)/python -m pytest --numprocesses=$(PROCESSES) --dist=loadfile
PROCESSES = 3

.PHONY: help run reset setup runtime development check test test-full test-pythons bench audit soak \
  mutants guards lock translations screenshots
.DEFAULT_GOAL = help

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run: runtime $(CATALOGUES:.po=.mo) ## the whole program; PORT=5000 SANDBOX_PORT=5100 HOST=127.0.0.1 DEMO=1
	@$(BIN)/python -m jobs.supervisor --stop-with-parent

reset: runtime ## forget the demo's data (not while it runs)
	@$(BIN)/python -m jobs.reset

setup: runtime development $(CATALOGUES:.po=.mo) ## the environment alone, in .venv

runtime:
	@PYTHON="$(PYTHON)" sh .ci/environment $(VENV) requirements.lock

development: runtime
	@PYTHON="$(PYTHON)" sh .ci/environment $(VENV) requirements-dev.lock

check: setup ## format, lint, types
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy

test: setup ## SQLite, every journey once; then a smoke test on the other Pythons found; MARK="not full"
	@$(BIN)/python -m tests.browser.binary
	@$(PYTEST) -m "$(MARK)"
	@$(MAKE) --no-print-directory test-pythons

test-full: setup ## PostgreSQL too, both languages, complete matrices
	@$(BIN)/python -m tests.browser.binary
	@$(PYTEST)
	@$(BIN)/python -m tests.postgres $(PYTEST) -m "not browser and not one_database"
	@$(MAKE) --no-print-directory test-pythons PYTHONS_MARK="not browser and not full"

test-pythons: ## the tests marked `smoke` on every other Python 3.11-3.13 of this machine
	@PYTHONS_MARK="$(PYTHONS_MARK)" sh .ci/pythons

bench: setup ## the benchmarks, one JSON line each; ONLY=name runs one
	@for file in bench/$(or $(ONLY),[a-z]*).py; do \
	  name=$$(basename "$$file" .py); $(BIN)/python -m "bench.$$name" || exit 1; \
	done

audit: setup ## bandit, pip-audit, and a bill of materials in instance/sbom.json; AUDIT_OFFLINE=1
	@$(BIN)/python .ci/audit.py

soak: setup ## half an hour of random work, faults and kills, then the audit; MINUTES=30 OPERATIONS=10000
	@$(BIN)/python -m tests.faults.soak

mutants: setup ## break money, outbox and sign-in on purpose: who notices?; ONLY=outbox SAMPLE=100
	@$(BIN)/python -m tests.mutation

guards: setup ## take each guard against a fault away and see its test go red; ONLY=7
	@$(BIN)/python -m tests.mutation.guards

lock: runtime ## resolve the packages of pyproject.toml again
	@sh .ci/lock

translations: setup ## bring the catalogues up to date with the sentences in the source
	@sh .ci/translations

screenshots: setup ## the pictures of docs/images, taken anew from the demo
	@$(BIN)/python -m tests.browser.binary
	@$(BIN)/python -m tests.browser.screenshots

webapp/translations/%.mo: webapp/translations/%.po | runtime
	@$(BIN)/python -m babel.messages.frontend compile -i $< -o $@
