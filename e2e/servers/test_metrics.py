"""Metrics of several server processes, also after one process has ended."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from e2e.backups import import_page
from e2e.postgres.clusters import wait_until_true
from e2e.raw import make_request_bytes, send_bytes
from e2e.server import Server, serve

API = "/api/v1/organizers/bigevents/customers/"
TOKEN = "metrics-" + "m" * 24
SCRAPER = "127.0.0.3"
MASTER = re.compile(r"Listening at: .* \((\d+)\)")
WORKER = re.compile(r"Booting worker with pid: (\d+)")


@pytest.fixture(scope="module")
def server(directory: Path) -> Iterator[Server]:
    environment = {"METRICS_TOKEN": TOKEN, "METRICS_ALLOWED": SCRAPER}
    with serve(directory, environment) as server:
        yield server


def _metric_value(server: Server, name: str, labels: Mapping[str, str]) -> float:
    """The value of a metric; 0 if there is none with these labels."""
    response = send_bytes(server, make_request_bytes("/metrics", f"Authorization: Bearer {TOKEN}"))
    assert response.status == 200
    return sum(
        sample.value
        for family in text_string_to_metric_families(response.body.decode())
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    )


def _count_of_lists(server: Server) -> float:
    """The number of requests for lists in /metrics."""
    labels = {"route": "api:customer_list", "method": "GET", "status": "200"}
    return _metric_value(server, "portal_requests_total", labels)


def _read_lists(server: Server, number: int) -> None:
    for _request in range(number):
        response = send_bytes(
            server, make_request_bytes(API, f"Authorization: Token {server.token}")
        )
        assert response.status == 200


def _worker_ids(server: Server) -> list[int]:
    """The process ids of the two newest workers."""
    return [int(each) for each in WORKER.findall(server.log)][-2:]


def test_metrics_are_those_of_all_processes(server: Server) -> None:
    before = _count_of_lists(server)

    _read_lists(server, 20)

    assert _count_of_lists(server) - before == 20


def test_the_counts_of_a_worker_that_ended_remain(server: Server) -> None:
    _read_lists(server, 20)
    before, ended = _count_of_lists(server), _worker_ids(server)
    for worker in ended:
        os.kill(worker, signal.SIGTERM)
    wait_until_true(lambda: not set(_worker_ids(server)) & set(ended))

    _read_lists(server, 20)

    assert _count_of_lists(server) - before == 20


def test_a_reload_keeps_the_counts(server: Server) -> None:
    _read_lists(server, 20)
    before, ended = _count_of_lists(server), _worker_ids(server)
    [master] = MASTER.findall(server.log)
    os.kill(int(master), signal.SIGHUP)
    wait_until_true(lambda: not set(_worker_ids(server)) & set(ended))

    _read_lists(server, 20)

    assert _count_of_lists(server) - before == 20


def test_imports_by_commands_are_in_the_metrics_of_the_server(server: Server) -> None:
    before = time()
    import_page(server, 1)
    service = ("--from", f"{server.url}{API}", "--token-stdin")
    with pytest.raises(RuntimeError, match="Nothing was changed"):
        server.manage("import_customers", "bigevents", *service, typed="a-wrong-token")

    imports = [
        _metric_value(server, "portal_imports_total", {"result": result, "source": source})
        for result, source in (("succeeded", "files"), ("failed", "service"))
    ]
    created = _metric_value(server, "portal_import_rows_total", {"outcome": "created"})
    last = _metric_value(
        server, "portal_import_last_success_timestamp_seconds", {"source": "files"}
    )
    assert (imports, created) == ([1, 1], 50)
    assert before <= last <= time()


def test_an_allowed_address_needs_no_token(server: Server) -> None:
    assert send_bytes(server, make_request_bytes("/metrics"), sender=SCRAPER).status == 200
    assert send_bytes(server, make_request_bytes("/metrics")).status == 401
