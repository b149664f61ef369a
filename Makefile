# Everything a developer does, one word each. `make` alone prints the list.

SHELL := /bin/bash
BINARY := .build/release/martlet
PYTEST := .venv/bin/python -m pytest
# Runs a module of Tests/EndToEnd/crash on the built program.
CRASH := cd Tests/EndToEnd && MARTLET_BINARY=$(abspath $(BINARY)) $(abspath .venv/bin/python) -m
# How often: in CI so; `make crash-test KILLS=1000` and its like are for a quiet hour.
KILLS ?= 150 40 10
CUTS ?= 30
TIMES ?= 200
STOPS ?= 50
MINUTES ?= 60
RATE ?= 500
PEOPLE ?= 1000
AWAY ?= 30
QUEUE ?= 5000
MOST ?= 1000000

.DEFAULT_GOAL := help
.PHONY: help setup build run demo-send bench-web test test-rooms test-end-to-end fuzz sanitize check format bench screenshots clean \
  proof-setup outage-test scale crash-test power-cut-test disk-full-test io-fault-test stop-test fault-test soak

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

proof-setup: build
	@scripts/setup.sh --tests
	@scripts/venv.sh

crash-test: proof-setup ## Kill the sender again and again (KILLS=1000): nothing lost, nothing twice in silence
	@$(CRASH) crash.kills --kills $(KILLS)

power-cut-test: proof-setup ## Cut the power under it (CUTS=30); needs root and loop devices
	@$(CRASH) crash.power_cut --cuts $(CUTS)

disk-full-test: proof-setup ## Fill the disk under it (TIMES=200); needs root and loop devices
	@$(CRASH) crash.disk_full --times $(TIMES)

io-fault-test: proof-setup ## Let every write, sync, rename and open fail in turn
	@$(CRASH) crash.io_faults --every

stop-test: proof-setup ## Stop it politely (STOPS=50), as restarts do
	@$(CRASH) crash.polite_stops --times $(STOPS)

fault-test: proof-setup ## Every fault of a mail server for PEOPLE=1000 each
	MARTLET_FAULT_PEOPLE=$(PEOPLE) MARTLET_BINARY=$(abspath $(BINARY)) $(PYTEST) Tests/EndToEnd/crash/test_fault_matrix.py

outage-test: proof-setup ## Take the mail server away (AWAY=600 seconds, QUEUE=100000 people) and give it back
	@$(CRASH) crash.outage --seconds $(AWAY) --people $(QUEUE)

scale: proof-setup ## Send to ten thousand, a hundred thousand and a million (MOST=1000000): memory and CPU stay
	@$(CRASH) crash.scale --people $(MOST)

soak: proof-setup ## Keep a server busy for an hour (MINUTES=60 RATE=500), and watch what grows
	@$(CRASH) crash.soak --minutes $(MINUTES) --rate $(RATE)

check: ## Check style, imports against the manifest, house rules, links
	@scripts/check.sh --self-test
	@scripts/check.sh

format: ## Rewrite all Swift files to the house style
	swift format --in-place --parallel --recursive --configuration .swift-format \
	  Package.swift Sources Tests Fuzz/Package.swift Fuzz/Targets

bench: build ## Send campaigns beside the peers, in turn (BENCH='--messages 5000 plain')
	@scripts/setup.sh --benchmarks
	@Benchmarks/deliver --binary $(BINARY) $(BENCH)

bench-web: build ## Ask the pages as fast as wrk can, beside a like page of Flask under gunicorn
	@Benchmarks/web $(BINARY)

screenshots: build ## Take the manual's pictures of the running program anew
	@scripts/setup.sh --tests
	@scripts/venv.sh
	MARTLET_BINARY=$(abspath $(BINARY)) .venv/bin/python scripts/screenshots.py

clean: ## Remove what was built; ./data and .env stay
	rm -rf .build .venv
