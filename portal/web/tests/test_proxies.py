"""Forwarded headers of trusted proxies are applied, and those of other clients removed."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from portal.web.proxies import apply_forwarded_headers

pytestmark = pytest.mark.any_database

PROXY = "10.0.0.1"
OTHER_PROXY = "192.0.2.7"
STRANGER = "203.0.113.9"
CUSTOMERS = "/api/v1/organizers/bigevents/customers/"
FORWARDED = {
    "X-Forwarded-For": "198.51.100.4",
    "X-Forwarded-Host": "desk.example.org",
    "X-Forwarded-Proto": "https",
    "X-Request-ID": "abc-123",
}


@pytest.fixture(autouse=True)
def _proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8"), ip_network(OTHER_PROXY)]
    settings.ALLOWED_HOSTS = ["testserver", "desk.example.org"]


def _forward(peer: str, **headers: str) -> HttpRequest:
    """The request that the middleware passes to the view."""
    requests: list[HttpRequest] = []

    def respond(request: HttpRequest) -> HttpResponse:
        requests.append(request)
        return HttpResponse()

    given = {name.replace("_", "-"): value for name, value in headers.items()}
    merged: Any = {**FORWARDED, **given}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=merged)
    apply_forwarded_headers(respond)(request)
    return requests[0]


def test_the_headers_of_a_trusted_proxy_are_applied() -> None:
    request = _forward(PROXY)

    assert request.META["REMOTE_ADDR"] == "198.51.100.4"
    assert (request.get_host(), request.scheme) == ("desk.example.org", "https")
    assert request.headers["X-Request-ID"] == "abc-123"


@pytest.mark.parametrize("peer", [STRANGER, "", "2001:db8::1", "::ffff:203.0.113.9"])
def test_the_headers_of_other_peers_are_removed(peer: str) -> None:
    request = _forward(peer)

    assert request.META["REMOTE_ADDR"] == peer
    assert (request.get_host(), request.scheme) == ("testserver", "http")
    assert "X-Request-ID" not in request.headers


@pytest.mark.parametrize(
    ("forwarded_for", "client"),
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
def test_the_client_is_the_last_address_that_is_no_proxy(forwarded_for: str, client: str) -> None:
    assert _forward(PROXY, X_Forwarded_For=forwarded_for).META["REMOTE_ADDR"] == client


@pytest.mark.parametrize("request_id", ["", "a" * 65, "a b", "a\tb", "<b>", "é", 'a"b', "a;b"])
def test_an_unsafe_request_id_is_removed(request_id: str) -> None:
    assert "X-Request-ID" not in _forward(PROXY, X_Request_ID=request_id).headers


def test_links_begin_with_the_public_url_whatever_the_headers_are(
    settings: Settings, api_client: Client
) -> None:
    settings.PUBLIC_URL = "https://desk.example.org"
    other: Any = {**FORWARDED, "X-Forwarded-Host": "testserver", "X-Forwarded-Proto": "http"}

    for peer in (PROXY, STRANGER):
        page = api_client.get("/api/v1/", REMOTE_ADDR=peer, headers=other).json()
        assert page == {"organizers": "https://desk.example.org/api/v1/organizers/"}


def test_an_unknown_forwarded_host_is_rejected_from_a_trusted_proxy_only(
    api_client: Client,
) -> None:
    forged: Any = {"X-Forwarded-Host": "evil.example"}

    assert api_client.get(CUSTOMERS, REMOTE_ADDR=STRANGER, headers=forged).status_code == 200
    assert api_client.get(CUSTOMERS, REMOTE_ADDR=PROXY, headers=forged).status_code == 400
