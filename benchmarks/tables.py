"""Markdown tables with aligned columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import quantiles


def write_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a Markdown table. The first column is text; other columns are numbers."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    yield _format_line(headings, widths)
    yield "|".join(["", "-" * (widths[0] + 2), *("-" * (w + 1) + ":" for w in widths[1:]), ""])
    for row in rows:
        yield _format_line(row, widths)


def _format_line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers = cells
    padded = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
    return f"| {' | '.join([first.ljust(widths[0]), *padded])} |"


def p95(times: Sequence[float]) -> float:
    """The 95th percentile. Requires at least two times."""
    return quantiles(times, n=20, method="inclusive")[-1]
