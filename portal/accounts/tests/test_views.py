"""Sign-in and sign-out."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from portal.accounts.models import User
from portal.accounts.views import SIGN_IN_LIMIT
from portal.conftest import PASSWORD

SIGN_IN = "/sign-in/"


def credentials(email: str = "member@example.org", password: str = PASSWORD) -> dict[str, str]:
    return {"username": email, "password": password}


@pytest.mark.parametrize("email", ["member@example.org", "MEMBER@Example.org"])
def test_a_member_signs_in_by_email_ignoring_case(client: Client, member: User, email: str) -> None:
    response = client.post(SIGN_IN, credentials(email))

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


@pytest.mark.parametrize(
    ("email", "password"), [("member@example.org", "wrong"), ("unknown@example.org", PASSWORD)]
)
def test_an_unknown_email_and_a_wrong_password_have_one_message(
    client: Client, member: User, email: str, password: str
) -> None:
    response = client.post(SIGN_IN, credentials(email, password))

    assertContains(response, "The email or the password is wrong.")
    assertContains(response, f'value="{email}"')


def test_a_sign_in_beyond_the_limit_is_rejected_at_once_and_not_counted(
    client: Client, member: User
) -> None:
    with SIGN_IN_LIMIT, SIGN_IN_LIMIT:
        responses = [client.post(SIGN_IN, credentials(password="wrong")) for _each in range(9)]
    later = client.post(SIGN_IN, credentials())

    assert [response.status_code for response in responses] == [429] * 9
    assertContains(responses[0], "Try again in a few seconds.", status_code=429)
    assertContains(responses[0], 'value="member@example.org"', status_code=429)
    assert responses[0]["Retry-After"] == "1"
    assertRedirects(later, "/organizers/", fetch_redirect_response=False)


def test_sign_in_redirects_to_the_requested_page(client: Client, member: User) -> None:
    wanted = "/organizers/bigevents/customers/?search=jo"

    response = client.post(SIGN_IN, {**credentials(), "next": wanted})

    assertRedirects(response, wanted, fetch_redirect_response=False)


@pytest.mark.parametrize("next_url", ["//evil.example/", "https://evil.example/", "javascript:x"])
def test_sign_in_never_redirects_to_another_site(
    client: Client, member: User, next_url: str
) -> None:
    response = client.post(SIGN_IN, {**credentials(), "next": next_url})

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_an_inactive_account_cannot_sign_in(client: Client, member: User) -> None:
    member.is_active = False
    member.save()

    assert client.post(SIGN_IN, credentials()).status_code == 200


def test_sign_out_needs_a_post_request(member_client: Client) -> None:
    assert member_client.get("/sign-out/").status_code == 405
    assertRedirects(member_client.post("/sign-out/"), SIGN_IN)


def test_a_signed_out_member_has_to_sign_in_again(member_client: Client) -> None:
    member_client.post("/sign-out/")

    response = member_client.get("/organizers/")

    assertRedirects(response, f"{SIGN_IN}?next=/organizers/")
