"""The parameter that chooses the columns of the list."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from portal.customers.models import Customer
from portal.customers.query.columns import COLUMNS, STANDARD, parse_columns


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name,email,phone", ("name", "email", "phone")),
        ("phone,name", ("phone", "name")),
        (" phone , email ,,", ("name", "phone", "email")),
        ("name,phone,name", ("name", "phone")),
        ("", ("name",)),
    ],
)
def test_columns_are_named_from_left_to_right(text: str, names: tuple[str, ...]) -> None:
    assert parse_columns(text) == names


@pytest.mark.parametrize("text", ["notes", "name,Email", "name;email", "*"])
def test_an_unknown_column_is_an_error_that_lists_the_known_ones(text: str) -> None:
    with pytest.raises(ValidationError, match=r"There is no column .*; choose from name, email"):
        parse_columns(text)


def test_the_standard_columns_are_some_of_all_columns() -> None:
    assert parse_columns(",".join(STANDARD)) == STANDARD
    assert set(STANDARD) < COLUMNS.keys()


def test_columns_show_fields_of_a_customer() -> None:
    fields = {field.attname for field in Customer._meta.concrete_fields}

    assert {name for column in COLUMNS.values() for name in column.fields} <= fields - {"notes"}
