"""Requests that only scanners and faulty clients send cause no server error."""

from __future__ import annotations

from typing import Final

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.asserts import assertContains

from portal.conftest import CustomerMaker

LIST: Final = "/api/v1/organizers/bigevents/customers/"
PAGE: Final = "/organizers/bigevents/customers/"


@pytest.mark.parametrize("offset", ["+16:00", "-23:59", "+01:00:00.5"])
def test_a_time_may_have_any_offset(
    api_client: Client, make_customer: CustomerMaker, offset: str
) -> None:
    make_customer()

    response = api_client.get(LIST, {"date_joined_until": f"2036-01-31T10:00:00{offset}"})

    assert response.json()["count"] == 1


def test_a_repeated_sort_key_has_no_effect(
    api_client: Client, make_customer: CustomerMaker
) -> None:
    for number in range(51):
        make_customer(locale="de" if number % 2 else "en")
    keys = ",".join(["locale", "-locale", "email"] * 100)

    first = api_client.get(f"{LIST}?ordering={keys}").json()
    second = api_client.get(first["next"]).json()

    assert len(first["results"] + second["results"]) == 51
    assert [each["locale"] for each in first["results"][:26]] == ["de"] * 25 + ["en"]


def test_the_first_of_repeated_sort_keys_applies(
    api_client: Client, make_customer: CustomerMaker
) -> None:
    for identifier, locale, email in (("A", "en", "a"), ("B", "de", "c"), ("C", "de", "b")):
        make_customer(identifier=identifier, locale=locale, email=f"{email}@example.org")

    page = api_client.get(f"{LIST}?ordering=locale,email,-locale").json()

    assert [each["identifier"] for each in page["results"]] == ["C", "B", "A"]


@pytest.mark.parametrize("search", ["´", "\u0301", " ´ ", "!?", "-", "\u200b", "...", "' '"])
def test_a_search_for_punctuation_or_accents_alone_is_an_error(
    api_client: Client, member_client: Client, make_customer: CustomerMaker, search: str
) -> None:
    make_customer()

    response = api_client.get(LIST, {"search": search})
    page = member_client.get(PAGE, {"search": search})

    assert (response.status_code, list(response.json())) == (400, ["search"])
    [message] = response.json()["search"]
    assertContains(page, message, status_code=422)


def test_a_malformed_accept_header_causes_no_server_error(api_client: Client) -> None:
    response = api_client.get(LIST, headers={"Accept": "application/json; x*=a; x*0=b"})

    assert response.status_code in (200, 406)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [LIST, PAGE])
def test_an_invalid_session_key_is_unauthenticated(client: Client, path: str) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "\0bcdefgh"

    assert client.get(path).status_code == (401 if path == LIST else 302)


@pytest.mark.django_db
def test_a_malformed_current_url_of_htmx_is_ignored(client: Client, member_client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "div#results", "HX-Current-URL": "http://["}

    assert client.get(PAGE, headers=headers)["HX-Redirect"].startswith("/sign-in/?next=")
    assert member_client.get(PAGE, headers=headers)["HX-Push-Url"] == PAGE


@pytest.mark.django_db
def test_history_restore_without_a_session_redirects_to_sign_in(client: Client) -> None:
    response = client.get(PAGE, headers={"HX-History-Restore-Request": "true"})

    assert response["HX-Redirect"] == f"/sign-in/?next={PAGE}"
