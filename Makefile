# The commands of a day's work; `make help` lists them. Everything else is SwiftPM's.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help train test build benchmark fashion format lint test-thread test-address torture fuzz pairs clean setup setup-tests setup-fashion

LOCKSTEP := .build/release/lockstep
MINUTES := 10
SOURCES := Package.swift Sources Tests

# Debian's and Ubuntu's names: to build; for tests and for the Fashion-MNIST importer besides.
BUILD_PACKAGES := libhdf5-dev libdeflate-dev libjpeg-dev libpng-dev pkg-config zlib1g-dev
TEST_PACKAGES := $(BUILD_PACKAGES) binutils python3-h5py dataset-fashion-mnist
# Tests look at a report in one of these. Debian's chromium is a download of 125 MB with all it needs.
BROWSERS := chromium chromium-browser google-chrome
FASHION_PACKAGES := $(BUILD_PACKAGES) dataset-fashion-mnist

# $(call install,PACKAGES): installs what is missing of them. Touches nothing, and needs no rights, when all are there.
define install
command -v swift > /dev/null || { \
	echo "swift is missing: install Swift 6.1 or later (https://www.swift.org/install/) and put it on PATH" >&2; exit 1; }; \
if ! command -v dpkg-query > /dev/null; then \
	echo "not a Debian or Ubuntu system: make sure that these are there, by whatever name: $(1)" >&2; exit 0; fi; \
missing=(); \
for package in $(1); do \
	dpkg-query --show --showformat '$${db:Status-Status}' "$$package" 2> /dev/null | grep -qx installed \
		|| missing+=("$$package"); \
done; \
if (( $${#missing[@]} > 0 )); then \
	echo "installing: $${missing[*]}" >&2; \
	as_root=(); (( EUID == 0 )) || as_root=(sudo); \
	"$${as_root[@]}" apt-get update; \
	"$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$${missing[@]}"; \
fi
endef

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

train: build ## train the shipped default on the hand-written digits, in seconds
	$(LOCKSTEP) train

test: setup-tests ## run all tests
	cd Benchmarks && python3 -m unittest discover --start-directory Tests --quiet
	swift test --disable-swift-testing --explicit-target-dependency-import-check error

build: setup ## build the release program, .build/release/lockstep
	swift build --configuration release --product lockstep

benchmark: .venv/bin/python setup-fashion build ## compare with PyTorch and JAX on this machine, in half an hour
	[[ -e datasets/fashion-mnist.h5 ]] || $(LOCKSTEP) import fashion-mnist
	python3 Benchmarks/compare.py --end-to-end

fashion: setup-fashion build ## import Fashion-MNIST and train on it
	[[ -e datasets/fashion-mnist.h5 ]] || $(LOCKSTEP) import fashion-mnist
	$(LOCKSTEP) train datasets/fashion-mnist.yaml

format: ## format all sources in place
	swift format --in-place --recursive --parallel $(SOURCES)

lint: ## complain about sources that are not formatted
	swift format lint --strict --recursive --parallel $(SOURCES)

test-thread: setup-tests ## run all tests under ThreadSanitizer
	swift test --disable-swift-testing --sanitize thread --scratch-path .build-tsan

test-address: setup-tests ## run all tests under AddressSanitizer
	swift test --disable-swift-testing --sanitize address --scratch-path .build-asan

torture: setup-tests ## kill runs, fill their disks and damage their files, hundreds of times, in half an hour
	LOCKSTEP_TORTURE=300 LOCKSTEP_ALL_FLIPS=1 swift test --disable-swift-testing --parallel --filter 'TortureTests|DamageTests'

fuzz: setup-tests ## read damaged files of every format, MINUTES=10 for each
	LOCKSTEP_FUZZ_MINUTES=$(MINUTES) nice -n 19 swift test --disable-swift-testing --filter LockstepCommandTests.FuzzTests

pairs: setup-tests ## match generated pairs of data sets, MINUTES=10, others each time
	LOCKSTEP_PAIRS_MINUTES=$(MINUTES) nice -n 19 swift test --disable-swift-testing --filter LockstepCommandTests.GeneratedPairsTests

clean: ## remove everything built; data sets and runs stay
	rm -rf .build .build-tsan .build-asan

.venv/bin/python:
	@echo "$@ is missing: make it, with PyTorch and JAX:" >&2
	@echo "  python3 -m venv .venv" >&2
	@echo "  .venv/bin/pip install numpy 'jax[cpu]'" >&2
	@echo "  .venv/bin/pip install torch --index-url https://download.pytorch.org/whl/cpu" >&2
	@exit 1

setup:
	@$(call install,$(BUILD_PACKAGES))

setup-tests:
	@$(call install,$(TEST_PACKAGES))
	@if ! command -v $(BROWSERS) > /dev/null; then $(call install,chromium); fi

setup-fashion:
	@$(call install,$(FASHION_PACKAGES))
