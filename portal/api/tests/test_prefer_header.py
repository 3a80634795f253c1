"""Prefer: handling=strict rejects unknown parameters."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.conftest import CustomerMaker

ROOT = "/api/v1/"
LIST = f"{ROOT}organizers/bigevents/customers/"
PATHS = [
    ROOT,
    f"{ROOT}organizers/",
    f"{ROOT}organizers/bigevents/",
    LIST,
    f"{LIST}C000001/",
]
KNOWN = "page=1&page_size=9&include=phone&fields=email&search=&locale=de&ordering=name&format=json"


@pytest.fixture(autouse=True)
def customer(make_customer: CustomerMaker) -> None:
    make_customer()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "prefer",
    ["handling=strict", 'HANDLING="strict"', "respond-async, handling = strict; x=1"],
)
def test_with_strict_handling_an_unknown_parameter_is_an_error(
    api_client: Client, path: str, prefer: str
) -> None:
    response = api_client.get(f"{path}?locle=de&limit=9", headers={"Prefer": prefer})

    assert response.status_code == 400
    assert response.json() == {
        "limit": ["Unknown parameter."],
        "locle": ["Unknown parameter."],
    }
    assert response["Preference-Applied"] == "handling=strict"


def test_with_strict_handling_every_known_parameter_is_accepted(api_client: Client) -> None:
    response = api_client.get(f"{LIST}?{KNOWN}", headers={"Prefer": "handling=strict"})

    assert (response.status_code, response["Preference-Applied"]) == (200, "handling=strict")


@pytest.mark.parametrize("prefer", ["", "handling=lenient", "handling=lenient, handling=strict"])
def test_without_strict_handling_unknown_parameters_are_ignored(
    api_client: Client, prefer: str
) -> None:
    response = api_client.get(f"{LIST}?locle=de", headers={"Prefer": prefer})

    assert response.status_code == 200
    assert "Preference-Applied" not in response.headers


def test_strict_handling_checks_permissions_first(api_client: Client) -> None:
    path = f"{ROOT}organizers/rival/customers/?locle=de"

    response = api_client.get(path, headers={"Prefer": "handling=strict"})

    assert response.status_code == 403
