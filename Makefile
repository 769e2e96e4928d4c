# `make demo` and `make test` do their whole set-up, and each is ready in seconds when that is done.
# Works with GNU make 3.81 (macOS) and newer.

WINDOWS := $(filter Windows_NT,$(OS))
PYTHON ?= $(if $(WINDOWS),python,python3)
BIN := $(if $(WINDOWS),.venv/Scripts,.venv/bin)
CORE := .venv/.core
DEV := .venv/.dev
HATCH := .venv/.hatch
STAMP := .venv/.setup
DIST := dist
EXTENSION := clients/vscode
PACKAGES := $(EXTENSION)/node_modules/.package-lock.json
CACHE := $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)
export BREADKNIFE_EDITORS ?= $(CACHE)/breadknife-dev/editors
export BREADKNIFE_PEERS ?= $(CACHE)/breadknife-dev/peers
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(BIN)/python -m pip
ENGINE := server/breadknife/engine/llama/llama_fixes.h server/breadknife/setup/engine.cmake \
  server/breadknife/setup/engine_source.py

# What can't be had is said, and fails only in CI.
comma := ,
optional = { echo "$(1)"; test -z "$$CI"; }

.NOTPARALLEL:
.PHONY: help setup core venv model languagetool demo editors peers vale extension check unit test clean
.PHONY: test-editors test-peers test-slow
.PHONY: dist dist-core dist-engine dist-engine-sdist dist-engine-wheels dist-vscode dist-neovim dist-formula test-dist try-dist

help:
	@echo 'make demo   what breadknife does, on the files of examples/'
	@echo 'make test   lint, types and tests, in about 15 minutes'
	@echo 'make check  lint and types only'
	@echo 'make test-editors, test-peers, test-slow   real editors, other programs, what takes long'
	@echo 'make dist   all that a release has, in dist/; make test-dist installs it and tries it'
	@echo 'make setup  the .venv; also: model, languagetool, editors, peers, vale, extension, unit, clean'

# Needs no compiler for what it shows first; the engine is set up meanwhile.
demo: core
	@$(BIN)/python examples/demo.py

test: setup model languagetool check unit

test-editors: setup model languagetool editors extension
	@echo '== test-editors'
	@$(BIN)/python -m pytest -m editor --junitxml=build/editors.xml

test-peers: setup model peers vale
	@echo '== test-peers'
	@$(BIN)/python -m pytest -m peers

test-slow: setup model languagetool
	@$(PIP) install --quiet -e '.[examples]'
	@$(PIP) install --quiet -e '.[ray]' || \
	  $(call optional,Skipped: the tests on a Ray cluster$(comma) since Ray has no wheel for this Python or this system.)
	@echo '== test-slow'
	@$(BIN)/python -m pytest -m slow

core: $(CORE)

$(CORE): pyproject.toml | venv
	@echo '== core: installs breadknife into .venv'
	@$(PIP) install --quiet -e .
	@touch $@

venv:
	@$(BIN)/python -c '' 2>/dev/null || { \
	  command -v $(PYTHON) >/dev/null || { echo 'There is no $(PYTHON): install Python 3.11 or newer.'; exit 1; }; \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "breadknife needs Python 3.11 or newer, and $(PYTHON) is `$(PYTHON) -V`: make setup PYTHON=python3.12"; exit 1; }; \
	  $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo '$(PYTHON) has no venv: install it (Debian: apt-get install python3-venv).'; exit 1; }; \
	  $(PYTHON) -m venv --clear .venv; }

setup: $(STAMP)

$(DEV): $(CORE)
	@echo '== dev'
	@$(PIP) install --quiet -e '.[languagetool,dev,dist]'
	@touch $@

$(STAMP): $(DEV) $(ENGINE)
	@echo '== setup'
	@$(BIN)/breadknife setup engine
	@touch $@

model: core
	@echo '== model'
	@$(BIN)/breadknife models pull
	@$(BIN)/breadknife models pull all-minilm-l6-v2

# Never fails: prose goes on without LanguageTool.
languagetool: core
	@echo '== languagetool'
	@java=`java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p'`; \
	if [ "$${java:-0}" -lt 17 ]; then \
	  echo 'There is no Java 17 or newer: prose is checked by Harper alone.'; \
	else \
	  $(BIN)/breadknife setup languagetool || echo 'LanguageTool could not be set up: prose is checked by Harper alone.'; \
	fi

