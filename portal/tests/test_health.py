"""/livez and /readyz accept any Host header, use no session, and name the failed checks."""

from __future__ import annotations

from threading import Event

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from portal import __version__
from portal.conftest import CustomerMaker
from portal.health import CheckResults, HealthChecks

PROBES = ["/livez", "/readyz"]
READY = {"database": "ok", "migrations": "ok", "static_files": "ok"}


def test_a_process_that_serves_is_alive_without_a_database(client: Client) -> None:
    # A query would fail, because this test does not have the fixture `db`.
    response = client.get("/livez")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "version": __version__}


@pytest.mark.django_db(transaction=True)
def test_a_process_is_ready_if_every_check_succeeds(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "version": __version__,
        "checks": READY,
        "replica": "none",
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", PROBES)
@pytest.mark.parametrize("host", ["evil.example", "10.0.0.7:8000", "[::1]", "a b", ""])
def test_a_probe_may_have_any_host_header_and_no_tls(
    client: Client, settings: Settings, path: str, host: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True

    response = client.get(path, headers={"Host": host, "X-Forwarded-Host": "other.example"})

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["X-Request-ID"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", PROBES)
def test_a_probe_may_use_head(client: Client, path: str) -> None:
    response = client.head(path)

    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_may_not_use_other_methods(client: Client, path: str) -> None:
    response = client.post(path, "x", "text/plain")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db(transaction=True)
def test_a_probe_reads_no_session_and_no_customer(
    member_client: Client,
    make_customer: CustomerMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_customer()

    with django_assert_num_queries(0):  # The checks use a separate connection.
        responses = [member_client.get(path) for path in PROBES]

    assert not any(response.cookies or "Vary" in response for response in responses)


@pytest.mark.django_db(transaction=True)
def test_a_missing_migration_is_not_ready(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("customers", "0001_initial")
    try:
        response = client.get("/readyz")
    finally:
        recorder.record_applied("customers", "0001_initial")

    assert response.status_code == 503
    assert response.json()["checks"] == {**READY, "migrations": "failed"}


@pytest.mark.django_db(transaction=True)
def test_a_probe_does_not_show_the_reason_of_a_failure(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "/nowhere/secret.sqlite3" if connection.vendor == "sqlite" else "secret"
    monkeypatch.setitem(connection.settings_dict, "NAME", name)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"] == {
        "database": "failed",
        "migrations": "unknown",
        "static_files": "ok",
    }
    assert b"secret" not in response.content


def test_a_check_that_hangs_is_unknown_and_runs_only_once() -> None:
    is_over, runs = Event(), []

    def hang(results: CheckResults) -> None:
        runs.append(results)
        results.static_files = "ok"
        is_over.wait()

    checks = HealthChecks(hang)

    first, second = checks.read_results(0.01), checks.read_results(0.01)
    is_over.set()

    assert first is second
    assert first == CheckResults(static_files="ok")
    assert len(runs) == 1


def test_results_are_reused_for_a_second() -> None:
    runs: list[CheckResults] = []
    checks = HealthChecks(runs.append)

    assert checks.read_results(1) is checks.read_results(1)

    assert len(runs) == 1
