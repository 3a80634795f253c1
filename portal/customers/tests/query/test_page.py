"""Pages by number and pages after a cursor give the same list, in every order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django_scopes import scope
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers.models import Customer, customers_of_organizer
from portal.customers.query.page import OrderedIndexScan
from portal.customers.tests.large.scans import KEYS
from portal.customers.tests.lists import list_of
from portal.customers.tests.query.test_counts import SLOW
from portal.organizers.models import Organizer

SIZE = 3
# Queries of one form with different values.
PAIRS = [
    ("", ""),
    ("email=e1@example.org", "email=E7@EXAMPLE.ORG"),
    ("external_identifier=X1", "external_identifier=X2"),
    ("locale=de&locale=fr", "locale=fr&locale=en"),
    ("last_login_since=2026-02-01T12:00:02Z", "last_login_since=2026-02-01T12:00:01Z"),
    ("last_login_until=2026-02-01T12:00:02Z", "last_login_until=2026-02-01T12:00:01Z"),
    ("is_verified=true", "is_verified=false"),
    ("never_logged_in=true", "never_logged_in=false"),
    ("search=e7", "search=example"),
    ("search=n1&is_verified=false", "search=n2&is_verified=false"),
]


@pytest.fixture(params=["near", "near either end", "far"])
def distance(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Set FAR_PAGE_OFFSET so that pages are near the start, near either end, or far."""
    if request.param != "near":
        near = 0 if request.param == "far" else 5
        settings.FAR_PAGE_OFFSET = near


@pytest.fixture
def crowd(make_customer: CustomerMaker) -> None:
    """Customers of which about half have no value in optional fields."""
    for number in range(10):
        make_customer(
            email=f"e{number}@example.org" if number % 2 else None,
            name_parts={"_scheme": "full", "full_name": f"N{number % 3}"} if number % 3 else {},
            last_login=f"2026-02-01T12:00:0{number % 4}Z" if number % 5 else None,
            is_verified=number > 6,
            external_identifier=f"X{number % 3}",
            locale=["de", "fr", "en"][number % 3],
        )


@pytest.mark.usefixtures("crowd", "distance")
def test_every_page_by_number_has_its_part_of_the_list(
    organizer: Organizer, subtests: pytest.Subtests
) -> None:
    for ordering in [*KEYS, "name,-email"]:
        with subtests.test(ordering), scope(organizer=organizer):
            search = list_of(organizer, f"ordering={ordering}")
            all_rows = list(search.customers.values_list("identifier"))

            for number in range(1, 6):
                page = search.read_page(["identifier"], number, SIZE)

                start = (number - 1) * SIZE
                assert page.rows == all_rows[start : start + SIZE]
                assert page.count == (10 if page.rows else 0)
                assert bool(page.before) == (bool(page.rows) and number > 1)
                assert bool(page.after) == (number < 4)


@pytest.mark.usefixtures("crowd", "distance")
def test_a_filtered_page_that_is_not_full_has_the_count(organizer: Organizer) -> None:
    with scope(organizer=organizer):
        search = list_of(organizer, "is_verified=true")
        page = search.read_page(["identifier"], 1, SIZE)

        assert (page.count, len(page.rows)) == (3, 3)
        assert Customer.objects.filter(is_verified=True).count() == 3


@pytest.mark.usefixtures("crowd", "distance")
@pytest.mark.parametrize("ordering", ["email", "-last_login", "state,-name"])
def test_every_list_has_the_customers_of_its_own_query(
    organizer: Organizer, rival: Organizer, subtests: pytest.Subtests, ordering: str
) -> None:
    # The organizers take turns, and so do two values of each filter.
    for owner, query in ((o, q) for pair in PAIRS for o in (organizer, rival) for q in pair):
        with subtests.test(query, organizer=owner.slug), scope(organizer=owner):
            search = list_of(owner, f"{query}&ordering={ordering}")
            all_rows = list(search.customers.values_list("identifier"))

            first = search.read_page(["identifier"], 1, SIZE)
            assert (first.rows, first.count) == (all_rows[:SIZE], len(all_rows))

            if first.after:
                second = search.read_page_after(["identifier"], first.after, SIZE)
                assert (second.rows, second.count) == (all_rows[SIZE : 2 * SIZE], len(all_rows))


@pytest.mark.usefixtures("distance")
def test_an_empty_list_has_an_empty_page(organizer: Organizer) -> None:
    with scope(organizer=organizer):
        page = list_of(organizer, "").read_page(["name"], 1, 5)

        assert (page.count, [*page.rows], page.before, page.after) == (0, [], None, None)


@pytest.mark.usefixtures("crowd", "distance")
@pytest.mark.parametrize("ordering", KEYS)
def test_matches_are_sorted_if_a_scan_takes_too_long(
    organizer: Organizer, settings: Settings, ordering: str
) -> None:
    settings.SCAN_MILLISECONDS = -1 if connection.vendor == "sqlite" else 1
    with scope(organizer=organizer):
        slow = customers_of_organizer(organizer).filter(
            RawSQL(SLOW[connection.vendor], (), BooleanField())  # noqa: S611
        )
        # A subset, so that the rows show which queryset was read.
        unverified = customers_of_organizer(organizer).filter(is_verified=False)
        quick = OrderedIndexScan(unverified, [ordering], ["identifier"], total=7)
        scan = replace(quick, customers=slow, matches=unverified)

        for start in range(0, 9, SIZE):
            assert scan.read_page(start, SIZE) == quick.read_page(start, SIZE)
        cursor = quick.read_page(0, SIZE).after
        assert cursor
        assert scan.read_page_after(cursor, SIZE) == quick.read_page_after(cursor, SIZE)
        assert scan.read_last_rows(SIZE) == quick.read_last_rows(SIZE)
