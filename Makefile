# Everything here needs Go, make, git and a C compiler (for the race detector), and fetches the rest.
.DEFAULT_GOAL := help

FUZZTIME ?= 60s
SEEDS ?= 2000

.PHONY: help test cover lint fuzz long mutants bench plans generate figures demo dev

help: ## print these lines
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

test: ## the whole proof: format, vet, build, tests with the race detector, coverage, generated files
	@scripts/test.sh

cover: ## print how much of core its tests cover; under 95 % fails
	@scripts/cover.sh

lint: ## run golangci-lint, which the first run builds into ./bin (minutes)
	@scripts/lint.sh

fuzz: ## run every fuzz target for FUZZTIME (60s)
	@FUZZTIME=$(FUZZTIME) scripts/fuzz.sh

long: ## repeat the tests that draw seeds with many more of them (SEEDS)
	@SEEDS=$(SEEDS) scripts/long.sh

mutants: ## break stakes, commissions and the rules for clicks and orders in every way that is listed, and see the tests fail
	@go run ./testkit/mutants

bench: ## measure each figure beside its bare baseline, and write docs/benchmarks.md (25 minutes)
	@scripts/bench.sh

plans: ## write docs/query-plans.md; fails when a hot query reads a whole table
	@scripts/bench.sh plans

generate: ## rewrite docs/errors.md, the lists of the exported API and the routes, the document and the client
	@go test -count=1 ./testkit/arch -run 'Codes|API' -update
	@go test -count=1 ./apps/api -run Golden -update
	@go test -count=1 ./apps/internal/clientgen -run Golden -update

figures: ## print how small and tidy the code is
	@go run ./testkit/figures

demo: ## walk the whole money loop in one process and prove the books
	@go run ./apps/twistd demo

dev: ## serve the API in one process, seeded, and say what to type next
	@go run ./apps/twistd dev
