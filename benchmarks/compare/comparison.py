"""Sends each request to both versions at the same time, and reports the differences."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from itertools import takewhile
from typing import Any, Final

from benchmarks.compare.client import Client, Response
from benchmarks.compare.reading import read_response_lines
from benchmarks.compare.requests import EXPECTED, Request, RequestKind
from benchmarks.compare.reworded import replace_old_sentences

# The maximum number of lines in a reported difference, and of reported differences.
LINES: Final = 20
SHOWN: Final = 10
# The number of compared lines after the first difference. In a long list all further lines may
# differ.
WINDOW: Final = 200
WIDTH: Final = 300
# Differences after which the comparison stops.
ENOUGH: Final = 100


class TooManyDifferences(Exception):
    """The versions differ in ENOUGH responses."""


class Comparison:
    """The numbers of requests and differences by kind, and a report of each difference."""

    def __init__(self, old: Client, new: Client) -> None:
        self._clients = (old, new)
        self._both = ThreadPoolExecutor(2)
        self.sent: Counter[RequestKind] = Counter()
        self.different: Counter[RequestKind] = Counter()
        self.reports: list[str] = []

    def close(self) -> None:
        self._both.shutdown()

    def send(self, request: Request) -> tuple[Response, Response] | None:
        """Both responses, or None if they differ. Raises TooManyDifferences."""
        old, new = self._both.map(lambda client: client.send(request), self._clients)
        self.sent[request.kind] += 1
        report = describe_differences(request, old, new)
        if not report:
            return old, new
        self.different[request.kind] += 1
        self.reports.append("\n".join([str(request), *report]))
        if len(self.reports) >= ENOUGH:
            raise TooManyDifferences
        return None

    def send_json(self, request: Request) -> tuple[Any, Any] | None:
        """Both bodies, decoded, or None if the responses differ. Raises TooManyDifferences."""
        responses = self.send(request)
        if responses is None:
            return None
        return json.loads(responses[0].body), json.loads(responses[1].body)


def describe_differences(request: Request, old: Response, new: Response) -> list[str]:
    """The lines of a short diff, or an unexpected status.

    Empty if both responses are equal and expected.
    """
    if old.status not in EXPECTED[request.kind]:
        wanted = ", ".join(map(str, sorted(EXPECTED[request.kind])))
        return [
            f"The old version responds with {old.status} instead of {wanted}: {old.body[:WIDTH]!r}"
        ]
    before, after = (
        [replace_old_sentences(line) for line in read_response_lines(old)],
        read_response_lines(new),
    )
    return [] if before == after else _short_diff(before, after)


def _short_diff(before: list[str], after: list[str]) -> list[str]:
    pairs = zip(before, after, strict=False)
    equal = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = max(0, equal - 2)
    old, new = before[start : start + WINDOW], after[start : start + WINDOW]
    lines = list(unified_diff(old, new, "old", "new", n=1, lineterm=""))
    more = [f"... {len(lines) - LINES} lines more"] if len(lines) > LINES else []
    position = f"from line {start + 1} on; {len(before)} lines before, {len(after)} now"
    return [position, *(line[:WIDTH] for line in lines[:LINES]), *more]
