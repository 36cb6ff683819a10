# Every command of the project; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CLUSTER ?= local
export CLUSTER
# Node 24 comes with `npm ci`; the machine's own Node only has to run npm.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help demo new-user test lint typecheck build cluster cluster-down image bench audit sbom clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: node_modules ## a cluster, the operator, broken applications, and the verdicts (CLUSTER=local, kind or existing)
	@node hack/demo/demo.ts

new-user: node_modules build ## what the README tells a new user to do, on an empty cluster, with the time of each step
	@node hack/demo/new-user.ts

test: node_modules build ## every test: units, scenarios, a real API server, a real node
	@hack/cluster/build.sh >/dev/null
	@hack/cluster/build.sh helm >/dev/null
	@node hack/test.ts

lint: node_modules ## format and lint, TypeScript and shell
	@npm run --silent lint
	@command -v shellcheck >/dev/null || hack/cluster/packages.sh shellcheck=shellcheck
	@shellcheck -x $$(git ls-files '*.sh') bin/statusprobe .ci/run

typecheck: node_modules ## types
	@npm run --silent typecheck

build: node_modules ## dist/, what the image and bin/statusprobe run
	@npm run --silent build

cluster: node_modules ## the local cluster alone
	@hack/cluster/$(if $(filter kind,$(CLUSTER)),up-kind.sh,up.sh)

cluster-down: ## removes every process, mount, namespace and interface of the local cluster
	@hack/cluster/$(if $(filter kind,$(CLUSTER)),down-kind.sh,down.sh)

image: node_modules ## the operator's image, given to the local cluster
	@hack/cluster/image.sh

bench: node_modules build ## figures against a baseline in the same run, and at scale beside goals (about an hour, a quiet machine)
	@npm run --silent bench
	@hack/cluster/build.sh kubernetes >/dev/null
	@FAULT_SECONDS=60 vitest run --no-file-parallelism test/integration/faults.test.ts test/integration/shards.test.ts
	@for each in scale informer diagnosis-cost soak; do echo "== $$each"; test/bench/isolated.sh node test/bench/$$each.ts || exit 1; done

audit: ## known faults of dependencies, from the registry
	@npm audit --omit=dev --audit-level=high

sbom: ## dist/sbom.json: what the image holds of others, as CycloneDX
	@mkdir -p dist
	@npm sbom --package-lock-only --omit=dev --sbom-format=cyclonedx >dist/sbom.json

clean: ## what builds left in the work tree
	rm -rf dist coverage

node_modules: package.json package-lock.json
	@echo 'npm ci' && npm ci --silent && touch node_modules
