"""Request ids in responses, on error pages and in the log."""

from __future__ import annotations

import logging
import re
from io import StringIO
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from portal.conftest import CustomerMaker

pytestmark = pytest.mark.any_database

NEW_ID = re.compile(r"[0-9a-f]{32}")
CUSTOMERS = "/organizers/bigevents/customers/"
API = "/api/v1/organizers/bigevents/customers/"
RESPONSES = [
    (CUSTOMERS, 200),
    (f"{CUSTOMERS}C000001/", 200),
    (f"{CUSTOMERS}?ordering=x", 422),
    (f"{CUSTOMERS}UNKNOWN/", 404),
    ("/organizers/rival/customers/", 404),
    ("/nothing/", 404),
    (API, 200),
    (f"{API}?page=x", 404),
    (f"{API}?is_active=x", 400),
    (API.rstrip("/"), 301),
    ("/api/nothing/", 404),
    ("/sign-out/", 405),
]


@pytest.mark.parametrize(("path", "status"), RESPONSES)
def test_every_response_has_an_id(
    member_client: Client, make_customer: CustomerMaker, path: str, status: int
) -> None:
    make_customer()

    first, second = member_client.get(path), member_client.get(path)

    assert (first.status_code, second.status_code) == (status, status)
    assert NEW_ID.fullmatch(first["X-Request-ID"])
    assert first["X-Request-ID"] != second["X-Request-ID"]


@pytest.mark.parametrize("path", ["/sign-in/", "/api/v1/"])
def test_the_response_to_an_unknown_host_has_an_id(db: None, path: str) -> None:
    response = Client().get(path, headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert NEW_ID.fullmatch(response["X-Request-ID"])


def test_only_the_id_of_a_trusted_proxy_is_used(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    headers: Any = {"X-Request-ID": "from-the-proxy_1.a"}

    trusted = client.get("/api/", REMOTE_ADDR="10.0.0.1", headers=headers)
    other = client.get("/api/", REMOTE_ADDR="192.0.2.1", headers=headers)

    assert trusted["X-Request-ID"] == "from-the-proxy_1.a"
    assert NEW_ID.fullmatch(other["X-Request-ID"])


def _break_page(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("portal.customers.services.parse_query", fail)
    client.raise_request_exception = False


def test_the_page_of_a_server_error_shows_the_id(
    member_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_page(monkeypatch, member_client)

    response = member_client.get(CUSTOMERS)

    assert response.status_code == 500
    assert f"<code>{response['X-Request-ID']}</code>" in response.content.decode()


def test_the_json_of_a_server_error_has_the_id(
    api_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_page(monkeypatch, api_client)

    response = api_client.get(API)

    assert response.status_code == 500
    assert response.json() == {
        "detail": "Server error.",
        "request_id": response["X-Request-ID"],
    }


def test_the_log_line_of_a_server_error_has_the_id(
    member_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = StringIO()
    (console,) = (handler for handler in logging.root.handlers if handler.name == "console")
    monkeypatch.setattr(console, "stream", log)
    _break_page(monkeypatch, member_client)

    response = member_client.get(CUSTOMERS)

    (line,) = (line for line in log.getvalue().splitlines() if " ERROR " in line)
    assert f" django.request request={response['X-Request-ID']}: Internal Server Error" in line
