"""The pages that list, save, change and delete views."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission
from portal.saved_views.models import SavedView

PAGE = "/organizers/bigevents/views/"
LIST = "/organizers/bigevents/customers/"
pytestmark = pytest.mark.usefixtures("organizer", "member")


def _create(client: Client, query: str = "search=doe", **fields: Any) -> Any:
    return client.post(f"{PAGE}new/?{query}", {"name": "Does", **fields})


def _only_view(organizer: Organizer) -> SavedView:
    with scope(organizer=organizer):
        return SavedView.objects.get()


@pytest.fixture
def limited(organizer: Organizer, member: User) -> None:
    """Takes all permissions from the member except reading customers."""
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[Permission.READ_CUSTOMERS])


def test_a_saved_view_opens_its_list(organizer: Organizer, member_client: Client) -> None:
    response = _create(member_client)

    view = _only_view(organizer)
    assertRedirects(response, f"{LIST}?view={view.slug}")
    assert (view.name, view.query_string, view.is_shared) == ("Does", "search=doe", False)
    assertContains(member_client.get(PAGE), "Only you")


def test_a_view_is_shared(organizer: Organizer, member_client: Client) -> None:
    _create(member_client, is_shared="on")

    assert _only_view(organizer).is_shared


@pytest.mark.usefixtures("limited")
def test_a_member_without_the_permission_cannot_share_a_view(
    organizer: Organizer, member_client: Client
) -> None:
    assertNotContains(member_client.get(f"{PAGE}new/"), "is_shared")

    _create(member_client, is_shared="on")

    assert not _only_view(organizer).is_shared


def test_a_view_is_saved_from_another_view(organizer: Organizer, member_client: Client) -> None:
    query = "view=never-signed-in&search=doe"

    _create(member_client, query)

    assert _only_view(organizer).query_string == "search=doe&never_logged_in=true"


def test_an_invalid_list_is_shown_instead_of_the_form(
    organizer: Organizer, member_client: Client
) -> None:
    response = _create(member_client, "ordering=shoe_size")

    assertRedirects(response, f"{LIST}?ordering=shoe_size", target_status_code=422)


def test_a_form_with_an_error_has_the_submitted_values(member_client: Client) -> None:
    _create(member_client)
    assertContains(
        _create(member_client, name="a\0b"), "Null characters are not allowed.", status_code=422
    )

    response = _create(member_client, name="DOES")

    assertContains(response, "Another view has this name.", status_code=422)
    assertContains(response, 'value="DOES"', status_code=422)


def test_a_view_is_renamed_and_shared(organizer: Organizer, member_client: Client) -> None:
    _create(member_client)
    address = f"{PAGE}{_only_view(organizer).slug}/"
    assertContains(member_client.get(address), 'value="Does"')

    response = member_client.post(address, {"name": "The Does", "is_shared": "on"})

    assertRedirects(response, PAGE)
    view = _only_view(organizer)
    assert (view.name, view.is_shared, view.query_string) == ("The Does", True, "search=doe")


def test_the_list_of_a_view_is_replaced(organizer: Organizer, member_client: Client) -> None:
    _create(member_client)
    view = _only_view(organizer)

    response = member_client.post(
        f"{PAGE}{view.slug}/", {"query": f"view={view.slug}&search=roe&locale=de"}
    )

    assertRedirects(response, f"{LIST}?view={view.slug}")
    assert _only_view(organizer).query_string == "search=roe&locale=de"


def test_deleting_a_view_requires_confirmation(organizer: Organizer, member_client: Client) -> None:
    _create(member_client)
    address = f"{PAGE}{_only_view(organizer).slug}/delete/"

    assertContains(member_client.get(address), "Delete “Does”?")
    assert _only_view(organizer)
    assertRedirects(member_client.post(address), PAGE)
    with scope(organizer=organizer):
        assert not SavedView.objects.exists()


@pytest.mark.parametrize("path", ["", "delete/"])
def test_other_members_get_404_for_a_private_view(
    organizer: Organizer, member: User, member_client: Client, stranger: User, path: str
) -> None:
    with scope(organizer=organizer):
        SavedView.objects.create(organizer=organizer, owner=stranger, slug="private", name="Mine")

    for response in (
        member_client.get(f"{PAGE}private/{path}"),
        member_client.post(f"{PAGE}private/{path}", {"name": "Yours"}),
    ):
        assertContains(response, "", status_code=404)
    assertNotContains(member_client.get(PAGE), "Mine")
    assert _only_view(organizer).name == "Mine"


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("path", ["", "delete/"])
def test_a_shared_view_cannot_be_changed_without_the_permission(
    organizer: Organizer, member: User, member_client: Client, path: str
) -> None:
    with scope(organizer=organizer):
        SavedView.objects.create(
            organizer=organizer, owner=member, slug="shared", name="Ours", is_shared=True
        )

    assert member_client.get(f"{PAGE}shared/{path}").status_code == 403
    assert member_client.post(f"{PAGE}shared/{path}", {"name": "Mine"}).status_code == 403
    assertNotContains(member_client.get(PAGE), "Edit")
    assert _only_view(organizer).name == "Ours"


def test_the_tabs_are_a_fragment(member_client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "nav#views"}

    response = member_client.get(f"{PAGE}?view=never-signed-in", headers=headers)

    assertNotContains(response, "<html")
    assertContains(
        response,
        'aria-current="page">Never signed in <span class="tab-count" data-widest="0">0</span>',
    )


def test_counting_a_view_takes_one_query(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    def count_queries(names: list[str]) -> int:
        with scope(organizer=organizer):
            for name in names:
                SavedView.objects.create(organizer=organizer, owner=member, slug=name, name=name)
        with CaptureQueriesContext(connection) as queries:
            member_client.get(PAGE)
        return len(queries)

    number = count_queries(["a"])

    assert count_queries(["b", "c", "d"]) == number + 3


def test_a_field_with_an_error_has_the_focus(member_client: Client) -> None:
    page = member_client.post("/organizers/bigevents/views/new/?state=active", {"name": ""})

    [field] = re.findall(r'<input[^>]*name="name"[^>]*>', page.text)
    assert "autofocus" in field
