# Two commands for people: `make run` and `make test`. Needs Python 3.11 or newer and a package index.
CORPUS ?= corpus
# DATA and PORT are passed on only where they are given; otherwise ORGASK_DATA and ORGASK_PORT count.

VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test clean

run: $(VENV)/run.stamp
	@exec $(PY) app.py --corpus "$(CORPUS)" $(if $(DATA),--data "$(DATA)") $(if $(PORT),--port "$(PORT)")

test: $(VENV)/test.stamp
	$(PY) -m tests.browser
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest --numprocesses 2 --dist loadfile

$(VENV)/run.stamp: requirements.txt
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本（Python 3.11 or newer is needed）。" >&2; exit 2; }
	"$(PYTHON)" -m venv $(VENV)
	$(PY) -m pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(PY) -m pip install --quiet --requirement requirements-dev.txt
	$(PY) -m pip check
	@touch $@

clean:
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
