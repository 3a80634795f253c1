"""Sign-ins of an office with one address, while an attacker at this address tries passwords."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, repeat
from pathlib import Path
from time import monotonic

import httpx
import pytest

from e2e.server import PATIENCE, PROXY, Server, serve

OFFICE = "192.0.2.7"
PEOPLE = [f"person{number}@example.org" for number in range(40)]
PASSWORD = "nine o'clock"
WRONG = "guessed"
CREATE_PEOPLE = """
from django.contrib.auth.hashers import make_password
from portal.accounts.models import User
password = make_password({password!r})
User.objects.bulk_create(User(email=email, password=password) for email in {emails!r})
"""


@pytest.fixture(scope="module")
def server(directory: Path) -> Iterator[Server]:
    with serve(directory) as server:
        script = CREATE_PEOPLE.format(password=PASSWORD, emails=PEOPLE)
        server.manage("shell", "--command", script)
        yield server


@contextlib.contextmanager
def _browser(server: Server, address: str = OFFICE) -> Iterator[httpx.Client]:
    """A new browser with this address, behind the trusted proxy."""
    with httpx.Client(
        base_url=server.url,
        headers={"X-Forwarded-For": address},
        transport=httpx.HTTPTransport(local_address=PROXY),
        timeout=PATIENCE,
    ) as browser:
        browser.get("/sign-in/")
        yield browser


def _sign_in(browser: httpx.Client, email: str, password: str = WRONG) -> httpx.Response:
    form = {
        "username": email,
        "password": password,
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    return browser.post("/sign-in/", data=form)


def _sign_in_with_retries(server: Server, email: str) -> httpx.Response:
    """Sign in. After a 429, try again after the seconds in Retry-After."""
    with _browser(server) as browser:
        for _attempt in range(PATIENCE):
            response = _sign_in(browser, email, PASSWORD)
            if "Many people are signing in" not in response.text:
                break
            threading.Event().wait(int(response.headers["Retry-After"]))
        return response


def _fail_to_sign_in_repeatedly(
    server: Server, emails: Iterator[str], is_over: threading.Event
) -> set[int]:
    statuses = set()
    with _browser(server) as browser:
        while not is_over.is_set():
            statuses.add(_sign_in(browser, next(emails)).status_code)
    return statuses


def test_forty_people_sign_in_while_an_attacker_fails_at_their_address(server: Server) -> None:
    with _browser(server) as attacker:
        guesses = [_sign_in(attacker, f"guess{each}@example.org") for each in range(25)]
    assert [guesses[0].status_code, guesses[-1].status_code] == [200, 429]
    assert 200 < int(guesses[-1].headers["Retry-After"]) <= 300
    assert "Too many sign-ins failed in your network." in guesses[-1].text

    is_over = threading.Event()
    attacks = [(f"{number}@example.org" for number in count()), repeat("demo@example.org")]
    with ThreadPoolExecutor(len(PEOPLE) + len(attacks)) as threads:
        attackers = [
            threads.submit(_fail_to_sign_in_repeatedly, server, emails, is_over)
            for emails in attacks
        ]
        people = threads.map(lambda email: _sign_in_with_retries(server, email), PEOPLE)
        statuses = [response.status_code for response in people]
        is_over.set()

    assert statuses == [302] * len(PEOPLE)
    assert [attacker.result() for attacker in attackers] == [{429}, {429}]


def test_the_time_of_a_failure_does_not_reveal_accounts(server: Server) -> None:
    """Compares the fastest of many sign-ins. Each has another address: failures limit one."""

    def seconds(email: str, number: int) -> float:
        with _browser(server, f"198.51.100.{number}") as browser:
            started = monotonic()
            assert _sign_in(browser, email).status_code == 200
            return monotonic() - started

    pairs = [
        (seconds(email, number), seconds(f"unknown{number}@example.org", number))
        for number, email in enumerate(PEOPLE[:20])
    ]
    known, unknown = (min(times) for times in zip(*pairs, strict=True))

    # The check of a password takes four times as long as the other work for the response.
    assert 1 / 2 < known / unknown < 2
