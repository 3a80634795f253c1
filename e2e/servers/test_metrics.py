"""Metrics of several server processes, of which one ends."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from e2e.postgres.clusters import until
from e2e.raw import request, send
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


def _count(server: Server) -> float:
    """How many lists the server has served, by /metrics."""
    answer = send(server, request("/metrics", f"Authorization: Bearer {TOKEN}"))
    assert answer.status == 200
    return sum(
        sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
        if sample.name == "portal_requests_total"
        and sample.labels == {"route": "api:customer_list", "method": "GET", "status": "200"}
    )


def _read_lists(server: Server, number: int) -> None:
    for _request in range(number):
        answer = send(server, request(API, f"Authorization: Token {server.token}"))
        assert answer.status == 200


def _workers(server: Server) -> list[int]:
    """The process ids of the two newest workers."""
    return [int(each) for each in WORKER.findall(server.log)][-2:]


def test_metrics_are_those_of_all_processes(server: Server) -> None:
    before = _count(server)

    _read_lists(server, 20)

    assert _count(server) - before == 20


def test_a_worker_that_ends_takes_no_count_along(server: Server) -> None:
    _read_lists(server, 20)
    before, ended = _count(server), _workers(server)
    for worker in ended:
        os.kill(worker, signal.SIGTERM)
    until(lambda: not set(_workers(server)) & set(ended))

    _read_lists(server, 20)

    assert _count(server) - before == 20


def test_a_reload_keeps_the_counts(server: Server) -> None:
    _read_lists(server, 20)
    before, ended = _count(server), _workers(server)
    [master] = MASTER.findall(server.log)
    os.kill(int(master), signal.SIGHUP)
    until(lambda: not set(_workers(server)) & set(ended))

    _read_lists(server, 20)

    assert _count(server) - before == 20


def test_an_allowed_address_needs_no_token(server: Server) -> None:
    assert send(server, request("/metrics"), sender=SCRAPER).status == 200
    assert send(server, request("/metrics")).status == 401
