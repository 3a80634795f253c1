"""Forwarded headers: believed from our proxies, dropped from anybody else."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from portal.web.proxies import hear_trusted_proxies

PROXY = "10.0.0.1"
OTHER_PROXY = "192.0.2.7"
STRANGER = "203.0.113.9"
CUSTOMERS = "/api/v1/organizers/bigevents/customers/"
CLAIMS = {
    "X-Forwarded-For": "198.51.100.4",
    "X-Forwarded-Host": "desk.example.org",
    "X-Forwarded-Proto": "https",
    "X-Request-ID": "abc-123",
}


@pytest.fixture(autouse=True)
def _proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8"), ip_network(OTHER_PROXY)]
    settings.ALLOWED_HOSTS = ["testserver", "desk.example.org"]


def _hear(peer: str, **claims: str) -> HttpRequest:
    """The request as it reaches everything behind the middleware."""
    heard: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        heard.append(request)
        return HttpResponse()

    headers: Any = {**CLAIMS, **{name.replace("_", "-"): value for name, value in claims.items()}}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    hear_trusted_proxies(answer)(request)
    return heard[0]


def test_a_trusted_proxy_tells_who_asked_for_what_and_how() -> None:
    request = _hear(PROXY)

    assert request.META["REMOTE_ADDR"] == "198.51.100.4"
    assert (request.get_host(), request.scheme) == ("desk.example.org", "https")
    assert request.headers["X-Request-ID"] == "abc-123"


@pytest.mark.parametrize("peer", [STRANGER, "", "2001:db8::1", "::ffff:203.0.113.9"])
def test_nobody_else_is_believed(peer: str) -> None:
    request = _hear(peer)

    assert request.META["REMOTE_ADDR"] == peer
    assert (request.get_host(), request.scheme) == ("testserver", "http")
    assert "X-Request-ID" not in request.headers


@pytest.mark.parametrize(
    ("forwarded_for", "asker"),
    [
        ("198.51.100.4", "198.51.100.4"),
        (f"198.51.100.4, {STRANGER}", STRANGER),
        (f"198.51.100.4, {STRANGER}, {OTHER_PROXY}, 10.9.9.9", STRANGER),
        (f"::ffff:{STRANGER}", STRANGER),
        ("2001:db8::1", "2001:db8::1"),
        ("10.1.1.1", "10.1.1.1"),
        ("", PROXY),
        ("nonsense", PROXY),
        (f"{STRANGER}, <script>", PROXY),
    ],
)
def test_who_asked_is_the_last_one_who_is_no_proxy_of_ours(forwarded_for: str, asker: str) -> None:
    assert _hear(PROXY, X_Forwarded_For=forwarded_for).META["REMOTE_ADDR"] == asker


@pytest.mark.parametrize("name", ["", "a" * 65, "a b", "a\tb", "<b>", "é", 'a"b', "a;b"])
def test_an_id_that_is_not_safe_is_dropped(name: str) -> None:
    assert "X-Request-ID" not in _hear(PROXY, X_Request_ID=name).headers


def test_links_begin_with_the_public_address_whatever_a_proxy_says(
    settings: Settings, api_client: Client
) -> None:
    settings.PUBLIC_URL = "https://desk.example.org"
    lies: Any = {**CLAIMS, "X-Forwarded-Host": "testserver", "X-Forwarded-Proto": "http"}

    for peer in (PROXY, STRANGER):
        page = api_client.get("/api/v1/", REMOTE_ADDR=peer, headers=lies).json()
        assert page == {"organizers": "https://desk.example.org/api/v1/organizers/"}


def test_a_forged_host_is_refused_only_where_it_counts(api_client: Client) -> None:
    forged: Any = {"X-Forwarded-Host": "evil.example"}

    assert api_client.get(CUSTOMERS, REMOTE_ADDR=STRANGER, headers=forged).status_code == 200
    assert api_client.get(CUSTOMERS, REMOTE_ADDR=PROXY, headers=forged).status_code == 400
