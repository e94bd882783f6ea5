# Straum: the two commands are `make lab` and `make test`; both set everything up themselves.
SHELL := /bin/bash
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:

CLANG      ?= clang
CC         ?= gcc
CONFIG     ?= Release
RID        ?= linux-x64
ARCH_INC   := /usr/include/$(shell uname -m)-linux-gnu

BPF_FLAGS  := -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter -Wno-address-of-packed-member \
              -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -Ibpf -I$(ARCH_INC)
BPF_SRC    := $(wildcard bpf/*.bpf.c)
BPF_HDR    := $(wildcard bpf/abi/*.h bpf/abi/*.def bpf/lib/*.h)
BPF_OBJ    := $(BPF_SRC:bpf/%.bpf.c=bin/bpf/%.bpf.o)
CS_SRC     := $(shell find src -name '*.cs' -o -name '*.csproj' -o -name '*.json' 2>/dev/null | grep -v /obj/) \
              Directory.Build.props Directory.Packages.props

.PHONY: deps build bpf abi lab test test-long bench fuzz lint clean down budget

deps: ## install what the build and the tests need (Debian packages), once
	@tools/deps.sh

bpf: deps
	@$(MAKE) --no-print-directory -s bpf-objects

.PHONY: bpf-objects
bpf-objects: $(BPF_OBJ)

bin/bpf/%.bpf.o: bpf/%.bpf.c $(BPF_HDR)
	@mkdir -p $(@D)
	$(CLANG) $(BPF_FLAGS) -c $< -o $@

bin/straum-cni: $(wildcard cni/*.c cni/*.h)
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -Werror -static -s $(filter %.c,$^) -o $@

# The program as it ships: one self-contained, trimmed, ReadyToRun file.
bin/straum: $(CS_SRC)
	@mkdir -p $(@D)
	dotnet publish src/Straum.Cli/Straum.Cli.csproj -c $(CONFIG) -r $(RID) -v q --nologo \
	  --self-contained -p:PublishTrimmed=true -p:PublishReadyToRun=true -p:PublishSingleFile=true \
	  -p:DebugType=none -p:GenerateDocumentationFile=false -o build/publish
	@install -m 0755 build/publish/straum $@

build: deps ## bin/straum, bin/straum-cni and bin/bpf/*.bpf.o
	@$(MAKE) --no-print-directory -s bpf-objects bin/straum-cni bin/straum

abi: bpf ## write the C# face of bpf/abi from the BTF of the built objects
	dotnet run --project tools/Straum.AbiGen -v q -- --headers bpf/abi bin/bpf src/Straum.Datapath/Abi

lab: build ## the product's main job: a three-node cluster on this machine
	@bin/straum lab up

down: ## remove everything the lab made, also after a crash
	@bin/straum lab down

test: build ## every suite; the last line is the sum
	@tools/run-tests.sh

test-long: build
	@STRAUM_TEST_LONG=1 tools/run-tests.sh

# BENCH=name measures one figure, BENCH_ARGS="--rounds 5" is for a first look. The table goes into docs/benchmarks.md.
bench: build build/bench/meter ## measure Straum beside its peers
	@dotnet build bench/Straum.Bench -c $(CONFIG) -v q --nologo
	@bench/Straum.Bench/bin/$(CONFIG)/net10.0/Straum.Bench $(BENCH) $(BENCH_ARGS) --write docs/benchmarks.md

build/bench/meter: $(wildcard bench/meter/*.c bench/meter/*.h)
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -Werror $(filter %.c,$^) -o $@

budget: bpf ## measure what the programs cost the verifier, and write the table that the tests compare with
	dotnet build tests/Straum.Datapath.Tests -c Release -v q --nologo
	STRAUM_UPDATE_BUDGET=1 tests/Straum.Datapath.Tests/bin/Release/net10.0/Straum.Datapath.Tests -noLogo -noColor \
	  -class Straum.Datapath.Tests.Programs.VerifierBudgetTests

fuzz: build
	@STRAUM_FUZZ=1 tools/run-tests.sh

lint: bpf
	dotnet restore straum.slnx -v q
	dotnet format straum.slnx --verify-no-changes --no-restore
	dotnet run --project tools/Straum.AbiGen -v q -- --check --headers bpf/abi bin/bpf src/Straum.Datapath/Abi

clean:
	rm -rf bin build
	find src tests tools -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
