"""Signing in and out."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import PASSWORD

SIGN_IN = "/sign-in/"


def credentials(email: str = "member@example.org", password: str = PASSWORD) -> dict[str, str]:
    return {"username": email, "password": password}


@pytest.mark.parametrize("email", ["member@example.org", "MEMBER@Example.org"])
def test_a_member_signs_in_by_email_ignoring_case(client: Client, member: User, email: str) -> None:
    response = client.post(SIGN_IN, credentials(email))

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


@pytest.mark.parametrize(
    ("email", "password"), [("member@example.org", "wrong"), ("nobody@example.org", PASSWORD)]
)
def test_a_wrong_sign_in_says_the_same_in_every_case(
    client: Client, member: User, email: str, password: str
) -> None:
    response = client.post(SIGN_IN, credentials(email, password))

    assertContains(response, "This email and password do not belong together.")
    assertContains(response, f'value="{email}"')


def test_a_member_goes_where_they_wanted_to(client: Client, member: User) -> None:
    wanted = "/organizers/bigevents/customers/?search=jo"

    response = client.post(SIGN_IN, {**credentials(), "next": wanted})

    assertRedirects(response, wanted, fetch_redirect_response=False)


@pytest.mark.parametrize("next_url", ["//evil.example/", "https://evil.example/", "javascript:x"])
def test_signing_in_never_leads_off_the_site(client: Client, member: User, next_url: str) -> None:
    response = client.post(SIGN_IN, {**credentials(), "next": next_url})

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_a_closed_account_cannot_sign_in(client: Client, member: User) -> None:
    member.is_active = False
    member.save()

    assert client.post(SIGN_IN, credentials()).status_code == 200


def test_signing_out_takes_a_form(member_client: Client) -> None:
    assert member_client.get("/sign-out/").status_code == 405
    assertRedirects(member_client.post("/sign-out/"), SIGN_IN)


def test_signed_out_nothing_can_be_seen_any_more(member_client: Client) -> None:
    member_client.post("/sign-out/")

    response = member_client.get("/organizers/")

    assertRedirects(response, f"{SIGN_IN}?next=/organizers/")
