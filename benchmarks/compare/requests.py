"""A request to both versions: path, headers and caller, and the expected statuses by kind."""

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


class RequestKind(StrEnum):
    """The kind of a request. Differences are counted by kind."""

    LIST = "HTML list"
    FRAGMENT = "fragment"
    COUNT = "count fragment"
    DETAIL = "detail"
    STRANGER = "stranger"
    INVALID = "invalid query"
    JSON = "JSON"
    LINKED = "linked page"
    NDJSON = "NDJSON"
    CSV = "CSV"


# Any other status counts as a difference. Otherwise two versions with the same error would count as
# equal.
EXPECTED: Final[Mapping[RequestKind, frozenset[int]]] = {
    **{kind: frozenset({200}) for kind in RequestKind},
    RequestKind.DETAIL: frozenset({200, 404}),
    RequestKind.STRANGER: frozenset({200, 302, 401, 403, 404}),
    RequestKind.INVALID: frozenset({400, 404, 422}),
}


class Caller(StrEnum):
    """Who sends a request: a member with a session, or an API client with a token."""

    MEMBER = "member"
    OTHER_MEMBER = "member of the other organizer"
    API_CLIENT = "API client"
    NOTES_CLIENT = "API client that may read notes"
    OTHER_CLIENT = "API client of the other organizer"
    MISTYPED = "API client with a wrong token"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Request:
    """One request."""

    kind: RequestKind
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = Caller.MEMBER

    def __str__(self) -> str:
        more = ", ".join(f"{name}: {value}" for name, value in self.headers.items())
        return f"{self.kind}, {self.caller}: {self.path} ({more})"
