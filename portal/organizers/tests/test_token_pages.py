"""The pages of tokens: making one, seeing it once, revoking it."""

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
READ = Permission.READ_CUSTOMERS
pytestmark = pytest.mark.usefixtures("organizer")


def _make(client: Client, **fields: Any) -> HttpResponseBase:
    given = {"name": "shop", "permissions": [READ], "expires": "90", **fields}
    return client.post(PAGE, given)


def _shown_key(response: HttpResponseBase) -> str:
    (key,) = set(re.findall(r"portal_\w{42}", response.getvalue().decode()))
    return str(key)


def _limit(organizer: Organizer, member: User, *permissions: str) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[*permissions])


def _only_token(organizer: Organizer) -> ApiToken:
    (token,) = tokens.list_tokens(organizer)
    return token


def test_a_token_is_shown_once(organizer: Organizer, member: User, member_client: Client) -> None:
    key = _shown_key(_make(member_client))

    assert tokens.authenticate_token(key).permissions == {READ}
    assertNotContains(member_client.get(PAGE), key)
    assertContains(member_client.get(PAGE), f"…{key[-4:]}")
    assert _only_token(organizer).made_by == member


def test_sending_the_form_again_makes_no_second_token(
    organizer: Organizer, member_client: Client
) -> None:
    _make(member_client)

    response = _make(member_client)

    assertContains(response, "A token with this name is in use", status_code=422)
    assert _only_token(organizer)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "x" * 191}, "at most 190 characters"),
        ({"permissions": []}, "Choose what it may do."),
        ({"permissions": ["organizer.everything"]}, "is not one of the available choices"),
        ({"expires": "31"}, "is not one of the available choices"),
        ({"name": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_a_mistake_is_explained_and_keeps_what_was_right(
    organizer: Organizer, member_client: Client, fields: dict[str, Any], words: str
) -> None:
    response = _make(member_client, **{"name": "the shop", **fields})

    assertContains(response, words, status_code=422)
    assert tokens.list_tokens(organizer) == []
    if "name" not in fields:
        assertContains(response, 'value="the shop"', status_code=422)


@pytest.mark.parametrize(("expires", "days"), [("30", 30), ("365", 365), ("never", None)])
def test_a_token_ends_when_its_maker_says(
    organizer: Organizer, member_client: Client, expires: str, days: int | None
) -> None:
    _make(member_client, expires=expires)

    token = _only_token(organizer)
    if days is None:
        assert token.expires is None
    else:
        assert token.expires is not None
        assert (token.expires - token.created).total_seconds() == pytest.approx(
            days * 86_400, abs=60
        )


def test_nobody_is_offered_what_they_may_not_do(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    _limit(organizer, member, READ, Permission.WRITE_TEAMS)

    assertNotContains(member_client.get(PAGE), "Export customers")
    response = _make(member_client, permissions=[Permission.EXPORT_CUSTOMERS])
    assertContains(response, "is not one of the available choices", status_code=422)


def test_revoking_asks_first_and_holds_at_once(
    organizer: Organizer, member_client: Client, token: str
) -> None:
    path = f"{PAGE}{_only_token(organizer).pk}/revoke/"

    assertContains(member_client.get(path), "Revoke “program”?")
    assert tokens.authenticate_token(token)
    assertRedirects(member_client.post(path), PAGE)
    with pytest.raises(tokens.RevokedToken):
        tokens.authenticate_token(token)
    assertContains(member_client.get(path), "nothing left to revoke")
    assertContains(member_client.get(PAGE), "Revoked")


def test_only_those_who_may_change_teams_see_tokens(
    organizer: Organizer, member: User, member_client: Client, token: str
) -> None:
    assertContains(member_client.get(CUSTOMERS), PAGE)
    _limit(organizer, member, READ)

    for path in (PAGE, f"{PAGE}{_only_token(organizer).pk}/revoke/"):
        assert member_client.get(path).status_code == 403
        assert member_client.post(path).status_code == 403
    assertNotContains(member_client.get(CUSTOMERS), PAGE)


def test_a_stranger_finds_and_changes_nothing(
    organizer: Organizer, stranger_client: Client, token: str
) -> None:
    for path in (PAGE, f"{PAGE}{_only_token(organizer).pk}/revoke/"):
        assert stranger_client.get(path).status_code == 404
        assert stranger_client.post(path).status_code == 404
    elsewhere = f"/organizers/rival/tokens/{_only_token(organizer).pk}/revoke/"
    assert stranger_client.post(elsewhere).status_code == 404
    assert tokens.authenticate_token(token)


def test_a_number_that_no_token_can_have_is_not_found(member_client: Client) -> None:
    assert member_client.get(f"{PAGE}{'9' * 30}/revoke/").status_code == 404


def test_every_mistake_is_tied_to_its_field(member_client: Client) -> None:
    page = _make(member_client, name="", permissions=[], expires="").getvalue().decode()

    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', page)).split()
    assert {"id_name_error", "id_permissions_error", "id_expires_error"} <= set(described)
    for identifier in described:
        assert page.count(f'id="{identifier}"') == 1
