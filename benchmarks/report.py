"""Writes the report of a full run: every case at every size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby
from statistics import median
from typing import Any, Final

from benchmarks.growth import Outcome, write_growth
from benchmarks.machine import describe_machine, utc_date
from benchmarks.notes import NOTES
from benchmarks.summary import SPREAD, describe_load
from benchmarks.tables import p95, write_table

HEADINGS: Final = ("Request", "Queries", "KiB", "p50 ms", "p95 ms", "Floor p50 ms", "Ratio")


def write_report(command: str, outcomes: Sequence[Outcome]) -> str:
    """The complete report in Markdown."""
    title = [
        "# Performance",
        "",
        f"Measured on {utc_date()} by `{command}`, which writes this file.",
    ]
    machine = ["", *(f"- {line}" for line in [*describe_machine(), describe_load(outcomes)])]
    databases = groupby(outcomes, key=lambda outcome: outcome["database"])
    sections = [line for _name, each in databases for line in ["", *_write_database([*each])]]
    return "\n".join([*title, *machine, *sections, "", NOTES, ""])


def _write_database(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The lines about one database at every size."""
    yield f"## {outcomes[0]['database']}"
    yield ""
    yield from write_growth(outcomes)
    for outcome in outcomes:
        yield ""
        yield from _write_size(outcome)


def _write_size(outcome: Outcome) -> Iterator[str]:
    yield f"### {outcome['customers']:,} customers, as many in another organizer"
    yield ""
    yield from write_table(HEADINGS, map(_case_row, outcome["cases"]))
    yield ""
    streams = [
        [f"{each['name']}, all customers", *_stream_row(each)] for each in outcome["streams"]
    ]
    yield from write_table(("Stream", "Customers per second", "Floor", "Ratio"), streams)
    yield ""
    memory = [
        [moment, *(f"{mebibytes:.0f}" for mebibytes in sizes)]
        for moment, sizes in outcome["memory"].items()
    ]
    yield from write_table(("Worker's memory, MiB", "Portal", "Floor"), memory)
    if "under_load" in outcome:
        yield ""
        yield from _write_load(outcome["under_load"])


def _case_row(case: Mapping[str, Any]) -> list[str]:
    portal, floor = median(case["portal"]), median(case["floor"])
    times = [f"{milliseconds:.2f}" for milliseconds in (portal, p95(case["portal"]), floor)]
    size = f"{case['bytes'] / 1024:.1f}"
    return [case["name"], str(case["queries"]), size, *times, f"{portal / floor:.1f}"]


def _stream_row(stream: Mapping[str, Any]) -> list[str]:
    portal, floor = stream["portal"], stream["floor"]
    return [f"{portal:,.0f}", f"{floor:,.0f}", f"{floor / portal:.1f}"]


def _write_load(load: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"Under load: {load['clients']} clients, {load['workers']} workers, {load['seconds']} s; "
        f"{len(load['failures'])} requests failed. The p95 of all requests should be at most "
        f"{SPREAD} times the p50."
    )
    yield ""
    everything = [*chain.from_iterable(load["times"].values())]
    rows = [_load_row(name, times) for name, times in load["times"].items()]
    headings = ("Under load", "Requests", "p50 ms", "p95 ms", "p95 / p50")
    yield from write_table(headings, [*rows, _load_row("All", everything)])
    yield ""
    memory = [[moment, f"{size:.0f}"] for moment, size in load["memory"].items()]
    yield from write_table(("Largest worker's memory under load, MiB", "Portal"), memory)
    if load["failures"]:
        yield from ("", "The first failure:", "", "```", load["failures"][0], "```")


def _load_row(name: str, times: Sequence[float]) -> list[str]:
    """The row of a case under load. Fewer than two requests have no p95."""
    if len(times) < 2:
        return [name, str(len(times)), "", "", ""]
    middle, slow = median(times), p95(times)
    return [name, f"{len(times):,}", f"{middle:.1f}", f"{slow:.1f}", f"{slow / middle:.1f}"]
