"""Query strings with several parameters, and invalid query strings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from benchmarks.compare.edges import EQUAL_TIME
from benchmarks.compare.queries import ORDERS, SEVERAL_KEYS, UNMATCHED, encode_query_string
from benchmarks.compare.samples import SEED, CustomerSamples

VALUES: Final[Mapping[str, Sequence[object]]] = {
    "search": ("a", "an", "muller", "example", "alex equal", "schmidt", "gap", "o'brien", "li"),
    "state": ("active", "unverified", "inactive", "anonymised"),
    "is_active": ("true", "false"),
    "is_verified": ("true", "false"),
    "locale": ("de", "nl", ("de", "fr"), ("xx-custom", "fi"), ("en", "es", "nl")),
    "date_joined_since": ("2020-02-01", "2023-01-01", "2023-12-31"),
    "date_joined_until": ("2024-04-01", "2025-06-30", EQUAL_TIME),
    "last_login_since": ("2021-01-01", "2023-12-01", "2024-03-31"),
    "last_login_until": ("2024-10-27", "2025-12-30"),
    "never_logged_in": ("true", "false"),
    "modified_since": ("2022-05-05", "2025-12-01"),
    "page": ("last", "1"),
    "page_size": ("25", "100"),
}
# Time ranges with few and with many matches, sorted by another column. The query plans of few and
# of many matches differ.
RANGES: Final = (
    *(
        "date_joined_since=2025-12-20",
        "date_joined_until=2020-02-10",
        "last_login_since=2025-12-28",
    ),
    *("date_joined_since=2021-01-01", "last_login_until=2025-01-01", "modified_since=2022-01-01"),
    *("never_logged_in=true", "never_logged_in=false"),
)
ORDERS_OF_RANGES: Final = ("-name", "last_login", "-identifier", "locale,-email")
PAGES: Final = ("page=2", "page=300", "page=last", "page=", "page=7&page_size=25", "page=%202")
SIZES: Final = ("page_size=25", "page_size=50", "page_size=100", "page_size=200", "page_size=")
DEEP: Final = (
    *("ordering=-last_login&page=last", "ordering=name&page=200", "is_active=true&page=2"),
    *("ordering=-state&page=500", "search=example&page=3", "locale=de&page=last&page_size=100"),
    *("ordering=locale,-name&page=450", "search=alex&ordering=-name&page=last"),
    *("never_logged_in=true&ordering=-last_login&page=2", "date_joined_since=2023-01-01&page=100"),
)
INVALID: Final = (
    *("is_active=maybe", "is_active=True", "is_verified=1", "never_logged_in=no"),
    *("locale=klingon", "locale=de&locale=klingon", "locale=DE", "locale="),
    *("date_joined_since=yesterday", "date_joined_until=2024-02-30", "last_login_since=1800-01-01"),
    *("last_login_until=2024-01-01T25:00", "modified_since=9999-12-31"),
    "date_joined_since=2024-05-02&date_joined_until=2024-05-01",
    "last_login_since=2024-05-02T10:00:00Z&last_login_until=2024-05-02T09:59:59Z",
    *("ordering=foo", "ordering=-", "ordering=name,foo", "ordering=--name", "ordering=id"),
    *(
        "search=%CC%81",
        "search=a%00b",
        encode_query_string(search="a" * 201),
        encode_query_string(email="a" * 255),
    ),
    *(encode_query_string(search=sign) for sign in ("%", "\\", '"', "'", "*", "-", ".", "%%")),
    encode_query_string(external_identifier="a" * 256),
    *("page=0", "page=-1", "page=two", "page=1.5", "page=9999", "page=99999999999999999999"),
    *(f"search={UNMATCHED}&page=2", "is_active=maybe&ordering=foo&search=anna", "locale=xx&page=0"),
)
# HTML pages reject these page sizes. The API returns 50 customers for an invalid size.
INVALID_PAGES: Final = ("page_size=10", "page_size=many", "page_size=0", "page_size=25&page=9999")


def combined_queries(count: int, seed: str) -> list[str]:
    """Query strings with two to four random parameters, most with an ordering."""
    random = Random(f"{SEED} {seed}")  # noqa: S311
    return [_random_query(random) for _number in range(count)]


def _random_query(random: Random) -> str:
    names = random.sample(sorted(VALUES), random.choice((2, 2, 3, 4)))
    values = {name: random.choice(VALUES[name]) for name in names}
    if random.random() < 0.7:
        values["ordering"] = random.choice((*ORDERS, *SEVERAL_KEYS))
    return encode_query_string(**values)


def range_queries() -> list[str]:
    """Query strings with each time range, in two orders."""
    return [
        f"{wanted}&ordering={ORDERS_OF_RANGES[(number + step) % len(ORDERS_OF_RANGES)]}"
        for number, wanted in enumerate(RANGES)
        for step in (0, 1)
    ]


def api_queries(samples: CustomerSamples) -> list[str]:
    """Query strings with parameters that only the API has."""
    own, by_name = samples.cursor, samples.cursor_by_name
    return [
        *("fields=identifier", "fields=name_parts,email", "fields=last_login&ordering=-last_login"),
        *("include=external_identifier", "include=phone&fields=phone,identifier", "fields=phone"),
        *("include=external_identifier,phone&search=ext-&ordering=-identifier", "page_size=1"),
        *("page_size=7&search=alex", "page_size=1000", "page_size=-5", "page_size=many"),
        *("page=600", "page=last&page_size=3&ordering=-last_login", "format=json", "cursor="),
        *("fields=", f"cursor={own}&page=2", f"cursor={own}&page=5", f"cursor={own}"),
        f"ordering=name&cursor={by_name}&page=2&page_size=5",
    ]


def invalid_api_queries(samples: CustomerSamples) -> list[str]:
    """Query strings with invalid values of parameters that only the API has."""
    return [
        *("fields=password", "include=email_key", "include=phone&fields=x"),
        *("cursor=junk", "cursor=%C3%A9", f"cursor={samples.cursor[:-2]}", "cursor=AAAA&page=2"),
        *(f"ordering=name&cursor={samples.cursor}&page=2", f"cursor={samples.cursor_by_name}"),
        *(f"cursor={samples.others_cursor}&page=2", f"page=zero&cursor={samples.cursor}"),
    ]
