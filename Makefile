# Two verbs do everything on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
CHALLENGE ?= semantic-search
MODE ?= quick
RUNS ?= 1

.PHONY: demo test test-long test-fast contract check validate attacks mutants bench fuzz gallery clean setup engine images lock format

demo: setup engine          ## grade a reference and a weak submission from git URLs, write both reports
	$(BIN)/python scripts/demo.py

test: setup engine images build/model build/node/installed.json   ## the whole suite, on the real engine
	$(BIN)/pytest -n 2 --dist loadfile $(PYTEST_ARGS)

images: setup engine        ## our images, made once before two processes want them
	$(BIN)/python scripts/images.py

test-long: setup engine     ## what takes minutes more: the demo as a newcomer runs it
	$(BIN)/pytest -m long

test-fast: .venv/ready build/model   ## what needs no engine and no browser
	$(BIN)/pytest tests/unit tests/contract -m "not engine"

contract: .venv/ready       ## DOCKER_HOST=...: what every sandbox promises, on another engine (docs/operators.md)
	$(BIN)/pytest tests/contract -k docker
	$(BIN)/grader doctor --deep

check: .venv/ready          ## lint, format, types, rubrics
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/grader check

validate: setup engine images build/model ## CHALLENGE=id MODE=quick|full: a challenge shows that it is fair
	@scripts/packages.sh node:nodejs npm:npm
	$(BIN)/grader validate $(CHALLENGE) --$(MODE)

attacks: setup engine       ## every hostile submission, each with its stated verdict; RUNS=3: all runs must be alike
	$(BIN)/python -m tests.attacks --runs $(RUNS)

mutants: setup engine       ## each defence switched off once: an attack has to notice
	$(BIN)/python -m tests.attacks --mutants

gallery: setup build/node/installed.json   ## every sample report in every edition, with pictures: build/gallery/index.html
	$(BIN)/python -m tests.browser.gallery build/gallery

bench: setup engine         ## stage times beside the same work done by hand, as ratios in one run
	$(BIN)/python tests/bench/bench_grading.py
	$(BIN)/python tests/bench/bench_static.py

fuzz: .venv/fuzz            ## SECONDS=60 JOBS=1 TARGETS=…: every parser of strangers' bytes, guided by coverage
	$(BIN)/python -m tests.fuzz.run --seconds $(or $(SECONDS),60) --jobs $(or $(JOBS),1) $(if $(MERGE),--merge) $(TARGETS)

clean: .venv/ready          ## remove what dead runs left in the engine, and build output
	-$(BIN)/grader clean
	rm -rf build out .coverage .pytest_cache .mypy_cache .ruff_cache

setup: .venv/ready          ## Python environment (locked) and the system packages it stands on
	@scripts/packages.sh git ca-certificates mmdebstrap

engine: .venv/ready         ## find a container engine, or install and start one
	@scripts/engine.sh

.venv/ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	awk '/^uv==/ {found = 1} found {print} found && !/\\$$/ {exit}' requirements.lock > .venv/uv.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.lock
	$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements-dev.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	touch $@

.venv/fuzz: .venv/ready requirements-fuzz.lock
	$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r requirements-fuzz.lock
	touch $@

build/model: .venv/ready harness/images/model.txt
	$(BIN)/python -m grader.sandbox.images $@

build/node/installed.json: tests/browser/package.json
	@scripts/packages.sh chromium poppler-utils fonts-liberation java:default-jre-headless node:nodejs npm:npm openssl:openssl
	scripts/node-tools.sh

lock:                       ## resolve the dependencies anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra dev --extra fuzz -c requirements-dev.lock pyproject.toml -o requirements-fuzz.lock
	$(BIN)/uv pip compile --quiet --no-deps --python-version 3.11 --python-platform x86_64-manylinux_2_28 --only-binary :all: --generate-hashes --no-header --no-emit-index-url harness/images/edge.in -o harness/images/edge.txt
	for role in probe static install tests node; do $(BIN)/uv pip compile --quiet --python-version 3.11 --python-platform x86_64-manylinux_2_28 --only-binary :all: --generate-hashes --no-header --no-emit-index-url harness/images/$$role.in -o harness/images/$$role.txt; done
	$(BIN)/uv pip compile --quiet --no-deps --generate-hashes --no-header --no-emit-index-url harness/images/model.in -o harness/images/model.txt

format:
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
