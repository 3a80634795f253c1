"""The lockout after failed sign-ins."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import F
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import PASSWORD

SIGN_IN = "/sign-in/"
WRONG = "wrong"
HERE = "192.0.2.1"
ELSEWHERE = "192.0.2.2"
LOCKED_OUT = "Too many failed sign-ins. Try again in 5 minutes."


def _sign_in(email: str, password: str = WRONG, *, address: str = HERE, **options: Any) -> Any:
    credentials = {"username": email, "password": password}
    return Client().post(SIGN_IN, credentials, REMOTE_ADDR=address, **options)


def _fail(email: str, times: int = settings.AXES_FAILURE_LIMIT, **options: Any) -> Any:
    return [_sign_in(email, **options) for _ in range(times)][-1]


def _let_pass(time: timedelta) -> None:
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - time)


@pytest.mark.parametrize("email", ["member@example.org", "unknown@example.org"])
def test_an_email_is_locked_out_after_failed_sign_ins(member: User, email: str) -> None:
    before = _fail(email, settings.AXES_FAILURE_LIMIT - 1)

    response = _sign_in(email)

    assertContains(before, "The email or the password is wrong.")
    assertContains(response, LOCKED_OUT, status_code=429)
    assert 299 <= int(response["Retry-After"]) <= 300


def test_an_inactive_account_is_locked_out_too(member: User) -> None:
    User.objects.update(is_active=False)

    assertContains(_fail("member@example.org"), LOCKED_OUT, status_code=429)


def test_a_lockout_rejects_the_right_password(member: User) -> None:
    _fail("member@example.org")

    response = _sign_in("member@example.org", PASSWORD)

    assertContains(response, LOCKED_OUT, status_code=429)
    assert "sessionid" not in response.cookies


def test_a_lockout_does_not_affect_other_addresses(member: User) -> None:
    _fail("member@example.org")

    response = _sign_in("member@example.org", PASSWORD, address=ELSEWHERE)

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_a_lockout_does_not_affect_other_emails(member: User, stranger: User) -> None:
    _fail("member@example.org")

    response = _sign_in("stranger@example.org", PASSWORD)

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["owner@bıg.example", "owner@bİg.example"])
def test_an_email_with_similar_letters_is_that_of_no_account(email: str) -> None:
    """PostgreSQL's UPPER() makes one letter of them, but the lockout counts several emails."""
    User.objects.create_user("owner@big.example", PASSWORD)

    response = _sign_in(email, PASSWORD)

    assertContains(response, "The email or the password is wrong.")
    assert "sessionid" not in response.cookies


@pytest.mark.parametrize(
    "email", ["MEMBER@example.org", "ｍember@example.org", " member@example.org"]
)
def test_all_spellings_of_an_email_are_counted_together(member: User, email: str) -> None:
    _fail(email)

    assertContains(_sign_in("member@example.org", PASSWORD), LOCKED_OUT, status_code=429)


def test_a_long_email_takes_no_long_time(member: User) -> None:
    """To normalize so many accents would take half a minute."""
    started = monotonic()

    response = _sign_in("a" + "\u0301" * 40_000 + "\u0316" * 40_000)

    assert response.status_code == 200
    assert monotonic() - started < 5


def test_a_sign_in_during_a_lockout_does_not_prolong_it(member: User) -> None:
    _fail("member@example.org")
    _let_pass(timedelta(minutes=4, seconds=10))
    during = _sign_in("member@example.org")
    _let_pass(timedelta(minutes=1))

    response = _sign_in("member@example.org", PASSWORD)

    assertContains(during, "Try again in a minute.", status_code=429)
    assert int(during["Retry-After"]) <= 50
    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_a_successful_sign_in_resets_the_count(member: User) -> None:
    _fail("member@example.org", settings.AXES_FAILURE_LIMIT - 1)
    _sign_in("member@example.org", PASSWORD)

    assert _sign_in("member@example.org").status_code == 200


def test_spelling_and_browser_do_not_circumvent_a_lockout(member: User) -> None:
    _fail("member@example.org", 2)
    _fail(" MEMBER@example.org", 2)

    response = _sign_in("Member@Example.org", headers={"User-Agent": "Another"})

    assert response.status_code == 429


def test_opening_the_page_does_not_count(db: None) -> None:
    Client().get(SIGN_IN)

    assert not AccessAttempt.objects.exists()


def test_no_password_is_stored(member: User) -> None:
    _sign_in("member@example.org", "a wrong secret")

    assert "a wrong secret" not in str(AccessAttempt.objects.values())
