"""The table of docs/reliability.md."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import django

from e2e.reliability.observation import BROKEN, DATA, WITHOUT_DATA, Observation

TEXT: Final = """\
# Reliability

`make reliability` starts real servers, causes a fault, and writes this page. Before, during and
after the fault, five clients send requests without a pause: two API clients, a signed-in member,
and two clients that request the sign-in page and a static file. A client never repeats a request.

- **Failed**: the number of requests since the start of the fault without status 200, of all
  requests in this time. "Broken" means that the connection ended without a response.
- **Slowest**: the slowest response with customers, and the slowest response without (the sign-in
  page or a static file).
- **Recovered**: the time from the end of the fault to the end of the last failed request.
- **Data**: "as before" means that all customers and their maintained count are unchanged, and
  "imported" that an import was complete when it was killed.

{rows}

Measured on {day} with {machine}, Django {django}. Two processes of four threads serve 5,000
customers.
"""
HEADINGS: Final = ("Fault", "Database", "Failed", "Slowest", "Recovered", "Data")


class FaultResult(NamedTuple):
    """The result of one fault on one database."""

    fault: str
    database: str
    observation: Observation
    data: str

    def cells(self) -> Sequence[str]:
        seen = self.observation
        slowest = f"{seen.slowest(*DATA):.2f} s, {seen.slowest(*WITHOUT_DATA):.2f} s"
        return [
            self.fault,
            self.database,
            _failures_text(seen),
            slowest,
            _recovery_text(seen),
            self.data,
        ]


def write_report(path: Path, rows: Sequence[FaultResult]) -> None:
    """Write the page with a line for each row."""
    lines = [HEADINGS, ["---"] * len(HEADINGS), *(row.cells() for row in rows)]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    text = TEXT.format(
        rows=table,
        day=datetime.now(UTC).date(),
        machine=f"Python {platform.python_version()}",
        django=django.get_version(),
    )
    path.write_text(text)


def _failures_text(seen: Observation) -> str:
    statuses = seen.statuses()
    failures = [
        f"{number} {'broken' if status == BROKEN else f'with {status}'}"
        for status, number in sorted(statuses.items())
        if status != 200
    ]
    return f"{', '.join(failures) or '0'} of {statuses.total()}"


def _recovery_text(seen: Observation) -> str:
    if not seen.recovery:
        return "at once"
    return "less than 0.1 s" if seen.recovery < 0.1 else f"{seen.recovery:.1f} s"
