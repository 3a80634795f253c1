"""How many customers a second leave a server that streams all of them."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection
from statistics import median
from time import monotonic, perf_counter
from typing import Any, Final

from benchmarks.client import PATIENCE, UnexpectedAnswer
from benchmarks.servers import Server

TIMES: Final = 5
CHUNK: Final = 1 << 16


def measure_stream(
    portal: Server, floor: Server, number: int, case: Mapping[str, Any], longest: float
) -> Any:
    """Customers a second, the middle of several times, of both in turns; once it takes long."""
    rates: dict[str, list[float]] = {"portal": [], "floor": []}
    end = monotonic() + longest
    while not rates["floor"] or (len(rates["floor"]) < TIMES and monotonic() < end):
        rates["portal"].append(_rate(portal, case["path"], case["headers"]))
        rates["floor"].append(_rate(floor, f"/{number}", case["headers"]))
    return {"name": case["name"], **{who: median(values) for who, values in rates.items()}}


def _rate(server: Server, path: str, headers: Mapping[str, str]) -> float:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    started = perf_counter()
    connection.request("GET", path, headers=dict(headers))
    answer = connection.getresponse()
    lines = 0
    while chunk := answer.read(CHUNK):
        lines += chunk.count(b"\n")
    took = perf_counter() - started
    connection.close()
    if answer.status != 200:
        raise UnexpectedAnswer(f"{path}: {answer.status}")
    return lines / took
