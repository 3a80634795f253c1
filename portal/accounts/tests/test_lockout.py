"""The brake on wrong sign-ins: a wait that is told, short, and the same for everybody."""

from __future__ import annotations

from datetime import timedelta
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
WAIT = "Too many tries with a wrong password. Wait 5 minutes, then try again."


def _try(email: str, password: str = WRONG, *, at: str = HERE, **more: Any) -> Any:
    credentials = {"username": email, "password": password}
    return Client().post(SIGN_IN, credentials, REMOTE_ADDR=at, **more)


def _try_wrongly(email: str, times: int = settings.AXES_FAILURE_LIMIT, **more: Any) -> Any:
    return [_try(email, **more) for _ in range(times)][-1]


def _let_pass(time: timedelta) -> None:
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - time)


@pytest.mark.parametrize("email", ["member@example.org", "nobody@example.org"])
def test_after_a_few_wrong_tries_an_account_waits(member: User, email: str) -> None:
    before = _try_wrongly(email, settings.AXES_FAILURE_LIMIT - 1)

    response = _try(email)

    assertContains(before, "This email and password do not belong together.")
    assertContains(response, WAIT, status_code=429)
    assert 299 <= int(response["Retry-After"]) <= 300


def test_a_closed_account_waits_as_well(member: User) -> None:
    User.objects.update(is_active=False)

    assertContains(_try_wrongly("member@example.org"), WAIT, status_code=429)


def test_while_it_waits_the_right_password_does_not_help_here(member: User) -> None:
    _try_wrongly("member@example.org")

    response = _try("member@example.org", PASSWORD)

    assertContains(response, WAIT, status_code=429)
    assert "sessionid" not in response.cookies


def test_from_elsewhere_the_right_person_comes_in(member: User) -> None:
    _try_wrongly("member@example.org")

    response = _try("member@example.org", PASSWORD, at=ELSEWHERE)

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_others_at_the_same_address_come_in(member: User, stranger: User) -> None:
    _try_wrongly("member@example.org")

    response = _try("stranger@example.org", PASSWORD)

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_the_wait_ends_and_trying_does_not_prolong_it(member: User) -> None:
    _try_wrongly("member@example.org")
    _let_pass(timedelta(minutes=4, seconds=10))
    soon = _try("member@example.org")
    _let_pass(timedelta(minutes=1))

    response = _try("member@example.org", PASSWORD)

    assertContains(soon, "Wait a minute, then try again.", status_code=429)
    assert int(soon["Retry-After"]) <= 50
    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_the_right_password_starts_the_count_anew(member: User) -> None:
    _try_wrongly("member@example.org", settings.AXES_FAILURE_LIMIT - 1)
    _try("member@example.org", PASSWORD)

    assert _try("member@example.org").status_code == 200


def test_neither_another_spelling_nor_another_browser_is_a_way_round(member: User) -> None:
    _try_wrongly("member@example.org", 2)
    _try_wrongly(" MEMBER@example.org", 2)

    response = _try("Member@Example.org", headers={"User-Agent": "Another"})

    assert response.status_code == 429


def test_opening_the_page_counts_nothing(db: None) -> None:
    Client().get(SIGN_IN)

    assert not AccessAttempt.objects.exists()


def test_no_password_is_kept(member: User) -> None:
    _try("member@example.org", "a wrong secret")

    assert "a wrong secret" not in str(AccessAttempt.objects.values())
