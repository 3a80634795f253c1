"""How the figures of a full run grow with the number of customers, and which goals are missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Final

from benchmarks.imports import AGAIN, BESIDE, FIRST, SEED
from benchmarks.tables import write_table

Outcome = Mapping[str, Any]  # the result of benchmarks.run for one size, as JSON
# Goals apply to this database.
JUDGED: Final = "PostgreSQL"
COMMAND_GOALS: Final = {FIRST: 20_000, SEED: 20_000, BESIDE: 20_000, AGAIN: 50_000}
COMMAND_MEMORY: Final = 300
FIRST_PAGE: Final = "JSON list, first page"
LAST_PAGE: Final = "JSON list, last page by `next`"


def goals_apply_to(outcome: Outcome) -> bool:
    """Whether the goals apply to the database of this outcome."""
    name: str = outcome["database"]
    return name.startswith(JUDGED)


def missed_goals(goal: Mapping[str, Any], milliseconds: float, growth: float) -> list[str]:
    """The goals that the case misses: `ms`, `growth`, or both."""
    return [
        name
        for name, figure, most in (
            ("ms", milliseconds, goal["milliseconds"]),
            ("growth", growth, goal["growth"]),
        )
        if most is not None and figure > most
    ]


def write_growth(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The lines about one database. Outcomes are ordered by size."""
    sizes = [f"{outcome['customers']:,}" for outcome in outcomes]
    headings = ["p50 ms by number of customers", *sizes, "Growth", "Floor", "Its growth", "Ratio"]
    rows = [
        _growth_of_cases(cases) for cases in zip(*(each["cases"] for each in outcomes), strict=True)
    ]
    if goals_apply_to(outcomes[0]):
        headings += ["Goal ms", "Goal growth", "Met"]
        rows = [
            [*row, *_goal_cells(case, row)]
            for row, case in zip(rows, outcomes[-1]["cases"], strict=True)
        ]
    yield from write_table(headings, rows)
    yield ""
    yield _last_page(outcomes[-1])
    yield ""
    yield from _table_of_commands(outcomes, sizes)


def _growth_of_cases(cases: Sequence[Mapping[str, Any]]) -> list[str]:
    """The row of a case: the growth from the smallest to the largest size, and the floor."""
    times = [median(case["portal"]) for case in cases]
    floors = [median(case["floor"]) for case in cases]
    figures = [*times, times[-1] / times[0], floors[-1], floors[-1] / floors[0]]
    ratio = times[-1] / floors[-1]
    return [cases[0]["name"], *(f"{figure:.2f}" for figure in figures), f"{ratio:.1f}"]


def _goal_cells(case: Mapping[str, Any], row: Sequence[str]) -> list[str]:
    goal = case["goal"]
    if goal is None:
        return ["", "", ""]
    missed = missed_goals(goal, median(case["portal"]), float(row[-4]))
    growth = f"{goal['growth']:g}" if goal["growth"] else ""
    return [f"{goal['milliseconds']:g}", growth, f"no: {', '.join(missed)}" if missed else "yes"]


def _last_page(outcome: Outcome) -> str:
    times = {case["name"]: median(case["portal"]) for case in outcome["cases"]}
    ratio = times[LAST_PAGE] / times[FIRST_PAGE]
    pages = -(-outcome["customers"] // 50)
    return f"Page {pages:,}, the last one by `next`, takes {ratio:.2f} times as long as page 1."


def _table_of_commands(outcomes: Sequence[Outcome], sizes: Sequence[str]) -> Iterator[str]:
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
