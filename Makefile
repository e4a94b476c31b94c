# Two commands are all one needs: `make run` and `make test`. The rest is for those who change the code.
SHELL := /bin/bash
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
export CCACHE_BASEDIR := $(CURDIR)

.PHONY: help run test setup build unit e2e lint format asan asan-e2e tsan fuzz soak nightly bench clean

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## Set up, build and start the server; Ctrl-C stops everything it started
	@tools/build.sh release doordarshan
	@tools/run.sh

test: build ## Set up, build and run every test
	@tools/test.sh

setup: ## Install the Debian and npm packages that are missing
	@tools/setup.sh

build: setup ## Build mediasoup's worker, the server and the tests
	@tools/build.sh release

unit: build ## Run the C++ tests only
	@ctest --test-dir build --output-on-failure -j $(JOBS)

e2e: build ## Run the end-to-end tests only
	@tools/test.sh e2e

lint: setup ## Check layering, formatting, file lengths and secrets
	@tools/lint.sh

format: setup ## Format the C++ sources
	@git ls-files 'src/*.[ch]pp' 'tests/*.[ch]pp' 'bench/*.[ch]pp' | xargs -r clang-format-14 -i

asan: setup ## Run the C++ tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/build.sh asan && tools/sanitizers.sh asan

asan-e2e: build ## Run the end-to-end tests with a worker under AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/build.sh asan mediasoup-worker && tools/sanitizers.sh e2e

tsan: setup ## Run the C++ tests under ThreadSanitizer
	@tools/build.sh tsan && tools/sanitizers.sh tsan

fuzz: setup ## Run each fuzzer for FUZZ_SECONDS (default 60)
	@tools/fuzz.sh $(FUZZ_SECONDS)

soak: build ## A hundred thousand joins and leaves (about half an hour); prints where memory and descriptors stand
	@CHURN_JOINS=100000 node --test tests/e2e/churn.test.mjs

nightly: build ## Record four simulated hours and measure their sync in every file (about half an hour)
	@SIMULATED_MINUTES=240 node --test tests/e2e/recording_long.test.mjs

bench: build ## Measure, print the tables and write docs/benchmarks.md
	@tools/bench.sh

clean: ## Remove what was built
	@rm -rf build build-* node_modules web/*/dist sdk/dist test-output
