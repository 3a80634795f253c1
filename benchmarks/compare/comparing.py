"""Asks both versions at the same time, and keeps what differs."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from itertools import takewhile
from typing import Any, Final

from benchmarks.compare.asking import Answer, Asker
from benchmarks.compare.questions import EXPECTED, Kind, Question
from benchmarks.compare.reading import read_lines
from benchmarks.compare.reworded import reword

# Of a difference is shown so much, and of differences so many.
LINES: Final = 20
SHOWN: Final = 10
# In the middle of a long list two versions part for good; the first lines tell enough.
WINDOW: Final = 200
WIDTH: Final = 300
# Whoever differs everywhere need not be asked everything.
ENOUGH: Final = 100


class TooManyDifferences(Exception):
    """There is no point in going on."""


class Comparison:
    """How much was compared, and what was different."""

    def __init__(self, old: Asker, new: Asker) -> None:
        self._askers = (old, new)
        self._both = ThreadPoolExecutor(2)
        self.asked: Counter[Kind] = Counter()
        self.different: Counter[Kind] = Counter()
        self.reports: list[str] = []

    def close(self) -> None:
        self._both.shutdown()

    def ask(self, question: Question) -> tuple[Answer, Answer] | None:
        """Both answers, or None where they differ. Raises TooManyDifferences."""
        old, new = self._both.map(lambda asker: asker.ask(question), self._askers)
        self.asked[question.kind] += 1
        report = describe(question, old, new)
        if not report:
            return old, new
        self.different[question.kind] += 1
        self.reports.append("\n".join([str(question), *report]))
        if len(self.reports) >= ENOUGH:
            raise TooManyDifferences
        return None

    def ask_json(self, question: Question) -> tuple[Any, Any] | None:
        """The same, as what a program reads."""
        answers = self.ask(question)
        if answers is None:
            return None
        return json.loads(answers[0].body), json.loads(answers[1].body)


def describe(question: Question, old: Answer, new: Answer) -> list[str]:
    """What differs, as a short diff; nothing where both answers are equal and as expected."""
    if old.status not in EXPECTED[question.kind]:
        wanted = ", ".join(map(str, sorted(EXPECTED[question.kind])))
        return [f"The old version answers {old.status} instead of {wanted}: {old.body[:WIDTH]!r}"]
    before, after = [reword(line) for line in read_lines(old)], read_lines(new)
    return [] if before == after else _diff(before, after)


def _diff(before: list[str], after: list[str]) -> list[str]:
    pairs = zip(before, after, strict=False)
    alike = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = max(0, alike - 2)
    old, new = before[start : start + WINDOW], after[start : start + WINDOW]
    lines = list(unified_diff(old, new, "old", "new", n=1, lineterm=""))
    more = [f"... {len(lines) - LINES} lines more"] if len(lines) > LINES else []
    place = f"from line {start + 1} on; {len(before)} lines before, {len(after)} now"
    return [place, *(line[:WIDTH] for line in lines[:LINES]), *more]
