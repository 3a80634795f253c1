# Commands for running, testing and measuring Portal. `make` lists them.

PORT ?= 8000
PUBLIC_URL ?= http://127.0.0.1:$(PORT)
export PORT

BIN := .venv/bin
NEW_KEY = $(BIN)/python -c "import secrets; print(secrets.token_urlsafe(48))"
DEMO = SECRET_KEY="$$(cat var/secret-key)" exec
CHECKED = DJANGO_SETTINGS_MODULE=portal.settings.production DATABASE_URL=sqlite://:memory: \
	PUBLIC_URL=https://portal.example.org SECRET_KEY="$$($(NEW_KEY))" $(BIN)/python
POSTGRES = env -u DATABASE_URL .ci/with-postgres
CURL_FOUND = command -v curl >/dev/null || .ci/apt-install curl || { echo "Install curl."; exit 1; };
CHROMIUM_FOUND = CHROMIUM="$$(.ci/find-chromium)" && export CHROMIUM &&
say = @printf '\n==> %s\n'

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test programs check unit unit-postgres e2e e2e-servers clients reliability \
	bench bench-full compare screenshots

help:
	@echo "make run          serves the demo at $(PUBLIC_URL) (PORT=8000, DATABASE_URL=sqlite)"
	@echo "make test         runs every check and test: SQLite, PostgreSQL, Chromium"
	@echo "make check        runs the checks only: style, types, imports, containers, migrations"
	@echo "make clients      tests third-party API clients: dlt, schemathesis and others"
	@echo "make reliability  causes faults of servers and databases; writes docs/reliability.md"
	@echo "make bench        runs benchmarks on PostgreSQL and SQLite: about 10 minutes"
	@echo "make bench-full   measures every order, filter and search: more than an hour"
	@echo "make compare      compares the responses of two checkouts (OLD=../before)"
	@echo "make screenshots  takes the screenshots of the README"
	@echo "make install      creates .venv; other commands do this when needed"

install: .venv/installed

.venv/installed: requirements.txt requirements-dev.txt
	$(say) "Installing requirements-dev.txt into .venv"
	@python="$$(.ci/find-python)" && "$$python" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: export DJANGO_SETTINGS_MODULE = portal.settings.production
run: export PUBLIC_URL := $(PUBLIC_URL)
run: install var/secret-key
	@$(DEMO) $(BIN)/python manage.py migrate --verbosity 0
	@$(DEMO) $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(DEMO) $(BIN)/python manage.py prepare_demo
	@$(DEMO) $(BIN)/gunicorn -c python:portal.server portal.wsgi

var/secret-key: | install
	@mkdir -p var
	@umask 077 && $(NEW_KEY) >$@

# Four targets run at a time on two processors, because targets often wait for a browser or a server.
# Make 4.0 and newer print the output of a target at its end.
TESTS = e2e-servers unit-postgres unit e2e check
WHOLE = $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

test: install programs
	$(say) "Checks and tests, four targets at a time; each prints its output at its end"
	@$(MAKE) --no-print-directory --jobs=4 $(WHOLE) $(TESTS)
	$(say) "All checks and tests passed"

# Installs missing programs before the targets run, because only one process can install packages.
programs: install
	@$(CURL_FOUND) for program in chromium nginx pgbouncer; do .ci/find-$$program >/dev/null || exit; done
	@.ci/find-firefox >/dev/null || test -z "$${CI:-}"
	@$(POSTGRES) true

check: install
	$(say) "Style: ruff"
	@$(BIN)/ruff check --quiet . .ci/with-postgres
	@$(BIN)/ruff format --quiet --check . .ci/with-postgres
	$(say) "Types: mypy"
	@$(BIN)/mypy --no-error-summary . .ci/with-postgres
	$(say) "Imports: import-linter"
	@$(BIN)/lint-imports --no-logo
	$(say) "Containers: hadolint, the Compose specification"
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	$(say) "Migrations: none is missing"
	@$(CHECKED) manage.py makemigrations --check --dry-run
	$(say) "Settings: Django's deployment checks"
	@$(CHECKED) manage.py check --deploy --fail-level WARNING

unit: install
	$(say) "Unit tests on SQLite"
	@env -u DATABASE_URL $(BIN)/pytest

unit-postgres: install
	$(say) "Unit tests that use the database, on PostgreSQL"
	@$(POSTGRES) $(BIN)/pytest -m database

e2e: install
	$(say) "End-to-end tests in Chromium and Firefox"
	@$(CURL_FOUND) $(CHROMIUM_FOUND) env -u DATABASE_URL \
		$(BIN)/pytest e2e --ignore=e2e/servers --ignore=e2e/postgres

e2e-servers: install
	$(say) "End-to-end tests of servers: restarts, nginx, logs, backups, PostgreSQL"
	@env -u DATABASE_URL $(BIN)/pytest e2e/servers e2e/postgres

clients: install .venv-clients/installed
	$(say) "Third-party clients read the API"
	@env -u DATABASE_URL PORTAL_PYTHON=$(BIN)/python \
		.venv-clients/bin/pytest -c e2e/clients/pytest.ini e2e/clients
	$(say) "20,000 hostile writes"
	@env -u DATABASE_URL HOSTILE_WRITES=20000 $(BIN)/pytest portal/api/tests/writing/test_hostile_writes.py

.venv-clients/installed: e2e/clients/requirements.txt
	$(say) "Installing e2e/clients/requirements.txt into .venv-clients"
	@python="$$(.ci/find-python)" && "$$python" -m venv .venv-clients
	@.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

reliability: install
	$(say) "Servers, databases and imports fail: results in docs/reliability.md"
	@env -u DATABASE_URL $(BIN)/pytest e2e/reliability --report=docs/reliability.md

bench: install
	$(say) "Benchmarks on PostgreSQL and SQLite: about 10 minutes, results in benchmarks/RESULTS.md"
	@$(BIN)/python -m benchmarks

bench-full: install
	$(say) "All benchmarks: more than an hour, results in benchmarks/RESULTS.md"
	@$(BIN)/python -m benchmarks --full

compare: install
	@test -n "$(OLD)" || { echo "Set OLD to the checkout to compare with: make compare OLD=../before"; exit 2; }
	$(say) "Comparison with $(OLD): PostgreSQL"
	@$(POSTGRES) $(BIN)/python -m benchmarks.compare "$(OLD)" .
	$(say) "Comparison with $(OLD): SQLite"
	@env -u DATABASE_URL $(BIN)/python -m benchmarks.compare --sqlite "$(OLD)" .

screenshots: install
	$(say) "Screenshots"
	@$(CHROMIUM_FOUND) $(BIN)/python -m e2e.screenshots
