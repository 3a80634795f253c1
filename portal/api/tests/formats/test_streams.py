"""A stream has the same customers as all pages of the list."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django_scopes import scope

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers.importing.load import load_customers
from portal.customers.importing.rows import ParsedRow, check_rows
from portal.customers.query.page import FIELDS
from portal.customers.tests import importing
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

LIST = "/api/v1/organizers/bigevents/customers/"
NDJSON = {"Accept": "application/x-ndjson"}
CSV = {"Accept": "text/csv"}
NAMES = ["Zoë", 'a"b\\c', "=1+1,2;3", "line\nbreak\r\n\t", "李小龍 😀", "\u2028\x01", ""]


@pytest.fixture
def sixty_customers(make_customer: CustomerMaker) -> None:
    for number in range(60):
        name = NAMES[number % len(NAMES)]
        make_customer(
            name_parts={"_scheme": "full", "full_name": name} if name else {},
            email=f"c{number}@example.org" if number % 9 else None,
            is_active=bool(number % 2),
            is_verified=bool(number % 3),
            last_login=f"2026-01-01T00:00:0{number % 9}Z" if number % 4 else None,
            date_joined=f"2026-01-01T00:00:00.{number:03}Z",
        )


def _lines(client: Client, query: str = "") -> list[Any]:
    response = client.get(f"{LIST}?{query}", headers=NDJSON)
    assert response.status_code == 200
    return [json.loads(line) for line in response.getvalue().splitlines()]


def _read_pages(client: Client, query: str = "") -> Iterator[Any]:
    link = f"{LIST}?{query}"
    while link:
        page = client.get(link).json()
        yield from page["results"]
        link = page["next"]


@pytest.mark.usefixtures("sixty_customers")
@pytest.mark.parametrize("query", ["", "is_active=false&ordering=-date_joined", "search=unknown"])
def test_ndjson_has_the_rows_of_all_pages(export_client: Client, query: str) -> None:
    lines = _lines(export_client, query)

    assert lines == [*_read_pages(export_client, query)]
    assert all(list(line) == list(FIELDS) for line in lines)


@pytest.mark.usefixtures("sixty_customers")
def test_csv_has_the_rows_of_all_pages(export_client: Client) -> None:
    response = export_client.get(LIST, headers=CSV)
    text = StringIO(response.getvalue().decode(), newline="")

    rows = [*csv.DictReader(text)]

    assert (response["Content-Type"], list(rows[0])) == ("text/csv; charset=utf-8", list(FIELDS))
    for row, expected in zip(rows, _read_pages(export_client), strict=True):
        assert json.loads(row.pop("name_parts")) == expected.pop("name_parts")
        assert row == {name: _cell(value) for name, value in expected.items()}


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_a_stream_has_the_selected_fields(
    export_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(phone="+49 30")

    assert _lines(export_client, "include=phone&fields=phone,identifier") == [
        {"identifier": "C000001", "phone": "+49 30"}
    ]


def test_a_stream_of_an_empty_list_has_no_rows(
    export_client: Client, rival: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(of=rival)

    assert _lines(export_client) == []
    assert export_client.get(LIST, headers=CSV).getvalue() == f"{','.join(FIELDS)}\r\n".encode()


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/csv"])
@pytest.mark.parametrize(
    ("path", "status"),
    [(f"{LIST}?is_active=perhaps", 400), ("/api/v1/organizers/rival/customers/", 403)],
)
def test_the_error_of_a_stream_is_json(
    export_client: Client, accept: str, path: str, status: int
) -> None:
    response = export_client.get(path, headers={"Accept": accept})

    assert (response.status_code, response["Content-Type"]) == (status, "application/json")
    assert response.json()


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/csv"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_stream_needs_the_permission_to_export(
    api_client: Client, accept: str, method: str
) -> None:
    response = getattr(api_client, method)(LIST, headers={"Accept": accept})

    assert (response.status_code, response["Content-Type"]) == (403, "application/json")
    if method == "get":
        assert response.json() == {"detail": "You do not have permission to export customers."}


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/csv"])
def test_a_member_streams_only_with_the_permission_to_export(
    organizer: Organizer, member: User, member_client: Client, accept: str
) -> None:
    allowed = member_client.get(LIST, headers={"Accept": accept})
    allowed.getvalue()
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[Permission.READ_CUSTOMERS])

    rejected = member_client.get(LIST, headers={"Accept": accept})

    assert (allowed.status_code, rejected.status_code) == (200, 403)
    assert member_client.get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/csv, application/json", "application/json"),
        ("text/csv;q=0.9, text/html", "text/csv; charset=utf-8"),
    ],
)
def test_a_stream_must_be_named_in_accept(
    export_client: Client, accept: str, content_type: str
) -> None:
    response = export_client.get(LIST, headers={"Accept": accept})

    assert response["Content-Type"] == content_type
    # Reading the response ends the stream: a running stream counts against the limit.
    response.getvalue()


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        (LIST, "text/*", 406),
        (f"{LIST}C000001/", "text/csv", 406),
        (f"{LIST}?format=ndjson", "application/x-ndjson", 404),
        (f"{LIST}C000001/?format=csv", "text/csv", 404),
    ],
)
def test_a_stream_needs_its_exact_media_type_and_a_list(
    export_client: Client, make_customer: CustomerMaker, path: str, accept: str, status: int
) -> None:
    make_customer()

    assert export_client.get(path, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
def test_the_response_to_options_is_json(export_client: Client, accept: str) -> None:
    response = export_client.options(LIST, headers={"Accept": accept})

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert accept in response.json()["renders"]


@pytest.mark.usefixtures("sixty_customers")
def test_head_reads_no_customers(export_client: Client, django_assert_num_queries: Any) -> None:
    export_client.get(LIST)

    with django_assert_num_queries(1):
        response = export_client.head(LIST, headers=NDJSON)

    assert (response.status_code, response.getvalue()) == (200, b"")


BYTES = {
    "application/json": (
        '{"count":1,"next":null,"previous":null,"results":[{"identifier":"A1","email":null,'
        '"name":"Lee, \\"Zoë\\"\\n\\u0001\x7f/😀","name_parts":{"aa":null,"bbb":"\\\\","ééé":"",'
        '"_scheme":"family_comma_given","given_name":"\\"Zoë\\"\\n\\u0001\x7f/😀",'
        '"family_name":"Lee"},"is_active":true,"is_verified":false,"last_login":null,'
        '"date_joined":"2026-01-01T00:00:00Z","locale":"en",'
        '"last_modified":"2026-01-01T00:00:00.100000Z"}]}'
    ),
    "application/x-ndjson": (
        '{"identifier" : "A1", "email" : null,'
        ' "name" : "Lee, \\"Zoë\\"\\n\\u0001\x7f/😀",'
        ' "name_parts" : {"aa": null, "bbb": "\\\\", "ééé": "",'
        ' "_scheme": "family_comma_given", "given_name": "\\"Zoë\\"\\n\\u0001\x7f/😀",'
        ' "family_name": "Lee"}, "is_active" : true, "is_verified" : false, "last_login" : null,'
        ' "date_joined" : "2026-01-01T00:00:00Z", "locale" : "en",'
        ' "last_modified" : "2026-01-01T00:00:00.100000Z"}\n'
    ),
    "text/csv": (
        f"{','.join(FIELDS)}\r\n"
        'A1,,"Lee, ""Zoë""\n\x01\x7f/😀","{""aa"": null, ""bbb"": ""\\\\"", ""ééé"": """",'
        ' ""_scheme"": ""family_comma_given"", ""given_name"": ""\\""Zoë\\""\\n\\u0001\x7f/😀"",'
        ' ""family_name"": ""Lee""}",true,false,,2026-01-01T00:00:00Z,en,'
        "2026-01-01T00:00:00.100000Z\r\n"
    ),
}


