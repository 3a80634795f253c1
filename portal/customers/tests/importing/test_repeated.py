"""Several rows of one customer in an import: missing values of a row come from earlier rows."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from typing import Any

import pytest
from django_scopes import scope

from portal.customers.importing.comparison import compare_with_customers
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import ParsedRow, check_rows
from portal.customers.models import Customer
from portal.customers.tests.rows import GIVEN
from portal.organizers.models import Organizer

APRIL, MAY, JUNE, JULY = (f"2026-0{month}-01T10:00:00Z" for month in (4, 5, 6, 7))
SAID = {"phone": "+49 30 1", "notes": "VIP"}


def _row(last_modified: str, **fields: Any) -> dict[str, Any]:
    return {**GIVEN, "last_modified": last_modified, **fields}


def _import(organizer: Organizer, *rows: dict[str, Any], overwrite: bool = False) -> LoadReport:
    parsed = [
        ParsedRow(f"row {number}", row, is_partial="name_parts" not in row)
        for number, row in enumerate(rows)
    ]
    compared = check_rows(compare_with_customers(organizer, parsed))
    return load_customers(organizer, compared, overwrite=overwrite)


def _customer(organizer: Organizer) -> Customer:
    with scope(organizer=organizer):
        return Customer.objects.get()


@pytest.mark.parametrize("before", [[], [_row(APRIL, phone="old", notes="old")]])
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_later_row_keeps_values_that_only_earlier_rows_have(
    organizer: Organizer, before: list[dict[str, Any]], order: tuple[int, ...]
) -> None:
    _import(organizer, *before)
    rows = [_row(MAY, **SAID), _row(JUNE, notes=None), _row(JULY, locale="fr")]

    report = _import(organizer, *(rows[number] for number in order))

    assert (report.created + report.updated, report.repeated) == (1, 2)
    customer = _customer(organizer)
    assert (customer.locale, customer.phone, customer.notes) == ("fr", SAID["phone"], None)
    assert customer.source_modified == datetime.fromisoformat(JULY)


def test_the_search_text_follows_the_changed_fields(organizer: Organizer) -> None:
    _import(organizer, _row(MAY, external_identifier="CRM 7"), _row(JUNE))

    assert "crm 7" in _customer(organizer).search_text


def test_an_outdated_row_completes_no_later_one(organizer: Organizer) -> None:
    _import(organizer, _row(MAY, notes="new"))

    report = _import(organizer, _row(APRIL, notes="old"), _row(JUNE, locale="fr"))

    assert report == LoadReport(updated=1, repeated=1)
    assert _customer(organizer).notes == "new"


def test_an_outdated_row_completes_a_later_one_on_purpose(organizer: Organizer) -> None:
    _import(organizer, _row(MAY, notes="new"))

    _import(organizer, _row(APRIL, notes="old"), _row(JUNE, locale="fr"), overwrite=True)

    assert _customer(organizer).notes == "old"


def test_rows_that_are_all_outdated_change_nothing(organizer: Organizer) -> None:
    _import(organizer, _row(JUNE, notes="new"))

    assert _import(organizer, _row(APRIL, **SAID), _row(MAY)) == LoadReport(outdated=1, repeated=1)
    assert _customer(organizer).notes == "new"


def test_an_unchanged_row_does_not_revert_an_earlier_change(organizer: Organizer) -> None:
    _import(organizer, _row(MAY, notes="old"))

    report = _import(organizer, _row(MAY, notes="new"), _row(MAY))

    assert report == LoadReport(updated=1, repeated=1)
    assert _customer(organizer).notes == "new"


def test_an_unchanged_row_with_all_keys_reverts_an_earlier_change(organizer: Organizer) -> None:
    before = _row(MAY, **SAID, external_identifier=None)
    _import(organizer, before)

    report = _import(organizer, _row(MAY, notes="new"), before, _row(MAY))

    assert report == LoadReport(unchanged=1, repeated=2)
    assert _customer(organizer).notes == "VIP"


def test_rows_without_a_time_complete_each_other_for_a_new_customer(organizer: Organizer) -> None:
    first = {"identifier": "ANN", "email": "ann@x.org", "notes": "VIP"}

    report = _import(organizer, first, {"identifier": "ANN", "email": "new@x.org"})

    assert report == LoadReport(created=1, repeated=1)
    customer = _customer(organizer)
    assert (customer.email, customer.notes, customer.source_modified) == ("new@x.org", "VIP", None)


def test_a_row_without_a_time_completes_one_with_a_time(organizer: Organizer) -> None:
    row = _row(MAY, locale="fr")

    _import(organizer, row, {"identifier": row["identifier"], "locale": "nl", "notes": "VIP"})

    customer = _customer(organizer)
    assert (customer.locale, customer.notes) == ("fr", "VIP")


def test_a_row_that_is_not_valid_after_the_merge_is_rejected(organizer: Organizer) -> None:
    parts = {"_scheme": "given_family", "given_name": "x" * 200}

    report = _import(
        organizer,
        {"identifier": "ANN", "parts": parts},
        {"identifier": "ANN", "parts": {"_scheme": "given_family", "family_name": "y" * 200}},
    )

    assert [str(each) for each in report.rejections] == [
        "row 1 (ANN): name_parts: make a name of more than 255 characters"
    ]
    assert report.created == 1
