"""Pages of a selective search, whose matches are sorted in Python."""

from __future__ import annotations

import pytest
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.tests.large.scans import KEYS
from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer

SIZE = 3
ORDERINGS = [*KEYS, "name,-email", "-state,last_login,-identifier"]


@pytest.fixture
def found(make_customer: CustomerMaker) -> None:
    """Ten customers that match, in random order, and one that does not match."""
    for number in (4, 1, 8, 6, 0, 9, 2, 7, 5, 3):
        make_customer(
            identifier=f"{'xX'[number % 2]}{number % 7}-{number}",
            email=f"e{number % 5}.{number}@example.org" if number % 3 else None,
            external_identifier=f"found{number}",
            name_parts={"_scheme": "full", "full_name": f"Ñ{number % 4}"} if number % 4 else {},
            last_login=f"2026-02-01T12:00:0{number % 4}Z" if number % 5 else None,
            is_verified=number > 4,
            locale=["de", "fr", "en"][number % 3],
        )
    make_customer(email="elsewhere@example.org")


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("query", ["search=found", "search=found&is_verified=true&locale=de"])
def test_every_page_has_its_part_of_the_list(
    organizer: Organizer, subtests: pytest.Subtests, query: str
) -> None:
    for ordering in ORDERINGS:
        with subtests.test(ordering), scope(organizer=organizer):
            search = list_of(organizer, f"{query}&ordering={ordering}")
            all_rows = list(search.customers.values_list("identifier"))

            for start in range(0, 12, SIZE):
                page = search.read_page(["identifier"], start // SIZE + 1, SIZE)

                assert page.rows == all_rows[start : start + SIZE]
                assert page.count == (len(all_rows) if page.rows else 0)
                assert bool(page.before) == (0 < start < len(all_rows))
                assert bool(page.after) == (start + SIZE < len(all_rows))

                if page.after:
                    after = search.read_page_after(["identifier"], page.after, SIZE)
                    assert after.rows == all_rows[start + SIZE : start + 2 * SIZE]
                    assert after.before
                    before = search.read_page_after(["identifier"], after.before, SIZE)
                    assert (before.rows, before.count) == (page.rows, page.count)


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_cursor_is_valid_after_its_row_is_deleted(organizer: Organizer, ordering: str) -> None:
    with scope(organizer=organizer):
        search = list_of(organizer, f"search=found&ordering={ordering}")
        all_rows = list(search.customers)
        first = search.read_page(["identifier"], 1, SIZE)
        assert first.after
        Customer.objects.filter(pk=all_rows[SIZE - 1].pk).delete()

        further = search.read_page_after(["identifier"], first.after, 10)

        assert further.rows == [(each.identifier,) for each in all_rows[SIZE:]]
        assert further.before
        back = search.read_page_after(["identifier"], further.before, 10)
        assert back.rows == [(each.identifier,) for each in all_rows[: SIZE - 1]]


@pytest.mark.usefixtures("found")
def test_the_page_before_the_end_has_the_last_match(organizer: Organizer) -> None:
    with scope(organizer=organizer):
        search = list_of(organizer, "search=found&ordering=identifier")
        all_rows = list(search.customers)
        page = search.read_page(["identifier"], 3, SIZE)
        assert page.after
        Customer.objects.filter(pk=all_rows[-1].pk).delete()

        empty = search.read_page_after(["identifier"], page.after, SIZE)
        assert (empty.rows, empty.count, empty.after) == ([], 9, None)
        assert empty.before
        back = search.read_page_after(["identifier"], empty.before, SIZE)
        assert back.rows == page.rows
