"""All questions but the walks, each by who may ask it and who may not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from benchmarks.compare.combinations import (
    DEEP,
    MISTAKES,
    PAGE_MISTAKES,
    PAGES,
    SIZES,
    combined_queries,
    program_mistakes,
    program_queries,
    range_queries,
)
from benchmarks.compare.edges import CASE_TWIN
from benchmarks.compare.queries import single_queries
from benchmarks.compare.questions import (
    API,
    CSV,
    HTML,
    JSON,
    NDJSON,
    OTHERS,
    OURS,
    PAGE,
    Caller,
    Kind,
    Question,
)
from benchmarks.compare.samples import Samples

RESULTS: Final = {**HTML, "HX-Request": "true", "HX-Target": "div#results"}
COUNT: Final = {**HTML, "HX-Request": "true", "HX-Target": "p#count"}
# In turn: what decides between page and fragment, and what becomes of the history.
FRAGMENTS: Final = (
    RESULTS,
    {**RESULTS, "HX-Source": "input#search", "HX-Current-URL": f"http://localhost{PAGE}?search=a"},
    {**RESULTS, "HX-Source": "input#search", "Portal-Typing-On": "true"},
    {**RESULTS, "HX-Current-URL": f"http://localhost{PAGE}"},
    {**RESULTS, "HX-Boosted": "true"},
    {**RESULTS, "HX-History-Restore-Request": "true"},
)
STREAMED: Final = (
    *("", "ordering=-last_login", "ordering=name&is_active=false", "search=muller", "search=a"),
    *("locale=nl&ordering=locale,-name", "never_logged_in=true&ordering=-last_login"),
    *("fields=identifier,name_parts&search=edge", "include=external_identifier,phone&search=ext-"),
    *("search=edge.example&ordering=-identifier", "email=nobody%40example.org", "page=2&locale=fi"),
    *("date_joined_since=2025-12-20&ordering=email", "ordering=is_verified,-last_login&locale=es"),
    *("ordering=-name&locale=fr", "last_login_until=2024-10-27T22:00:00Z&ordering=-email"),
)


def list_questions(samples: Samples) -> Iterator[Question]:
    """Several hundred, the same each time."""
    singles = single_queries(samples)
    yield from _pages([*singles, *range_queries(), *PAGES, *SIZES, *DEEP])
    yield from _pages(combined_queries(40, "pages"))
    yield from _programs([*singles, *range_queries(), *PAGES, *DEEP, *program_queries(samples)])
    yield from _programs(combined_queries(40, "programs"))
    yield from _mistakes(samples)
    yield from _details(samples)
    yield from _strangers(samples)
    yield from _streams()


def _pages(queries: Iterable[str]) -> Iterator[Question]:
    """Some as a fragment as well, and some as nothing but their number."""
    for number, query in enumerate(queries):
        path = f"{PAGE}?{query}"
        yield Question(Kind.LIST, path, HTML)
        if number % 4 == 0:
            yield Question(Kind.FRAGMENT, path, FRAGMENTS[number // 4 % len(FRAGMENTS)])
        if number % 5 == 0:
            yield Question(Kind.COUNT, path, COUNT)


def _programs(queries: Iterable[str]) -> Iterator[Question]:
    for query in queries:
        yield Question(Kind.JSON, f"{API}?{query}", JSON, Caller.PROGRAM)


def _mistakes(samples: Samples) -> Iterator[Question]:
    """422 for people, 400 or 404 for programs."""
    for number, query in enumerate([*MISTAKES, *PAGE_MISTAKES]):
        yield Question(Kind.MISTAKE, f"{PAGE}?{query}", HTML if number % 3 else RESULTS)
    for query in [*MISTAKES, *program_mistakes(samples)]:
        yield Question(Kind.MISTAKE, f"{API}?{query}", JSON, Caller.PROGRAM)
    for accept in (NDJSON, CSV):
        yield Question(Kind.MISTAKE, f"{API}?is_active=maybe", accept, Caller.PROGRAM)


def _details(samples: Samples) -> Iterator[Question]:
    others = samples.others[0]["identifier"]
    some = [row["identifier"] for row in samples.some(4)]
    edges = ["GAP-005", "GONE-00", "name.0_x", "name.18_x", "LONG01", "EXT-00"]
    twins = [f"{CASE_TWIN}1", f"{CASE_TWIN}1".upper(), f"{CASE_TWIN}1".title()]
    back = "?back=search%3Danna%26page%3D2"
    for identifier in [*some, *edges, *twins, some[0].lower(), others, "MISSING", "%25"]:
        yield Question(Kind.DETAIL, f"{PAGE}{identifier}/", HTML)
        yield Question(Kind.DETAIL, f"{API}{identifier}/", JSON, Caller.PROGRAM)
    yield Question(Kind.DETAIL, f"{PAGE}{some[1]}/{back}", HTML)
    for query in ("include=notes,phone", "fields=name"):
        path = f"{API}name.3_x/?{query}"
        yield Question(Kind.DETAIL, path, JSON, Caller.NOTES_PROGRAM)


def _strangers(samples: Samples) -> Iterator[Question]:
    """Who may not, and who may elsewhere."""
    one = samples.some(1)[0]["identifier"]
    for caller in (Caller.OTHER_MEMBER, Caller.NOBODY):
        for path in (PAGE, f"{PAGE}?search=anna&page=2", f"{PAGE}{one}/"):
            yield Question(Kind.STRANGER, path, HTML, caller)
        yield Question(Kind.STRANGER, f"{PAGE}?search=anna", RESULTS, caller)
        yield Question(Kind.STRANGER, PAGE, COUNT, caller)
    for caller in (Caller.OTHER_PROGRAM, Caller.MISTYPED, Caller.NOBODY, Caller.OTHER_MEMBER):
        for path in (API, f"{API}?is_active=maybe", f"{API}{one}/", f"{API}MISSING/"):
            yield Question(Kind.STRANGER, path, JSON, caller)
        yield Question(Kind.STRANGER, API, CSV, caller)
    page, api = (path.replace(OURS, OTHERS) for path in (PAGE, API))
    yield Question(Kind.STRANGER, page, HTML, Caller.OTHER_MEMBER)
    yield Question(Kind.STRANGER, f"{page}?search=a&ordering=-name", HTML)
    yield Question(Kind.STRANGER, api, JSON, Caller.OTHER_PROGRAM)
    yield Question(Kind.STRANGER, f"{api}?search=an", JSON, Caller.OTHER_PROGRAM)
    yield Question(Kind.STRANGER, PAGE.replace(OURS, "unknown"), HTML)
    yield Question(Kind.STRANGER, f"{API}?include=notes", JSON, Caller.PROGRAM)


def _streams() -> Iterator[Question]:
    for query in STREAMED:
        yield Question(Kind.NDJSON, f"{API}?{query}", NDJSON, Caller.PROGRAM)
        yield Question(Kind.CSV, f"{API}?{query}", CSV, Caller.PROGRAM)
    path = f"{API}?include=notes&search=name."
    yield Question(Kind.NDJSON, path, NDJSON, Caller.NOTES_PROGRAM)
    yield Question(Kind.CSV, path, CSV, Caller.NOTES_PROGRAM)
