"""Paging: valid page numbers and sizes, and the links between pages."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from portal.customers.html.paging import ListLinks, PageForm, Pager
from portal.customers.query.counts import ListCount
from portal.customers.services import CustomerPage


@pytest.mark.parametrize(
    ("query", "number", "size"),
    [
        ("", 1, 50),
        ("page=&page_size=", 1, 50),
        ("page=3&page_size=25", 3, 25),
        ("page=last", None, 50),
    ],
)
def test_page_and_page_size_are_read(query: str, number: int | None, size: int) -> None:
    form = PageForm(QueryDict(query))

    assert form.is_valid()
    assert (form.number, form.size) == (number, size)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=1.5", "page"),
        ("page_size=0", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=1000000", "page_size"),
        ("page_size=%00", "page_size"),
    ],
)
def test_an_invalid_page_is_an_error(query: str, parameter: str) -> None:
    assert list(PageForm(QueryDict(query)).errors) == [parameter]


@pytest.mark.parametrize(
    ("number", "steps"),
    [
        (1, {"next": "?page=2", "last": "?page=3"}),
        (2, {"first": "/list/", "previous": "/list/", "next": "?page=3", "last": "?page=3"}),
        (3, {"first": "/list/", "previous": "?page=2"}),
    ],
)
def test_the_pager_links_to_the_pages_that_exist(number: int, steps: dict[str, str]) -> None:
    page = CustomerPage(number, 2, ListCount(5))
    links = ListLinks("/list/", QueryDict(""), page_size=50, default_size=50, page=number)

    there = {name: step.href for name, step in Pager(page, links).steps.items() if step.href}

    assert {name: href.removeprefix("/list/") or href for name, href in there.items()} == steps


def test_the_last_page_has_a_link_without_an_exact_count() -> None:
    page = CustomerPage(2, 50, ListCount(10_000, is_exact=False))
    links = ListLinks("/list/", QueryDict(""), page_size=50, default_size=50, page=2)

    steps = Pager(page, links).steps

    assert (steps["next"].href, steps["last"].href) == ("/list/?page=3", "/list/?page=last")
