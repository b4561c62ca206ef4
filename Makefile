# What one types. Every target first sees to the system packages and to .venv by itself; the second run starts at once.

BIN := .venv/bin
# Two more than there are processors: tests wait for servers and for other processes.
SIDE_BY_SIDE := --numprocesses $(shell echo $$(($$(nproc) + 2))) --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# Where there is room, what tests write stays in memory: they wait for disks more than for anything else.
SHM := $(shell test -w /dev/shm && df --output=avail -k /dev/shm | tail -n 1)
IN_MEMORY := $(shell test 0$(SHM) -gt 8000000 && echo TMPDIR=/dev/shm)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard dsar/translations/*/LC_MESSAGES/messages.po))

.PHONY: help setup demo run test proof bench fix checks messages lock vendor catalogues test-packages
.DEFAULT_GOAL := help

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## make .venv and what goes into it
	@scripts/system-packages run
	@scripts/set-up
	@$(MAKE) --no-print-directory --silent catalogues

demo: setup ## tell the story of one request, then serve the pages (SERVE=0: only the story)
	@$(BIN)/dsar demo

run: setup ## start the pages, the workers and the clock; Ctrl-C stops them all
	@$(BIN)/dsar run

test: checks ## everything that must hold before a change lands
	@$(IN_MEMORY) $(BIN)/python -m pytest $(SIDE_BY_SIDE)

proof: checks ## the same tests at the sizes that were promised: an hour and more
	@DSAR_PROOF=1 $(BIN)/python -m pytest $(SIDE_BY_SIDE) --durations=20

bench: setup test-packages ## measure, beside what others reach
	@$(BIN)/python -m bench

fix: setup ## lay out the code and mend what can be mended by itself
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

messages: setup ## bring the translations up to the code
	@scripts/messages

lock: setup ## pin the dependencies of pyproject.toml (UPGRADE=1: the newest)
	@scripts/lock

vendor: ## remake the style sheet of dsar/static/vendor
	@scripts/vendor

checks: setup test-packages
	@$(BIN)/ruff check --quiet . || { echo "error: see above; make fix mends what can be mended by itself" >&2; exit 1; }
	@$(BIN)/ruff format --check --quiet . || { echo "error: files are not laid out; type: make fix" >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary || { echo "error: the types above do not hold" >&2; exit 1; }

catalogues: $(CATALOGUES)

test-packages:
	@scripts/system-packages test

%.mo: %.po
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
