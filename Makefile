# Yima. 'make run' shows the product, 'make test' proves it; 'make help' names the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Where bytecode is not kept, every start compiles the whole house anew, which takes longer than all its other work.
export PYTHONDONTWRITEBYTECODE :=
PORT ?= 8080
ROUNDS ?= 50
RUNS ?= 200000
EXAMPLES ?= 100
PY := .venv/bin/python
ROOMS := server codes notify miniapp_api config tests
SERVICES := $(PY) -m tests.services
# Tracing every line takes half as long again: where somebody waits, `make coverage` does it by itself.
TRACED := $(if $(YIMA_CI),coverage run -m)
# One Chromium for all pages of a run, so one event loop for their tests.
PAGES := $(PY) -m pytest -q -o asyncio_default_fixture_loop_scope=session -o asyncio_default_test_loop_scope=session
# Two halves of them that take equally long; a new file is of the second until somebody weighs it (`--durations=0`).
FIRST := $(patsubst %,tests/browser/test_%.py,look main_job showing acting console hall terminals watch urgent)
SECOND := $(filter-out $(FIRST),$(wildcard tests/browser/test_*.py))

.NOTPARALLEL:
.PHONY: help run test demo demo-code demo-proxy bench lock lint checks unit services-test front front-test browser coverage covered soak-code soak-code-race soak-push soak-privacy fuzz clean ready tools pages-first pages-second proofs

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 \t\2/p' Makefile | expand -t 24

run: ready front ## make, build, migrate, seed an empty database, serve on 127.0.0.1:8080 (PORT=…)
	@YIMA_PORT=$(PORT) exec $(PY) -m server serve

demo: ready ## tell the main job as a story, in this terminal, against the server on PORT
	@YIMA_PORT=$(PORT) exec $(PY) -m server demo

demo-code: tools ## tell the one code, its credential and the check without a network, against the server on PORT
	@YIMA_PORT=$(PORT) exec $(PY) -m server demo-code

demo-proxy: ready ## tell how a daughter acts for her father without a phone, against the server on PORT
	@YIMA_PORT=$(PORT) exec $(PY) -m server demo-proxy

test: tools front checks proofs $(if $(YIMA_CI),covered) ## everything: rules, API on both databases, front, browser
	@echo "== all green"

lint: tools ## ruff, mypy --strict, import-linter
	@echo "== lint: ruff"
	@$(PY) -m ruff check $(ROOMS)
	@$(PY) -m ruff format --check --quiet $(ROOMS) || { echo "run: $(PY) -m ruff format $(ROOMS)"; exit 1; }
	@echo "== lint: mypy --strict"
	@$(PY) -m mypy
	@echo "== lint: floors"
	@PYTHONPATH=. .venv/bin/lint-imports --no-logo | tail -n 12

# Side by side, one core each; the second one's words are shown when the first has finished.
define both
	@words=$$(mktemp); $(MAKE) $(2) >"$$words" 2>&1 & other=$$!; \
	trap 'kill $$other 2>/dev/null || true; rm -f "$$words"' EXIT; \
	code=0; $(MAKE) $(1) || code=$$?; wait $$other || code=$$?; cat "$$words"; exit $$code
endef

checks: tools front
	$(call both,lint,front-test)

proofs: tools front
	@$(PY) -m coverage erase
	$(call both,unit pages-first,services-test pages-second)

unit: tools front ## rules and API on SQLite and the in-process store
	@echo "== tests: SQLite + in-process store"
	@$(PY) -m $(TRACED) pytest -q tests --ignore=tests/browser

services-test: tools ## rules and API on PostgreSQL and Redis, started and stopped by the tests
	@echo "== tests: PostgreSQL + Redis"
	@$(SERVICES) -- $(PY) -m pytest -q tests --ignore=tests/browser --both-only

front-test: tools front
	@echo "== tests: residents' front"
	@.ci/front test

browser: tools front ## the pages in a real Chromium (WHICH=tests/browser/test_….py for some of them)
	$(if $(WHICH),@$(PAGES) $(WHICH),$(call both,pages-first,pages-second))

pages-first: tools front
	@echo "== tests: browser, first half"
	@$(PAGES) $(FIRST)

pages-second: tools front
	@echo "== tests: browser, second half"
	@$(PAGES) $(SECOND)

coverage: tools front ## lines and branches that the rules and the API reach on SQLite; at least 90 %
	@$(PY) -m coverage erase
	@$(MAKE) unit covered YIMA_CI=1

covered:
	@echo "== coverage"
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report

soak-code-race: tools ## 40 scans of one code from two processes, ROUNDS times (50)
	@$(SERVICES) -- env YIMA_RACE_ROUNDS=$(ROUNDS) $(PY) -m pytest -q -s tests/faults/test_code_race.py

fuzz: ready front ## coverage-guided fuzzing of every reader of a code, RUNS inputs (200000); EXAMPLES (100) for each operation
	@.ci/python run test fuzz
	@$(PY) -m tests.codes.fuzz_credential -runs=$(RUNS)
	@YIMA_SOAK_EXAMPLES=$(EXAMPLES) $(PY) -m pytest -q tests/web/test_contract.py -k documented

PEOPLE ?= 100000
KILLS ?= 20
soak-push: tools ## pushes of PEOPLE (100000) with KILLS (20) kills on each engine; PostgreSQL, Redis and the provider taken away
	@YIMA_SOAK_PEOPLE=$(PEOPLE) YIMA_SOAK_KILLS=$(KILLS) $(PY) -m tests.soak.push
	@YIMA_HISTORIES=10000 $(PY) -m pytest -q tests/notify/test_engine_rules.py -k receipt

soak-code: tools ## 10,000 codes at four counters each, two processes, one killed; a storm of 3,000 phones; 1,000,000 mutations
	@$(SERVICES) --durable -- $(PY) -m tests.soak
	@YIMA_MUTATIONS=1000000 $(PY) -m pytest -q -s tests/codes/test_mutations.py

soak-privacy: tools ## what an attacker learns: 2,000 turns a question, medians less than 2 ms apart (PARTS=… for some, SIZE=0.05 for less)
	@$(SERVICES) --durable -- env YIMA_SOAK_PARTS="$(PARTS)" YIMA_SOAK_SIZE=$(or $(SIZE),1) $(PY) -m tests.soak.privacy
	@YIMA_SOAK_CANARIES=1000 $(SERVICES) -- $(PY) -m pytest -q tests/web/test_canaries.py
	@YIMA_SOAK_TAMPERINGS=10000 $(PY) -m pytest -q tests/domain/audit/test_sealing.py -k tampering

bench: tools ## our rates beside hand-written floors, as ratios
	@$(SERVICES) --durable -- $(PY) -m tests.bench
	@$(SERVICES) --durable -- $(PY) -m tests.bench.notices
	@$(SERVICES) --durable -- $(PY) -m tests.bench.receipts

front: ready
	@.ci/front build

lock: ## pin every dependency anew (needs uv)
	@.ci/lock

ready:
	@.ci/python run

tools: ready
	@.ci/python run test
	@if $(PY) -m tests.services.postgres; then .ci/python postgres; fi

clean: ## remove what was made: .venv, builds, caches; never var/
	@rm -rf .venv .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@rm -rf miniapp_api/front/dist miniapp_api/front/node_modules
	@find . -name __pycache__ -type d -not -path './miniapp_api/front/*' -prune -exec rm -rf {} +
