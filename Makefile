# Everything sets itself up: on a fresh Debian with Python 3.11, `make demo` and `make test` are all that is needed.
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: .venv/ready  ## a hub between simulated marketplaces and shops, and players: prints addresses and a login
	.venv/bin/retour demo

test: .venv/ready chromium  ## all gates and all tests, on SQLite, PostgreSQL and in a browser
	scripts/check
	scripts/test

check: .venv/ready  ## the gates alone: formatting, types, imports, dependencies, migrations, documents
	scripts/check

bench: .venv/ready  ## the benchmarks, as ratios; writes docs/performance.md
	$(PYTHON) -m bench

.venv/ready: requirements.lock pyproject.toml scripts/setup
	scripts/setup

chromium:
	@scripts/chromium

.PHONY: help demo test check bench chromium
