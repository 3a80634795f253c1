"""Under load: several clients at once, for a while, on pages of every kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from time import monotonic
from typing import Any, Final

from benchmarks.client import Client, UnexpectedAnswer
from benchmarks.servers import Server

CLIENTS: Final = 8
# What staff and programs ask for in the middle of a day; each client begins with another one.
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
# So long, as a share of the time that counts, before it begins.
WARM_UP: Final = 1 / 3

Case = Mapping[str, Any]  # a case of the plan, which is JSON


def measure_load(portal: Server, cases: Sequence[Case], seconds: float) -> dict[str, Any]:
    """Ends by itself. Times by case, which requests failed, and the memory of a worker."""
    by_name = {case["name"]: case for case in cases}
    mix = [by_name[name] for name in MIX]
    _before, failed = _load(portal, mix, seconds * WARM_UP)
    memory = {"after a warm-up": portal.memory("VmRSS")}
    times, failures = _load(portal, mix, seconds)
    memory |= {"at the end": portal.memory("VmRSS"), "peak": portal.memory("VmHWM")}
    seen = {"clients": CLIENTS, "workers": len(portal.workers), "seconds": seconds}
    return {**seen, "times": times, "failures": [*failed, *failures], "memory": memory}


def _load(
    portal: Server, mix: Sequence[Case], seconds: float
) -> tuple[dict[str, list[float]], list[str]]:
    """Milliseconds by case, and what went wrong. Lists grow from several threads, which is safe."""
    times: dict[str, list[float]] = {case["name"]: [] for case in mix}
    failures: list[str] = []
    end = monotonic() + seconds
    with ThreadPoolExecutor(CLIENTS) as pool:
        asking = [
            pool.submit(_ask_until, end, Client(portal.port), ours, times, failures)
            for ours in (islice(cycle(mix), number, None) for number in range(CLIENTS))
        ]
    for each in asking:
        each.result()
    return times, failures


def _ask_until(
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
            answer = client.get(case["path"], case["headers"])
            times[case["name"]].append(answer.milliseconds)
        except (UnexpectedAnswer, OSError) as error:
            failures.append(f"{case['name']}: {str(error)[:500]}")
            client.reconnect()
    client.close()
