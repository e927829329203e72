# `make` alone explains itself. Everything here is a short name for ./bootstrap or ninja.
.PHONY: help build test check shake dev demo soak bench format golden screenshots sim clean

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## install what is needed and build build/release/tidemill
	./bootstrap build

test: ## the whole test suite
	./bootstrap test

check: ## everything under sanitizers, fuzzers, clang-tidy (more than an hour)
	./bootstrap check

shake: ## browser tests with late answers and a slow page: make shake LAG=2000 CPU=8 SEED=7
	TIDEMILL_LAG_MS=$(or $(LAG),800) TIDEMILL_CPU_RATE=$(or $(CPU),4) TIDEMILL_LAG_SEED=$(or $(SEED),1) ctest --preset release -L browser --output-on-failure

dev: ## a debug build with compile_commands.json
	./bootstrap dev

demo: ## the category demo on real data
	./bootstrap demo

soak: ## ten minutes of one fault a second
	./bootstrap soak

bench: ## compare with make, ninja, GNU parallel and snakemake
	./bootstrap bench

format: ## clang-format over every C++ source
	tools/format

golden: ## rewrite the golden files and generated docs, then read the diff
	UPDATE_GOLDEN=1 ctest --preset release -L golden

screenshots: ## pictures of every view of the web UI into docs/screenshots
	tools/screenshots.mjs

sim: ## simulate one seed: make sim SEED=42
	build/release/tidemill sim --seed $(or $(SEED),1) --verbose

clean: ## remove build/
	rm -rf build
