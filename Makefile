# Each habit is one command, the same on a laptop and in CI.
# Of the Pythons at hand the first that is supported; its venv module may be a package of its own.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
  $$name -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
    2>/dev/null && command -v $$name && break; done)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where it is set, every process of every test compiles all modules anew: half of collecting them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo live test test-stories test-services test-container durations lint bench fuzz chaos eval eval-talk
.PHONY: train-intent train-smoke pictures clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/dev ## a virtual environment with everything in it

.venv/runtime: requirements.txt constraints.txt bot/requirements.txt inference/requirements.txt simulator/requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 to 3.14 with its venv module is needed and was not found."; \
	  echo "Debian, Ubuntu: apt install python3 python3-venv. Others: https://docs.astral.sh/uv/ brings one,"; \
	  echo "or name yours:  make PYTHON=/path/to/python3.13"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || \
	  { echo "$(PYTHON) is no Python of 3.11 to 3.14; name another:  make PYTHON=/path/to/python3.13"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -r requirements.txt -c constraints.txt
	@touch $@

.venv/dev: .venv/runtime requirements-dev.txt
	$(BIN)/pip install --quiet -r requirements-dev.txt -c constraints.txt
	@touch $@

.venv/translated: .venv/runtime $(wildcard inference/backends/openvino/*.py) $(wildcard inference/mame/*/*.safetensors)
	@MODEL= $(BIN)/python -m inference.backends
	@touch $@

demo: .venv/translated ## the whole house on this machine; open the address that it prints
	@$(BIN)/python -m scripts.demo

live: .venv/translated ## your own LINE account on this machine, step by step
	@$(BIN)/python -m scripts.live

# Stories mostly wait for their processes, so three of pytest keep two cores busy. Each has
# houses of its own, and one thread, so that they do not wait for one another.
PARALLEL := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
DURATIONS := --durations=50

test: .venv/dev ## the quick tests, and of the slow ones and the stories the core
	@$(BIN)/python -m scripts.browser
	$(BIN)/python -m pytest -q -n 2 --quick
	$(PARALLEL) $(DURATIONS) --core -m "not services"

test-stories: .venv/dev ## all that `make test` leaves out and needs no servers: some twenty minutes
	@$(BIN)/python -m scripts.browser
	$(PARALLEL) $(DURATIONS) --rest -m "not services"

test-services: .venv/dev ## the scenarios against PostgreSQL, Redis and RabbitMQ from Debian's packages
	@$(BIN)/python -m scripts.servers
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -v -n 2 --dist loadfile $(DURATIONS) -m services
	$(BIN)/python -m benchmarks.fuzz

test-container: .venv/dev ## build both container images, and have a picture painted by them
	@$(BIN)/python -m scripts.container_test

durations: .venv/dev ## run `make test test-stories` and keep in tests/durations.txt what took half a second
	@mkdir -p var
	$(MAKE) --no-print-directory test test-stories DURATIONS="--durations=0 --durations-min=0.5" > var/test.log
	@{ echo "$$(date +%F), $$(uname -sm), $$(nproc) cores: $$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"; \
	  sed -n '/slowest durations/,/ passed/p' var/test.log; } > tests/durations.txt

lint: .venv/dev ## ruff, mypy and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: .venv/dev ## every published figure, as ratios in one run
	$(BIN)/python -m benchmarks

fuzz: .venv/dev ## hostile webhooks, forms, texts and photos for three minutes at most, by a seed
	$(BIN)/python -m benchmarks.fuzz

chaos: .venv/dev ## a thousand pictures among killed processes and absent servers: --seed, --jobs
	$(BIN)/python -m benchmarks.chaos $(CHAOS)

eval: .venv/runtime ## ask the embedded model for hundreds of prompts, and tell what came of it
	$(BIN)/python -m inference.training evaluate --work var/eval
	@echo "Look at var/eval/sheet.png; every figure is in var/eval/evaluation.json"

train-intent: .venv/dev ## the weights that tell a wish from a question, and harm, from their corpora
	$(BIN)/python -m bot.intent.expand_frames
	OMP_NUM_THREADS=1 $(BIN)/python -m bot.intent.train
	OMP_NUM_THREADS=1 $(BIN)/python -m bot.moderation.harm.train

eval-talk: .venv/runtime ## how well the bot tells wishes from the rest, by sentences it has not seen
	@$(BIN)/python -m bot.intent.evaluate
	@$(BIN)/python -m bot.moderation.evaluate

train-smoke: .venv/runtime ## every stage of the training in toy size, in a minute or two
	@rm -rf var/smoke
	$(BIN)/python -m inference.training all --work var/smoke --smoke --processes 2

pictures: .venv/dev ## the pictures of README and docs, painted by the embedded model; look at them
	@$(BIN)/python -m scripts.browser
	$(BIN)/python -m scripts.pictures

clean: ## remove the environment and what the demo stored
	rm -rf .venv var
