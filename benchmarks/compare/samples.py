"""What there is to ask for, read as a program reads it: all customers of the old version."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from benchmarks.compare.asking import Asker
from benchmarks.compare.questions import API, NDJSON, OTHERS, OURS, Caller, Kind, Question

SEED: Final = 20_240_229
Row = dict[str, Any]  # a customer in JSON
PROGRAMS: Final = {OURS: Caller.PROGRAM, OTHERS: Caller.OTHER_PROGRAM}


@dataclass(frozen=True)
class Samples:
    """Customers of our organizer and of the other one, and addresses of ours."""

    ours: Sequence[Row]
    others: Sequence[Row]
    # The cursor of the second page: of the list, of the list by name, and of the other organizer's.
    cursor: str
    cursor_by_name: str
    others_cursor: str

    def some(self, count: int, *filled: str) -> list[Row]:
        """The same ones each time: invented customers who have these fields."""
        found = [row for row in self.ours if row["identifier"].isalnum()]
        found = [row for row in found if all(row[name] for name in filled)]
        return Random(f"{SEED} {filled}").sample(found, count)  # noqa: S311


def read_samples(old: Asker) -> Samples:
    """By questions that are not compared."""
    return Samples(
        ours=_customers(old, OURS),
        others=_customers(old, OTHERS),
        cursor=_cursor(old, OURS, ""),
        cursor_by_name=_cursor(old, OURS, "?ordering=name"),
        others_cursor=_cursor(old, OTHERS, ""),
    )


def _customers(old: Asker, organizer: str) -> list[Row]:
    query = "?ordering=identifier&include=external_identifier"
    lines = _ask(old, organizer, query, NDJSON).split(b"\n")
    return [json.loads(line) for line in lines if line]


def _cursor(old: Asker, organizer: str, query: str) -> str:
    following: str = json.loads(_ask(old, organizer, query, {}))["next"]
    return following.partition("cursor=")[2].partition("&")[0]


def _ask(old: Asker, organizer: str, query: str, headers: dict[str, str]) -> bytes:
    path = f"{API.replace(OURS, organizer)}{query}"
    answer = old.ask(Question(Kind.JSON, path, headers, PROGRAMS[organizer]))
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}\n{answer.body[:1000]!r}")
    return answer.body
