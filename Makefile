# make run    sets everything up in .venv, then runs the main job
# make test   the same set-up, then the whole gate
# make bench  the benchmarks
# make slurm-check  the cluster's jobs with a real Slurm on this machine (root; Debian: slurm-wlm munge)
# make accept accepts the numbers that the scenarios give now as those that they are expected to give
# make lock   renews requirements.lock from pyproject.toml
# Another Python than python3:  make PYTHON=/path/to/python3.12 run

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
OURS := .venv/.jirga
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: run test bench slurm-check accept lock clean
.DEFAULT_GOAL := run

run: $(READY)
	$(BIN)/python -m sim

# The gate: everything that has to hold, once, here.
test: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -n auto --dist loadgroup
	$(BIN)/python tests/studio/browser_check.py

bench: $(READY)
	set -e; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file; done

slurm-check: $(READY)
	$(BIN)/python tests/cluster/slurm_check.py

accept: $(READY)
	$(BIN)/python -m sim.jobs.expected

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
	rm -rf .venv .venv-lock build/lib build/bdist.* jirga.egg-info
