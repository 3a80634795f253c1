"""Emails, identifiers, phone numbers and names are extracted from pasted texts."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.test import Client
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.query.pasted import extract_pasted
from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer

LIST = "/organizers/bigevents/customers/"
API = "/api/v1/organizers/bigevents/customers/"
ANN = "ann@shop.example"
PASTED = [
    *("Ann Other <ann@shop.example>", '"Other, Ann" <Ann@shop.example>,', "<ann@shop.example>"),
    *("mailto:ann@shop.example", "MAILTO:ann@shop.example?subject=Hi%20you", "ann@shop.example,"),
    *("ann@shop.example <mailto:ann@shop.example>", "“ann@shop.example”.", "'ann@shop.example'"),
    *("mailto:ann%40shop.example", "(ann@shop.example)", "<mailto:ann@shop.example>;"),
    *("#8WSAJCJ", "# 8wsajcj", "„8WSAJCJ“", "8WSAJCJ.", "[8WSAJCJ]", "\ufeff#8WSAJCJ,\u200b"),
]


@pytest.fixture
def ann(make_customer: CustomerMaker) -> Customer:
    name = {"_scheme": "full", "full_name": "Anna-Maria Other"}
    make_customer(identifier="8WSAJCJ1", email="joann@shop.example")
    return make_customer(identifier="8WSAJCJ", email="Ann@shop.example", name_parts=name)


@pytest.mark.parametrize("text", PASTED)
def test_a_pasted_email_or_identifier_is_found_and_is_an_exact_match(
    organizer: Organizer, member_client: Client, api_client: Client, ann: Customer, text: str
) -> None:
    listing = member_client.get(LIST, {"search": text}).context["listing"]
    results = api_client.get(API, {"search": text}).json()["results"]

    assert ann.identifier in [customer.identifier for customer in listing.page.rows]
    assert ann.identifier in [customer["identifier"] for customer in results]
    assert [customer for customer, _address in listing.exact_matches] == [ann]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tel:+49-30-23125", "+49-30-23125"),
        ("tel:%2B493023125;ext=12", "+493023125"),
        ("Tel.: (030) 231-25", "030) 231-25"),
        ("Müller, Anna", "Müller, Anna"),
        ("a < b", "a < b"),
        ("mailto:", "mailto"),
        ("<@>", "@"),
        ("#", "#"),
        ("tel:#", "tel"),
        ("<mailto:.@,>", "@"),
    ],
)
def test_the_searched_part_of_a_pasted_text_is_extracted(text: str, meant: str) -> None:
    assert extract_pasted(text) == meant


@pytest.mark.parametrize("search", ["#4711", "CRM 7.", "-x-"])
def test_an_external_identifier_with_punctuation_around_it_is_an_exact_match(
    organizer: Organizer, member_client: Client, make_customer: CustomerMaker, search: str
) -> None:
    made = make_customer(external_identifier=search)
    make_customer(external_identifier=f"{search}8")

    listing = member_client.get(LIST, {"search": search}).context["listing"]

    assert [customer for customer, _address in listing.exact_matches] == [made]


def test_a_text_of_nothing_but_a_link_widens_no_list(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer()
    query = QueryDict(mutable=True)
    query["search"] = "mailto:#"

    with scope(organizer=organizer):
        assert list_of(organizer, query).count() == 0
