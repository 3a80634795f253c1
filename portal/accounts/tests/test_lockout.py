"""The lockout after failed sign-ins."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from itertools import cycle
from time import monotonic
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertRedirects

from portal.accounts.lockout import BROWSER_COOKIE, MAX_FAILURES_OF_ADDRESS, MAX_FAILURES_OF_EMAIL
from portal.accounts.models import User
from portal.conftest import PASSWORD

# The tests marked `database` run each query of the lockout on PostgreSQL, too.
pytestmark = pytest.mark.any_database

SIGN_IN = "/sign-in/"
WRONG = "wrong"
HERE = "192.0.2.1"
ELSEWHERE = "192.0.2.2"
LOCKED_OUT = "Too many failed sign-ins. Try again in 5 minutes."
LIMITED = "Too many sign-ins failed in your network. Try again in 5 minutes."


def _sign_in(email: str, password: str = WRONG, *, address: str = HERE, **options: Any) -> Any:
    return _sign_in_from(Client(), email, password, address=address, **options)


def _sign_in_from(
    browser: Client, email: str, password: str = WRONG, *, address: str = HERE, **options: Any
) -> Any:
    credentials = {"username": email, "password": password}
    return browser.post(SIGN_IN, credentials, REMOTE_ADDR=address, **options)


def _exhaust_attempts(*addresses: str, **options: Any) -> Any:
    """Failed sign-ins up to the limit of an address, each with another email.

    The requests come from each of the addresses in turn.
    """
    turns = zip(range(MAX_FAILURES_OF_ADDRESS), cycle(addresses), strict=False)
    return [_sign_in(f"{each}@example.org", address=where, **options) for each, where in turns]


def _fail_to_sign_in(email: str, times: int = MAX_FAILURES_OF_EMAIL, **options: Any) -> Any:
    return [_sign_in(email, **options) for _ in range(times)][-1]


def _let_pass(time: timedelta) -> None:
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - time)


@pytest.mark.database
@pytest.mark.parametrize("email", ["member@example.org", "unknown@example.org"])
def test_an_email_is_locked_out_after_failed_sign_ins(member: User, email: str) -> None:
    before = _fail_to_sign_in(email, MAX_FAILURES_OF_EMAIL - 1)

    response = _sign_in(email)

    assertContains(before, "The email or the password is wrong.")
    assertContains(response, LOCKED_OUT, status_code=429)
    assert 299 <= int(response["Retry-After"]) <= 300


def test_an_inactive_account_is_locked_out_too(member: User) -> None:
    User.objects.update(is_active=False)

    assertContains(_fail_to_sign_in("member@example.org"), LOCKED_OUT, status_code=429)


def test_a_lockout_rejects_the_right_password(member: User) -> None:
    _fail_to_sign_in("member@example.org")

    response = _sign_in("member@example.org", PASSWORD)

    assertContains(response, LOCKED_OUT, status_code=429)
    assert "sessionid" not in response.cookies


def test_a_lockout_does_not_affect_other_addresses(member: User) -> None:
    _fail_to_sign_in("member@example.org")

    response = _sign_in("member@example.org", PASSWORD, address=ELSEWHERE)

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_a_lockout_does_not_affect_other_emails(member: User, stranger: User) -> None:
    _fail_to_sign_in("member@example.org")

    response = _sign_in("stranger@example.org", PASSWORD)

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("email", ["owner@bıg.example", "owner@bİg.example"])
def test_an_email_with_similar_letters_belongs_to_no_account(email: str) -> None:
    """UPPER() of PostgreSQL makes an I of ı and İ; the lockout counts these emails separately."""
    User.objects.create_user("owner@big.example", PASSWORD)

    response = _sign_in(email, PASSWORD)

    assertContains(response, "The email or the password is wrong.")
    assert "sessionid" not in response.cookies


@pytest.mark.parametrize(
    "email", ["MEMBER@example.org", "ｍember@example.org", " member@example.org"]
)
def test_failures_with_all_spellings_of_an_email_are_counted_together(
    member: User, email: str
) -> None:
    _fail_to_sign_in(email)

    assertContains(_sign_in("member@example.org", PASSWORD), LOCKED_OUT, status_code=429)


def test_a_long_email_is_validated_quickly(member: User) -> None:
    """Normalizing the whole text, which has many accents, would take half a minute."""
    started = monotonic()

    response = _sign_in("a" + "\u0301" * 40_000 + "\u0316" * 40_000)

    assert response.status_code == 200
    assert monotonic() - started < 5


@pytest.mark.database
def test_a_sign_in_during_a_lockout_does_not_prolong_it(member: User) -> None:
    _fail_to_sign_in("member@example.org")
    _let_pass(timedelta(minutes=4, seconds=10))
    during = _sign_in("member@example.org")
    _let_pass(timedelta(minutes=1))

    response = _sign_in("member@example.org", PASSWORD)

    assertContains(during, "Try again in a minute.", status_code=429)
    assert int(during["Retry-After"]) <= 50
    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_a_successful_sign_in_resets_the_count(member: User) -> None:
    _fail_to_sign_in("member@example.org", MAX_FAILURES_OF_EMAIL - 1)
    _sign_in("member@example.org", PASSWORD)

    assert _sign_in("member@example.org").status_code == 200


def test_another_spelling_or_browser_does_not_circumvent_a_lockout(member: User) -> None:
    _fail_to_sign_in("member@example.org", 2)
    _fail_to_sign_in(" MEMBER@example.org", 2)

    response = _sign_in("Member@Example.org", headers={"User-Agent": "Another"})

    assert response.status_code == 429


def test_opening_the_sign_in_page_counts_no_failure(db: None) -> None:
    Client().get(SIGN_IN)

    assert not AccessAttempt.objects.exists()


def test_no_password_of_a_failed_sign_in_is_stored(member: User) -> None:
    _sign_in("member@example.org", "a wrong secret")

    assert "a wrong secret" not in str(AccessAttempt.objects.values())


def _is_limited(address: str) -> bool:
    response = _sign_in("one.more@example.org", address=address)
    return bool(response.status_code == 429)


@pytest.mark.database
@pytest.mark.django_db
def test_failures_with_any_emails_limit_an_address() -> None:
    responses = _exhaust_attempts(HERE)

    assert [response.status_code for response in responses[:-1]] == [200] * (len(responses) - 1)
    assertContains(responses[-1], LIMITED, status_code=429)
    assert 299 <= int(responses[-1]["Retry-After"]) <= 300
    assert (_is_limited(HERE), _is_limited(ELSEWHERE)) == (True, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("addresses", "limited", "other"),
    [
        (["2001:db8:1:2::1", "2001:db8:1:2:ffff::2"], "2001:db8:1:2:3:4:5:6", "2001:db8:1:3::1"),
        (["::ffff:192.0.2.1", "192.0.2.1"], "::ffff:c000:201", "::ffff:192.0.2.2"),
    ],
)
def test_addresses_of_one_network_are_counted_together(
    addresses: list[str], limited: str, other: str
) -> None:
    _exhaust_attempts(*addresses)

    assert (_is_limited(limited), _is_limited(other)) == (True, False)


@pytest.mark.django_db
def test_the_address_of_a_client_comes_from_a_trusted_proxy(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network(ELSEWHERE)]

    _exhaust_attempts(ELSEWHERE, headers={"X-Forwarded-For": HERE})
    _exhaust_attempts("203.0.113.9", headers={"X-Forwarded-For": "198.51.100.1"})

    assert (_is_limited(HERE), _is_limited("203.0.113.9")) == (True, True)
    assert (_is_limited(ELSEWHERE), _is_limited("198.51.100.1")) == (False, False)


def test_at_a_limited_address_the_right_password_is_accepted(member: User) -> None:
    _exhaust_attempts(HERE)

    response = _sign_in("member@example.org", PASSWORD)

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_at_a_limited_address_one_failure_locks_an_email_out(member: User) -> None:
    _exhaust_attempts(HERE)
    first = _sign_in("member@example.org")

    second = _sign_in("member@example.org", PASSWORD)

    assertContains(first, LIMITED, status_code=429)
    assertContains(second, LIMITED, status_code=429)
    assert "sessionid" not in second.cookies


def test_an_attacker_with_an_account_does_not_reset_the_failures_of_the_address(
    member: User,
) -> None:
    _exhaust_attempts(HERE)
    _sign_in("member@example.org", PASSWORD)

    assert _is_limited(HERE)


@pytest.mark.database
@pytest.mark.django_db
def test_the_limit_of_an_address_ends_after_five_minutes() -> None:
    _exhaust_attempts(HERE)

    _let_pass(timedelta(minutes=5, seconds=1))

    assert not _is_limited(HERE)


@pytest.fixture
def known_browser(member: User) -> Client:
    """A browser whose user has signed in and out."""
    browser = Client()
    assert _sign_in_from(browser, "member@example.org", PASSWORD).status_code == 302
    browser.post("/sign-out/")
    return browser


def test_failures_of_others_do_not_affect_a_known_browser(known_browser: Client) -> None:
    _fail_to_sign_in("member@example.org")
    _exhaust_attempts(HERE)

    response = _sign_in_from(known_browser, " Member@example.org", PASSWORD)

    assertRedirects(response, "/organizers/", fetch_redirect_response=False)


def test_a_known_browser_is_locked_out_after_its_own_failures(known_browser: Client) -> None:
    for _time in range(MAX_FAILURES_OF_EMAIL):
        last = _sign_in_from(known_browser, "member@example.org")

    response = _sign_in_from(known_browser, "member@example.org", PASSWORD)

    assertContains(last, LOCKED_OUT, status_code=429)
    assertContains(response, LOCKED_OUT, status_code=429)


def test_a_known_browser_at_a_limited_address_is_locked_out_by_its_own_failures(
    known_browser: Client,
) -> None:
    _exhaust_attempts(HERE)

    for _time in range(MAX_FAILURES_OF_EMAIL):
        last = _sign_in_from(known_browser, "member@example.org")

    assertContains(last, LOCKED_OUT, status_code=429)


def test_a_browser_is_known_for_its_own_email_only(known_browser: Client, stranger: User) -> None:
    _fail_to_sign_in("stranger@example.org")

    response = _sign_in_from(known_browser, "stranger@example.org", PASSWORD)

    assertContains(response, LOCKED_OUT, status_code=429)


def test_a_forged_cookie_does_not_make_a_browser_known(member: User) -> None:
    browser = Client()
    browser.cookies[BROWSER_COOKIE] = "member@example.org:1:forged"
    _fail_to_sign_in("member@example.org")

    assert _sign_in_from(browser, "member@example.org", PASSWORD).status_code == 429
