"""Exporting a list as a file: contents, permissions and error messages."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains
from python_calamine import CalamineWorkbook

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers.exporting.limits import STREAMS_OF_A_PROCESS
from portal.customers.query.columns import STANDARD
from portal.customers.query.page import ALL_FIELDS
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission
from portal.saved_views.models import SavedView

PAGE = "/organizers/bigevents/export/"
LIST = "/organizers/bigevents/customers/"
FORMATS = ["csv", "xlsx", "ndjson", "json"]
COLUMNS = list(STANDARD)


@pytest.fixture(autouse=True)
def own_locks(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def _set_permissions(organizer: Organizer, member: User, *permissions: Permission) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=list(permissions))


def _download(client: Client, query: str) -> bytes:
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == 200, response.content.decode()[:2000]
    content: bytes = response.getvalue()
    return content


def _sheet(client: Client, query: str) -> list[list[Any]]:
    """The headings and the rows of the workbook."""
    content = BytesIO(_download(client, f"format=xlsx&{query}"))
    return CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()


def _csv(client: Client, query: str, delimiter: str = ",") -> list[list[str]]:
    text = _download(client, f"format=csv&{query}").decode("utf-8-sig")
    return [*csv.reader(StringIO(text, newline=""), delimiter=delimiter)]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_is_named_after_the_organizer_the_list_and_the_day(
    member_client: Client, make_customer: CustomerMaker, extension: str
) -> None:
    make_customer()

    response = member_client.get(f"{PAGE}?format={extension}")

    assert response.getvalue()
    pattern = rf'attachment; filename="bigevents-customers-\d{{4}}-\d\d-\d\d\.{extension}"'
    assert re.fullmatch(pattern, response["Content-Disposition"])
    assert response["Cache-Control"] == "private, no-store"


def test_csv_has_the_columns_of_the_list(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(email="ann@example.org", last_login="2026-05-01T10:00:00Z", phone="0049")

    [header, row] = _csv(member_client, "")

    assert header == COLUMNS
    cells = dict(zip(header, row, strict=True))
    assert (cells["email"], cells["last_login"]) == ("ann@example.org", "2026-05-01T10:00:00Z")


def test_csv_has_a_byte_order_mark_and_no_formulas(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(name_parts={"_scheme": "full", "full_name": "=1+1"})

    content = _download(member_client, "format=csv")

    assert content.startswith(b"\xef\xbb\xbfname,")
    assert b"\r\n'=1+1," in content


def test_csv_has_semicolons_by_choice(member_client: Client, make_customer: CustomerMaker) -> None:
    make_customer()

    assert _csv(member_client, "separator=semicolon", ";")[0] == COLUMNS


@pytest.mark.parametrize("extension", ["json", "ndjson"])
def test_json_has_the_columns_of_the_list(
    member_client: Client, make_customer: CustomerMaker, extension: str
) -> None:
    make_customer()

    content = _download(member_client, f"format={extension}")

    rows = json.loads(content) if extension == "json" else [json.loads(content)]
    assert [list(row) for row in rows] == [COLUMNS]


@pytest.mark.parametrize(("customers", "text"), [(0, "[]"), (1, "[\n{"), (1_001, "[\n{")])
def test_json_is_one_array(
    member_client: Client, make_customer: CustomerMaker, customers: int, text: str
) -> None:
    for _number in range(customers):
        make_customer()

    content = _download(member_client, "format=json").decode()

    assert content.startswith(text)
    assert len(json.loads(content)) == customers


def test_all_columns_are_all_fields_of_the_customer(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(phone="0049 30", external_identifier="007", notes="Aisle")

    [header, row] = _csv(member_client, "all_columns=true")

    assert header == [*ALL_FIELDS]
    assert {"0049 30", "007", "Aisle"} <= set(row)


def test_notes_need_their_own_permission(
    organizer: Organizer, member: User, member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(notes="Secret")
    _set_permissions(organizer, member, Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS)

    content = _download(member_client, "format=csv&all_columns=true")

    assert b"notes" not in content
    assert b"Secret" not in content


def test_a_workbook_has_texts_in_text_cells(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    texts = {"phone": "+491701234567", "external_identifier": "00123", "notes": "=1+1"}
    make_customer(**texts)

    [header, row] = _sheet(member_client, "all_columns=true")

    cells = dict(zip(header, row, strict=True))
    assert (cells["Phone"], cells["External identifier"]) == ("+491701234567", "00123")
    assert cells["Notes"] == "=1+1"


def test_a_workbook_has_dates_in_the_zone_of_its_heading(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(date_joined="2026-05-01T22:30:15.5Z", last_login=None)

    [header, row] = _sheet(member_client, "")

    cells = dict(zip(header, row, strict=False))
    assert cells["Registered (Europe/Berlin)"] == datetime(2026, 5, 2, 0, 30, 15)  # noqa: DTZ001
    assert cells.get("Last sign-in (Europe/Berlin)", "") == ""


def test_a_time_before_1901_is_written_to_a_workbook_as_text(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(date_joined="1900-01-01T00:00:00Z")

    assert "1900-01-01 01:00:00" in _sheet(member_client, "")[1]


def test_a_list_that_is_too_long_is_not_exported_as_a_workbook(
    member_client: Client, make_customer: CustomerMaker, settings: Any
) -> None:
    make_customer()
    make_customer()
    settings.MAX_WORKBOOK_ROWS = 1

    page = member_client.get(f"{PAGE}?format=xlsx")

    assert page.status_code == 422
    assert "The list is too long for Excel." in page.content.decode()
    assert 'value="xlsx" disabled' in page.content.decode()
    assert 'value="xlsx" disabled' in member_client.get(LIST).content.decode()
    assert len(_csv(member_client, "")) == 3


@pytest.mark.parametrize("query", ["", "format=csv"])
def test_a_member_needs_the_permission_to_export(
    organizer: Organizer, member: User, member_client: Client, query: str
) -> None:
    _set_permissions(organizer, member, Permission.READ_CUSTOMERS)

    assert member_client.get(f"{PAGE}?{query}").status_code == 403


@pytest.mark.parametrize("query", ["", "format=csv"])
def test_a_member_needs_the_permission_to_read(
    organizer: Organizer, member: User, member_client: Client, query: str
) -> None:
    _set_permissions(organizer, member, Permission.EXPORT_CUSTOMERS)

    assert member_client.get(f"{PAGE}?{query}").status_code == 403


@pytest.mark.parametrize("extension", FORMATS)
def test_a_stranger_gets_no_file(stranger_client: Client, extension: str) -> None:
    assert stranger_client.get(f"{PAGE}?format={extension}").status_code == 404


def test_only_members_who_may_export_see_the_control(
    organizer: Organizer, member: User, member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()
    shown = member_client.get(LIST).content.decode()
    _set_permissions(organizer, member, Permission.READ_CUSTOMERS)

    hidden = member_client.get(LIST).content.decode()

    assert 'popovertarget="export"' in shown
    assert "export/" not in hidden


def test_a_list_without_customers_has_no_control(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()

    assert "export/" not in member_client.get(f"{LIST}?search=nobody").content.decode()


def test_the_control_has_the_parameters_of_the_list(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(locale="de")
    query = "search=customer&locale=de&locale=fr&ordering=-name&page_size=25"

    page = member_client.get(f"{LIST}?{query}").content.decode()

    form = page[page.index('class="export-form"') :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    assert found == [
        ("search", "customer"),
        ("locale", "de"),
        ("locale", "fr"),
        ("ordering", "-name"),
    ]


def test_the_page_says_how_many_customers_the_file_has(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    for _number in range(3):
        make_customer()
    make_customer(locale="fr")

    page = member_client.get(f"{PAGE}?locale=en").content.decode()

    assert "<strong>3 customers</strong> in the order of this list" in page
    assert f'href="{LIST}?locale=en"' in page


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("format=pdf", "The format must be csv, xlsx, ndjson or json."),
        ("format=csv&separator=tab", "The separator must be comma or semicolon."),
        ("format=csv&all_columns=maybe", "The only value of all_columns is true."),
        ("format=csv&is_verified=maybe", "because a filter is not valid"),
        ("is_verified=maybe", "because a filter is not valid"),
    ],
)
def test_an_invalid_parameter_is_explained(member_client: Client, query: str, text: str) -> None:
    page = member_client.get(f"{PAGE}?{query}")

    assert page.status_code == 422
    assert "Unknown parameters" not in page.content.decode()
    assert text in page.content.decode()


def test_a_download_counts_as_a_stream(member_client: Client, make_customer: CustomerMaker) -> None:
    make_customer()
    running = [member_client.get(f"{PAGE}?format={each}") for each in ("csv", "xlsx")]

    rejected = member_client.get(f"{PAGE}?format=json")

    assert (rejected.status_code, rejected["Retry-After"]) == (429, "10")
    assert "Two of your streams are running." in rejected.content.decode()
    for each in running:
        assert each.getvalue()
    assert _download(member_client, "format=json")


@pytest.mark.parametrize("extension", FORMATS)
def test_head_has_the_headers_of_the_file(
    member_client: Client, make_customer: CustomerMaker, extension: str
) -> None:
    make_customer()

    response = member_client.head(f"{PAGE}?format={extension}")

    assert (response.status_code, response.getvalue()) == (200, b"")
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_has_the_rows_of_the_list_without_the_exact_match_above_it(
    member_client: Client, make_customer: CustomerMaker, extension: str
) -> None:
    make_customer(identifier="CRM1", is_active=False)
    make_customer(identifier="CRM12", name_parts={"_scheme": "full", "full_name": "Crm1 Ann"})

    content = _download(member_client, f"format={extension}&search=crm1&is_active=true")
    page = member_client.get(f"{LIST}?search=crm1&is_active=true").content.decode()

    assert "only if the match is also in the list" in page
    if extension == "xlsx":
        sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
        content = json.dumps(sheet.to_python(), default=str).encode()
    assert b"CRM12" in content
    assert not re.search(rb"CRM1\b", content)


def test_a_saved_view_is_a_file(member_client: Client, make_customer: CustomerMaker) -> None:
    make_customer(last_login=None)
    make_customer(last_login="2026-01-01T00:00:00Z")

    rows = _csv(member_client, "view=never-signed-in&ordering=identifier")

    assert [row[COLUMNS.index("identifier")] for row in rows[1:]] == ["C000001"]
    assert member_client.get(f"{PAGE}?view=unknown&format=csv").status_code == 404


@pytest.mark.parametrize("extension", FORMATS)
def test_a_query_that_fails_leaves_no_lock(
    member_client: Client, make_customer: CustomerMaker, extension: str
) -> None:
    make_customer()

    def fail(execute: Any, sql: str, *arguments: Any) -> Any:
        if 'FROM "customers_customer"' in sql and "COUNT" not in sql:
            raise OperationalError("cancelled")
        return execute(sql, *arguments)

    for _attempt in range(STREAMS_OF_A_PROCESS + 1):
        with connection.execute_wrapper(fail), pytest.raises(OperationalError):
            member_client.get(f"{PAGE}?format={extension}")

    assert _download(member_client, f"format={extension}")


@pytest.mark.parametrize("extension", FORMATS)
def test_the_file_has_the_columns_that_the_url_chooses(
    member_client: Client, make_customer: CustomerMaker, extension: str
) -> None:
    make_customer(phone="+49 30 1")
    choice = "columns=phone,name,identifier"

    if extension == "xlsx":
        row = dict(
            zip(["phone", "name", "identifier"], _sheet(member_client, choice)[1], strict=True)
        )
    elif extension == "csv":
        headings, first = _csv(member_client, choice)
        row = dict(zip(headings, first, strict=True))
    else:
        text = _download(member_client, f"format={extension}&{choice}").decode()
        row = json.loads(text)[0] if extension == "json" else json.loads(text)

    assert list(row) == ["phone", "name", "identifier"]
    assert str(row["phone"]).endswith("+49 30 1")


def test_an_unknown_column_gives_no_file(member_client: Client) -> None:
    response = member_client.get(f"{PAGE}?format=csv&columns=secret")

    assertContains(response, "There is no column", status_code=422)


def test_the_control_has_the_chosen_columns(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()

    page = member_client.get(f"{LIST}?columns=phone,name&density=compact").content.decode()

    form = page[page.index('class="export-form"') :]
    assert re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form) == [
        ("columns", "phone,name")
    ]


def test_a_file_has_the_columns_of_its_view(
    organizer: Organizer, member: User, member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()
    with scope(organizer=organizer):
        view = SavedView(organizer=organizer, name="Phones", slug="phones", owner=member)
        view.query_string = "columns=phone%2Cname"
        view.save()

    assert _csv(member_client, f"view={view.slug}")[0] == ["phone", "name"]
