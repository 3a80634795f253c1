"""From what was measured to Markdown, whose tables people can read as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Any, Final

from benchmarks.machine import describe_machine

Outcome = Mapping[str, Any]  # what benchmarks.run writes, which is JSON
Rows = Sequence[Sequence[str]]
HEADINGS: Final = ("Request", "Queries", "KiB", "p50 ms", "p95 ms", "Floor p50 ms", "Ratio")
JUDGED: Final = "JSON list, first page"
NOTES: Final = """\
## How to read this

One client asks over loopback, one request after another on a connection that is kept open, after
a warm-up. Portal and the floor run at the same time, each in gunicorn as `portal/server.py`
configures it but with one worker, and are asked in turns, ten requests each.

The floor is `benchmarks/floor.py`: a WSGI application without a framework that runs the SQL which
Portal runs for the customers of this request, on a connection that stays open, and answers with
`orjson`. It does not look up who asks. For JSON it answers what Portal answers, which the
benchmark checks; for pages it answers the same rows as JSON, so there the ratio says what a page
costs beside its rows. Queries counts what the floor replays.

A stream is the whole list of the organizer; its floor sends what the same SQL returns, a line for
each row.

The SQLite connection has Portal's pragmas. PostgreSQL is a cluster of its own with 256 MB of
shared buffers, the planner's defaults and no `fsync`, after `VACUUM ANALYZE`; it is reached
through a socket, and what is asked for is in memory. The rates of the commands hold their start;
`seed_demo` fills the first organizer, the same customers are imported into the second one."""


def write_report(command: str, customers: int, outcomes: Sequence[Outcome]) -> str:
    """The whole file."""
    today = datetime.now(UTC).date().isoformat()
    title = ["# How fast Portal is", "", f"Measured on {today}; again with `{command}`.", ""]
    asked = f"{customers:,} customers in the organizer that is asked for, as many in another"
    load = ", ".join(f"{outcome['load']:.1f}" for outcome in outcomes)
    busy = f"Load while the last cases were measured: {load}; the benchmark alone makes about 1"
    machine = [f"- {line}" for line in [*describe_machine(), asked, busy]]
    sections = [line for outcome in outcomes for line in ["", *write_tables(outcome)]]
    return "\n".join([*title, *machine, *sections, "", NOTES, ""])


def write_tables(outcome: Outcome) -> Iterator[str]:
    """One database."""
    yield f"## {outcome['database']}"
    yield ""
    yield from _table(HEADINGS, [_measured(case) for case in outcome["cases"]])
    yield ""
    yield _judge(next(case for case in outcome["cases"] if case["name"] == JUDGED))
    yield ""
    streams = [[f"{each['name']}, all customers", *_compared(each)] for each in outcome["streams"]]
    yield from _table(("Stream", "Customers per second", "Floor", "Ratio"), streams)
    yield ""
    rates = [[step, f"{rate:,.0f}"] for step, rate in outcome["rates"].items()]
    yield from _table(("Command", "Customers per second"), rates)
    yield ""
    memory = [
        [moment, *(f"{mebibytes:.0f}" for mebibytes in of_both)]
        for moment, of_both in outcome["memory"].items()
    ]
    yield from _table(("Worker's memory, MiB", "Portal", "Floor"), memory)


def _measured(case: Mapping[str, Any]) -> list[str]:
    portal, floor = median(case["portal"]), median(case["floor"])
    p95 = quantiles(case["portal"], n=20)[-1]
    times = [f"{milliseconds:.2f}" for milliseconds in (portal, p95, floor)]
    size = f"{case['bytes'] / 1024:.1f}"
    return [case["name"], str(case["queries"]), size, *times, f"{portal / floor:.1f}"]


def _compared(stream: Mapping[str, Any]) -> list[str]:
    portal, floor = stream["portal"], stream["floor"]
    return [f"{portal:,.0f}", f"{floor:,.0f}", f"{floor / portal:.1f}"]


def _judge(case: Mapping[str, Any]) -> str:
    portal, floor = median(case["portal"]), median(case["floor"])
    return (
        f"{JUDGED}: {portal / floor:.1f} times the floor. Of {portal:.1f} ms the rows and their "
        f"JSON take {floor:.1f} ms; the other {portal - floor:.1f} ms are what Portal adds: who "
        "asks, the query from its filters, the framework."
    )


def _table(headings: Sequence[str], rows: Rows) -> Iterator[str]:
    """The first column is text, the others are numbers."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    yield _line(headings, widths)
    yield "|".join(["", "-" * (widths[0] + 2), *("-" * (w + 1) + ":" for w in widths[1:]), ""])
    for row in rows:
        yield _line(row, widths)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers = cells
    padded = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
    return f"| {' | '.join([first.ljust(widths[0]), *padded])} |"