editors: setup
	@echo '== editors'
	@[ -x $(BIN)/nvim ] || command -v nvim >/dev/null || \
	  $(call optional,Skipped: the tests in Neovim$(comma) which needs 0.11 as $(BIN)/nvim.)
	@bash tests/editors/setup_vscode.sh "$$BREADKNIFE_EDITORS" || \
	  $(call optional,Skipped: the tests in VS Code$(comma) which need npm and Chromium (installed with apt-get as root).)
	@bash tests/editors/setup_helix_emacs.sh "$$BREADKNIFE_EDITORS" || \
	  $(call optional,Skipped: the tests in Helix and Emacs$(comma) which need Debian on x86-64 and root.)

peers: setup
	@echo '== peers'
	@[ -e "$$BREADKNIFE_PEERS/ollama" ] || echo 'llama-server and Ollama are compiled the first time: about 10 minutes on two cores.'
	@PYTHON='$(CURDIR)/$(BIN)/python' bash tests/engine/setup_peers.sh "$$BREADKNIFE_PEERS" || \
	  $(call optional,Skipped: the tests against llama-server and Ollama as far as they are missing.)

vale:
	@echo '== vale'
	@[ -e "$$BREADKNIFE_PEERS/vale" ] || echo 'Vale is compiled the first time: about 2 minutes on two cores.'
	@bash tests/prose/setup_vale.sh "$$BREADKNIFE_PEERS" || \
	  $(call optional,Skipped: the tests with the real Vale.)

extension:
	@command -v npm >/dev/null && $(MAKE) --no-print-directory $(PACKAGES) || \
	  $(call optional,Skipped: the VS Code extension$(comma) which needs Node 20 and npm.)

$(PACKAGES): $(EXTENSION)/package-lock.json
	@command -v npm >/dev/null || { echo 'There is no npm: install Node 20 or newer.'; exit 1; }
	@cd $(EXTENSION) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

check: setup extension
	@echo '== check'
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright
	@[ ! -e $(PACKAGES) ] || (cd $(EXTENSION) && npm run --silent check)

unit: setup
	@echo '== unit'
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not editor and not peers and not slow and not dist'

# All that a release has. Wheels of the engine for other systems: dist-engine-wheels, which calls cibuildwheel.
dist: dist-core dist-engine dist-vscode dist-neovim
	@ls $(DIST)

$(HATCH): | venv
	@$(PIP) install --quiet hatchling
	@touch $@

# Needs nothing of breadknife's own environment, so that it is there in seconds.
dist-core: $(HATCH)
	@echo '== dist-core'
	@rm -f $(DIST)/breadknife-*.whl $(DIST)/breadknife-*.tar.gz
	@$(BIN)/python -m hatchling build --directory $(DIST)

# For Homebrew's tap: see release/README.md.
dist-formula: dist-core $(CORE)
	@echo '== dist-formula'
	@$(BIN)/python release/homebrew_formula.py $(DIST)

dist-engine: $(DEV)
	@echo '== dist-engine'
	@$(BIN)/python release/engine_wheel.py $(DIST)

dist-engine-sdist: $(DEV)
	@echo '== dist-engine-sdist'
	@$(BIN)/python release/engine_wheel.py --sdist $(DIST)

dist-engine-wheels: dist-engine-sdist
	@echo '== dist-engine-wheels'
	@$(BIN)/cibuildwheel --config-file '$(CURDIR)/release/cibuildwheel.toml' --output-dir '$(CURDIR)/$(DIST)' \
	  $(DIST)/llama_cpp_python-*.tar.gz

# The extension carries the wheel of breadknife, and installs the server from it.
dist-vscode: dist-core $(PACKAGES)
	@echo '== dist-vscode'
	@rm -rf $(DIST)/*.vsix $(EXTENSION)/wheels && mkdir $(EXTENSION)/wheels
	@cp $(DIST)/breadknife-*.whl $(EXTENSION)/wheels
	@cd $(EXTENSION) && npm run --silent package -- --out ../../$(DIST)/

dist-neovim: $(CORE)
	@echo '== dist-neovim'
	@$(BIN)/python release/neovim_repository.py $(DIST)

test-dist: dist try-dist

# Installs from dist/ where there is no compiler, and asks for a completion.
try-dist: $(DEV) model
	@echo '== try-dist'
	@$(BIN)/python -m pytest -m dist

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist $(EXTENSION)/node_modules $(EXTENSION)/dist
	find server tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
