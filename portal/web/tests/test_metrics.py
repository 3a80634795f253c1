"""Metrics: access to /metrics, and the labels."""

from __future__ import annotations

import re
from ipaddress import ip_network

import psycopg
import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from portal.conftest import CustomerMaker

CUSTOMERS = "/organizers/bigevents/customers/"
API = "/api/v1/organizers/bigevents/customers/"
TOKEN = "t" * 32
BEARER = {"Authorization": f"Bearer {TOKEN}"}
Samples = dict[tuple[str, ...], float]


@pytest.fixture
def with_token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def _samples(name: str) -> Samples:
    """The values of a metric, by the values of its labels (sorted by the names of the labels)."""
    text = Client(headers=BEARER).get("/metrics").content.decode()
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


def _increase(name: str, before: Samples) -> Samples:
    after = _samples(name)
    increase = {labels: value - before.get(labels, 0) for labels, value in after.items()}
    return {labels: value for labels, value in increase.items() if value}


def test_without_a_setting_there_are_no_metrics(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


@pytest.mark.usefixtures("with_token")
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x", f"Token {TOKEN}", TOKEN, f"Bearer {TOKEN}x"]
)
def test_metrics_need_the_token(client: Client, header: str) -> None:
    response = client.get("/metrics", headers={"Authorization": header})

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert b"portal_" not in response.content


@pytest.mark.django_db
@pytest.mark.usefixtures("with_token")
def test_metrics_are_read_with_the_token_and_any_host_header(client: Client) -> None:
    response = client.get("/metrics", headers={**BEARER, "Host": "10.0.0.7:8000"})

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), [("10.1.2.3", 200), ("192.0.2.1", 401), ("", 401)])
def test_metrics_are_read_from_an_allowed_network(
    client: Client, settings: Settings, address: str, status: int
) -> None:
    settings.METRICS_ALLOWED = [ip_network("10.0.0.0/8")]

    assert client.get("/metrics", REMOTE_ADDR=address).status_code == status


def test_a_client_behind_a_proxy_is_not_in_the_network_of_the_proxy(
    client: Client, settings: Settings
) -> None:
    settings.METRICS_ALLOWED = settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    headers = {"X-Forwarded-For": "192.0.2.1"}

    assert client.get("/metrics", REMOTE_ADDR="10.0.0.1", headers=headers).status_code == 401


@pytest.mark.usefixtures("with_token")
def test_requests_are_counted_by_route_method_and_status(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()
    before = _samples("portal_requests_total")
    times_before = _samples("portal_request_seconds_count")

    for path in (f"{CUSTOMERS}C000001/", f"{CUSTOMERS}UNKNOWN/", f"{API}?is_active=x"):
        member_client.get(path)

    assert _increase("portal_requests_total", before) == {
        ("GET", "customers:detail", "200"): 1,
        ("GET", "customers:detail", "404"): 1,
        ("GET", "api:customer_list", "400"): 1,
    }
    assert _increase("portal_request_seconds_count", times_before) == {
        ("GET", "customers:detail"): 2,
        ("GET", "api:customer_list"): 1,
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("with_token")
def test_unknown_paths_and_methods_have_one_label(client: Client) -> None:
    before = _samples("portal_requests_total")

    for number in range(5):
        client.get(f"/unknown-{number}/?search=secret")
        client.generic(f"ODD{number}", f"/static/{number}")

    assert _increase("portal_requests_total", before) == {
        ("GET", "other", "404"): 5,
        ("other", "static", "404"): 5,
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("with_token")
def test_tokens_are_counted_without_their_names(token: str) -> None:
    before = _samples("portal_token_authentications_total")

    for key in (token, token, "unknown"):
        Client(headers={"Authorization": f"Token {key}"}).get(API)

    name = "portal_token_authentications_total"
    assert _increase(name, before) == {("accepted",): 2, ("unknown",): 1}


@pytest.mark.usefixtures("with_token")
def test_requests_that_the_database_failed_are_counted(
    member_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _samples("portal_database_errors_total")
    member_client.raise_request_exception = False
    error = OperationalError()
    error.__cause__ = psycopg.errors.QueryCanceled()

    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr("portal.customers.services.parse_query", fail)
    assert member_client.get(CUSTOMERS).status_code == 503

    assert _increase("portal_database_errors_total", before) == {("timeout",): 1}


@pytest.mark.usefixtures("with_token")
def test_no_label_has_a_value_of_a_customer(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(identifier="SECRET1", email="secret2@example.org")

    for path in (f"{CUSTOMERS}SECRET1/", f"{API}SECRET1/", f"{API}?search=secret2", "/secret3"):
        member_client.get(path)

    text = Client(headers=BEARER).get("/metrics").content.decode()
    assert not re.search("secret", text, re.IGNORECASE)
