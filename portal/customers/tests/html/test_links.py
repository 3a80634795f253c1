"""The URLs that ListLinks makes."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from portal.customers.html.paging import ListLinks


@pytest.fixture
def links() -> ListLinks:
    query = QueryDict("search=jo&locale=de&locale=fr&ordering=-name")
    return ListLinks("/list/", query, page_size=100, default_size=50, page=3)


def test_the_url_of_a_page_has_the_whole_state(links: ListLinks) -> None:
    assert links.current_url == (
        "/list/?search=jo&locale=de&locale=fr&ordering=-name&page_size=100&page=3"
    )


def test_the_url_of_the_first_page_has_no_number(links: ListLinks) -> None:
    assert "page=" not in links.to_page(1)


def test_every_change_of_the_list_leads_to_the_first_page(links: ListLinks) -> None:
    others = [links.ordered_by("email"), links.without_filter("search"), links.with_page_size(25)]

    assert not any("page=" in address for address in others)


def test_one_of_several_values_can_be_dropped(links: ListLinks) -> None:
    assert links.without_filter("locale", "de") == (
        "/list/?search=jo&locale=fr&ordering=-name&page_size=100"
    )


def test_the_list_without_filters_keeps_its_order(links: ListLinks) -> None:
    assert links.without_filters == "/list/?ordering=-name&page_size=100"


def test_the_url_leaves_out_the_default_size(links: ListLinks) -> None:
    assert "page_size" not in links.with_page_size(50)


def test_a_list_without_parameters_has_no_query_string() -> None:
    links = ListLinks("/list/", QueryDict(""), page_size=50, default_size=50)

    assert (links.current_url, links.back_parameter) == ("/list/", "")
