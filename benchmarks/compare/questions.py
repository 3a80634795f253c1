"""What is asked: an address, by whom, and which answers show that it was worth asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

HTML: Final = {"Accept": "text/html"}
JSON: Final = {"Accept": "application/json"}
NDJSON: Final = {"Accept": "application/x-ndjson"}
CSV: Final = {"Accept": "text/csv"}
OURS: Final = "bigevents"
OTHERS: Final = "smallshows"
PAGE: Final = f"/organizers/{OURS}/customers/"
API: Final = f"/api/v1/organizers/{OURS}/customers/"


class Kind(StrEnum):
    """As the differences are counted by."""

    LIST = "HTML list"
    FRAGMENT = "fragment"
    COUNT = "count fragment"
    DETAIL = "detail"
    STRANGER = "stranger"
    MISTAKE = "mistake"
    JSON = "JSON"
    WALK = "page of a walk"
    NDJSON = "NDJSON"
    CSV = "CSV"


# Two failures would be equal as well: other answers mean that nothing was compared.
EXPECTED: Final[Mapping[Kind, frozenset[int]]] = {
    **{kind: frozenset({200}) for kind in Kind},
    Kind.DETAIL: frozenset({200, 404}),
    Kind.STRANGER: frozenset({200, 302, 401, 403, 404}),
    Kind.MISTAKE: frozenset({400, 404, 422}),
}


class Caller(StrEnum):
    """Who asks: people by a session, programs by a token."""

    MEMBER = "member"
    OTHER_MEMBER = "member of the other organizer"
    PROGRAM = "program"
    NOTES_PROGRAM = "program that may read notes"
    OTHER_PROGRAM = "program of the other organizer"
    MISTYPED = "program with a wrong token"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Question:
    """One request."""

    kind: Kind
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = Caller.MEMBER

    def __str__(self) -> str:
        more = ", ".join(f"{name}: {value}" for name, value in self.headers.items())
        return f"{self.kind}, {self.caller}: {self.path} ({more})"
