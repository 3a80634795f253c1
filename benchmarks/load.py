"""Measures concurrent clients that request pages of every kind for some seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from time import monotonic
from typing import Any, Final

from benchmarks.client import Client, UnexpectedResponse
from benchmarks.servers import Server

CLIENTS: Final = 8
# The requests of members and API clients on a working day. Each client starts with another case.
MIX: Final = (
    "List, first page",
    "JSON list, first page",
    "Search, one hit",
    "JSON detail",
    "List, first page by -last_login",
    "JSON list, second page by `next`",
    "Detail",
    "JSON list, last page by `next`",
    "Search, half of all",
    "JSON list, email=, hit",
    "List, last page",
    "List, is_verified=false",
)
# The warm-up as a share of the measured time.
WARM_UP: Final = 1 / 3

Case = Mapping[str, Any]  # a case of the plan, which is JSON


def measure_load(portal: Server, cases: Sequence[Case], seconds: float) -> dict[str, Any]:
    """The times by case, the failed requests, and the memory of a worker, as JSON values."""
    by_name = {case["name"]: case for case in cases}
    mix = [by_name[name] for name in MIX]
    _before, failed = _measure_load(portal, mix, seconds * WARM_UP)
    memory = {"after a warm-up": portal.memory("VmRSS")}
    times, failures = _measure_load(portal, mix, seconds)
    memory |= {"at the end": portal.memory("VmRSS"), "peak": portal.memory("VmHWM")}
    setup = {"clients": CLIENTS, "workers": len(portal.workers), "seconds": seconds}
    return {**setup, "times": times, "failures": [*failed, *failures], "memory": memory}


def _measure_load(
    portal: Server, mix: Sequence[Case], seconds: float
) -> tuple[dict[str, list[float]], list[str]]:
    """Milliseconds by case, and failures. Several threads append to these lists, which is safe."""
    times: dict[str, list[float]] = {case["name"]: [] for case in mix}
    failures: list[str] = []
    end = monotonic() + seconds
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [
            pool.submit(_send_until, end, Client(portal.port), cases_of_client, times, failures)
            for cases_of_client in (islice(cycle(mix), number, None) for number in range(CLIENTS))
        ]
    for each in running:
        each.result()
    return times, failures


def _send_until(
    end: float,
    client: Client,
    cases: Iterator[Case],
    times: dict[str, list[float]],
    failures: list[str],
) -> None:
    for case in cases:
        if monotonic() > end:
            break
        try:
            response = client.get(case["path"], case["headers"])
            times[case["name"]].append(response.milliseconds)
        except (UnexpectedResponse, OSError) as error:
            failures.append(f"{case['name']}: {str(error)[:500]}")
            client.reconnect()
    client.close()
