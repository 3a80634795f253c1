"""How the figures grow with the number of customers, beside what they should be at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Final

from benchmarks.tables import write_table

Outcome = Mapping[str, Any]  # what benchmarks.run writes, which is JSON
# The goals are for this many customers, on this database.
LARGE: Final = 1_000_000
JUDGED: Final = "PostgreSQL"
COMMAND_GOALS: Final = {
    "import_customers, first of all": 20_000,
    "seed_demo": 20_000,
    "import_customers, beside others": 20_000,
    "import_customers, second time": 50_000,
}
COMMAND_MEMORY: Final = 300
FIRST: Final = "JSON list, first page"
DEEP: Final = "JSON list, last page by `next`"


def write_growth(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Of one database at every size, smallest first."""
    sizes = [f"{outcome['customers']:,}" for outcome in outcomes]
    headings = ["p50 ms by number of customers", *sizes, "Growth", "Floor", "Its growth", "Ratio"]
    rows = [_grown(cases) for cases in zip(*(each["cases"] for each in outcomes), strict=True)]
    if outcomes[0]["database"].startswith(JUDGED):
        headings += ["Goal ms", "Goal growth", "Met"]
        rows = [
            [*row, *_judged(case, row)]
            for row, case in zip(rows, outcomes[-1]["cases"], strict=True)
        ]
    yield from write_table(headings, rows)
    yield ""
    yield _deep(outcomes[-1])
    yield ""
    yield from _commands(outcomes, sizes)


def _grown(cases: Sequence[Mapping[str, Any]]) -> list[str]:
    """Of one case: the growth is from the smallest size, the floor is of the largest."""
    times = [median(case["portal"]) for case in cases]
    floors = [median(case["floor"]) for case in cases]
    figures = [*times, times[-1] / times[0], floors[-1], floors[-1] / floors[0]]
    ratio = times[-1] / floors[-1]
    return [cases[0]["name"], *(f"{figure:.2f}" for figure in figures), f"{ratio:.1f}"]


def _judged(case: Mapping[str, Any], row: Sequence[str]) -> list[str]:
    goal = case["goal"]
    if goal is None:
        return ["", "", ""]
    milliseconds, growth = goal["milliseconds"], goal["growth"]
    missed = [
        name
        for name, is_missed in (
            ("ms", median(case["portal"]) > milliseconds),
            ("growth", growth is not None and float(row[-4]) > growth),
        )
        if is_missed
    ]
    met = f"no: {', '.join(missed)}" if missed else "yes"
    return [f"{milliseconds:g}", f"{growth:g}" if growth else "", met]


def _deep(outcome: Outcome) -> str:
    """How much dearer the last page is for whoever has followed every link."""
    times = {case["name"]: median(case["portal"]) for case in outcome["cases"]}
    ratio = times[DEEP] / times[FIRST]
    pages = -(-outcome["customers"] // 50)
    return f"Followed `next` to page {pages:,}: {ratio:.2f} times the first page."


def _commands(outcomes: Sequence[Outcome], sizes: Sequence[str]) -> Iterator[str]:
    memory = [f"MiB at {size}" for size in sizes]
    headings = ["Customers per second", *sizes, "Floor", "Goal", *memory, "Goal MiB"]
    yield from write_table(
        headings,
        [
            [
                commands[0]["name"],
                *(f"{command['rate']:,.0f}" for command in commands),
                f"{floor:,.0f}" if (floor := commands[-1].get("floor")) else "",
                f"{COMMAND_GOALS[commands[0]['name']]:,}",
                *(f"{command['memory']:.0f}" for command in commands),
                str(COMMAND_MEMORY),
            ]
            for commands in zip(*(each["commands"] for each in outcomes), strict=True)
        ],
    )
