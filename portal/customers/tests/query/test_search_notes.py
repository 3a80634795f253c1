"""Search in notes with the permission to read notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection
from django_scopes import scope
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.importing.load import load_customers
from portal.customers.models import NOTES_INDEX_ON_SQLITE, Customer
from portal.customers.normalization import MAX_SEARCHED_CHARACTERS
from portal.customers.tests.lists import find_all, list_of
from portal.customers.tests.rows import make_row
from portal.history.actors import Actor
from portal.organizers.models import Organizer

ACTOR = Actor.from_command("test")
DOE = {"_scheme": "full", "full_name": "John Doe"}

Find = Callable[[str], list[Customer]]


@pytest.fixture(params=["selective", "unselective"])
def find(
    request: pytest.FixtureRequest, settings: Settings, organizer: Organizer
) -> Iterator[Find]:
    """A function that searches in notes.

    Tests run twice: as if every search were selective, and as if none were.
    """
    if request.param == "unselective":
        settings.COUNT_CAP = 0

    with scope(organizer=organizer):
        yield partial(find_all, organizer, reads_notes=True)


def add_note(customer: Customer, text: str) -> None:
    with scope(organizer=customer.organizer):
        services.add_note(customer.organizer, customer.identifier, text, actor=ACTOR)


@pytest.mark.parametrize("search", ["gluten", "lute", "GLUTEN free", "doe gluten", "gl"])
def test_a_customer_is_found_by_the_notes_of_the_api(
    make_customer: CustomerMaker, find: Find, search: str
) -> None:
    found = make_customer(name_parts=DOE, notes="Needs GLUTEN-free food. Good seats.")
    make_customer()

    assert find(search) == [found]


def test_a_customer_is_found_by_each_note_of_the_team(
    make_customer: CustomerMaker, find: Find
) -> None:
    found = make_customer(name_parts=DOE)
    add_note(found, "Called about the wheelchair")
    add_note(found, "Asked for seats beside the stage")

    for search in ("wheelchair", "stage", "wheelchair stage", "doe stage", "ag"):
        assert find(search) == [found]


@pytest.mark.parametrize("note", ["Gäste aus Köln", "Gaeste aus Koeln"])
@pytest.mark.parametrize("search", ["gäste köln", "gaeste", "gaste koln"])
def test_umlauts_of_notes_are_found_in_each_spelling(
    make_customer: CustomerMaker, find: Find, note: str, search: str
) -> None:
    found = [make_customer(notes=note), make_customer()]
    add_note(found[1], note)

    assert find(search) == found


def test_a_phone_number_is_found_in_notes_and_beside_them(
    make_customer: CustomerMaker, find: Find
) -> None:
    noted = make_customer(notes="At work: 030 7654321")
    own = make_customer(phone="+49307654321", notes="At home")

    assert find("030 7654321") == [noted, own]
    assert find("7654321") == [noted, own]
    assert find("home +49307654321") == [own]


def test_other_customers_are_found_as_before(make_customer: CustomerMaker, find: Find) -> None:
    both = [make_customer(name_parts=DOE), make_customer(notes="a friend of John Doe")]

    assert find("john doe") == both


def test_changed_notes_are_found_by_their_present_words(
    make_customer: CustomerMaker, organizer: Organizer, find: Find
) -> None:
    customer = make_customer(notes="gluten")
    add_note(customer, "wheelchair")
    values = {"notes": "lactose", "name_parts": DOE}
    services.change_customer(organizer, customer.identifier, values, actor=ACTOR)

    found = {search: len(find(search)) for search in ("gluten", "lactose", "wheelchair doe")}

    assert found == {"gluten": 0, "lactose": 1, "wheelchair doe": 1}


def test_an_erased_customer_is_not_found_by_its_notes(
    make_customer: CustomerMaker, organizer: Organizer, find: Find
) -> None:
    customer = make_customer(notes="gluten")
    add_note(customer, "wheelchair")

    services.erase_customer(organizer, customer.identifier, actor=ACTOR)

    assert find("gluten") == find("wheelchair") == []


@pytest.mark.parametrize("rebuild_from", [1, 10_000])
def test_imported_notes_are_found_beside_those_of_the_team(
    make_customer: CustomerMaker, organizer: Organizer, find: Find, rebuild_from: int
) -> None:
    add_note(make_customer(identifier="A", notes="gluten"), "wheelchair")
    later = {"last_modified": "2026-01-01T00:00:00Z"}
    rows = [make_row("A", "a@x.org", notes="lactose", **later), make_row("B", None, notes="Soja")]

    load_customers(organizer, rows, rebuild_from=rebuild_from)

    searches = ("gluten", "lactose", "wheelchair", "soja")
    assert [len(find(search)) for search in searches] == [0, 1, 1, 1]


def test_a_person_that_the_source_erased_is_not_found_by_notes(
    make_customer: CustomerMaker, organizer: Organizer, find: Find
) -> None:
    add_note(make_customer(identifier="A", notes="gluten"), "wheelchair")
    nothing: dict[str, object] = {"notes": None, "name_parts": {}, "is_active": False, "name": ""}
    row = make_row("A", None, **nothing, last_modified="2026-01-01T00:00:00Z")

    load_customers(organizer, [row])

    assert find("gluten") == find("wheelchair") == []


def test_outdated_texts_of_notes_are_computed_again(
    make_customer: CustomerMaker, find: Find
) -> None:
    customer = make_customer(notes="gluten")
    add_note(customer, "wheelchair")
    add_note(customer, "stage")
    texts = Customer.objects.values_list("notes_text", "team_notes_text").get()
    Customer.objects.update(notes_text=None, team_notes_text="\nother")

    call_command("normalize_customers", verbosity=0)

    assert Customer.objects.values_list("notes_text", "team_notes_text").get() == texts
    assert find("gluten wheelchair stage") == [customer]


def test_only_the_first_characters_of_the_notes_are_searched(
    make_customer: CustomerMaker, find: Find
) -> None:
    found = make_customer(notes=f"gluten {'x' * MAX_SEARCHED_CHARACTERS} lactose")

    assert find("gluten") == [found]
    assert find("lactose") == []


@pytest.mark.parametrize("search", ["gluten", "wheelchair", "gl", "doe gluten"])
def test_without_the_permission_notes_are_not_searched(
    make_customer: CustomerMaker, organizer: Organizer, search: str
) -> None:
    add_note(make_customer(name_parts=DOE, notes="gluten"), "wheelchair")

    with scope(organizer=organizer):
        page = list_of(organizer, f"search={search}").page(1, 50)

    assert (page.count.number, [*page.rows]) == (0, [])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such table")
def test_the_index_on_sqlite_has_only_customers_with_notes(make_customer: CustomerMaker) -> None:
    noted = make_customer(name_parts=DOE, notes="gluten")
    make_customer(name_parts=DOE)

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM {NOTES_INDEX_ON_SQLITE} WHERE {NOTES_INDEX_ON_SQLITE} MATCH 'doe'"  # noqa: S608
        )
        assert cursor.fetchall() == [(noted.pk,)]