@pytest.mark.parametrize(("accept", "text"), BYTES.items())
@pytest.mark.parametrize("is_imported", [True, False])
def test_all_databases_give_equal_bytes(
    export_client: Client,
    organizer: Organizer,
    make_customer: CustomerMaker,
    accept: str,
    text: str,
    is_imported: bool,
) -> None:
    parts = {"family_name": "Lee", "given_name": '"Zoë"\n\x01\x7f/😀', "ééé": "", "bbb": "\\"}
    row = {
        "identifier": "A1",
        "email": None,
        "is_active": True,
        "is_verified": False,
        "last_login": None,
        "date_joined": "2026-01-01T00:00:00Z",
        "locale": "en",
        "name_parts": {**parts, "_scheme": "family_comma_given", "aa": None},
        "last_modified": "2026-01-01T00:00:00.100000Z",
    }
    if is_imported:
        with scope(organizer=organizer):
            load_customers(organizer, check_rows([ParsedRow("1", row)]))
    else:
        make_customer(**row)

    response = export_client.get(LIST, headers={"Accept": accept})

    assert response.getvalue().decode() == text


@pytest.fixture
def customers_with_formulas(organizer: Organizer) -> None:
    """Creates customers whose names and other texts are formulas."""
    file = Path(importing.__path__[0]) / "files" / "formulas.ndjson"
    call_command("import_customers", organizer.slug, str(file), verbosity=0, stdout=StringIO())


def _spreadsheet(client: Client, query: str) -> tuple[Any, str]:
    response = client.get(f"{LIST}?format=csv&{query}", headers={"Accept": "application/json"})
    return response, response.getvalue().decode()


@pytest.mark.usefixtures("customers_with_formulas")
def test_csv_for_spreadsheets_has_no_formulas(export_client: Client) -> None:
    response, text = _spreadsheet(export_client, "fields=email,name,phone&ordering=identifier")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="bigevents-customers-\d{4}-\d\d-\d\d.csv"',
        response["Content-Disposition"],
    )
    assert text.splitlines()[:3] == [
        "\ufeffemail,name,phone",
        '\'=1+1@example.org,"\'=HYPERLINK(""http://example.org"",""x"")",',
        "plus@example.org,'@SUM(A1),'+491701234567",
    ]


@pytest.mark.usefixtures("customers_with_formulas")
def test_the_separator_of_csv_for_spreadsheets_can_be_a_semicolon(export_client: Client) -> None:
    query = "fields=identifier,email&ordering=identifier&separator=semicolon"
    _response, text = _spreadsheet(export_client, query)

    assert text.splitlines()[1:] == [
        "FX1;'=1+1@example.org",
        "FX2;plus@example.org",
        "FX3;fx3@example.org",
    ]


@pytest.mark.usefixtures("customers_with_formulas")
def test_exact_csv_does_not_change_formulas(export_client: Client) -> None:
    text = export_client.get(f"{LIST}?fields=email", headers=CSV).getvalue().decode()

    assert text.splitlines()[:2] == ["email", "=1+1@example.org"]


@pytest.mark.parametrize("query", ["format=csv&separator=tab", "separator=tab"])
def test_an_unknown_separator_is_an_error(export_client: Client, query: str) -> None:
    response = export_client.get(f"{LIST}?{query}")

    assert (response.status_code, list(response.json())) == (400, ["separator"])


def test_a_file_needs_the_permission_to_export(api_client: Client) -> None:
    response = api_client.get(f"{LIST}?format=csv")

    assert (response.status_code, response["Content-Type"]) == (403, "application/json")
