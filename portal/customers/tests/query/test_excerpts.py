"""Excerpts from notes, for customers that match a search by notes only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.models import Customer
from portal.customers.query.excerpts import Excerpt
from portal.customers.tests.lists import list_of
from portal.history.actors import Actor
from portal.organizers.models import Organizer

DOE = {"_scheme": "full", "full_name": "John Doe"}
ACTOR = Actor.from_command("test")


@pytest.fixture(autouse=True)
def _in_scope(organizer: Organizer) -> Iterator[None]:
    with scope(organizer=organizer):
        yield


def excerpts(organizer: Organizer, search: str, *, reads_notes: bool = True) -> list[Excerpt]:
    found = list_of(organizer, f"search={search}", reads_notes=reads_notes)
    customers = [*Customer.objects.order_by("email_key")]
    page = services.find_excerpts(organizer, query=found.query, customers=customers)
    return [*page.values()]


def test_the_words_around_the_match_are_shown(
    make_customer: CustomerMaker, organizer: Organizer
) -> None:
    make_customer(name_parts=DOE, notes="Her daughter, Ida,\n eats GLÜTEN-free; send the list now.")

    assert excerpts(organizer, "doe glueten") == [
        Excerpt("… daughter, Ida, eats", "GLÜTEN-free;", "send the list now.")
    ]


def test_a_customer_that_matches_without_notes_has_no_excerpt(
    make_customer: CustomerMaker, organizer: Organizer
) -> None:
    make_customer(name_parts=DOE, phone="+49307654321", notes="john doe 7654321")

    assert excerpts(organizer, "john doe") == excerpts(organizer, "7654321") == []


def test_the_newest_note_of_the_team_comes_first(
    make_customer: CustomerMaker, organizer: Organizer
) -> None:
    customer = make_customer(notes="gluten of the source")
    for text in ("gluten first", "gluten second", "another"):
        services.add_note(organizer, customer.identifier, text, actor=ACTOR)

    assert excerpts(organizer, "gluten") == [Excerpt("", "gluten", "second")]


def test_a_long_word_is_cut(make_customer: CustomerMaker, organizer: Organizer) -> None:
    make_customer(notes=f"see https://x.example/{'a' * 10_000} gluten")

    [excerpt] = excerpts(organizer, "gluten")

    assert excerpt.before == f"see https://x.example/{'a' * 21}…"


def test_words_of_several_notes_have_an_excerpt_of_one(
    make_customer: CustomerMaker, organizer: Organizer
) -> None:
    customer = make_customer(notes="gluten")
    services.add_note(organizer, customer.identifier, "aisle", actor=ACTOR)

    assert excerpts(organizer, "gluten aisle") == [Excerpt("", "aisle", "")]


def test_there_are_no_excerpts_without_the_permission_to_read_notes(
    make_customer: CustomerMaker, organizer: Organizer
) -> None:
    make_customer(name_parts=DOE, notes="gluten")

    assert excerpts(organizer, "doe gluten", reads_notes=False) == []


@pytest.mark.parametrize(("search", "queries"), [("gluten", 1), ("doe", 0), ("", 0)])
def test_all_excerpts_are_one_query(
    make_customer: CustomerMaker,
    organizer: Organizer,
    django_assert_num_queries: DjangoAssertNumQueries,
    search: str,
    queries: int,
) -> None:
    for _ in range(3):
        make_customer(name_parts=DOE, notes="gluten")
    query = list_of(organizer, f"search={search}", reads_notes=True).query
    customers = [*Customer.objects.all()]

    with django_assert_num_queries(queries):
        services.find_excerpts(organizer, query=query, customers=customers)


def test_the_list_shows_the_excerpt_as_text(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(notes="<b>no</b> gluten & <i>wheat</i>")

    page = member_client.get("/organizers/bigevents/customers/?search=gluten")

    assertContains(page, "In notes: <bdi>&lt;b&gt;no&lt;/b&gt; <mark>gluten</mark> &amp; ")
    assertContains(page, "&lt;i&gt;wheat&lt;/i&gt;")


def test_excerpts_are_one_query_more_of_the_list(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    for _ in range(5):
        make_customer(notes="gluten")

    numbers = []
    for search in ("customer", "gluten"):
        with CaptureQueriesContext(connection) as queries:
            member_client.get(f"/organizers/bigevents/customers/?search={search}")
        numbers.append(len(queries))

    assert numbers[1] == numbers[0] + 1
