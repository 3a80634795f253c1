"""Messages of the list page: no customers, no matches, errors, unusual customers."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

LIST = "/organizers/bigevents/customers/"
pytestmark = pytest.mark.usefixtures("organizer")


def test_an_empty_list_says_how_to_import_customers(member_client: Client) -> None:
    assertContains(member_client.get(LIST), "manage.py import_customers bigevents")


def test_a_list_without_matches_offers_to_drop_a_filter_only_if_that_helps(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(locale="fr")

    page = member_client.get(LIST, {"search": "nobody", "locale": "fr"}).content.decode()

    assert "No customers match these filters" in page
    _above, offered = page.split("Remove a filter:")
    assert f'href="{LIST}?locale=fr"' in offered
    assert f'href="{LIST}?search=nobody"' not in offered


def test_a_list_without_matches_offers_all_customers_if_no_single_filter_helps(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(locale="de")

    response = member_client.get(LIST, {"search": "nobody", "locale": "fr"})

    assertNotContains(response, "Remove a filter:")
    assertContains(response, "Show all customers")


def test_a_list_without_matches_shows_the_count_without_each_filter(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(locale="fr")
    make_customer(locale="fr")
    make_customer(email="ann@example.org", locale="de")

    query = {"search": "ann@example", "locale": "fr"}
    content = member_client.get(LIST, query).content.decode()

    links = re.findall(r'data-value="([^"]*)">[^>]*>[^>]*></a> <span[^>]*>(.*?)</span>', content)
    assert links == [("ann@example", "2 customers"), ("fr", "1 customer")]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("page=0", "The page must be 1 or more."),
        ("page=junk", "The page must be a whole number."),
        ("page_size=0", "The page size must be 25, 50, 100 or 200."),
        ("page_size=-1", "The page size must be 25, 50, 100 or 200."),
        ("date_joined_since=31.1.26", "Enter a date like 2026-01-31"),
        ("date_joined_since=2026-02-01&date_joined_until=2026-01-01", "The end is before"),
        ("locale=klingon", "Unknown language “klingon”."),
        ("state=gone", "Unknown state “gone”."),
        ("is_active=perhaps", "Choose true or false, not “perhaps”."),
        ("ordering=password", "Cannot order by “password”"),
        ("search=a%00b", "Null characters are not allowed."),
        (f"search={'x' * 3000}", "at most 200 characters"),
        ("last_login_since=0001-01-01", "Enter a date between 1900-01-01 and "),
    ],
)
def test_an_error_is_explained_and_shows_no_customers(
    member_client: Client, make_customer: CustomerMaker, query: str, words: str
) -> None:
    make_customer(email="someone@example.org")

    response = member_client.get(f"{LIST}?{query}&is_verified=false")

    assertContains(response, words, status_code=422)
    assertContains(response, "Not verified", status_code=422)
    assertNotContains(response, "someone", status_code=422)


def test_clearing_all_filters_drops_an_invalid_order_too(member_client: Client) -> None:
    response = member_client.get(f"{LIST}?ordering=password&locale=de&page_size=100")

    everything = f"{LIST}?page_size=100"
    assertContains(response, f'<a href="{everything}" data-drop="search ', status_code=422)
    assertContains(response, 'ordering as_of">Show all customers</a>', status_code=422)


def test_unknown_parameters_are_named_and_ignored(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    made = make_customer()

    response = member_client.get(LIST, {"utm_source": "x", "q": "y"})

    assertContains(response, "<code>utm_source</code>, <code>q</code>")
    assertContains(response, made.identifier)


def test_an_anonymised_customer_is_labelled(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    made = make_customer(email=None, name_parts={}, is_active=False)

    response = member_client.get(f"{LIST}{made.identifier}/")

    assertContains(response, "Anonymised")
    assertContains(response, "the personal data was erased")


def test_the_parts_of_a_name_have_their_labels(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    parts = {"_scheme": "salutation_title_given_family_degree", "salutation": "Ms", "title": "Dr."}
    made = make_customer(name_parts={**parts, "family_name": "Onym", "degree": "PhD"})

    response = member_client.get(f"{LIST}{made.identifier}/")

    assertContains(response, "<h1><bdi>Dr. Onym, PhD</bdi></h1>", html=True)
    for label in ("Salutation", "Title", "Family name", "Degree (after name)"):
        assertContains(response, f"<dt>{label}</dt>", html=True)


def test_the_link_back_leads_to_the_list_it_was_opened_from(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    made = make_customer()

    narrowed = member_client.get(f"{LIST}{made.identifier}/", {"back": "search=cust&page=2"})
    hostile = member_client.get(f"{LIST}{made.identifier}/", {"back": "//evil.example/"})

    assertContains(narrowed, f'href="{LIST}?search=cust&amp;page=2"')
    assertContains(hostile, f'id="back" class="back" href="{LIST}"')
    assertNotContains(hostile, "//evil")


def test_notes_need_their_permission(
    organizer: Organizer, member: User, member_client: Client, make_customer: CustomerMaker
) -> None:
    made = make_customer(notes="Prefers an aisle seat.")
    assertContains(member_client.get(f"{LIST}{made.identifier}/"), "Prefers an aisle seat.")

    with scope(organizer=organizer):
        team = Team.objects.filter(members=member)
        team.update(permissions=[Permission.READ_CUSTOMERS])

    assertNotContains(member_client.get(f"{LIST}{made.identifier}/"), "Account note")


def test_a_list_of_one_page_has_no_links_to_other_pages(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()

    response = member_client.get(LIST)

    assertContains(response, "<strong>1–1</strong> of 1")
    assertNotContains(response, "Previous")
