# The two commands of the README, and what contributors run.
# `make demo` and `make test` install what they need, build, and run.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
SWIFT ?= swift

.PHONY: demo test arm dependencies tools build serve python lint pieces documentation sanitize sanitize-threads fuzz benchmarks hardware clean

demo: build
	.build/release/intaglio demo

test: tools lint
	$(SWIFT) build -c release --product intaglioPackageTests
	$(SWIFT) build -c release --product intaglio
	$(SWIFT) build -c release --product intaglio-serve
	$(SWIFT) test -c release --skip-build --skip IntaglioServingTests 2>&1 | grep -v -E '^◇ Test case|^✔ Test case'
	Scripts/test-arm.sh
	Scripts/test-pages.sh
	Scripts/test-training.sh
	Scripts/test-serving.sh
	Scripts/test-python.sh

# The Arm kernels under QEMU, against answers of the scalar kernels here; half a minute.
arm: build
	Scripts/test-arm.sh

build: dependencies
	$(SWIFT) build -c release --product intaglio

# intaglio-serve, with an HTTP stack that nothing else builds.
serve: dependencies
	$(SWIFT) build -c release --product intaglio-serve

# libintaglio.so, and the Python wheel with it in Python/dist.
python: dependencies
	Scripts/build-wheel.sh

dependencies:
	@Scripts/install-dependencies.sh

# The simulators, the synthesis tools and the standard cells that the tests of the Verilog use.
tools:
	@Scripts/install-dependencies.sh verilator iverilog yosys nextpnr-ice40 qflow-tech-osu018

lint:
	@Scripts/install-dependencies.sh clang-format
	clang-format --dry-run --Werror $$(find Sources Tests Fuzzing/Sources -name '*.[ch]')
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Fuzzing/Sources \
		Benchmarks/Package.swift Benchmarks/Sources

# The kernels of avx2 from nothing but the definitions in lanes that a new instruction set begins with.
pieces: dependencies
	$(SWIFT) build -Xcc -DINTAGLIO_PLAIN_PIECES --scratch-path .build-pieces --product intaglio
	.build-pieces/debug/intaglio selftest

# DocC of every library in one archive; about two minutes on two cores, the build included.
documentation: dependencies
	INTAGLIO_DOCUMENTATION=1 $(SWIFT) package generate-documentation --warnings-as-errors \
	  --enable-experimental-combined-documentation \
	  $(patsubst %,--target %,$(filter-out IntaglioC IntaglioCommand IntaglioMain IntaglioServeCommand,$(notdir $(wildcard Sources/Intaglio*))))

# The tests under the address sanitizer: a release build of its own, an hour or more. (What XCTest itself
# leaves behind is no matter.)
sanitize: dependencies
	$(SWIFT) build -c release --sanitize=address --scratch-path .build-sanitize --product intaglioPackageTests
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test -c release --sanitize=address --scratch-path .build-sanitize --skip-build

# Every reader of files under libFuzzer and the address sanitizer, a minute each.
fuzz: dependencies
	Scripts/fuzz.sh $(or $(FUZZ_SECONDS),60)

# Layers of real networks and whole models, timed; a package of its own.
benchmarks: dependencies
	$(SWIFT) run -c release --package-path Benchmarks Benchmarks

# Programs of real models beside their Verilog, synthesis, power and the report: an hour or so.
hardware: build tools
	Scripts/hardware.sh

# What several threads do together, under the thread sanitizer: a build of its own, 12 minutes on two cores.
sanitize-threads: dependencies
	INTAGLIO_CHECKS=1 $(SWIFT) build -c release --sanitize=thread --scratch-path .build-threads \
	  --product ThreadCheck
	TSAN_OPTIONS=suppressions=Fuzzing/thread-sanitizer.supp .build-threads/release/ThreadCheck

clean:
	$(SWIFT) package clean
