"""Customers with equal sort keys, missing values, other scripts and special characters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

EQUAL_TIME: Final = "2024-03-31T01:30:00.000000Z"
# More customers than a page, so that all rows of a page have equal sort keys.
TIES: Final = 300
SHARED_EXTERNAL: Final = "Shared-Account-1"
CASE_TWIN: Final = "CaseTwin0"
NAMES: Final = (
    *("Zoë Ångström", "ZOE ANGSTROM", "Łukasz Żółć", "Đặng Thị Hương", "Æsa Þórsdóttir"),
    *("李小龙", "山田 太郎", "김민준", "Αλέξανδρος Παπαδόπουλος", "Юлия Щербакова"),
    *("محمد الأمين", "שרה כהן", "İpek Işık", "Straße Groß", "STRASSE GROSS", "ﬁnn ﬂynn"),
    *(
        "100% Sure",
        "under_score",
        "back\\slash",
        '"Quoted" Name',
        "O'Brien; DROP",
        "a@b",
        "* ? [x]",
    ),
    *("<b>Bold</b> & Co", "tab\tin it", "  spaces  around  ", "-", "%", "_"),
)
LOCALES: Final = ("en", "de", "nl", "xx-custom", "fi")


def write_edge_customers() -> str:
    """Write the customers as NDJSON for import_customers."""
    rows = [
        *_with_equal_sort_keys(),
        *_with_missing_values(),
        *_anonymised_customers(),
        *_with_unusual_names(),
        *_with_similar_identifiers(),
        *_with_close_and_distant_times(),
    ]
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def _make_customer(identifier: str, **values: Any) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "external_identifier": None,
        "email": f"{identifier.lower()}@edge.example.org",
        "phone": None,
        "name_parts": {"_scheme": "full", "full_name": "Alex Equal"},
        "is_active": True,
        "is_verified": True,
        "last_login": EQUAL_TIME,
        "date_joined": EQUAL_TIME,
        "locale": "en",
        "last_modified": EQUAL_TIME,
        "notes": None,
        **values,
    }


def _with_equal_sort_keys() -> Iterator[dict[str, Any]]:
    """Customers who differ in one sort key or none."""
    for number in range(TIES):
        yield _make_customer(
            f"TIE-{number * 7919 % TIES:03}", locale=LOCALES[number % 2], is_active=number % 3 > 0
        )


def _with_missing_values() -> Iterator[dict[str, Any]]:
    """Customers without an email, a name or a sign-in, or without several of these."""
    gaps: list[dict[str, Any]] = [{"email": None}, {"name_parts": {}}, {"last_login": None}]
    gaps += [gaps[0] | gaps[1], gaps[1] | gaps[2], gaps[0] | gaps[1] | gaps[2]]
    for number in range(240):
        joined = f"2023-{1 + number % 12:02}-15T12:00:00Z"
        gap = gaps[number % len(gaps)]
        yield _make_customer(
            f"GAP-{number:03}", date_joined=joined, is_verified=number % 5 > 0, **gap
        )


def _anonymised_customers() -> Iterator[dict[str, Any]]:
    """Inactive customers without personal data."""
    nothing: dict[str, Any] = {"email": None, "name_parts": {}, "last_login": None}
    for number in range(80):
        yield _make_customer(f"GONE-{number:02}", is_active=False, is_verified=False, **nothing)


def _with_unusual_names() -> Iterator[dict[str, Any]]:
    """Names with accents, other scripts or special characters, and long names."""
    for number, name in enumerate(NAMES):
        parts = {"_scheme": "full", "full_name": name}
        email = f"Mixed.Case+{number}%_'x@Edge.Example.ORG"
        locale = LOCALES[number % len(LOCALES)]
        yield _make_customer(
            f"name.{number}_x", name_parts=parts, email=email, locale=locale, notes=name
        )
    for number in range(30):
        parts = {"_scheme": "full", "full_name": "Long " * 38 + f"tail {number * 17 % 30}"}
        yield _make_customer(f"LONG{number:02}", name_parts=parts, phone="+49 30 23125 000")


def _with_similar_identifiers() -> Iterator[dict[str, Any]]:
    """Customers with equal external identifiers, and with identifiers that differ only in case."""
    for number in range(60):
        external = SHARED_EXTERNAL if number < 55 else SHARED_EXTERNAL.lower()
        yield _make_customer(f"EXT-{number:02}", external_identifier=external, locale="nl")
    for number in range(10):
        twin = f"{CASE_TWIN}{number}"
        for number_of_twin, identifier in enumerate((twin, twin.lower(), twin.upper())):
            yield _make_customer(
                identifier, email=f"{number_of_twin}.{twin}@edge.example.org", phone="112"
            )


def _with_close_and_distant_times() -> Iterator[dict[str, Any]]:
    """Customers registered a microsecond apart around midnight, and centuries apart."""
    midnight = datetime(2024, 10, 27, 22, 0, tzinfo=UTC)
    moments = [midnight + timedelta(microseconds=number - 20) for number in range(40)]
    moments += [datetime(1900, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)]
    for number, moment in enumerate(moments):
        text = moment.isoformat(timespec="microseconds")
        # An import rejects customers with a last_modified in the future.
        modified = EQUAL_TIME if moment.year == 2199 else text
        times = {"date_joined": text, "last_login": text, "last_modified": modified}
        yield _make_customer(f"TIME-{number:02}", **times)
