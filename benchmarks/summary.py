"""Writes the report of a short run: tables for latency, imports and streams, load, and a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from statistics import median
from textwrap import wrap
from typing import Any, Final

from benchmarks.growth import (
    COMMAND_GOALS,
    COMMAND_MEMORY,
    goals_apply_to,
    missed_goals,
)
from benchmarks.imports import AGAIN, BESIDE, FIRST
from benchmarks.machine import describe_machine, utc_date
from benchmarks.profile_list import write_profile
from benchmarks.tables import p95, write_table

Outcome = Mapping[str, Any]  # the result of benchmarks.run for one size, as JSON

COMMANDS: Final = {
    FIRST: "First import, empty database",
    BESIDE: "First import, beside others",
    AGAIN: "Second import",
}
WIDTH: Final = 100
LATENCY: Final = """\
The p50 in milliseconds, by database and number of customers, with one client. "Floor" is the time
of the request's SQL alone, without Portal, at the largest size. "Growth" is the p50 of the largest
size divided by the p50 of the smallest size. Goals are for 1,000,000 customers on PostgreSQL."""
WRITES: Final = """\
Each import adds {imported:,} customers to a new organizer. "Beside others" is an import into the
database with the number of customers in the heading. The time includes the start of the command.
The floor of an import is one SQL statement that copies the same number of rows. A stream returns
all customers of the organizer. Memory is the memory of the largest process."""
LOAD: Final = """\
{clients} concurrent clients send requests for {seconds} s to {workers} workers, at the largest
size of each database. {failures} requests failed. The goal is a p95 of all requests of at most
{spread} times the p50."""
PROFILE: Final = """\
The time in the server, in milliseconds: the mean of the fastest quarter of all requests. The time
of a template excludes included templates. The measurement itself adds some time to each row.
`python -m benchmarks.profile_list` prints only this table."""
NOTES: Final = """\
Portal and the floor run in gunicorn with one worker each, and get requests in turns. Each database
has two organizers of the same size, of which one is measured. PostgreSQL has a quarter of the
machine's memory as `shared_buffers`, `random_page_cost = 1.1`, and no `fsync`. The indexes are
created after the rows, so they are denser than after imports. All rows and indexes that requests
read are in memory. `make bench-full` measures every order, filter and search at three sizes on
both databases, in more than an hour. Its report explains the measurement in detail."""
# Under load, the p95 of all requests may be at most this multiple of the p50.
SPREAD: Final = 4


def write_summary(command: str, outcomes: Sequence[Outcome]) -> str:
    """The complete report in Markdown. Outcomes are ordered by database, then by size."""
    machine = [*describe_machine(), describe_load(outcomes)]
    sections = [
        ("Latency", _fill_template(LATENCY), _latency_table(outcomes)),
        (
            "Imports and streams",
            _fill_template(WRITES, imported=_imported_customers(outcomes)),
            _write_table(outcomes),
        ),
        ("Load", _fill_template(LOAD, **_load_values(outcomes)), _load_table(outcomes)),
        ("Where the time of a list page goes", _fill_template(PROFILE), _profile_table(outcomes)),
    ]
    lines = [
        "# Performance",
        "",
        f"Measured on {utc_date()} by `{command}`, which writes this file.",
    ]
    lines += ["", *(f"- {line}" for line in machine)]
    for title, text, table in sections:
        lines += ["", f"## {title}", "", text, "", *table]
    return "\n".join([*lines, "", "## How it is measured", "", NOTES, ""])


def describe_load(outcomes: Sequence[Outcome]) -> str:
    """The load average of the machine. Other programs during the run make the figures worthless."""
    loads = [f"{each['machine_load']:.1f}" for each in outcomes if "machine_load" in each]
    return (
        f"Load average after each database: {', '.join(loads)}; a machine without other programs"
        " has about 1"
    )


def _fill_template(text: str, **values: object) -> str:
    return "\n".join(wrap(text.format(**values), WIDTH))


def _heading(outcome: Outcome) -> str:
    return f"{outcome['database'].split()[0]} {outcome['customers']:,}"


def _by_database(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    names = dict.fromkeys(outcome["database"] for outcome in outcomes)
    return [[each for each in outcomes if each["database"] == name] for name in names]


def _latency_table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    headings = ["Request"]
    columns: list[Sequence[str]] = [[case["name"] for case in outcomes[0]["cases"]]]
    for database in _by_database(outcomes):
        cases = [*zip(*(outcome["cases"] for outcome in database), strict=True)]
        headings += [*map(_heading, database), "Floor"]
        columns += [
            [_median_text(case["portal"]) for case in outcome["cases"]] for outcome in database
        ]
        columns.append([_median_text(case["floor"]) for case in database[-1]["cases"]])
        if len(database) > 1:
            headings.append("Growth")
            columns.append([f"{_growth_ratio(sizes):.2f}" for sizes in cases])
        if goals_apply_to(database[-1]):
            headings += ["Goal ms", "Goal growth", "Missed"]
            columns += zip(*map(_judge_goals, cases), strict=True)
    yield from write_table(headings, [*zip(*columns, strict=True)])


def _median_text(times: Sequence[float]) -> str:
    return f"{median(times):.1f}"


def _growth_ratio(sizes: Sequence[Mapping[str, Any]]) -> float:
    first, last = (median(map(float, size["portal"])) for size in (sizes[0], sizes[-1]))
    return last / first


def _judge_goals(sizes: Sequence[Mapping[str, Any]]) -> tuple[str, str, str]:
    """The goals of a case, and the missed goals."""
    goal = sizes[-1]["goal"]
    if goal is None:
        return "", "", ""
    missed = missed_goals(goal, median(sizes[-1]["portal"]), _growth_ratio(sizes))
    growth = f"{goal['growth']:g}" if goal["growth"] else ""
    return f"{goal['milliseconds']:g}", growth, ", ".join(missed)


def _imported_customers(outcomes: Sequence[Outcome]) -> int:
    """The largest number of customers that a command imported, for the text above the table."""
    return max(int(command["customers"]) for each in outcomes for command in each["commands"])


def _write_table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    headings = ["Rows per second", *map(_heading, outcomes), "Goal"]
    rows = []
    commands = [{each["name"]: each for each in outcome["commands"]} for outcome in outcomes]
    for name, label in COMMANDS.items():
        rates = [_rate(found.get(name, {}), "rate") for found in commands]
        rows.append([label, *rates, f"{COMMAND_GOALS[name]:,}"])
        if name == BESIDE:
            rows.append(
                [f"{label}, floor", *(_rate(found[name], "floor") for found in commands), ""]
            )
    memory = [f"{max(each['memory'] for each in outcome['commands']):.0f}" for outcome in outcomes]
    rows.append(["MiB of an import", *memory, str(COMMAND_MEMORY)])
    for streams in zip(*(outcome["streams"] for outcome in outcomes), strict=True):
        label = f"{streams[0]['name']} stream"
        rows.append([label, *(_rate(stream, "portal") for stream in streams), ""])
        rows.append([f"{label}, floor", *(_rate(stream, "floor") for stream in streams), ""])
    for moment, label in (
        ("first request", "MiB of a server process after its first request"),
        ("peak of all pages", "Peak MiB of a server process, without streams"),
        ("peak, with streams", "Peak MiB of a server process, with streams"),
    ):
        rows.append([label, *(f"{outcome['memory'][moment][0]:.0f}" for outcome in outcomes), ""])
    yield from write_table(headings, rows)


def _rate(figures: Mapping[str, Any], name: str) -> str:
    return f"{figures[name]:,.0f}" if name in figures else ""


def _load_values(outcomes: Sequence[Outcome]) -> dict[str, object]:
    loads = [each["under_load"] for each in outcomes if "under_load" in each]
    return {**loads[0], "failures": sum(len(load["failures"]) for load in loads), "spread": SPREAD}


def _load_table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    loaded = [outcome for outcome in outcomes if "under_load" in outcome]
    headings = ["Request"]
    columns: list[Sequence[str]] = [[*loaded[0]["under_load"]["times"], "All"]]
    for outcome in loaded:
        load = outcome["under_load"]
        times = [*load["times"].values(), [*chain.from_iterable(load["times"].values())]]
        name = _heading(outcome)
        headings += [f"{name}: requests/s", "p50 ms", "p95 ms", "p95 / p50"]
        columns += zip(*(_load_figures(each, load["seconds"]) for each in times), strict=True)
    yield from write_table(headings, [*zip(*columns, strict=True)])


def _load_figures(times: Sequence[float], seconds: float) -> tuple[str, str, str, str]:
    """Requests per second, p50, p95, and p95 divided by p50. Empty with fewer than two requests."""
    if len(times) < 2:
        return "", "", "", ""
    middle, slow = median(times), p95(times)
    per_second = f"{len(times) / seconds:.1f}"
    return per_second, f"{middle:.1f}", f"{slow:.1f}", f"{slow / middle:.1f}"


def _profile_table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield from write_profile(
        {_heading(outcome): outcome["profile"] for outcome in outcomes if "profile" in outcome}
    )
