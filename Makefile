# make run    sets everything up in .venv, then the evidence, the record and the main job
# make test   the same set-up, then the whole gate; with a real Slurm and a browser where they are installed (SLURM=needed,
#             STUDIO=needed: they have to be)
# make lesson  installs JupyterLab, compiles the model, opens the first notebook
# make docs   the documents as a site in build/site, with every notebook run (some minutes)
# make bench  the benchmarks
# make slurm-check  the cluster's jobs with a real Slurm on this machine (root; Debian: slurm-wlm munge)
# make kill-check   workers killed at random a thousand times, on one folder: about six minutes
# make fresh  every test by drawn examples with new ones, many more; what it finds is printed to be kept
# make broken-cases  breaks every case in a thousand places, one at a time: whether each is told of (an hour)
# make mutants  changes the code in a sample of places, one at a time: whether the tests see it (hours; docs/tests.md)
# make accept reason="..."  tells what the scenarios' numbers have moved by, and accepts them for that reason
# make lock   renews requirements.lock from pyproject.toml
# Another Python than python3:  make PYTHON=/path/to/python3.12 run

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
OURS := .venv/.jirga
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
SLURM :=
STUDIO :=
SITE = NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -q
AS_ROOT = $(if $(SLURM),$(SUDO) env PYTHONDONTWRITEBYTECODE=1)

SIDE_BY_SIDE = $(MAKE) --no-print-directory -j2 -O

.PHONY: run test test-code test-site test-python test-cluster lesson docs fresh broken-cases mutants bench slurm-check kill-check accept lock clean
.DEFAULT_GOAL := run

# The report last: it links to the pages of the evidence, and of how far to trust it.
run: $(READY)
	$(BIN)/python -m sim job=evidence
	$(BIN)/python -m sim job=record size.draws=200
	$(BIN)/python -m sim

# The gate: everything that has to hold, once, here. What keeps one core busy, or waits, has another beside it.
test: $(READY)
	$(SIDE_BY_SIDE) test-code test-site
	$(MAKE) --no-print-directory -j2 test-python test-cluster
	$(BIN)/python -m tests.studio.browser_check $(STUDIO)

test-code:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test-site:
	$(SITE)

test-python:
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-cluster:
	$(AS_ROOT) $(BIN)/python tests/cluster/slurm_check.py $(SLURM)

lesson: $(READY)
	$(BIN)/python -m pip install -qq --disable-pip-version-check "jupyterlab>=4,<5"
	@echo "compiling the model (a minute the first time)"
	$(BIN)/python -c 'import sim; sim.sweep(sim.load_case().scenario("turkey_summit"), draws=1, runs=1, progress=False)'
	PYTHONSTARTUP=$(CURDIR)/notebooks/sentences.py $(BIN)/jupyter lab notebooks/01_turkey_summit.ipynb

docs: $(READY)
	$(BIN)/python docs/hooks.py
	$(SITE)

fresh: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile -m hypothesis --hypothesis-profile=fresh tests

broken-cases: $(READY)
	$(BIN)/python -m tests.broken_cases

# What changes the code has many dependencies and needs none of ours: it has an environment of its own.
mutants: $(READY)
	[ -e .venv-mutants/.ready ] || { $(PYTHON) -m venv .venv-mutants && \
	  .venv-mutants/bin/python -m pip install -qq --disable-pip-version-check "cosmic-ray>=8.7,<9" && touch .venv-mutants/.ready; }
	.venv-mutants/bin/python tests/mutation/mutants.py $(if $(sample),sample=$(sample)) $(if $(seed),seed=$(seed)) $(if $(groups),groups=$(groups))

bench: $(READY)
	set -e; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file; done

slurm-check: $(READY)
	$(BIN)/python tests/cluster/slurm_check.py needed

kill-check: $(READY)
	$(BIN)/python tests/cluster/kill_work.py 1000

accept: $(READY)
	$(BIN)/python -m sim.jobs.expected "reason=$$reason"

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "jirga needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { $(SUDO) apt-get update -q && $(SUDO) apt-get install -yq python3-venv; } || \
	  { echo "$(PYTHON) cannot make virtual environments; install its venv module (Debian: python3-venv)"; exit 1; }
	@echo "setting up .venv from requirements.lock (a minute or two the first time)"
	@[ ! -e .venv ] || [ -e $(OURS) ] || [ -e $(READY) ] || \
	  { echo ".venv is there, and make has not made it: move it away"; exit 1; }
	@[ "$$($(BIN)/python -V 2>/dev/null)" = "$$($(PYTHON) -V)" ] || $(PYTHON) -m venv --clear .venv
	@touch $(OURS)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --use-pep517 -r requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# One lock for Python 3.11 to 3.13: universal, with hashes, without the name of any registry.
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install -qq --disable-pip-version-check uv
	.venv-lock/bin/uv pip compile -q --universal --python-version 3.11 --all-extras --generate-hashes --upgrade \
	  --no-config --no-header -o requirements.lock pyproject.toml

clean:
	@[ ! -e .venv ] || [ -e $(OURS) ] || [ -e $(READY) ] || \
	  { echo ".venv is there, and make has not made it: it stays"; exit 1; }
	rm -rf .venv .venv-lock .venv-mutants build/lib build/bdist.* jirga.egg-info
