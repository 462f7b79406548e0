# Each target sets up what it needs: see README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BROWSER := $(VENV)/.browser
REPORT := partnerships-and-reinventing-the-wheel
INPUTS := $(shell find datasets notebooks localgov_history reports -path reports/build -prune -o \
	-type f ! -name '*.pyc' ! -path '*/.ipynb_checkpoints/*' -print)

.PHONY: report test lab check notebooks tables benchmarks lock clean help
.DELETE_ON_ERROR:

help:
	@echo "make report   the flagship report: reports/build/$(REPORT).html and .pdf"
	@echo "make test     every test"
	@echo "make lab      JupyterLab with the kit"
	@echo "make check    formatting, lint and types"
	@echo "make notebooks  run the notebooks again, in place"
	@echo "make tables FROM=…  the README and change log of datasets/ afresh; FROM: a folder or commit of the earlier version"
	@echo "make benchmarks  speed and memory, beside what one would do without the kit"
	@echo "make lock     resolve the dependencies afresh into requirements.lock"
	@echo "make clean    remove built reports and the environment"

report: reports/build/$(REPORT).pdf

reports/build/$(REPORT).pdf: $(READY) $(BROWSER) $(INPUTS)
	$(BIN)/localgov report build $(REPORT)

test: $(READY) $(BROWSER)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy

notebooks: $(READY)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False notebooks/*.ipynb

tables: $(READY)
	@test -n "$(FROM)" || { echo "name the earlier version: make tables FROM=folder-or-commit"; exit 1; }
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	if [ -d "$(FROM)" ]; then cp -R "$(FROM)" "$$scratch/datasets"; \
	else git archive "$(FROM)" datasets | tar -x -C "$$scratch"; fi && \
	$(BIN)/localgov data changes "$$scratch/datasets" --log datasets/CHANGES.md > "$$scratch/CHANGES.md" && \
	$(BIN)/localgov data readme > "$$scratch/README.md" && \
	mv "$$scratch/CHANGES.md" "$$scratch/README.md" datasets/

benchmarks: $(READY)
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/breaks.py
	$(BIN)/python benchmarks/incentives.py
	$(BIN)/python benchmarks/press.py

lab: $(READY)
	$(BIN)/jupyter lab $(LAB_OPTIONS) --notebook-dir=notebooks --LabApp.default_url=/lab/tree/00_start_here.ipynb $$(test "$$(id -u)" = 0 && echo --allow-root)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; \
		else echo "Python's venv module is missing; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; fi; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# A browser already there; else Debian's package; else plotly's helper; else a message, and the HTML is still built.
$(BROWSER): $(READY)
	@if $(BIN)/localgov browser >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; then :; \
	else $(BIN)/plotly_get_chrome -y || true; fi
	@if $(BIN)/localgov browser; then touch $@; fi

lock:
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/python -m pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --upgrade \
		--python-version 3.11 --custom-compile-command "make lock" --output-file requirements.lock
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) reports/build
