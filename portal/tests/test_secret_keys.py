"""Sessions and cursors of a former SECRET_KEY are valid while SECRET_KEY_FALLBACKS has the key."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import User
from portal.conftest import PASSWORD, CustomerMaker

API = "/api/v1/organizers/bigevents/customers/"
PAGE = "/organizers/bigevents/customers/"
NEW_KEY = "n" * 50


@pytest.fixture
def signed_in(member: User) -> Client:
    """A browser whose session is signed with the former key."""
    client = Client()
    form = {"username": member.email, "password": PASSWORD}
    assert client.post("/sign-in/", form).status_code == 302
    return client


@pytest.fixture
def next_page(api_client: Client, make_customer: CustomerMaker) -> str:
    """The link to the second page of the list, whose cursor is encrypted with the former key."""
    for _ in range(51):
        make_customer()
    link: str = api_client.get(API).json()["next"]
    return link


def _rotate_keys(settings: Settings, *, fallbacks: list[str]) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, fallbacks


def _is_signed_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def test_a_session_of_a_fallback_key_is_valid(signed_in: Client, settings: Settings) -> None:
    _rotate_keys(settings, fallbacks=[settings.SECRET_KEY])

    assert _is_signed_in(signed_in)


def test_a_session_of_a_removed_key_is_invalid(signed_in: Client, settings: Settings) -> None:
    _rotate_keys(settings, fallbacks=[])

    assert not _is_signed_in(signed_in)


def test_a_session_that_was_used_after_the_rotation_needs_no_fallback_key(
    signed_in: Client, settings: Settings
) -> None:
    _rotate_keys(settings, fallbacks=[settings.SECRET_KEY])
    signed_in.get(PAGE)

    _rotate_keys(settings, fallbacks=[])

    assert _is_signed_in(signed_in)


def test_a_cursor_of_a_fallback_key_is_valid(
    api_client: Client, next_page: str, settings: Settings
) -> None:
    _rotate_keys(settings, fallbacks=[settings.SECRET_KEY])

    response = api_client.get(next_page)

    assert (response.status_code, len(response.json()["results"])) == (200, 1)


def test_a_cursor_of_a_removed_key_is_rejected(
    api_client: Client, next_page: str, settings: Settings
) -> None:
    _rotate_keys(settings, fallbacks=[])

    response = api_client.get(next_page)

    assert (response.status_code, [*response.json()]) == (400, ["cursor"])


def test_the_first_page_after_a_rotation_has_a_cursor_of_the_new_key(
    api_client: Client, next_page: str, settings: Settings
) -> None:
    _rotate_keys(settings, fallbacks=[settings.SECRET_KEY])
    new_link = api_client.get(API).json()["next"]

    _rotate_keys(settings, fallbacks=[])

    assert new_link != next_page
    assert api_client.get(new_link).status_code == 200
