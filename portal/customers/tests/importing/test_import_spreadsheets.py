"""manage.py import_customers with spreadsheets as people write them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.organizers.models import Organizer

FILES = Path(__file__).parent / "files"
SPREADSHEETS = ["pretix.csv", "excel-semicolon.csv", "excel-cp1252.csv"]
JANUARY = datetime(2026, 1, 1, 23, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "sheet.csv"


def _import(*arguments: object) -> list[str]:
    """Import a file. Returns the lines of the report."""
    out = io.StringIO()
    call_command("import_customers", "bigevents", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def _customer(organizer: Organizer, identifier: str) -> Customer:
    with scope(organizer=organizer):
        return Customer.objects.get(identifier=identifier)


@pytest.mark.parametrize("name", SPREADSHEETS)
def test_the_export_of_pretix_is_imported(organizer: Organizer, name: str) -> None:
    file = FILES / name

    assert _import(file) == [
        f"{file}: ignored columns: 'SSO provider'",
        "3 customers: 3 created, 0 updated, 0 unchanged, 0 rejected.",
    ]
    ann = _customer(organizer, "CSVA2B3")
    assert (ann.name, ann.email, ann.phone) == (
        "Anna Weiß",
        "anna.weiss@example.org",
        "+491701234567",
    )
    assert (ann.external_identifier, ann.locale, ann.notes) == (
        "0004711",
        "de",
        "prefers aisle; calls often",
    )
    assert (ann.is_active, ann.is_verified, ann.source_modified) == (True, True, None)
    assert ann.last_login == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert ann.date_joined == JANUARY
    other = _customer(organizer, "CSVE6F7")
    assert (other.email, other.name_parts, other.is_active) == (None, {}, False)


@pytest.mark.parametrize("second", SPREADSHEETS)
def test_the_export_changes_nothing_a_second_time(organizer: Organizer, second: str) -> None:
    _import(FILES / "pretix.csv")

    report = _import(FILES / second)[-1]

    assert report == "3 customers: 0 created, 0 updated, 3 unchanged, 0 rejected."


@pytest.mark.parametrize(
    ("name", "count"), [("list-of-pages.json", 2), ("utf16.json", 1), ("phones.ndjson", 5)]
)
def test_json_as_programs_save_it_is_imported(organizer: Organizer, name: str, count: int) -> None:
    created = f"{count} customers: {count} created, 0 updated, 0 unchanged, 0 rejected."

    assert _import(FILES / name) == [created]


def test_a_phone_that_is_a_number_is_text(organizer: Organizer) -> None:
    _import(FILES / "phones.ndjson")

    assert _customer(organizer, "PH5").phone == "491701234567"


def test_the_later_change_wins_in_whatever_order_pages_are_read(organizer: Organizer) -> None:
    _import(*(FILES / f"moved-page-{number}.json" for number in (1, 10, 2)))

    assert _customer(organizer, "GLOB1").name == "After The Change"


def test_an_erased_customer_stays_erased_after_an_older_row(organizer: Organizer) -> None:
    _import(FILES / "anonymised.ndjson")

    report = _import(FILES / "first.ndjson")[-1]

    assert report == "5 customers: 4 created, 0 updated, 0 unchanged, 0 rejected, 1 outdated."
    erased = _customer(organizer, "ANON1")
    assert (erased.email, erased.phone, erased.notes, erased.name) == (None, None, None, "")
    assert not erased.is_active


@pytest.mark.parametrize("arguments", [[], ["--as-of", "2026-05-20"]])
def test_an_erased_customer_stays_erased_after_a_spreadsheet(
    organizer: Organizer, sheet: Path, arguments: list[str]
) -> None:
    _import(FILES / "anonymised.ndjson")
    sheet.write_text("Customer ID,Email,Account active\nANON1,secret.person@example.org,Yes\n")

    assert "1 updated" not in _import(*arguments, sheet)[-1]
    assert _customer(organizer, "ANON1").email is None


def test_a_row_without_a_time_changes_a_customer_only_as_of_a_time(
    organizer: Organizer, sheet: Path
) -> None:
    _import(FILES / "first.ndjson")
    sheet.write_text("Customer ID,Phone number\nFULL1,+49 30 1\nNEW1,+49 30 2\n")

    undated = "2 customers: 1 created, 0 updated, 0 unchanged, 0 rejected, 1 undated."
    assert _import(sheet) == [undated]
    assert _customer(organizer, "FULL1").phone == "+491701234567"
    dated = "2 customers: 0 created, 2 updated, 0 unchanged, 0 rejected."
    assert _import("--as-of", "2026-05-02 10:00", sheet) == [dated]
    changed = _customer(organizer, "FULL1")
    assert (changed.phone, changed.notes) == ("+49 30 1", "VIP")
    assert changed.source_modified == datetime(2026, 5, 2, 8, tzinfo=UTC)
    older = "2 customers: 0 created, 0 updated, 0 unchanged, 0 rejected, 2 outdated."
    assert _import("--as-of", "2026-05-01", sheet) == [older]


def test_rows_of_json_without_a_time_take_that_of_the_command(
    organizer: Organizer, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    line = (FILES / "ten-fields.ndjson").read_text().splitlines()[0]
    file.write_text(line.replace(', "last_modified": "2026-05-01T00:00:00Z"', ""))

    with pytest.raises(CommandError):
        _import(file)
    _import(file, "--as-of", "2026-05-01T00:00:00Z")

    assert _customer(organizer, "FULL1").source_modified == MAY


def test_a_dry_run_reports_what_would_happen_and_changes_nothing(
    organizer: Organizer, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _import(FILES / "first.ndjson")
    with scope(organizer=organizer):
        before = list(Customer.objects.values())
    sheet.write_text(
        "Customer ID,Email,Last modified\nFULL1,new@x.org,2026-06-01\nSWAP1,one@example.org,\n"
        "MERG1,old@x.org,2026-01-01\nSWAP2,changed@x.org,\nNEW1,n@x.org,\nNEW2,merged@example.org,\n"
    )
    reports = []
    for arguments in (["--dry-run"], []):
        with pytest.raises(CommandError):
            _import(*arguments, sheet)
        output = capsys.readouterr()
        reports.append((output.out.splitlines()[-1:], output.err))
        if arguments:
            with scope(organizer=organizer):
                assert list(Customer.objects.values()) == before
    assert reports[0][1] == reports[1][1]
    assert "line 7 (NEW2): email: merged@example.org belongs to customer MERG1" in reports[0][1]


def test_the_report_of_a_dry_run_is_that_of_the_import(organizer: Organizer, sheet: Path) -> None:
    _import(FILES / "first.ndjson")
    sheet.write_text(
        "Customer ID,Email,Last modified\nFULL1,new@x.org,2026-06-01\nSWAP1,one@example.org,\n"
        "MERG1,old@x.org,2026-01-01\nSWAP2,changed@x.org,\nNEW1,n@x.org,\nNEW1,m@x.org,\n"
    )

    note, dry = _import("--dry-run", sheet)

    assert note == "Dry run: nothing was changed."
    assert [dry] == _import(sheet)
    assert dry == (
        "6 customers: 1 created, 1 updated, 1 unchanged, 0 rejected, "
        "1 outdated, 1 undated, 1 repeated."
    )


@pytest.mark.parametrize("arguments", [[], ["--empty-clears"]])
def test_an_empty_cell_keeps_the_value_unless_it_clears(
    organizer: Organizer, sheet: Path, arguments: list[str]
) -> None:
    _import(FILES / "first.ndjson")
    sheet.write_text("Customer ID,Email,Notes,Full name,Language\nFULL1,full1@example.org,,,\n")

    _import("--as-of", "2026-06-01", *arguments, sheet)

    customer = _customer(organizer, "FULL1")
    expected = (None, "", "en") if arguments else ("VIP", "Has All", "en")
    assert (customer.notes, customer.name, customer.locale) == expected
    assert customer.phone == "+491701234567"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-05-01", datetime(2026, 4, 30, 22, 30, tzinfo=UTC)),
        ("01.05.2026", datetime(2026, 4, 30, 22, 30, tzinfo=UTC)),
        ("2026-04-30", datetime(2026, 4, 29, 22, tzinfo=UTC)),
        ("2026-05-01 12:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_date_does_not_change_a_time_on_that_day(
    organizer: Organizer, make_customer: CustomerMaker, sheet: Path, cell: str, expected: datetime
) -> None:
    moment = datetime(2026, 4, 30, 22, 30, tzinfo=UTC)
    make_customer(identifier="ANN", date_joined=moment, last_login=moment)
    sheet.write_text(f"Customer ID,Registration date,Last login\nANN,{cell},{cell}\n")

    _import("--as-of", "2026-06-01", sheet)

    customer = _customer(organizer, "ANN")
    assert (customer.date_joined, customer.last_login) == (expected, expected)


GIVEN_FAMILY = {"_scheme": "given_family", "given_name": "Jo", "family_name": "Doe"}
WITH_TITLE = {**GIVEN_FAMILY, "_scheme": "title_given_family", "title": "Dr"}
COMMA = {**GIVEN_FAMILY, "_scheme": "family_comma_given"}


@pytest.mark.parametrize(
    ("before", "header", "cells", "after"),
    [
        (GIVEN_FAMILY, "Full name", "Jo Doe", GIVEN_FAMILY),
        ({"_legacy": "Jo Doe"}, "Full name", "Jo Doe", {"_legacy": "Jo Doe"}),
        (GIVEN_FAMILY, "Full name", "Jo Roe", {"_scheme": "full", "full_name": "Jo Roe"}),
        ({}, "Full name", "Jo Roe", {"_scheme": "full", "full_name": "Jo Roe"}),
        (WITH_TITLE, "Vorname,Nachname", "Jo,Doe", WITH_TITLE),
        (COMMA, "Vorname,Nachname", "Jo,Doe", COMMA),
        ({"_scheme": "full", "full_name": "Jo Doe"}, "Vorname,Nachname", "Jo,Doe", GIVEN_FAMILY),
        (WITH_TITLE, "Titel,Vorname,Nachname", ",Jo,Roe", {**WITH_TITLE, "family_name": "Roe"}),
        (GIVEN_FAMILY, "Vorname", "Al", {**GIVEN_FAMILY, "given_name": "Al"}),
    ],
)
def test_a_name_keeps_the_parts_that_compose_it(
    organizer: Organizer,
    make_customer: CustomerMaker,
    sheet: Path,
    before: dict[str, Any],
    header: str,
    cells: str,
    after: dict[str, Any],
) -> None:
    make_customer(identifier="ANN", name_parts=before)
    sheet.write_text(f"Customer ID,{header}\nANN,{cells}\n")

    _import("--as-of", "2026-06-01", sheet)

    assert _customer(organizer, "ANN").name_parts == after


def test_a_row_without_an_identifier_is_rejected(
    organizer: Organizer, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet.write_text("Customer ID,Email\n,x@y.org\nANN,x@y.org\n")

    with pytest.raises(CommandError):
        _import(sheet)

    assert capsys.readouterr().err == f"{sheet}, line 2: identifier: Field required\n"
    assert _customer(organizer, "ANN").email == "x@y.org"


def test_a_column_can_be_given_a_field(organizer: Organizer, sheet: Path) -> None:
    sheet.write_text("Mitglied,Mail\nANN,ann@x.org\n")

    _import("--map", "Mitglied=identifier", "--map", "Mail=email", sheet)

    assert _customer(organizer, "ANN").email == "ann@x.org"


@pytest.mark.parametrize("mapping", ["Mitglied", "=email", "Mitglied=", "Mitglied=identity"])
def test_an_unknown_field_is_an_error(organizer: Organizer, sheet: Path, mapping: str) -> None:
    sheet.write_text("Mitglied\nANN\n")

    with pytest.raises(CommandError, match=r"is not COLUMN=FIELD. The fields are .*identifier"):
        _import("--map", mapping, sheet)


def test_a_column_that_is_not_in_the_file_is_an_error(
    organizer: Organizer, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet.write_text("Customer ID\nANN\n")

    with pytest.raises(CommandError):
        _import("--map", "Mitglied=identifier", sheet)

    assert f"{sheet}: has no column 'Mitglied'; it has 'Customer ID'\n" in capsys.readouterr().err
    with scope(organizer=organizer):
        assert not Customer.objects.exists()


@pytest.mark.parametrize("time", ["soon", "2199-01-01"])
def test_an_unusable_as_of_time_is_an_error(organizer: Organizer, time: str) -> None:
    with pytest.raises(CommandError, match=f"--as-of '{time}' "):
        _import("--as-of", time, FILES / "pretix.csv")
