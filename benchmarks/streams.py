"""Measures the customers per second of streams."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection
from statistics import median
from time import monotonic, perf_counter
from typing import Any, Final

from benchmarks.client import TIMEOUT, UnexpectedResponse
from benchmarks.servers import Server

TIMES: Final = 5
CHUNK: Final = 1 << 16


def measure_stream(
    portal: Server, floor: Server, number: int, case: Mapping[str, Any], longest: float
) -> Any:
    """The customers per second of Portal and the floor in turn: the medians of up to TIMES streams.

    After `longest` seconds no further streams start.
    """
    rates: dict[str, list[float]] = {"portal": [], "floor": []}
    end = monotonic() + longest
    while not rates["floor"] or (len(rates["floor"]) < TIMES and monotonic() < end):
        rates["portal"].append(_stream_rate(portal, case["path"], case["headers"]))
        rates["floor"].append(_stream_rate(floor, f"/{number}", case["headers"]))
    return {"name": case["name"], **{server: median(values) for server, values in rates.items()}}


def _stream_rate(server: Server, path: str, headers: Mapping[str, str]) -> float:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT)
    started = perf_counter()
    connection.request("GET", path, headers=dict(headers))
    response = connection.getresponse()
    lines = 0
    while chunk := response.read(CHUNK):
        lines += chunk.count(b"\n")
    took = perf_counter() - started
    connection.close()
    if response.status != 200:
        raise UnexpectedResponse(f"{path}: {response.status}")
    return lines / took
