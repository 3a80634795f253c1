"""Valid query strings with one parameter, whose values match customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from benchmarks.compare.edges import CASE_TWIN, EQUAL_TIME, NAMES, SHARED_EXTERNAL
from benchmarks.compare.samples import CustomerSamples

UNMATCHED: Final = "qzxjwv"
COLUMNS: Final = (
    *("identifier", "name", "email", "state", "locale"),
    *("date_joined", "last_login", "last_modified"),
)
ORDERS: Final = tuple(sign + column for column in COLUMNS for sign in ("", "-"))
SEVERAL_KEYS: Final = (
    *("locale,-name", "-state,email", "state,-last_login,name", "-last_login,-email"),
    *("name,identifier", "name,-name", " -name , email ", "date_joined,-last_modified,locale"),
)
SIGNS: Final = ("_", "@", "a_b", "100%", "back\\s", "<b>")
COMMON: Final = ("example", "a", "an", "er", "mü", "mul", "müller", "MULLER", "example.org", "or")
TERMS: Final = (
    *("anna muller", "example de", "mül ler", "alex equal", "equal alex tie", "zoe angstrom"),
    *("ångström", "strasse", "straße", "żółć", "李小龙", "山田", "юлия", "παπα", "محمد", "ipek"),
    *(
        "o'brien",
        "under_score",
        f"muller {UNMATCHED}",
        UNMATCHED,
        " alex  equal ",
        "finn flynn",
        "gap-00",
    ),
)
TIMES: Final = ("date_joined", "last_login")
# Few customers are later than the first day, and few are earlier than the last day.
DAYS: Final = ("2025-12-28", "2023-06-01", "2020-02-01")
INSTANTS: Final = ("2024-10-27T22:00:00Z", "2024-10-28T00:00:00+02:00", "2024-10-27 23:00:00")
ODD: Final = (
    *("utm_source=mail", "unknown=1&other=2", "Search=anna", "is_active=", "search=&email="),
    *("is_active=true&is_active=false", "search=anna&search=muller", "page_size=50&page_size=25"),
    *("ordering=email", "locale=nl&locale=nl", "ordering=-name&ordering=name", "&&search=anna&"),
)


def encode_query_string(**values: object) -> str:
    """A query string. A tuple of values repeats the parameter."""
    return urlencode(values, doseq=True)


def single_queries(samples: CustomerSamples) -> list[str]:
    """Query strings for HTML and JSON, each with one search, filter or order, or an unusual one."""
    return [
        "",
        *(encode_query_string(search=search) for search in _search_queries(samples)),
        *_exact_queries(samples),
        *_choice_queries(),
        *_time_queries(samples),
        *(encode_query_string(ordering=ordering) for ordering in (*ORDERS, *SEVERAL_KEYS)),
        *ODD,
    ]


def _search_queries(samples: CustomerSamples) -> Iterator[str]:
    yield from (*COMMON, *TERMS, *SIGNS)
    [one, two] = samples.choose_customers(2, "name", "email", "external_identifier")
    yield from (one["email"], two["email"].upper(), one["email"][:-4], one["email"][1:9])
    yield from (one["identifier"], two["identifier"].lower(), one["identifier"][:4])
    yield from (one["external_identifier"], two["external_identifier"].lower())
    yield from (one["name"], two["name"].casefold(), f"{two['name']} {two['locale']}")
    yield from (SHARED_EXTERNAL, CASE_TWIN, "tie-001", NAMES[0], "100% sure")
    # An email that only the other organizer has.
    yield next(str(row["email"]) for row in samples.others if row["email"])


def _exact_queries(samples: CustomerSamples) -> Iterator[str]:
    [row] = samples.choose_customers(1, "email", "external_identifier")
    email, external = row["email"], row["external_identifier"]
    for value in (email, email.upper(), f" {email} ", email[:-1], f"{UNMATCHED}@example.org", "%"):
        yield encode_query_string(email=value)
    lower = SHARED_EXTERNAL.lower()
    for value in (external, external.lower(), SHARED_EXTERNAL, lower, UNMATCHED, external[:-1]):
        yield encode_query_string(external_identifier=value)


def _choice_queries() -> Iterator[str]:
    for name in ("is_active", "is_verified", "never_logged_in"):
        yield from (encode_query_string(**{name: "true"}), encode_query_string(**{name: "false"}))
    for several in (("de",), ("nl",), ("de", "fr"), ("nl", "xx-custom"), ("fi",), ("ja", "sv")):
        yield encode_query_string(locale=several)
    yield encode_query_string(locale=("de", "en", "fr", "es", "pt-br"))


def _time_queries(samples: CustomerSamples) -> Iterator[str]:
    [row] = samples.choose_customers(1, "last_login")
    for name in TIMES:
        for side in ("since", "until"):
            for moment in (*DAYS, row[name], EQUAL_TIME, INSTANTS[0]):
                yield encode_query_string(**{f"{name}_{side}": moment})
    for moment in (*DAYS, row["last_modified"], *INSTANTS):
        yield encode_query_string(modified_since=moment)
    yield encode_query_string(date_joined_since="2024-10-27", date_joined_until="2024-10-27")
    yield encode_query_string(last_login_since=INSTANTS[0], last_login_until=INSTANTS[0])
    yield encode_query_string(last_login_since="2024-10-27", last_login_until="2024-10-28")
