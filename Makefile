# `make` alone prints what there is.

TARGET := $(or $(CARGO_TARGET_DIR),target)
BIN := $(abspath $(TARGET)/release)
VENV := $(abspath $(TARGET)/sandbox-venv)

# One profile and one set of packages for all targets: dependencies are compiled once.
PROFILE := --release

# How often `make soak` applies.
CYCLES := 2000

# Sandboxes of what is run like this are forked off one process, not started anew.
WARM = PYTHONPATH=sandbox '$(VENV)/bin/python' -m cloister_sandbox.warm env -u PYTHONPATH

# Bytecode beside the sandbox's sources would look like a change of what is embedded.
export PYTHONPYCACHEPREFIX := $(abspath $(TARGET)/pycache)

.DEFAULT_GOAL := help
.PHONY: help build demo test soak check bench crash docs advisories sandbox-venv clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## Build `cloister` and `terraform-provider-cloister` into target/release
	@scripts/prerequisites.sh cargo
	cargo build $(PROFILE) -p cloister -p terraform-provider-cloister

demo: ## Build, then apply, verify and destroy the quickstart in a sandbox: no AWS account needed
	@CLOISTER_BIN_DIR='$(BIN)' MAKE='$(MAKE)' scripts/demo.sh

test: ## Run all tests
	@scripts/prerequisites.sh cargo nextest python terraform
	@$(MAKE) --no-print-directory sandbox-venv build
	cargo nextest run $(PROFILE) --workspace --no-run
	CLOISTER_BIN_DIR='$(BIN)' CLOISTER_SANDBOX_PYTHON='$(VENV)/bin/python' \
		$(WARM) cargo nextest run $(PROFILE) --workspace
	cargo test $(PROFILE) --doc --workspace
	cd sandbox && CLOISTER_BIN_DIR='$(BIN)' '$(VENV)/bin/python' -m pytest -q -p no:cacheprovider

soak: ## Apply many times (CYCLES, default 2000) with one provider process, and see that it holds no more than before
	@scripts/prerequisites.sh cargo python terraform
	@$(MAKE) --no-print-directory sandbox-venv build
	CLOISTER_BIN_DIR='$(BIN)' CLOISTER_SANDBOX_PYTHON='$(VENV)/bin/python' CLOISTER_SOAK_CYCLES='$(CYCLES)' \
		cargo test $(PROFILE) --workspace --test soak -- --nocapture

check: ## Check format, lints, licences and generated files; print what grew too large
	@scripts/prerequisites.sh cargo
	cargo fmt --all --check
	cargo clippy $(PROFILE) --workspace --all-targets -- -D warnings
	@scripts/check-dependencies.sh
	@scripts/docs.sh --check
	@scripts/outliers.sh

docs: ## Write the generated docs: registry pages and JSON schemas
	@scripts/prerequisites.sh cargo
	@scripts/docs.sh

# All benchmarks in one command: one package alone has other features of its dependencies, and rebuilds them.
bench: ## Measure the provider's start, calls, time and memory, and policy decisions, each beside a bound or a peer
	@scripts/prerequisites.sh cargo python terraform
	@$(MAKE) --no-print-directory sandbox-venv build
	CLOISTER_BIN_DIR='$(BIN)' cargo bench --workspace --bench '*'
	cargo build $(PROFILE) --workspace --bin engine_bench
	CLOISTER_BIN_DIR='$(BIN)' CLOISTER_SANDBOX_PYTHON='$(VENV)/bin/python' '$(BIN)/engine_bench'

# CRASH takes the arguments of the sweep; `--help` lists them.
crash: ## Kill, cut and spoil every call of a composite's life; show that nothing is lost and nothing there twice
	@scripts/prerequisites.sh cargo python terraform
	@$(MAKE) --no-print-directory sandbox-venv build
	CLOISTER_BIN_DIR='$(BIN)' CLOISTER_SANDBOX_PYTHON='$(VENV)/bin/python' \
		cargo run $(PROFILE) --quiet --package cloister-tests --no-default-features --bin crash -- $(CRASH)

advisories: ## Check the dependencies against known vulnerabilities (needs the network)
	cargo deny check advisories

sandbox-venv: $(VENV)/complete ## Make the Python environment that the tests use

$(VENV)/complete: sandbox/requirements.txt sandbox/requirements-dev.txt
	@scripts/prerequisites.sh python
	rm -rf '$(VENV)'
	"$$(scripts/python.sh)" -I -m venv '$(VENV)'
	'$(VENV)/bin/python' -I -m pip install --quiet --no-input --disable-pip-version-check \
		--requirement sandbox/requirements-dev.txt
	touch $@

clean: ## Remove everything that was built
	cargo clean
	rm -rf '$(VENV)' '$(abspath $(TARGET)/pycache)'
