"""How the database itself keeps the numbers of customers: for migrations, and for loads."""
# ruff: noqa: S608  Nothing in this SQL comes from outside.

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from portal.customers import counting_postgresql, counting_sqlite
from portal.customers.counts import KEY

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WAYS: Final[dict[str, Any]] = {"postgresql": counting_postgresql, "sqlite": counting_sqlite}
# One snapshot sees the customers and what has been noted of them. The difference is what is
# missing, whoever writes meanwhile; where nothing is missing, nothing is written.
COUNT: Final = f"""
INSERT INTO customers_customercount ({KEY}, number)
SELECT {KEY}, SUM(number) FROM (
    SELECT {KEY}, COUNT(*) AS number FROM customers_customer GROUP BY {KEY}
    UNION ALL
    SELECT {KEY}, -number FROM customers_customercount) AS difference
GROUP BY {KEY} HAVING SUM(number) <> 0"""
ADDED: Final = f" ON CONFLICT ({KEY}) DO UPDATE SET number = number + excluded.number"


def keep_counts(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table and the triggers, as far as they are missing. Writers wait for a moment."""
    for statement in WAYS[editor.connection.vendor].MAKE:
        editor.execute(statement)


def count_customers(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Note whom the triggers have not seen. Nobody waits; a second time changes nothing."""
    editor.execute(_count(editor.connection.vendor))


def drop_counts(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """As if they had never been kept."""
    for statement in WAYS[editor.connection.vendor].DROPS:
        editor.execute(statement)
    editor.execute("DROP TABLE IF EXISTS customers_customercount")


@contextmanager
def counted_at_once() -> Iterator[None]:
    """Around a load of many new customers, within a transaction: SQLite counts them at its end.

    It takes longer to call a trigger for each row than to write the row. PostgreSQL calls one for
    each statement.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        for statement in counting_sqlite.DROPS:
            cursor.execute(statement)
        yield
        for statement in (_count("sqlite"), *counting_sqlite.TRIGGERS):
            cursor.execute(statement)


def _count(vendor: str) -> str:
    return COUNT + (ADDED if vendor == "sqlite" else "")
