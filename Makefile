# `make demo` and `make test` are all a newcomer needs: each sets up what is missing, once.

.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Stamps of the three parts of the set-up. The engine's is a link to it: dangling, it is made again.
PACKAGES := $(VENV)/.packages
ENGINE := $(VENV)/godot
SCENES := $(VENV)/.scenes
SCENE_FILES := $(shell find envs godot_plugin/addons -name .godot -prune -o -type f -print)
# A file of tests is one worker's: its tests share engines.
PARALLEL := --numprocesses 2 --dist loadfile
# Every script once: `find` does not follow the links to the addon. Templates are no scripts yet.
GDSCRIPT = $(shell find godot_plugin envs tests pettingzoo_godot -name '*.gd' \
	-not -path '*/.godot/*' -not -path '*/script_templates/*')

##@ Use
.PHONY: help setup demo test
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SCENES) ## Prepare .venv, the engine and the imported scenes

demo: setup ## Let PPO learn `cart_pole`, and self-play `chase`: about three minutes, plots, a video
	@$(BIN)/python examples/demo.py
	@echo
	@$(BIN)/python examples/demo_self_play.py

test: setup ## Everything that has to pass: what CI runs
	@$(MAKE) --no-print-directory style types lint
	$(BIN)/pytest -m "not slow" $(PARALLEL)

##@ Develop
.PHONY: test-slow style types lint tests engine-tests format clean
test-slow: setup ## The tests that take minutes
	$(BIN)/pytest -m slow

tests: $(PACKAGES) ## Tests that need no engine
	$(BIN)/pytest -m "not engine and not slow" $(PARALLEL)

engine-tests: setup ## Tests that need an engine
	$(BIN)/pytest -m "engine and not slow" $(PARALLEL)

style: $(PACKAGES) ## Format and spelling: ruff, gdformat, codespell
	$(BIN)/ruff format --check
	@$(BIN)/gdformat --check $(GDSCRIPT)
	$(BIN)/codespell

types: $(PACKAGES) ## Types: mypy
	$(BIN)/mypy

lint: $(PACKAGES) ## Mistakes and layers: ruff, gdlint, import-linter
	$(BIN)/ruff check
	@$(BIN)/gdlint $(GDSCRIPT)
	$(BIN)/lint-imports

format: $(PACKAGES) ## Write Python and GDScript as `make style` wants it
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format
	@$(BIN)/gdformat $(GDSCRIPT)

clean: ## Remove everything that `make` has made, but not the engine in the user's cache
	rm -rf $(VENV) build dist *.egg-info .*_cache .coverage .hypothesis
	find envs godot_plugin tests -name .godot -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------------------- set-up
$(BIN)/python:
	@echo "Making $(VENV)"
	@.ci/make-venv $(VENV) $(PYTHON)

$(PACKAGES): setup.cfg pyproject.toml constraints-dev.txt | $(BIN)/python
	@echo "Installing the Python packages"
	@$(PIP) install -c constraints-dev.txt setuptools
	@$(PIP) install -c constraints-dev.txt --no-build-isolation -e '.[dev,train]'
	@touch $@

$(ENGINE): | $(PACKAGES)
	@engine=$$($(BIN)/pettingzoo-godot install-godot) && ln -sfn "$$engine" $@

$(SCENES): $(SCENE_FILES) $(PACKAGES) | $(ENGINE)
	@echo "Importing the scenes and checking everything"
	@$(BIN)/pettingzoo-godot doctor
	@touch $@
