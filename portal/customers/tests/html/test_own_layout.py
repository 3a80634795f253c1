"""The columns that a member stores: saved by POST, and applied by a redirect."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers.query.columns import STANDARD
from portal.customers.tests.html.test_layout import SWAP, headings, link
from portal.organizers import services
from portal.organizers.models import DefaultLayout, Organizer

LIST = "/organizers/bigevents/customers/"
OWN = "/organizers/bigevents/own-columns/"
LAYOUT = "columns=phone,name&density=compact"
EXPLICIT = f"columns={','.join(STANDARD)}"
USE, FORGET = "Use these columns by default", "Remove my default columns"

pytestmark = pytest.mark.usefixtures("member")


@pytest.fixture
def own(organizer: Organizer, member: User) -> None:
    """Store columns for the member."""
    with scope(organizer=organizer):
        services.store_layout(organizer, member=member, query_string=LAYOUT)


def stored(organizer: Organizer) -> list[str]:
    with scope(organizer=organizer):
        return [layout.query_string for layout in DefaultLayout.objects.all()]


def store(client: Client, layout: str, **fields: Any) -> Any:
    return client.post(OWN, {"layout": layout, "list": f"search=doe&{layout}", **fields})


def test_stored_columns_open_the_list_at_their_url(
    organizer: Organizer, member_client: Client
) -> None:
    response = store(member_client, LAYOUT)

    assertRedirects(response, f"{LIST}?search=doe&{LAYOUT}")
    assert stored(organizer) == [LAYOUT]
    assertRedirects(member_client.get(LIST), f"{LIST}?{LAYOUT}")


def test_the_last_stored_columns_count(organizer: Organizer, member_client: Client) -> None:
    store(member_client, LAYOUT)

    store(member_client, "columns=name,email&density=comfortable")

    assert stored(organizer) == ["columns=name,email"]


@pytest.mark.usefixtures("own")
def test_forgotten_columns_leave_the_standard_ones(
    organizer: Organizer, member_client: Client
) -> None:
    store(member_client, LAYOUT, forget="on")

    assert stored(organizer) == []
    assert member_client.get(LIST).status_code == 200


@pytest.mark.usefixtures("own")
def test_standard_columns_are_stored_as_none(organizer: Organizer, member_client: Client) -> None:
    store(member_client, EXPLICIT)

    assert stored(organizer) == []


@pytest.mark.parametrize("layout", ["columns=shoe_size", "density=tiny", "columns=a%00b"])
def test_an_invalid_layout_is_not_stored(
    organizer: Organizer, member_client: Client, layout: str
) -> None:
    assert store(member_client, layout).status_code == 400
    assert stored(organizer) == []


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    "query", ["search=doe", "page_size=25", EXPLICIT, "view=never-signed-in", "columns=", "x=1"]
)
def test_a_list_with_parameters_is_the_same_for_every_member(
    member_client: Client, query: str
) -> None:
    response = member_client.get(f"{LIST}?{query}")

    assert response.status_code == 200
    assert headings(response.content.decode()) in ([], [*STANDARD])


@pytest.mark.usefixtures("own")
def test_no_link_of_the_standard_list_leads_to_the_members_own_columns(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(locale="de")

    page = member_client.get(f"{LIST}?locale=de&search=customer").content.decode()

    assert link(page, "chip-all") == f"{LIST}?{EXPLICIT}"
    page = member_client.get(f"{LIST}?{LAYOUT}").content.decode()
    assert link(page, "columns-standard") == f"{LIST}?density=compact"
    page = member_client.get(f"{LIST}?density=compact").content.decode()
    assert link(page, "density-comfortable") == f"{LIST}?{EXPLICIT}"


@pytest.mark.usefixtures("own")
def test_a_view_stays_unchanged(member_client: Client) -> None:
    page = member_client.get(f"{LIST}?view=never-signed-in").content.decode()

    assert "Never signed in”, changed" not in page


@pytest.mark.usefixtures("own")
def test_a_swap_has_the_list_of_its_url(member_client: Client) -> None:
    response = member_client.get(LIST, headers=SWAP)

    assert response.status_code == 200
    assert response["HX-Push-Url"] == f"{LIST}?{EXPLICIT}"


@pytest.mark.usefixtures("own")
def test_going_back_by_script_shows_the_list_that_was_left(member_client: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert member_client.get(LIST, headers=headers).status_code == 200


@pytest.mark.usefixtures("own")
def test_the_page_of_a_neighbour_leads_back_to_the_list(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    for _number in range(51):
        make_customer()
    page = member_client.get(f"{LIST}?page=2").content.decode()
    [last] = re.findall(r'<a id="(customer-\w+)"', page)

    detail = member_client.get(link(page, last)).content.decode()
    neighbour = member_client.get(link(detail, "previous")).content.decode()

    assert link(detail, "back") == f"{LIST}?page=2#{last}"
    assert link(neighbour, "back").startswith(f"{LIST}?{EXPLICIT}#customer-")


@pytest.mark.usefixtures("own")
def test_a_customer_opened_by_its_url_links_to_the_members_own_columns(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(identifier="C000001")

    page = member_client.get(f"{LIST}C000001/").content.decode()

    assert link(page, "back") == LIST


@pytest.mark.usefixtures("own")
def test_a_search_on_another_page_shows_the_members_own_columns(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(identifier="C000001")

    page = member_client.get(f"{LIST}C000001/")

    assertContains(page, '<input type="hidden" name="columns" value="phone,name">', html=True)
    assertContains(page, '<input type="hidden" name="density" value="compact">', html=True)


@pytest.mark.usefixtures("own")
def test_a_file_has_the_columns_of_the_list(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(phone="+49 30 23125")
    page = member_client.get(f"{LIST}?{LAYOUT}")
    assertContains(page, '<input type="hidden" name="columns" value="phone,name">', html=True)

    file = member_client.get("/organizers/bigevents/export/?format=csv")

    assert b"".join(file).decode().splitlines()[0].endswith(",".join(STANDARD))


def test_the_menu_has_no_link_that_would_change_nothing(member_client: Client) -> None:
    assertNotContains(member_client.get(LIST), USE)
    changed = member_client.get(f"{LIST}?{LAYOUT}")
    assertContains(changed, USE)
    assertNotContains(changed, FORGET)

    store(member_client, LAYOUT)

    own = member_client.get(f"{LIST}?{LAYOUT}")
    assertNotContains(own, USE)
    assertContains(own, FORGET)
    other = member_client.get(f"{LIST}?columns=name")
    assertContains(other, USE)
    assertContains(other, FORGET)


def test_the_form_leads_back_to_the_list_that_it_is_on(member_client: Client) -> None:
    page = member_client.get(f"{LIST}?search=doe&{LAYOUT}&page_size=25").content.decode()
    [_before, form] = page.split('<form id="own-layout"')

    assert f'name="layout" value="{LAYOUT}"' in unescape(form)
    assert f'name="list" value="search=doe&{LAYOUT}&page_size=25"' in unescape(form)


def test_htmx_gets_the_form_with_the_new_choice(
    organizer: Organizer, member_client: Client
) -> None:
    headers = {"HX-Request": "true", "HX-Target": "form#own-layout"}

    response = member_client.post(OWN, {"layout": LAYOUT}, headers=headers)

    assert stored(organizer) == [LAYOUT]
    assertContains(response, "The list now opens with these columns for you.")
    assertContains(response, FORGET)
    assertNotContains(response, "<html")


def test_a_read_stores_nothing(organizer: Organizer, member_client: Client) -> None:
    response = member_client.get(OWN, {"layout": LAYOUT})

    assertRedirects(response, LIST)
    assert stored(organizer) == []


def test_columns_are_of_one_member_at_one_organizer(
    organizer: Organizer, rival: Organizer, member: User, member_client: Client
) -> None:
    other = services.create_staff(organizer, email="other@example.org", password="x" * 12 + "!Qz")
    services.create_staff(rival, email=member.email, password="")
    store(member_client, LAYOUT)

    assert member_client.get("/organizers/rival/customers/").status_code == 200
    client = Client()
    client.force_login(other)
    assert client.get(LIST).status_code == 200


def test_a_stranger_stores_nothing(organizer: Organizer, stranger_client: Client) -> None:
    assert store(stranger_client, LAYOUT).status_code == 404
    assert stored(organizer) == []


@pytest.mark.usefixtures("without_permissions")
def test_a_member_who_may_not_read_customers_stores_nothing(
    organizer: Organizer, member_client: Client
) -> None:
    assert store(member_client, LAYOUT).status_code == 403
    assert stored(organizer) == []


def test_columns_that_no_longer_exist_are_ignored(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    with scope(organizer=organizer):
        services.store_layout(organizer, member=member, query_string="columns=shoe_size")

    assert member_client.get(LIST).status_code == 200


@pytest.mark.usefixtures("own")
def test_the_redirect_runs_no_query_of_its_own(member_client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        member_client.get(LIST)

    assert len(queries) == 3, [query["sql"] for query in queries]  # session, user, teams
