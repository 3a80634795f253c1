"""Pages of a list: rows, page numbers and the last page."""

from __future__ import annotations

import pytest
from django_scopes import scope
from pytest_django import Settings

from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer


@pytest.mark.usefixtures("crowd", "low_cap")
@pytest.mark.parametrize(
    ("query", "number", "words", "is_last"),
    [
        ("", 1, "24", False),
        ("is_active=true", 1, "12", False),
        ("search=customer", 1, "10+", False),
        ("search=customer", 4, "16+", False),
        ("search=customer", 6, "24", True),
        ("search=customer", None, "24", True),
        ("search=customer&ordering=-last_login", None, "24", True),
        ("search=customer&is_active=true", 1, "10+", False),
        ("search=customer&is_active=true&locale=de", 1, "4", True),
        ("search=nobody", 1, "0", True),
    ],
)
def test_a_page_has_an_exact_or_a_capped_count(
    organizer: Organizer, query: str, number: int | None, words: str, *, is_last: bool
) -> None:
    with scope(organizer=organizer):
        page = list_of(organizer, query).page(number, 4)

    assert (str(page.count), page.is_last) == (words, is_last)


@pytest.mark.usefixtures("crowd", "low_cap")
@pytest.mark.parametrize("near", [0, 1_000])
@pytest.mark.parametrize("query", ["search=customer", "never_logged_in=false", "search=om"])
def test_every_page_of_a_capped_list_has_its_part_of_it(
    organizer: Organizer, query: str, near: int, settings: Settings
) -> None:
    settings.FAR_PAGE_OFFSET = near
    with scope(organizer=organizer):
        search = list_of(organizer, f"{query}&ordering=-name")
        all_rows = list(search.customers)

        pages = [search.page(number, 4) for number in range(1, -(-len(all_rows) // 4) + 1)]

        assert [row for page in pages for row in page.rows] == all_rows
        assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
        assert search.page(len(pages) + 1, 4).is_past_end


@pytest.mark.usefixtures("crowd", "low_cap")
@pytest.mark.parametrize("size", [1, 4, 5, 50])
def test_the_last_page_has_the_same_rows_as_the_page_with_its_number(
    organizer: Organizer, size: int
) -> None:
    with scope(organizer=organizer):
        search = list_of(organizer, "search=customer&ordering=-last_login")
        last = search.page(None, size)

        assert last.rows == search.page(last.number, size).rows


@pytest.mark.usefixtures("crowd", "low_cap")
@pytest.mark.parametrize("number", [7, 10**9, 10**30])
def test_a_page_past_the_end_is_marked(organizer: Organizer, number: int) -> None:
    with scope(organizer=organizer):
        for query in ("", "search=customer"):
            page = list_of(organizer, query).page(number, 4)

            assert (page.is_past_end, page.rows) == (True, ())
