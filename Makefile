# Everything works from a fresh clone with Python 3.11+ and make: each target makes .venv where there is none.

PYTHON ?= python3
URL ?= http://localhost:8000
BIN = .venv/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r

.DEFAULT_GOAL := help
.PHONY: help venv run servers doctor test check format scenario chaos fuzz bench backlog proof screenshots lighthouse

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: .venv/embedded.stamp ## start the whole shop in the foreground; Ctrl-C stops it, the data stays in .shop/
	@exec $(BIN)/python -m services.embedded

servers: .venv/embedded.stamp ## start PostgreSQL and the broker alone in the foreground, and print where they are; Ctrl-C stops them
	@exec $(BIN)/python -m services.embedded servers

doctor: .venv/embedded.stamp ## is every service as it must be, and what to do where it is not; exit code 1 if something is wrong
	@wrong=0; for service in gateway orders payments; do \
	  echo "── $$service"; $(BIN)/python manage.py $$service doctor || wrong=1; done; exit $$wrong

test: .venv/dev.stamp ## run all tests, beside a running shop if you like; pytest takes single files
	@exec $(BIN)/python -m pytest

check: .venv/dev.stamp ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: .venv/dev.stamp ## format the code and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

scenario: .venv/embedded.stamp ## order, pay and check against a running shop (URL=http://localhost:8000)
	@exec $(BIN)/python -m tests.proof.scenario --url '$(URL)'

chaos: .venv/dev.stamp ## kill processes at random under load and prove that no order is lost or paid twice (SEED=n, STORM='--full')
	@exec $(BIN)/python -m tests.proof.chaos $(if $(SEED),--seed '$(SEED)') $(STORM)

fuzz: .venv/dev.stamp ## every OpenAPI document and both topics under bad input, 10,000 cases a service (SEED=n)
	@$(BIN)/python -m tests.proof.fuzz $(if $(SEED),--seed '$(SEED)')
	@PROOF=1 $(BIN)/python -m pytest tests/messaging/test_fuzz.py

bench: .venv/dev.stamp ## how fast, each figure a ratio measured in turns in this run (QUICK=1: under three minutes)
	@exec $(BIN)/python -m tests.proof.bench $(if $(QUICK),--quick)

backlog: .venv/dev.stamp ## latency and 20,000 waiting orders, on the embedded broker and on Apache Kafka (Java 17+ and Maven)
	@exec $(BIN)/python -m tests.proof.backlog

screenshots: .venv/dev.stamp ## every page at 360 and 1280 px, light and dark, into build/screenshots (Chromium)
	@exec $(BIN)/python -m tests.proof.screenshots

lighthouse: .venv/dev.stamp ## Lighthouse's scores of catalogue, product and login (Chromium, Node.js, npm)
	@exec $(BIN)/python -m tests.proof.lighthouse

SEEDS ?= $(shell seq 1 20)

proof: .venv/dev.stamp ## run every long suite: all crash points, the state machine, the mutants, 20 storms (some hours)
	@for seed in $(SEEDS); do $(BIN)/python -m tests.proof.chaos --full --seed $$seed || exit 1; done
	@if command -v java >/dev/null && command -v mvn >/dev/null; then \
	  $(BIN)/python -m tests.proof.chaos --full --brokers 1 --seed 1 && \
	  $(BIN)/python -m tests.proof.chaos --brokers 3 --interval 12 --seed 1; \
	else echo "no Java or no Maven: no storm over Apache Kafka"; fi
	$(BIN)/python -m tests.proof.chaos.recovery
	$(BIN)/python -m tests.proof.held --seconds 330 --keys 5000
	$(BIN)/python -m tests.proof.mutants
	PROOF=1 $(BIN)/python -m pytest tests/saga tests/whole/faults tests/whole/failover \
	  tests/messaging/test_fuzz.py tests/messaging/test_poison_rate.py tests/messaging/test_vanished_host.py

venv: .venv/embedded.stamp ## make .venv with what the shop needs to run

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian: apt install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/%.stamp: requirements/%.txt | .venv/bin/python
	@echo "installing $< into .venv"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(INSTALL) $<
	@touch $@

# --- Apache Kafka without Docker, and what proves the containers without an engine --------------------------------
.PHONY: kafka containers
BROKERS ?= 1
KAFKA_PORT ?= 9092

kafka: .venv/embedded.stamp ## run Apache Kafka on 127.0.0.1:9092 in the foreground (BROKERS=3; Java 17+ and Maven)
	@exec $(BIN)/python -m services.embedded.apache_kafka --brokers '$(BROKERS)' --port '$(KAFKA_PORT)'

containers: .venv/dev.stamp ## carry out Dockerfile and compose.yaml without an engine, until the scenario passes
	@exec $(BIN)/python -m tests.proof.carry_out
