"""Every index begins with the organizer, and a customer's primary key is its id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from django.db import IntegrityError, connection

from portal.conftest import CustomerMaker
from portal.customers.models import Customer

TABLE: Final = Customer._meta.db_table

pytestmark = pytest.mark.django_db


def _first_columns() -> Iterator[tuple[str, str | None]]:
    """The name and first column of each index and unique constraint in tables with an organizer."""
    introspection = connection.introspection
    with connection.cursor() as cursor:
        for table in introspection.table_names(cursor):
            columns = introspection.get_table_description(cursor, table)
            if "organizer_id" in {column.name for column in columns}:
                for name, each in introspection.get_constraints(cursor, table).items():
                    is_checked = each["unique"] or each["index"]
                    if is_checked and not each["primary_key"]:
                        yield f"{table}.{name}", each["columns"][0] if each["columns"] else None


def test_every_index_in_the_database_begins_with_the_organizer() -> None:
    first = dict(_first_columns())

    assert f"{TABLE}.customer_by_name_key" in first
    assert {name: column for name, column in first.items() if column != "organizer_id"} == {}


def _execute(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_foreign_key_can_refer_to_a_customer_by_its_id(make_customer: CustomerMaker) -> None:
    customer = make_customer()
    _execute(f"CREATE TABLE customers_letter (customer_id BIGINT REFERENCES {TABLE} (id))")

    _execute("INSERT INTO customers_letter VALUES (%s)", customer.pk)

    with pytest.raises(IntegrityError):
        _execute("INSERT INTO customers_letter VALUES (%s)", customer.pk + 1)
