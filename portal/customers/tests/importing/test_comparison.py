"""Rows of existing customers: missing fields do not change, equal rows count as unchanged."""

from __future__ import annotations

from typing import Any

import pytest
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.importing.comparison import compare_with_customers
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import ParsedRow, Rejection, UnchangedRow, check_rows
from portal.customers.models import Customer
from portal.customers.tests.rows import GIVEN, emails_of
from portal.organizers.models import Organizer

ANN = {**GIVEN, "identifier": "ANN", "email": "ann@x.org"}
GIVEN_TIME = str(GIVEN["last_modified"])
BOB = {**GIVEN, "identifier": "BOB", "email": "bob@x.org"}
OPTIONAL = {"external_identifier": "CRM 7", "phone": "+49 30 1", "notes": "Prefers an aisle seat."}


def _import(organizer: Organizer, *contents: object) -> LoadReport:
    rows = [ParsedRow(f"row {number}", content) for number, content in enumerate(contents)]
    return load_customers(organizer, check_rows(compare_with_customers(organizer, rows)))


def _compare(organizer: Organizer, content: object) -> object:
    [compared] = compare_with_customers(organizer, [ParsedRow("row", content)])
    return compared


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"name": "of somebody else", "favourite_colour": "blue"},
        {"notes": None},
        {"last_login": "2026-01-01T00:00:00Z"},
        {"notes": 'Zoë\n\u2028 \\ " 😀 \x7f\x01', "phone": "+49 30", "external_identifier": "1"},
        {"name_parts": {}, "email": None},
        {"name_parts": {"_scheme": "given_family", "given_name": "Ann", "family_name": None}},
    ],
)
def test_a_row_that_equals_the_json_of_the_api_is_unchanged(
    organizer: Organizer, more: dict[str, object]
) -> None:
    content = {**ANN, **more}
    _import(organizer, content)

    compared = _compare(organizer, content)

    assert isinstance(compared, UnchangedRow)
    assert compared[:2] == ("ANN", GIVEN_TIME)
    assert _import(organizer, content) == LoadReport(unchanged=1)


@pytest.mark.parametrize(
    "change",
    [
        {"email": "ANN@x.org"},
        {"is_active": 1},
        {"is_verified": 0},
        {"notes": ""},
        {"name_parts": {"_scheme": "full", "full_name": "John  Doe"}},
        {"date_joined": "2021-04-06T15:44:22.809216+02:00"},
        {"date_joined": 1617716662},
        {"identifier": "ann"},
        {"identifier": "ANN\x00"},
        {"identifier": ["ANN"]},
    ],
)
def test_a_row_with_another_value_or_notation_is_not_unchanged(
    organizer: Organizer, change: dict[str, object]
) -> None:
    _import(organizer, ANN)

    assert isinstance(_compare(organizer, {**ANN, **change}), ParsedRow)


@pytest.mark.parametrize("content", [None, [], "ANN", {}, {"identifier": "ANN"}])
def test_a_value_that_is_not_a_customer_is_not_unchanged(
    organizer: Organizer, content: object
) -> None:
    _import(organizer, ANN)

    assert isinstance(_compare(organizer, content), ParsedRow)


def test_a_missing_required_field_does_not_equal_null(organizer: Organizer) -> None:
    without = {**ANN, "last_login": None}
    _import(organizer, without)
    del without["last_login"]

    assert _import(organizer, without).rejections == [
        Rejection("row 0", "last_login: Field required", "ANN")
    ]


def test_an_optional_field_that_a_row_does_not_have_keeps_its_value(organizer: Organizer) -> None:
    _import(organizer, {**ANN, **OPTIONAL})

    assert _import(organizer, ANN) == LoadReport(unchanged=1)
    assert _import(organizer, {**ANN, "locale": "fr"}) == LoadReport(updated=1)
    with scope(organizer=organizer):
        customer = Customer.objects.get()
        assert Customer.objects.filter(search_text__contains="crm 7").exists()
    assert customer.locale == "fr"
    assert {name: getattr(customer, name) for name in OPTIONAL} == OPTIONAL


def test_null_clears_an_optional_field(organizer: Organizer) -> None:
    _import(organizer, {**ANN, **OPTIONAL})

    assert _import(organizer, {**ANN, "notes": None}) == LoadReport(updated=1)
    with scope(organizer=organizer):
        customer = Customer.objects.get()
    assert (customer.notes, customer.phone) == (None, OPTIONAL["phone"])


def test_an_equal_time_with_another_offset_changes_nothing(organizer: Organizer) -> None:
    _import(organizer, ANN)

    moved = {**ANN, "date_joined": "2021-04-06T15:44:22.809216+02:00"}
    assert _import(organizer, moved) == LoadReport(unchanged=1)


def test_customers_of_another_organizer_are_not_compared(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    _import(rival, ANN)
    make_customer(identifier="BOB")

    assert _import(organizer, ANN) == LoadReport(created=1)


def test_an_unchanged_row_overrides_an_earlier_changed_one(organizer: Organizer) -> None:
    _import(organizer, ANN)

    report = _import(organizer, {**ANN, "email": "new@x.org"}, ANN)

    assert report == LoadReport(unchanged=1, repeated=1)
    assert emails_of(organizer) == {"ANN": "ann@x.org"}


def test_a_changed_row_overrides_an_earlier_unchanged_one(organizer: Organizer) -> None:
    _import(organizer, ANN)

    report = _import(organizer, ANN, {**ANN, "email": "new@x.org"})

    assert report == LoadReport(updated=1, repeated=1)
    assert emails_of(organizer) == {"ANN": "new@x.org"}


def test_repeated_unchanged_rows_are_counted_as_repeated(organizer: Organizer) -> None:
    _import(organizer, ANN)

    assert _import(organizer, ANN, ANN, ANN) == LoadReport(unchanged=1, repeated=2)


def test_an_unchanged_customer_keeps_its_email(organizer: Organizer) -> None:
    _import(organizer, ANN, BOB)

    report = _import(organizer, ANN, {**BOB, "email": "ann@x.org"})

    assert (report.unchanged, report.updated, report.rejected) == (1, 0, 1)
    assert emails_of(organizer) == {"ANN": "ann@x.org", "BOB": "bob@x.org"}


def test_emails_are_swapped_beside_unchanged_rows(organizer: Organizer) -> None:
    coy: dict[str, Any] = {**GIVEN, "identifier": "COY", "email": None}
    _import(organizer, ANN, BOB, coy)

    swapped = {**ANN, "email": "bob@x.org"}, {**BOB, "email": "ann@x.org"}
    report = _import(organizer, coy, *swapped, coy)

    assert report == LoadReport(updated=2, unchanged=1, repeated=1)
    assert emails_of(organizer) == {"ANN": "bob@x.org", "BOB": "ann@x.org", "COY": None}


def test_a_rejected_row_does_not_replace_an_earlier_one(organizer: Organizer) -> None:
    _import(organizer, ANN)

    report = _import(organizer, ANN, {**ANN, "email": "nobody"})

    assert (report.unchanged, report.repeated, report.rejected) == (1, 0, 1)
