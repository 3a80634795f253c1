"""Indexes in bulk loads: making one of many rows is quicker than keeping it up row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from django_scopes import scopes_disabled

from portal.customers.models import Customer

# The statements that made the indexes with these names.
DEFINITIONS: Final = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE name IN ({names})",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE indexname IN ({names})"
    " AND schemaname = current_schema()",
}


# Of the rows that there are in the end, so many have to be new.
SHARE: Final = 0.8
FEW: Final = 10_000


@contextmanager
def indexes_for(expected: int) -> Iterator[None]:
    """Around a load of so many new customers, within a transaction.

    Where they will be most of the table, its indexes are made anew, but for those that a rule
    depends on. Nobody else can read customers on PostgreSQL meanwhile.
    """
    if expected < FEW or _has_more_than(expected * (1 - SHARE)):
        yield
        return
    names = [index.name for index in Customer._meta.indexes]
    with connection.cursor() as cursor:
        definitions = _definitions(names)
        for name in names:
            cursor.execute(f"DROP INDEX {name}")
        yield
        if connection.vendor == "postgresql":
            # What waits to be checked at the end stands in the way.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for definition in definitions:
            cursor.execute(definition)


def _has_more_than(number: float) -> bool:
    with scopes_disabled():
        return Customer.objects.all()[: int(number) + 1].count() > number


def _definitions(names: list[str]) -> list[str]:
    """The statements that make the indexes."""
    find = DEFINITIONS[connection.vendor].format(names=", ".join(["%s"] * len(names)))
    with connection.cursor() as cursor:
        cursor.execute(find, names)
        return [definition for (definition,) in cursor.fetchall()]
