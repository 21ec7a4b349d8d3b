# Everything here sets up by itself: a Debian with Python 3.11 or newer and make is enough.
# A set-up that was interrupted leaves .in-work and no .ready, so running it again begins afresh.

VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --no-input
LOCKED := $(PIP) install --quiet --require-hashes --requirement

.PHONY: demo test install lint bench clock prove prove-slice prove-long prove-paths prove-mutants map lock screenshots prove-flood load

demo: install
	@exec $(VENV)/bin/screening-line demo $(if $(PORT),--port $(PORT))

test: $(VENV)/.dev-ready
	@$(VENV)/bin/pytest -n 4 --dist loadfile --no-loadscope-reorder $(TESTS)

install: $(VENV)/.ready

lint: $(VENV)/.dev-ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/basedpyright
	$(VENV)/bin/lint-imports --no-logo

bench: $(VENV)/.dev-ready
	@PYTHONPATH=tests $(VENV)/bin/python benchmarks/turn.py

# The chaos run, such as `make prove MINUTES=10 SEED=7 SHAPE=split MORE="--database 8"`.
prove: $(VENV)/.dev-ready $(if $(DEPTH),prove-paths)
	@PYTHONPATH=tests $(VENV)/bin/python -m prove.run --minutes $(or $(MINUTES),2) --seed $(or $(SEED),1) \
	  --shape $(or $(SHAPE),one) $(MORE)

# What every change has to pass of it: one process, fixed seed, everything hurt.
# About a minute and a half, since it waits until all jobs are done.
prove-slice: $(VENV)/.dev-ready
	@PYTHONPATH=tests timeout 300 $(VENV)/bin/python -m prove.run --minutes 0.6 --seed 7 --shape one \
	  --kill 5 --database 15 --jumps 1

# Presses every key at every turn, so many deep from each start: no string of keys may be offered a time
# past a safety question (DEPTH=7: about a minute). `make prove DEPTH=7` does this before the chaos run.
prove-paths: $(VENV)/.dev-ready
	@PYTHONPATH=tests $(VENV)/bin/python tests/support/paths.py $(or $(DEPTH),7)

# How long a call takes; prints the table and writes it to docs/clock.md.
clock: $(VENV)/.dev-ready
	@PYTHONPATH=tests $(VENV)/bin/python tests/support/clock.py

# The same for hours, in rounds of two minutes: each round's result is a row of TABLE at once, so it may
# be interrupted. `nice -n 10 make prove-long MINUTES=240 SEED=1 TABLE=prove.md`.
prove-long: $(VENV)/.dev-ready
	@PYTHONPATH=tests $(VENV)/bin/python -m prove.long --minutes $(or $(MINUTES),60) \
	  --seed $(or $(SEED),1) --table $(or $(TABLE),prove.md)

# Breaks one guard of the line at a time; the chaos run must notice each. It takes a quarter of an hour or longer.
prove-mutants: $(VENV)/.dev-ready
	@PYTHONPATH=.:tests $(VENV)/bin/python -m prove.mutants --seed $(or $(SEED),1) $(MUTANTS)

# So many whole calls at once in the rhythm of callers, such as `make load CALLS=1000 MORE="--workers 2"`; four and a half
# minutes. `--hang 30`: Google does not answer for so long, midway; `--apart`: jobs have a process of their own.
load: $(VENV)/.dev-ready
	@PYTHONPATH=.:tests $(VENV)/bin/python -m prove.load --calls $(or $(CALLS),500) --seconds $(or $(SECONDS),60) $(MORE)

# Robots call a real line while patients do, within the limits that are set by default.
prove-flood: $(VENV)/.dev-ready
	@PYTHONPATH=.:tests $(VENV)/bin/python -m prove.flood --calls $(or $(CALLS),5000) \
		--patients $(or $(PATIENTS),50) --seed $(or $(SEED),1)

map: $(VENV)/.dev-ready
	@PYTHONPATH=tests $(VENV)/bin/python tests/support/call_map.py

# The README's pictures; `make screenshots TO=folder` puts more of them there, to look at the page.
screenshots: $(VENV)/.dev-ready
	@PYTHONPATH=tests $(VENV)/bin/python tests/support/screenshots.py $(TO)

# Pins the dependencies in pyproject.toml again, with the uv that requirements-uv.lock pins.
# `make lock UPGRADE=--upgrade` takes the newest version of everything, uv included.
lock:
	@$(find_python); tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	"$$python" -m venv "$$tools" && \
	"$$tools/bin/pip" install --quiet --require-hashes --requirement requirements-uv.lock && \
	compile="$$tools/bin/uv pip compile --quiet --universal --python-version 3.11 --no-strip-extras \
	  --generate-hashes --no-header --no-annotate $(UPGRADE)" && \
	$$compile pyproject.toml --output-file requirements.lock && \
	$$compile pyproject.toml --all-extras --constraint requirements.lock \
	  --output-file requirements-dev.lock && \
	echo uv | $$compile - --output-file requirements-uv.lock

$(VENV)/.ready: requirements.lock pyproject.toml deploy/trim-packages.sh
	@$(find_python); \
	if [ -e $(VENV)/.in-work ] || ! $(VENV)/bin/python -m pip --version >/dev/null 2>&1; then \
	  echo "Setting up $(VENV) (about a minute) ..."; \
	  "$$python" -m venv --clear $(VENV) || exit 1; \
	fi; \
	touch $(VENV)/.in-work
	@$(LOCKED) requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@sh deploy/trim-packages.sh $(VENV)
	@touch $@ && rm $(VENV)/.in-work

$(VENV)/.dev-ready: $(VENV)/.ready requirements-dev.lock
	@echo "Adding the tools for tests and lint to $(VENV) ..."
	@touch $(VENV)/.in-work && rm $(VENV)/.ready
	@$(LOCKED) requirements-dev.lock
	@touch $(VENV)/.ready $@ && rm $(VENV)/.in-work

# The first Python that is new enough and can make a virtual environment, as $$python.
define find_python
python=; new=; \
for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; new=$$name; \
  "$$name" -c 'import ensurepip, venv' 2>/dev/null || continue; python=$$name; break; \
done; \
if [ -z "$$new" ]; then \
  echo "Python 3.11 or newer is missing: sudo apt install python3 python3-venv" >&2; exit 1; \
elif [ -z "$$python" ]; then \
  echo "Python's venv module is missing: sudo apt install python3-venv" >&2; exit 1; \
fi
endef
