# HiFiC Studio. `make` or `make help` lists what there is.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
OUT ?= out
SAMPLE := resources/samples/coffee.png
ARGS ?=
# More for pip, for example the index that has PyTorch's CPU build where plain PyPI would give a CUDA build.
PIP_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install system run pair test test-slow check format translations bench bench-tiles bench-window plots bundle \
  bundle-check clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
	  || grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

system: # what Python itself needs on a bare Debian
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || ! command -v $(PYTHON) >/dev/null || { \
	  echo "HiFiC Studio needs Python 3.11 or later; name one with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3 python3-venv; \
	  else echo "Install Python 3.11 or later with its venv module first (on Debian: python3-venv)."; exit 1; fi; }

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(MAKE) --no-print-directory system
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt $(PIP_ARGS) --editable '.[dev]'
	@touch $@

# what Qt needs on a bare Debian, and a screen for the tests of the real window
QT_PACKAGES := xvfb libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libxkbcommon-x11-0 libxcb-cursor0 \
  libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 fonts-dejavu-core
$(VENV)/.window: $(VENV)/.installed
	@{ QT_QPA_PLATFORM=offscreen $(BIN)/python -c 'import PySide6.QtWidgets' && command -v Xvfb; } >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y $(QT_PACKAGES) >/dev/null \
	      || echo "Not all of what Qt may need could be installed: $(QT_PACKAGES)"; \
	  else echo "Qt may need more of the system; on Debian: apt-get install $(QT_PACKAGES)"; fi; }
	@touch $@

install: $(VENV)/.installed $(VENV)/.window ## make the virtual environment with all that is needed

run: install ## open the window with the sample photo, compressed, beside its original
	@mkdir -p $(OUT) && rm -f $(OUT)/coffee.hfc && cp $(SAMPLE) $(OUT)
	$(BIN)/python -m app $(OUT)/$(notdir $(SAMPLE))

pair: install ## compress the sample photo, decode it, print its bits per pixel, write both as one picture
	@mkdir -p $(OUT)
	$(BIN)/hific compress $(SAMPLE) --output $(OUT) --on-collision overwrite $(ARGS)
	$(BIN)/hific decompress $(OUT)/coffee.hfc --output $(OUT) --on-collision overwrite
	@rm -f $(OUT)/coffee-pair.png
	$(BIN)/hific pair $(SAMPLE) $(OUT)/coffee.hfc --output $(OUT)/coffee-pair.png
	@echo "Look at $(OUT)/coffee-pair.png: the original on the left, the .hfc file on the right."

test: install ## run the tests
	$(BIN)/python -m pytest -q -m "not slow" $(ARGS)

test-slow: install ## run the longer proofs (Kodak on another machine's arithmetic, in minutes)
	$(BIN)/python -m pytest -m slow -rA --durations=0 $(ARGS)

check: install ## formatting, lint, types, import contracts and tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q -m "not slow" $(ARGS)

format: install ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

translations: install ## find the window's texts, mark those that lack a translation, compile the rest
	$(BIN)/pyside6-lupdate $$(find app -name '*.py' | sort) -ts resources/translations/*.ts -no-obsolete -locations none
	for file in resources/translations/*.ts; do $(BIN)/pyside6-lrelease $$file -qm $${file%.ts}.qm || exit 1; done

# what the original's code imports; it is never part of the program
$(VENV)/.original: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt $(PIP_ARGS) --editable '.[original]'
	@touch $@

ifdef ORIGINAL
bench: install $(VENV)/.original
	$(BIN)/python -m tests.beside $(ORIGINAL) --weights $(OUT)/beside $(ARGS)
else
bench: install ## speed, memory and size of the shipped model; with ORIGINAL=PATH beside a checkout of the original
	$(BIN)/python -m tests.bench $(ARGS)
endif

bench-tiles: install ## tiled against whole at 12 megapixels for both families, the paper's with seeded weights (minutes)
	@mkdir -p $(OUT)
	$(BIN)/python -m tests.seeded_hific $(OUT)/seeded-hific.safetensors
	for model in lite-13 $(OUT)/seeded-hific.safetensors; do for precision in float32 bfloat16; do \
	  $(BIN)/python -m tests.bench_tiles $$model --precision $$precision --runs 1 || exit 1; done; done

bench-window: install ## how the window feels: gaps, cancelling, large pictures (minutes)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench_window $(ARGS)

plots: install ## rate-LPIPS and rate-PSNR plots and two crops into docs/, from CSV="TABLES", which `hific eval --csv` wrote
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt $(PIP_ARGS) --editable '.[plots]'
	$(BIN)/python -m tests.plot_rates $(CSV)
	$(BIN)/python -m tests.plot_crops

$(VENV)/.bundle: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt $(PIP_ARGS) --editable '.[bundle]'
	@touch $@

bundle: install $(VENV)/.bundle ## the application in one folder, dist/hific-studio, and its size part by part (minutes)
	$(BIN)/python -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/bundle build_app.spec
	$(BIN)/python -m bundle.sizes dist/hific-studio

bundle-check: install ## prove the bundle in a root without Python, ROOT=PATH, made by debootstrap if need be (as root)
	$(BIN)/python -m tests.bundle dist/hific-studio $(or $(ROOT),build/root)

clean: ## remove what was built
	rm -rf $(VENV) $(OUT) build dist *.egg-info
