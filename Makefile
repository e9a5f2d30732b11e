# Two commands on a fresh machine: `make demo` and `make test`.  Both make .venv first; nothing else has to be done before.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
BUILT  := $(VENV)/.built
TOOLS  := $(VENV)/.tools
EXAMPLE := examples/mariadb-pool-exhausted

.PHONY: help demo test tools check page catalogs bench fuzz clean
.DEFAULT_GOAL := help

help: ## show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(BUILT) ## build, analyze the real example, print the verdict
	$(BIN)/stackan analyze --exit-zero $(EXAMPLE)/snap1.txt $(EXAMPLE)/snap2.txt

test: $(TOOLS) check ## everything that CI runs
	$(BIN)/python -m pytest --benchmark-disable -n auto

check: $(TOOLS) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

page: ## build the program of the report's page anew (needs node)
	cd web && npm ci --silent --no-audit --no-fund --ignore-scripts && npm run build

catalogs: $(TOOLS) ## bring the catalogs of other languages to the sentences of the sources
	$(BIN)/python catalogs.py
	$(BIN)/pybabel --quiet compile --domain stackan --directory stackan/locale

bench: $(TOOLS) ## measure every goal of speed: one table, also in docs/performance.md
	$(BIN)/python benchmarks/goals.py --page docs/performance.md

$(BUILT): pyproject.toml setup.py $(wildcard stackan/_fast*.p* stackan/_fast.h)
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

tools: $(TOOLS) ## build, and install what the tests need: all that reaches out for packages

$(TOOLS): $(BUILT) tests/requirements.txt
	$(PIP) --requirement tests/requirements.txt
	@touch $@

# The seeds are beginnings of real dumps; inputs that reached new code are kept in .fuzz/found, one that fails as .fuzz/crash-*.
fuzz: SECONDS ?= 60
fuzz: $(TOOLS) ## vary inputs by coverage, SECONDS=60 each: native scanner and readers against the plain ones, any text, any file (needs clang)
	$(PIP) atheris
	CC=clang LDSHARED='clang -shared' STACKAN_FUZZ=1 \
	    $(PIP) --no-deps --upgrade --target .fuzz/lib .
	mkdir -p .fuzz/found .fuzz/found-files
	PYTHONPATH=.fuzz/lib ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$$($(BIN)/python -c 'import atheris; print(atheris.path())')/asan_with_fuzzer.so \
	    $(BIN)/python fuzz/scanner.py -max_len=4096 -max_total_time=$(SECONDS) -artifact_prefix=.fuzz/ .fuzz/found fuzz/seeds tests/dumps
	for grammar in jstack dump_to_file goroutines; do \
	    PYTHONPATH=.fuzz/lib ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$$($(BIN)/python -c 'import atheris; print(atheris.path())')/asan_with_fuzzer.so \
	    $(BIN)/python fuzz/runtimes.py $$grammar -max_len=1024 -max_total_time=$(SECONDS) -artifact_prefix=.fuzz/ .fuzz/found fuzz/seeds tests/dumps/java tests/dumps/go || exit 1; \
	done
	PYTHONPATH=.fuzz/lib STACKAN_BACKEND=pure $(BIN)/python fuzz/texts.py -max_len=4096 -max_total_time=$(SECONDS) -artifact_prefix=.fuzz/ .fuzz/found fuzz/seeds tests/dumps
	$(BIN)/python fuzz/pack.py .fuzz/packed
	PYTHONPATH=.fuzz/lib STACKAN_BACKEND=pure $(BIN)/python fuzz/files.py -max_len=8192 -max_total_time=$(SECONDS) -artifact_prefix=.fuzz/ .fuzz/found-files .fuzz/packed fuzz/seeds

clean: ## remove what the build made
	rm -rf $(VENV) build *.egg-info stackan/_fast.c stackan/_fast*.so .pytest_cache .mypy_cache .ruff_cache .benchmarks .hypothesis
