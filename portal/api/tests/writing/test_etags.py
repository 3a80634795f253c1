"""Conditional requests for a customer: reads with If-None-Match, and writes with If-Match."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.test import Client
from django_scopes import scope

from portal.api.writing.etags import make_etag
from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.organizers.models import Organizer

DETAIL: Final = "/api/v1/organizers/bigevents/customers/C000001/"
JSON: Final = "application/json"


@pytest.fixture(autouse=True)
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer(locale="de")


def change(client: Client, locale: str, method: str = "patch", **headers: str) -> Any:
    return getattr(client, method)(DETAIL, {"locale": locale}, content_type=JSON, headers=headers)


def read(client: Client, query: str = "", **headers: str) -> Any:
    return client.get(f"{DETAIL}{query}", headers=headers)


@pytest.mark.parametrize("header", ["{}", "W/{}", '"x", {}', "{}, *"])
def test_a_request_with_the_current_etag_gets_304(api_client: Client, header: str) -> None:
    etag = read(api_client)["ETag"]

    response = read(api_client, **{"If-None-Match": header.format(etag)})

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert (response["Vary"], response["Cache-Control"]) == ("Accept", "private, no-store")


@pytest.mark.parametrize("header", ["*", "", '"x"', "x", "{}-", ",,"])
def test_a_request_with_another_etag_gets_the_customer(api_client: Client, header: str) -> None:
    etag = read(api_client)["ETag"]

    response = read(api_client, **{"If-None-Match": header.format(etag)})

    assert (response.status_code, response.json()["locale"]) == (200, "de")


def test_a_response_with_other_fields_has_another_etag(api_client: Client) -> None:
    etag = read(api_client)["ETag"]

    assert read(api_client, "?fields=email", **{"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("method", ["patch", "put"])
def test_every_write_changes_the_etag(
    api_client: Client, writer_client: Client, method: str
) -> None:
    before = read(api_client)["ETag"]

    response = change(writer_client, "fr", method)

    assert before != response["ETag"] == read(api_client)["ETag"]
    assert read(api_client, **{"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize("method", ["patch", "put"])
def test_a_change_requires_the_present_version(
    writer_client: Client, organizer: Organizer, method: str
) -> None:
    etag = read(writer_client, "?fields=email")["ETag"]

    first = change(writer_client, "fr", method, **{"If-Match": etag})
    second = change(writer_client, "es", method, **{"If-Match": etag})

    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json() == {"detail": "The customer has changed since you read it."}
    with scope(organizer=organizer):
        assert Customer.objects.get().locale == "fr"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        *(("*", 200), ("{}", 200), ("W/{}", 200), ('"x", {}', 200)),
        *(('"x"', 412), ("", 412), ("x", 412), ('"1"', 412), ('"9-00000000"', 412)),
        (f'"{"9" * 400}-00000000"', 412),
    ],
)
def test_if_match_compares_versions(writer_client: Client, header: str, status: int) -> None:
    etag = read(writer_client)["ETag"]

    response = change(writer_client, "fr", **{"If-Match": header.format(etag)})

    assert response.status_code == status


def test_a_missing_customer_is_404_and_not_412(writer_client: Client) -> None:
    path = DETAIL.replace("C000001", "UNKNOWN")

    response = writer_client.patch(path, {}, content_type=JSON, headers={"If-Match": "x"})

    assert response.status_code == 404


def test_erasing_requires_the_present_version(writer_client: Client, organizer: Organizer) -> None:
    before = read(writer_client)["ETag"]
    present = change(writer_client, "fr")["ETag"]

    first = writer_client.post(f"{DETAIL}anonymize/", headers={"If-Match": before})
    with scope(organizer=organizer):
        assert Customer.objects.get().email
    second = writer_client.post(f"{DETAIL}anonymize/", headers={"If-Match": present})

    assert (first.status_code, second.status_code) == (412, 200)
    assert first.json() == {"detail": "The customer has changed since you read it."}
    assert second.json()["email"] is None


def test_erasing_a_missing_customer_is_404_and_not_412(writer_client: Client) -> None:
    path = DETAIL.replace("C000001", "UNKNOWN")

    response = writer_client.post(f"{path}anonymize/", headers={"If-Match": "x"})

    assert response.status_code == 404


def test_an_etag_names_the_version_and_the_fields() -> None:
    assert make_etag(7, ["email"]) == make_etag(7, ["email"])
    assert len({make_etag(7, ["email"]), make_etag(8, ["email"]), make_etag(7, ["name"])}) == 3
