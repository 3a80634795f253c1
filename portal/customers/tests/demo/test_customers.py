"""Generated customers are plausible and consistent, and the same for the same seed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import islice

import orjson
import pytest

from portal.customers.demo.customers import DAYS, EXAMPLE, LETTERS, demo_customers
from portal.customers.importing.rows import CustomerRow, InventedRow

Row = CustomerRow | InventedRow
DEFAULT_UNTIL = date(2026, 1, 1)
END = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = [staged.row for staged in demo_customers(5_000, seed=7, until=DEFAULT_UNTIL)]


def _share(rows: list[Row]) -> float:
    return 100 * len(rows) / len(ROWS)


def test_equal_seeds_give_equal_customers() -> None:
    assert [staged.row for staged in demo_customers(500, seed=7, until=DEFAULT_UNTIL)] == ROWS[:500]


def test_another_seed_gives_other_customers() -> None:
    others = {staged.row.identifier for staged in islice(demo_customers(5_000, seed=8), 5_000)}

    assert not others & {row.identifier for row in ROWS}


def test_every_customer_would_be_accepted_by_an_import() -> None:
    for row in ROWS:
        accepted = CustomerRow.model_validate_json(orjson.dumps(vars(row)))

        assert vars(accepted) == vars(row)


def test_identifiers_are_unique_and_of_the_allowed_letters() -> None:
    identifiers = {row.identifier for row in ROWS}

    assert len(identifiers) == len(ROWS)
    assert all(re.fullmatch(f"[{LETTERS}]{{7}}", identifier) for identifier in identifiers)


def test_emails_are_unique_and_of_reserved_domains() -> None:
    emails = [row.email for row in ROWS if row.email]

    assert len(set(emails)) == len(emails)
    assert all(re.fullmatch(r"[a-z.-]+\d+@example\.(org|com|net)", email) for email in emails)


def test_nothing_happens_before_registration_or_after_the_end() -> None:
    for row in ROWS:
        times = [row.date_joined, row.last_modified, row.last_login or row.date_joined]
        assert (END - row.date_joined).days <= DAYS
        assert row.date_joined == min(times)
        assert max(times) < END


@pytest.mark.parametrize(
    ("rows", "percent"),
    [
        ([row for row in ROWS if not row.is_verified], 7),
        ([row for row in ROWS if not row.is_active], 5),
        ([row for row in ROWS if row.last_login is None], 16),
        ([row for row in ROWS if row.email is None], 1),
    ],
    ids=["unverified", "inactive", "never signed in", "anonymised"],
)
def test_special_customers_are_as_frequent_as_intended(rows: list[Row], percent: int) -> None:
    assert _share(rows) == pytest.approx(percent, rel=0.25)


def test_an_anonymised_customer_has_no_personal_data() -> None:
    anonymised = [row for row in ROWS if row.email is None]

    remaining = {"identifier", "date_joined", "last_modified", "locale"}
    assert anonymised
    assert not any(
        value for row in anonymised for name, value in vars(row).items() if name not in remaining
    )


def test_names_have_many_schemes_scripts_and_marks() -> None:
    schemes = {row.name_parts.get("_scheme") for row in ROWS}
    letters = set("".join(filter(None, (part for row in ROWS for part in row.name_parts.values()))))

    assert len(schemes) >= 8
    assert set("'-äñąğðő山文서Шαمכप") <= letters
    assert len({row.locale for row in ROWS}) == 7


def test_registrations_grow_from_year_to_year() -> None:
    by_year = [sum(row.date_joined.year == year for row in ROWS) for year in range(2020, 2026)]

    assert by_year == sorted(by_year)


def test_the_example_is_that_of_the_specification() -> None:
    assert EXAMPLE.identifier == "8WSAJCJ"
    assert EXAMPLE.last_modified == datetime(2021, 4, 6, 13, 44, 22, 809377, tzinfo=UTC)
