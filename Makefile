# Everything a developer does, one word each. `make` alone prints the list.

SHELL := /bin/bash
BINARY := .build/release/martlet
PYTEST := .venv/bin/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup build run demo-send bench-web test test-rooms test-end-to-end fuzz sanitize check format bench screenshots clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install the Debian packages that building needs (says what it does)
	@scripts/setup.sh

build: setup ## Build the program: .build/release/martlet
	swift build -c release --product martlet

run: build ## Build, then serve the demo company: open the link it prints
	@$(BINARY) serve --demo

demo-send: build ## Build, then send 2,000 messages into the sandbox from the command line
	@scripts/demo.sh $(BINARY)

test: test-rooms test-end-to-end ## Run every test, on real mail servers too, and print the coverage

test-rooms: ## Run the Swift tests and print the line coverage of each room
	@scripts/setup.sh --tests
	swift build --build-tests --enable-code-coverage
	@# One test at a time: side by side, tests that wait for a socket would queue behind hundreds that
	@# only compute, for longer than a server's patience.
	swift test --skip-build --enable-code-coverage --no-parallel
	@scripts/coverage.py

test-end-to-end: build ## Run the built program against Postfix, Dovecot, aiosmtpd and a list of mishaps
	@scripts/setup.sh --tests
	@scripts/venv.sh
	MARTLET_BINARY=$(abspath $(BINARY)) $(PYTEST) Tests/EndToEnd $(PYTEST_ARGUMENTS)

fuzz: ## Let libFuzzer make up hostile replies and commands, a minute each
	@scripts/setup.sh
	@scripts/fuzz.sh

sanitize: ## Run the engine's tests under ThreadSanitizer, then under AddressSanitizer
	@scripts/setup.sh --tests
	@scripts/sanitize.sh thread
	@scripts/sanitize.sh address

check: ## Check style, imports against the manifest, house rules, links
	@scripts/check.sh --self-test
	@scripts/check.sh

format: ## Rewrite all Swift files to the house style
	swift format --in-place --parallel --recursive --configuration .swift-format \
	  Package.swift Sources Tests Fuzz/Package.swift Fuzz/Targets

bench: build ## Send 100,000 messages into the counting sandbox and print messages a second
	@Benchmarks/deliver $(BINARY)

bench-web: build ## Ask the pages as fast as wrk can, beside a like page of Flask under gunicorn
	@Benchmarks/web $(BINARY)

screenshots: build ## Take the manual's pictures of the running program anew
	@scripts/setup.sh --tests
	@scripts/venv.sh
	MARTLET_BINARY=$(abspath $(BINARY)) .venv/bin/python scripts/screenshots.py

clean: ## Remove what was built; ./data and .env stay
	rm -rf .build .venv
