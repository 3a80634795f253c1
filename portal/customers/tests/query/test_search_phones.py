"""Search by phone number in any spelling, and by a part of the number, in HTML and JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from django_scopes import scope
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.query.search import Search, find_exact_matches
from portal.customers.tests.lists import list_of
from portal.organizers import services
from portal.organizers.models import Organizer

LIST = "/organizers/bigevents/customers/"
API = "/api/v1/organizers/bigevents/customers/"
PHONES = Path(__file__).parents[1] / "importing" / "files" / "phones.ndjson"
WHOLE = [
    *("+49 30 23125123", "030 23125123", "(030) 231-25123", "0049 30 23125 123", "030/23125123"),
    *("+493023125123", "tel:+49-30-23125123", "+49 (0)30 231 25 123", "03 02 31 25 12 3"),
]
PARTS = ["5123", "23125 123", "030 23125", "+49 30 231", "231-25", "(030) 231", "030/23 12 51"]
BESIDE_A_NAME = [
    *("Müller 030 23125123", "(030) 231-25 123 mueller", "Anna 030/23125123", "Mü 5123"),
    *("anna +49 30 23125123", "030 23125, Müller, Anna", "Mü 03 02 31 25 12 3"),
]


@pytest.fixture(params=["selective", "unselective"])
def in_each_way(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Run the test twice: as if every search were selective, and as if none were."""
    if request.param == "unselective":
        settings.COUNT_CAP = 0


def find(organizer: Organizer, search: str) -> list[Customer]:
    query = QueryDict(mutable=True)
    query["search"] = search
    with scope(organizer=organizer):
        found = list_of(organizer, query)
        page = found.read_page(["pk"], 1, 100)
        customers = list(found.customers)
        assert [pk for (pk,) in page.rows] == [customer.pk for customer in customers]
        assert page.count == found.count() == len(customers)
    return customers


@pytest.mark.usefixtures("in_each_way")
@pytest.mark.parametrize("phone", ["+49 30 23125123", "030 23125-123", "0049(30)23125123"])
def test_a_phone_number_is_found_in_any_spelling_and_by_a_part(
    organizer: Organizer, make_customer: CustomerMaker, subtests: pytest.Subtests, phone: str
) -> None:
    make_customer(phone="+49 30 99999", external_identifier="2024")
    make_customer()
    found = make_customer(phone=phone)

    for search in [*WHOLE, *PARTS]:
        with subtests.test(search):
            assert find(organizer, search) == [found]


@pytest.mark.usefixtures("in_each_way")
def test_a_phone_number_is_found_beside_a_name(
    organizer: Organizer, make_customer: CustomerMaker, subtests: pytest.Subtests
) -> None:
    name = {"_scheme": "full", "full_name": "Anna Müller"}
    make_customer(phone="030 23125123")
    make_customer(name_parts=name, phone="030 99999")
    found = make_customer(name_parts=name, phone="+49 30 23125123")

    for search in BESIDE_A_NAME:
        with subtests.test(search):
            assert find(organizer, search) == [found]


@pytest.mark.usefixtures("in_each_way")
def test_digits_beside_a_name_are_still_words(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    found = make_customer(email="anna@example.org", external_identifier="0123-45")
    make_customer(external_identifier="0123-45")

    for search in ("anna 0123-45", "45 anna 0123", "2345 anna", "anna 0123 45"):
        assert find(organizer, search) == [found] * (search != "2345 anna")


@pytest.mark.parametrize("search", WHOLE)
def test_a_whole_number_is_an_exact_match(
    member_client: Client, api_client: Client, make_customer: CustomerMaker, search: str
) -> None:
    found = make_customer(phone="030 23125123")
    longer = make_customer(phone="+49 30 23125123 4")

    listing = member_client.get(LIST, {"search": search}).context["listing"]
    results = api_client.get(API, {"search": search}).json()["results"]

    assert [customer for customer, _address in listing.exact_matches] == [found]
    assert {each["identifier"] for each in results} == {found.identifier, longer.identifier}


def test_a_part_of_a_number_is_no_exact_match(
    organizer: Organizer, make_customer: CustomerMaker, subtests: pytest.Subtests
) -> None:
    make_customer(phone="030 23125123")
    make_customer(phone="unknown")

    for search in [*PARTS, "unknown", "", "0"]:
        with subtests.test(search), scope(organizer=organizer):
            assert find_exact_matches(organizer, search) == []


@pytest.mark.parametrize(
    "search",
    ["+491701234567", "0170 1234567", "+49 (0)170 / 123 45 67", "491701234567", "1234567"],
)
def test_imported_numbers_are_found_by_each_other(organizer: Organizer, search: str) -> None:
    call_command("import_customers", organizer.slug, str(PHONES), verbosity=0)

    found = find(organizer, search)

    assert {each.identifier for each in found} == {"PH1", "PH2", "PH3", "PH5"}
    assert {each.phone_key for each in found} == {"491701234567"}


@pytest.mark.usefixtures("in_each_way")
@pytest.mark.parametrize("search", ["12345-678", "12345 678", "678 12345", "2345-67"])
def test_digits_are_still_found_as_words(
    organizer: Organizer, make_customer: CustomerMaker, search: str
) -> None:
    found = make_customer(external_identifier="12345-678")
    make_customer(external_identifier="12345")

    assert find(organizer, search) == [found]


@pytest.mark.usefixtures("in_each_way")
def test_digits_of_a_phone_number_are_looked_for_in_phone_numbers_only(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(external_identifier="3023125")
    found = make_customer(phone="030 23125")

    assert find(organizer, "030 23125") == [found]
    assert len(find(organizer, "3023125")) == 2


def test_a_customer_that_matches_in_two_ways_is_counted_once(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    both = make_customer(phone="030 23125", external_identifier="030 23125")

    assert find(organizer, "030 23125") == [both]


def test_without_a_country_a_number_is_found_by_its_digits(make_customer: CustomerMaker) -> None:
    organizer = services.create_organizer(slug="world", name="World", timezone="UTC")
    found = make_customer(of=organizer, phone="030 23125")

    assert organizer.country == ""
    assert find(organizer, "(030) 231-25") == [found]
    assert find(organizer, "0049 30 23125") == []


def test_numbers_of_another_organizer_are_never_found(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(of=rival, phone="+49 30 23125123")

    assert find(organizer, "030 23125123") == []
    with scope(organizer=organizer):
        assert find_exact_matches(organizer, "030 23125123") == []


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("030 23125", Search([], ["030", "23125"], "3023125")),
        ("06 12 34", Search(["61234"])),
        ("23125", Search(["23125"])),
        ("+493023125", Search(["493023125"])),
        ("+49 30", Search(["49", "30"])),
        ("anna 030 23125", Search(["anna"], ["030", "23125"], "3023125")),
        ("(030) 231-25, Anna", Search(["anna"], ["030", "231-25"], "3023125")),
        ("anna 06 12 34", Search(["anna"], ["06", "12", "34"], "61234")),
        ("al 06 12 34", Search(["al", "61234"])),
        ("anna 7", Search(["anna", "7"])),
        ("crm-7 2024", Search(["crm-7", "2024"])),
    ],
)
def test_a_possible_phone_number_is_also_searched_by_its_digits(text: str, search: Search) -> None:
    assert Search.parse(text, country="DE") == search
