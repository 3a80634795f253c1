"""Valid rows are accepted, and invalid rows are rejected with a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from portal.customers.importing.rows import (
    ParsedRow,
    Rejection,
    StagedRow,
    UnchangedRow,
    check_rows,
)
from portal.customers.tests.rows import GIVEN

FULL = {"_scheme": "full"}


def _check(**fields: object) -> StagedRow | UnchangedRow | Rejection:
    return next(check_rows([ParsedRow("customer 1", {**GIVEN, **fields})]))


def test_the_example_of_the_specification_is_accepted_to_the_microsecond() -> None:
    checked = _check()

    assert isinstance(checked, StagedRow)
    assert checked.row.date_joined == datetime(2021, 4, 6, 13, 44, 22, 809216, tzinfo=UTC)
    assert checked.row.notes is None


def test_unknown_keys_and_the_composed_name_are_ignored() -> None:
    checked = _check(name="Somebody else", favourite_colour="blue")

    assert isinstance(checked, StagedRow)


@pytest.mark.parametrize("field", sorted(GIVEN.keys() - {"name"}))
def test_every_field_of_the_specification_is_required(field: str) -> None:
    customer = {name: value for name, value in GIVEN.items() if name != field}

    assert [*check_rows([ParsedRow("customer 1", customer)])] == [
        Rejection("customer 1", f"{field}: Field required", str(customer.get("identifier", "")))
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"identifier": "a b"}, "identifier: String should match"),
        ({"identifier": "8WSAJCJ\n"}, "identifier: String should match"),
        ({"identifier": "x" * 191}, "identifier: String should match"),
        ({"email": ""}, "email: is not an email address"),
        ({"email": "a@b@c"}, "email: is not an email address"),
        ({"email": " customer@example.org"}, "email: is not an email address"),
        ({"email": "x" * 250 + "@example.org"}, "email: String should have at most 254"),
        ({"email": f"x@{'.'.join(['İ' * 27] * 8)}.de"}, "email: has more than 254 characters"),
        ({"phone": "1" * 129}, "phone: String should have at most 128"),
        ({"notes": "a\0b"}, "notes: contains a NUL character"),
        ({"notes": "a\ud800b"}, "notes: Input should be a valid string"),
        ({"locale": ""}, "locale: String should have at least 1"),
        ({"is_active": 1}, "is_active: Input should be a valid boolean"),
        ({"is_active": "true"}, "is_active: Input should be a valid boolean"),
        ({"date_joined": 1617716662}, "date_joined: must be a time"),
        ({"date_joined": "1617716662"}, "date_joined: must be a time"),
        ({"date_joined": "2021-04-06T13:44:22"}, "date_joined: must be a time"),
        ({"date_joined": "2021-04-06T13:44:22.8092161Z"}, "date_joined: must be a time"),
        ({"date_joined": "2021-02-30T13:44:22Z"}, "date_joined: is not a time of the calendar"),
        ({"last_login": "9999-12-31T23:59:59-12:00"}, "last_login: is not a time"),
        ({"last_login": "0001-01-01T00:00:00Z"}, "last_login: must be in the years 1900 to 2199"),
        ({"name_parts": None}, "name_parts: Input should be a valid dictionary"),
        ({"name_parts": {"full_name": "X"}}, "name_parts: must have _scheme or _legacy"),
        ({"name_parts": {"_scheme": "new"}}, "name_parts: unknown name scheme 'new'"),
        ({"name_parts": {**FULL, "full_name": 7}}, "name_parts.full_name: Input should be"),
        ({"name_parts": {**FULL, "full_name": "x" * 256}}, "name_parts: make a name of more"),
        ({"name_parts": {**FULL, "full_name": "a\0"}}, "name_parts.full_name: contains a NUL"),
        ({"name_parts": {**FULL, "a\0": "x"}}, "name_parts.a\\x00.[key]: contains a NUL"),
        ({"name_parts": {**FULL, "\ud800": "x"}}, "name_parts"),
    ],
)
def test_an_invalid_value_is_rejected_with_its_field_and_a_reason(
    fields: dict[str, object], reason: str
) -> None:
    checked = _check(**fields)

    assert isinstance(checked, Rejection)
    assert checked.reason.startswith(reason)
    assert checked.reason.isprintable()


def test_all_errors_of_a_customer_are_reported() -> None:
    checked = _check(email="x", locale="")

    assert isinstance(checked, Rejection)
    assert checked.reason.startswith("email: is not an email address; locale: ")


@pytest.mark.parametrize("content", [None, 7, "text", [], [GIVEN]])
def test_a_value_that_is_not_an_object_is_rejected(content: object) -> None:
    assert [*check_rows([ParsedRow("customer 3", content)])] == [
        Rejection("customer 3", "is not an object")
    ]


def test_earlier_rejections_are_passed_on() -> None:
    rejection = Rejection("page.json", "breaks off")

    assert [*check_rows([rejection])] == [rejection]


def test_an_offset_is_converted_to_utc() -> None:
    checked = _check(last_login="2021-04-06T15:44:22+02:00")

    assert isinstance(checked, StagedRow)
    assert checked.row.last_login == datetime(2021, 4, 6, 13, 44, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (491701234567, "491701234567"),
        (491701234567.0, "491701234567"),
        (Decimal("4.9E+11"), "490000000000"),
        (10**20, "1" + "0" * 20),
    ],
)
def test_a_whole_number_is_taken_as_text(number: object, text: str) -> None:
    checked = _check(phone=number, external_identifier=number)

    assert isinstance(checked, StagedRow)
    assert (checked.row.phone, checked.row.external_identifier) == (text, text)


@pytest.mark.parametrize("number", [0.5, 1e16, Decimal("1E+999999"), True])
def test_a_number_with_a_fraction_or_without_its_digits_is_rejected(number: object) -> None:
    checked = _check(phone=number)

    assert isinstance(checked, Rejection)
    assert checked.reason == "phone: Input should be a valid string"
