# Every target that has a line in `make help` works in a fresh clone: it makes the environment it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
FONTS := $(VENV)/fonts/.complete
TYPED := $(wildcard kit services stack tests benchmarks scripts)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv fonts lock proto lint format types imports contract sizes house locked checks test check

help:  ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(READY)  ## Make the Python environment (nothing to do while it is fresh)

$(READY): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

fonts: $(FONTS)  ## Have the fonts that papers are drawn with (the system's, or fetched once)

$(FONTS): $(READY) scripts/fetch_fonts.py
	$(BIN)/python scripts/fetch_fonts.py
	touch $@

lock: $(READY)  ## Pin all dependencies of pyproject.toml, with hashes and without addresses
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --quiet -o requirements.lock

lint: $(READY)  ## Look for mistakes and bad formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(READY)  ## Format the code and mend what can be mended by rule
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

proto: $(READY)  ## Write gen/ anew from proto/
	$(BIN)/buf format -w proto
	$(BIN)/python scripts/generate_proto.py

types: $(READY)  ## Check all types
	$(BIN)/mypy --strict $(TYPED)

imports: $(READY)  ## Check who imports whom
	$(BIN)/lint-imports --no-logo

contract: $(READY)  ## Check proto/: linted, formatted, breaking nobody, and gen/ made from it
	$(BIN)/python -m scripts.check_contract
	$(BIN)/python scripts/generate_proto.py --check

sizes: $(READY)  ## Check that files and functions stay short
	$(BIN)/python -m scripts.check_sizes

house: $(READY)  ## Check the house rules that no linter knows
	$(BIN)/python -m scripts.check_house

locked: $(READY)  ## Check that the lock is what pyproject.toml asks for, without addresses
	$(BIN)/python -m scripts.check_lock

test: $(READY) $(FONTS)  ## Run all tests, on real PostgreSQL and NATS
	$(BIN)/pytest -n 2

checks: lint types imports contract sizes house locked  ## Run every check but the tests

check: checks test  ## Run all checks and all tests

# Each drill ends in one line of figures and fails where it falls short. The short ones are for every change.
.PHONY: chaos chaos-short census census-short race race-short fuzz fuzz-short bench bench-bookings scale

chaos: $(READY) $(FONTS)  ## Kill, stop and delete under load, then count what was lost or doubled (10 minutes)
	$(BIN)/python -m tests.chaos

chaos-short: $(READY) $(FONTS)  ## The same in small (2 minutes)
	$(BIN)/python -m tests.chaos --short

census: $(READY) $(FONTS)  ## Have 2,000 of 3,000 enterprises answer a survey at once, then try to tell whose part B is whose (4 minutes)
	$(BIN)/python -m tests.census

census-short: $(READY) $(FONTS)  ## The same in small (1 minute)
	$(BIN)/python -m tests.census --short

race: $(READY)  ## Have 60 clients race for the last 30 seats of 250 lectures, replicas killed among them (6 minutes)
	$(BIN)/python -m tests.race

race-short: $(READY)  ## The same in small (1 minute)
	$(BIN)/python -m tests.race --short

fuzz: $(READY) $(FONTS)  ## Send random requests as everybody in turn, judged by the API's own description (8 minutes)
	$(BIN)/python -m tests.fuzz

fuzz-short: $(READY) $(FONTS)  ## The same in small (4 minutes)
	$(BIN)/python -m tests.fuzz --short

bench: $(READY) $(FONTS)  ## Measure submissions beside the bare pipeline, and the way to the inbox (5 minutes)
	$(BIN)/python -m benchmarks.submissions

bench-bookings: $(READY) $(FONTS)  ## Measure contended bookings beside a bare guarded UPDATE, and behind a queue of 10,000 (4 minutes)
	$(BIN)/python -m benchmarks.bookings

scale: $(READY) $(FONTS)  ## Ask beside a million demands what is asked beside ten thousand, and sweep 100,000 clocks (20 minutes)
	$(BIN)/python -m benchmarks.scale

# The platform on this machine. Several run side by side under several names: make run NAME=two
NAME = main
.PHONY: run demo operate

run: $(READY) $(FONTS)  ## Run the whole platform here until Ctrl-C: servers, services, demonstration data
	$(BIN)/python -m stack --name $(NAME)

demo: $(READY) $(FONTS)  ## Play the demand loop and the year's programme over HTTP against the running platform, and check them
	$(BIN)/python -m stack.demo --name $(NAME)

operate: $(READY)  ## Run an operator's command on the running platform: make operate DO="registry check-audit"
	@test -n "$(DO)" || { echo 'make operate DO="SERVICE COMMAND [ARGUMENT …]", see docs/operations.md' >&2; exit 2; }
	@$(BIN)/python -m stack.operate --name $(NAME) $(DO)
