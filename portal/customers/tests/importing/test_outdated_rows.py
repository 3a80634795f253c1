"""The row with the latest source time wins, in whatever order rows are imported."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.importing.comparison import compare_with_customers
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import ParsedRow, check_rows
from portal.customers.models import Customer
from portal.customers.tests.rows import GIVEN
from portal.organizers.models import Organizer

MAY, JUNE, JULY = (f"2026-0{month}-01T10:00:00Z" for month in (5, 6, 7))
ANONYMISED: dict[str, Any] = {
    "email": None,
    "name_parts": {},
    "is_active": False,
    "phone": None,
    "notes": None,
}


def _row(last_modified: str, **fields: Any) -> dict[str, Any]:
    return {**GIVEN, "last_modified": last_modified, **fields}


def _import(organizer: Organizer, *contents: object, overwrite: bool = False) -> LoadReport:
    rows = [ParsedRow(f"row {number}", content) for number, content in enumerate(contents)]
    compared = compare_with_customers(organizer, rows)
    return load_customers(organizer, check_rows(compared), overwrite=overwrite)


def _locale(organizer: Organizer) -> str:
    with scope(organizer=organizer):
        locale: str = Customer.objects.get().locale
    return locale


def test_an_older_row_is_outdated_and_changes_nothing(organizer: Organizer) -> None:
    _import(organizer, _row(JUNE, locale="fr"))

    assert _import(organizer, _row(MAY, locale="de")) == LoadReport(outdated=1)
    assert _locale(organizer) == "fr"


def test_a_customer_erased_at_the_source_is_not_restored_by_an_older_row(
    organizer: Organizer,
) -> None:
    person = _row(MAY, phone="+49 30 1", notes="Prefers an aisle seat.")
    _import(organizer, person)
    _import(organizer, {**person, **ANONYMISED, "last_modified": JUNE})

    assert _import(organizer, person) == LoadReport(outdated=1)
    with scope(organizer=organizer):
        customer = Customer.objects.get()
    assert (customer.email, customer.phone, customer.notes) == (None, None, None)
    assert not customer.is_active


def test_a_newer_row_is_applied(organizer: Organizer) -> None:
    _import(organizer, _row(MAY, locale="de"))

    assert _import(organizer, _row(JUNE, locale="fr")) == LoadReport(updated=1)
    assert _locale(organizer) == "fr"


def test_a_row_with_the_same_source_time_changes_the_customer(organizer: Organizer) -> None:
    _import(organizer, _row(MAY, locale="de"))

    assert _import(organizer, _row(MAY, locale="fr")) == LoadReport(updated=1)
    assert _import(organizer, _row(MAY, locale="fr")) == LoadReport(unchanged=1)
    assert _locale(organizer) == "fr"


@pytest.mark.parametrize("before", [[], [_row(MAY, locale="de")], [_row(JULY, locale="fr")]])
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_within_a_load_the_latest_change_wins(
    organizer: Organizer, before: list[dict[str, Any]], order: tuple[int, ...]
) -> None:
    _import(organizer, *before)
    rows = [_row(MAY, locale="de"), _row(JULY, locale="fr"), _row(JUNE, locale="nl")]

    report = _import(organizer, *(rows[number] for number in order))

    assert report.repeated == 2
    assert _locale(organizer) == "fr"


def test_of_equal_times_within_a_load_the_last_row_counts(organizer: Organizer) -> None:
    report = _import(organizer, _row(MAY, locale="de"), _row(MAY, locale="fr"))

    assert report == LoadReport(created=1, repeated=1)
    assert _locale(organizer) == "fr"


def test_a_change_in_portal_does_not_affect_which_row_of_the_source_is_newer(
    organizer: Organizer,
) -> None:
    _import(organizer, _row(JUNE, locale="de"))
    with scope(organizer=organizer):
        customer = Customer.objects.get()
        customer.phone, customer.last_modified = "+49 30 1", datetime(2026, 8, 1, tzinfo=UTC)
        customer.save()

    assert _import(organizer, _row(MAY, locale="nl")) == LoadReport(outdated=1)
    assert _import(organizer, _row(JUNE, locale="de")) == LoadReport(unchanged=1)
    assert _import(organizer, _row(JULY, locale="fr")) == LoadReport(updated=1)
    with scope(organizer=organizer):
        customer = Customer.objects.get()
    assert (customer.locale, customer.phone) == ("fr", "+49 30 1")


def test_a_customer_that_was_never_imported_is_updated_by_any_row(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(identifier="8WSAJCJ")

    assert _import(organizer, _row(MAY, locale="fr")) == LoadReport(updated=1)
    assert _locale(organizer) == "fr"


def test_a_row_without_a_time_is_rejected_beside_a_customer_without_a_source(
    organizer: Organizer,
) -> None:
    _import(organizer, _row(MAY))
    with scope(organizer=organizer):
        Customer.objects.update(source_modified=None)

    assert _import(organizer, {**GIVEN, "last_modified": None}).rejected == 1


@pytest.mark.parametrize(("hours", "is_rejected"), [(23, False), (25, True)])
def test_a_time_more_than_a_day_ahead_is_rejected(
    organizer: Organizer, hours: int, is_rejected: bool
) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=hours)

    report = _import(organizer, _row(ahead.isoformat()))

    reasons = [each.reason for each in report.rejections]
    assert reasons == ["last_modified: is more than a day in the future"] * is_rejected


def test_overwrite_restores_an_older_row(organizer: Organizer, tmp_path: Path) -> None:
    newer, older = tmp_path / "newer.json", tmp_path / "older.json"
    newer.write_text(json.dumps([_row(JUNE, locale="fr")]))
    older.write_text(json.dumps([_row(MAY, locale="de")]))
    out = io.StringIO()

    for arguments in ([newer], [older], [older, "--overwrite"], [newer]):
        call_command("import_customers", "bigevents", *map(str, arguments), stdout=out)

    assert out.getvalue().splitlines() == [
        "1 customers: 1 created, 0 updated, 0 unchanged, 0 rejected.",
        "1 customers: 0 created, 0 updated, 0 unchanged, 0 rejected, 1 outdated.",
        "1 customers: 0 created, 1 updated, 0 unchanged, 0 rejected.",
        "1 customers: 0 created, 1 updated, 0 unchanged, 0 rejected.",
    ]
