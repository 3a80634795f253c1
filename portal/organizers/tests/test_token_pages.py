"""The pages that create and revoke API tokens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.organizers import tokens
from portal.organizers.models import ApiToken, Organizer, Team
from portal.organizers.permissions import Permission

PAGE = "/organizers/bigevents/tokens/"
CUSTOMERS = "/organizers/bigevents/customers/"
READ_CUSTOMERS = Permission.READ_CUSTOMERS
pytestmark = pytest.mark.usefixtures("organizer")


def _create(client: Client, **fields: Any) -> HttpResponseBase:
    form = {"name": "shop", "permissions": [READ_CUSTOMERS], "expires": "90", **fields}
    return client.post(PAGE, form)


def _shown_key(response: HttpResponseBase) -> str:
    (key,) = set(re.findall(r"portal_\w{42}", response.getvalue().decode()))
    return str(key)


def _limit_permissions(organizer: Organizer, member: User, *permissions: str) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[*permissions])


def _only_token(organizer: Organizer) -> ApiToken:
    (token,) = tokens.list_tokens(organizer)
    return token


def test_a_token_is_shown_once(organizer: Organizer, member: User, member_client: Client) -> None:
    key = _shown_key(_create(member_client))

    assert tokens.authenticate_token(key).permissions == {READ_CUSTOMERS}
    assertNotContains(member_client.get(PAGE), key)
    assertContains(member_client.get(PAGE), f"…{key[-4:]}")
    assert _only_token(organizer).made_by == member


def test_submitting_the_form_again_creates_no_second_token(
    organizer: Organizer, member_client: Client
) -> None:
    _create(member_client)

    response = _create(member_client)

    assertContains(response, "An active token has this name.", status_code=422)
    assert _only_token(organizer)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "x" * 191}, "at most 190 characters"),
        ({"permissions": []}, "Choose at least one permission."),
        ({"permissions": ["organizer.everything"]}, "is not one of the available choices"),
        ({"expires": "31"}, "is not one of the available choices"),
        ({"name": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_an_error_is_explained_and_valid_values_stay_in_the_form(
    organizer: Organizer, member_client: Client, fields: dict[str, Any], message: str
) -> None:
    response = _create(member_client, **{"name": "the shop", **fields})

    assertContains(response, message, status_code=422)
    assert tokens.list_tokens(organizer) == []
    if "name" not in fields:
        assertContains(response, 'value="the shop"', status_code=422)


@pytest.mark.parametrize(("expires", "days"), [("30", 30), ("365", 365), ("never", None)])
def test_a_token_expires_after_the_chosen_time(
    organizer: Organizer, member_client: Client, expires: str, days: int | None
) -> None:
    _create(member_client, expires=expires)

    token = _only_token(organizer)
    if days is None:
        assert token.expires is None
    else:
        assert token.expires is not None
        assert (token.expires - token.created).total_seconds() == pytest.approx(
            days * 86_400, abs=60
        )


def test_a_member_can_choose_only_permissions_of_their_own(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    _limit_permissions(organizer, member, READ_CUSTOMERS, Permission.WRITE_TEAMS)

    assertNotContains(member_client.get(PAGE), "Export customers")
    response = _create(member_client, permissions=[Permission.EXPORT_CUSTOMERS])
    assertContains(response, "is not one of the available choices", status_code=422)


def test_a_token_with_all_fields_is_created_and_listed(
    organizer: Organizer, member_client: Client
) -> None:
    form = {"permissions": [READ_CUSTOMERS, Permission.READ_NOTES], "has_all_fields": "on"}

    assertContains(_create(member_client, **form), "All thirteen fields")
    assert _only_token(organizer).has_all_fields


def test_a_token_has_ten_fields_by_default(organizer: Organizer, member_client: Client) -> None:
    assertNotContains(_create(member_client), "All thirteen fields")
    assert not _only_token(organizer).has_all_fields


def test_all_fields_without_the_permission_to_read_notes_are_an_error(
    organizer: Organizer, member_client: Client
) -> None:
    response = _create(member_client, has_all_fields="on")

    assertContains(response, "add “Read notes on customers”", status_code=422)
    assert tokens.list_tokens(organizer) == []


def test_a_member_who_may_not_read_notes_is_not_offered_all_fields(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    assertContains(member_client.get(PAGE), 'name="has_all_fields"')
    _limit_permissions(organizer, member, READ_CUSTOMERS, Permission.WRITE_TEAMS)

    assertNotContains(member_client.get(PAGE), 'name="has_all_fields"')
    _create(member_client, has_all_fields="on")
    assert not _only_token(organizer).has_all_fields


def test_revoking_needs_a_confirmation_and_is_effective_at_once(
    organizer: Organizer, member_client: Client, token: str
) -> None:
    path = f"{PAGE}{_only_token(organizer).pk}/revoke/"

    assertContains(member_client.get(path), "Revoke “program”?")
    assert tokens.authenticate_token(token)
    assertRedirects(member_client.post(path), PAGE)
    with pytest.raises(tokens.InactiveToken):
        tokens.authenticate_token(token)
    assertContains(member_client.get(path), "has expired or was revoked")
    assertContains(member_client.get(PAGE), "Revoked")


def test_only_members_who_may_change_teams_see_tokens(
    organizer: Organizer, member: User, member_client: Client, token: str
) -> None:
    assertContains(member_client.get(CUSTOMERS), PAGE)
    _limit_permissions(organizer, member, READ_CUSTOMERS)

    for path in (PAGE, f"{PAGE}{_only_token(organizer).pk}/revoke/"):
        assert member_client.get(path).status_code == 403
        assert member_client.post(path).status_code == 403
    assertNotContains(member_client.get(CUSTOMERS), PAGE)


def test_a_stranger_cannot_see_or_revoke_tokens(
    organizer: Organizer, stranger_client: Client, token: str
) -> None:
    for path in (PAGE, f"{PAGE}{_only_token(organizer).pk}/revoke/"):
        assert stranger_client.get(path).status_code == 404
        assert stranger_client.post(path).status_code == 404
    elsewhere = f"/organizers/rival/tokens/{_only_token(organizer).pk}/revoke/"
    assert stranger_client.post(elsewhere).status_code == 404
    assert tokens.authenticate_token(token)


def test_a_token_with_a_huge_primary_key_is_not_found(member_client: Client) -> None:
    assert member_client.get(f"{PAGE}{'9' * 30}/revoke/").status_code == 404


def test_every_error_message_is_linked_to_its_field(member_client: Client) -> None:
    page = _create(member_client, name="", permissions=[], expires="").getvalue().decode()

    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', page)).split()
    assert {"id_name_error", "id_permissions_error", "id_expires_error"} <= set(described)
    for identifier in described:
        assert page.count(f'id="{identifier}"') == 1


def test_only_the_first_field_with_an_error_takes_the_focus(member_client: Client) -> None:
    response = member_client.post(PAGE, {"name": "", "expires": "never"})

    [focused] = re.findall(r"<[^>]* autofocus[^>]*>", response.content.decode())
    assert 'name="name"' in focused
