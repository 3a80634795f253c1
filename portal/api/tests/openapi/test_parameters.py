"""The OpenAPI document allows every value of a parameter that the server accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from portal.api.openapi.document import read_document
from portal.conftest import CustomerMaker
from portal.organizers import tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

pytestmark = pytest.mark.any_database

PREFIX: Final = "/api/v1/organizers/bigevents/customers/"
PATHS: Final = {
    "/api/v1/organizers/": "/api/v1/organizers/",
    "/api/v1/organizers/{organizer}/customers/": PREFIX,
    "/api/v1/organizers/{organizer}/customers/{identifier}/": f"{PREFIX}C000001/",
}
TEXTS: Final = [
    *(
        "",
        " ",
        "0",
        "1",
        "2",
        "+2",
        " 2 ",
        "-1",
        "007",
        "1_0",
        "1__0",
        "1.0",
        "1e1",
        "٢",
        "+",
        "_1",
    ),
    *("last", " last", "LAST", "true", "false", "True", "TRUE", "yes", "null", "none", "[]", "{}"),
    *("de", "de-informal", "es-419", "tlh", " de", "xx", "klingon", "de,fr", "DE", "x" * 60),
    *("json", " json", "JSON", "xml", "api", "csv", "a" * 200, "a" * 254, "a" * 255, "a" * 256),
    *(" " * 300, " " * 300 + "a", "a" * 200 + " " * 300, "a" + " " * 200 + "a", "\xa0" * 300 + "a"),
    *(
        "email",
        "-email",
        "--email",
        " email , -name ",
        "email,,name",
        ",",
        "email;name",
        "password",
    ),
    *("notes", "phone, notes", "phone,", ",phone", " phone ", "phone,age", "Phone", "identifier"),
    *(
        "identifier,email",
        "identifier , email",
        "e\u0301",
        "\u0301",
        "´",
        "a\nb",
        "\n",
        "\t1\t",
        "é",
    ),
    *("2024-01-31", "2024-1-31", "20240131", "2024-W05-3", "2024W053", "2024-02-30", "2024-13-01"),
    *("1899-12-31", "1900-01-01", "2199-12-31", "2200-01-01", "0001-01-01", "9999-12-31", "2024"),
    *("today", " today ", "Today", "year", "-7d", "-12m", "-1y", "-7D", "-7w", "-99999y"),
    *("2024-01-31T10:00", "2024-01-31T10", "2024-01-31 10:00:00", "2024-01-31T10:00:00Z", "10:00"),
    *("2024-01-31t10:00:00z", "2024-01-31T10:00:00+01:00", "2024-01-31T10:00:00 01:00"),
    *("2024-01-31T10:00:00.123456789Z", "2024-01-31T10:00:60Z", "2024-01-31T24:00:00Z"),
    *(
        " 2024-01-31 ",
        "２０２４-０１-３１",
        "20240131T100000Z",
        "2024-01-31T10:00:00,5",
        "2024-01-31Z",
    ),
    *(
        "customer1@example.org",
        "CUSTOMER1@EXAMPLE.ORG",
        "%",
        "_",
        "\ud7ff",
        "\U0001f600",
        "\x1f",
        "\x85",
    ),
]
# By parameter: values that the server rejects by rules that JSON Schema cannot express.
REJECTED: Final = {
    # An unknown language that no customer has.
    "locale": {*TEXTS} - {"de", "de-informal", "es-419", ""},
    "locale_not": {*TEXTS} - {"de", "de-informal", "es-419", ""},
    # A text that has only accents or punctuation, so that its normalized form is empty.
    "search": {text for text in TEXTS if not any(map(str.isalnum, text))},
    # A view that does not exist.
    "view": {*TEXTS} - {""},
    # A cursor that the server did not make.
    "cursor": {*TEXTS},
    # A page that does not exist.
    # A day that the calendar does not have, or that is far away.
    "as_of": {"2024-02-30", "2024-13-01", "1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31"}
    | {"2199-12-31"},
    "page": {"0", "007", "1_0", "2", "+2", " 2 ", "٢", "2024", "20240131"},
}
TIMES: Final = ("_since", "_until")
REJECTED_TIMES: Final = {
    *("2199-12-31", "-99999y"),
    *("2024-02-30", "2024-13-01", "2024-01-31T10:00:60Z", "2024-01-31T24:00:00Z", "2024-01-31Z"),
    *("1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31", "2024-01-31t10:00:00z"),
}


def _parameters() -> Iterator[Any]:
    for path, url in PATHS.items():
        for parameter in read_document()["paths"][path]["get"]["parameters"]:
            if parameter["in"] == "query":
                yield pytest.param(url, parameter, id=f"{url}?{parameter['name']}")


@pytest.fixture
def client(organizer: Organizer, make_customer: CustomerMaker) -> Client:
    """An API client with all permissions to read, so that a request fails only for its values."""
    make_customer()
    permissions = [
        Permission.READ_CUSTOMERS,
        Permission.READ_NOTES,
        Permission.EXPORT_CUSTOMERS,
    ]
    key = tokens.create_token(organizer, name="all", permissions=permissions)
    return Client(headers={"Authorization": f"Token {key}"})


@pytest.mark.parametrize(("url", "parameter"), [*_parameters()])
def test_the_document_allows_what_the_server_accepts(
    client: Client, url: str, parameter: dict[str, Any]
) -> None:
    name = parameter["name"]
    accepted = {text for text in TEXTS if _is_accepted(client, url, {name: text})}
    allowed = {text for text in TEXTS if _is_allowed(parameter, text)}

    assert accepted - allowed == set()
    rejected = REJECTED_TIMES if name.endswith(TIMES) else REJECTED.get(name, set())
    assert allowed - accepted <= rejected


def _is_accepted(client: Client, url: str, query: dict[str, str]) -> bool:
    response = client.get(url, query)
    if response.streaming:
        response.getvalue()  # Reading the response ends the stream.
    return response.status_code == 200


def _is_allowed(parameter: dict[str, Any], text: str) -> bool:
    """Whether the schema allows the text, or a boolean, number or list that the text can mean."""
    if not text and parameter.get("allowEmptyValue"):
        return True
    validator = Draft202012Validator(parameter["schema"], format_checker=FormatChecker())
    return any(validator.is_valid(value) for value in _possible_values(parameter, text))


def _possible_values(parameter: dict[str, Any], text: str) -> list[Any]:
    if parameter["schema"].get("type") == "array":
        return [text.split(",") if parameter.get("explode") is False else [text]]
    booleans = {"true": True, "false": False}
    numbers = [int(text)] if text.isascii() and text.isdecimal() else []
    return [text, *numbers, *([booleans[text]] if text in booleans else [])]


def test_the_check_notices_a_document_that_rejects_valid_values(client: Client) -> None:
    parameter = {"name": "page", "schema": {"type": "integer"}}

    assert client.get(PREFIX, {"page": "+1"}).status_code == 200
    assert not _is_allowed(parameter, "+1")
