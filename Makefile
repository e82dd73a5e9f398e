# Each habit is one command, the same on a laptop and in CI.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo test test-services lint bench eval train-smoke clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/dev ## a virtual environment with everything in it

.venv/runtime: requirements.txt constraints.txt bot/requirements.txt inference/requirements.txt simulator/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "Python 3.11 is needed: install it, or name it with  make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -r requirements.txt -c constraints.txt
	@touch $@

.venv/dev: .venv/runtime requirements-dev.txt
	$(BIN)/pip install --quiet -r requirements-dev.txt -c constraints.txt
	@touch $@

.venv/translated: .venv/runtime inference/translate.py inference/translator.py $(wildcard inference/mame/*/*.safetensors)
	@MODEL= $(BIN)/python -m inference.translate
	@touch $@

demo: .venv/translated ## the whole house on this machine; open the address that it prints
	@$(BIN)/python -m scripts.demo

test: .venv/dev ## every test that this machine can run
	@$(BIN)/python -m scripts.browser
	@# The quick part on two cores at once, then what needs the machine for itself.
	$(BIN)/python -m pytest -q -n 2 --quick
	$(BIN)/python -m pytest -m "(slow or scenario or browser) and not services"

test-services: .venv/dev ## the scenarios against PostgreSQL, Redis and RabbitMQ from Debian's packages
	@$(BIN)/python -m scripts.servers
	$(BIN)/python -m pytest -m services

lint: .venv/dev ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/dev ## every figure in the README, as ratios in one run
	$(BIN)/python -m benchmarks

eval: .venv/runtime ## ask the embedded model for hundreds of prompts, and tell what came of it
	$(BIN)/python -m inference.training evaluate --work var/eval
	@echo "Look at var/eval/sheet.png; every figure is in var/eval/evaluation.json"

train-smoke: .venv/runtime ## every stage of the training in toy size, in a minute or two
	@rm -rf var/smoke
	$(BIN)/python -m inference.training all --work var/smoke --smoke

clean: ## remove the environment and what the demo stored
	rm -rf .venv var
