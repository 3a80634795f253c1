"""The temporary table that customers pass on their way in, and its SQL for both databases."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

from django.db import connection

from portal.customers.models import Customer
from portal.customers.prepared import COLUMNS, Batch, Content, column_definitions
from portal.customers.rows import Rejection
from portal.organizers.models import Organizer

CREATE: Final = "CREATE TEMPORARY TABLE staged (number BIGINT, place TEXT, {definitions})"
INSERT: Final = "INSERT INTO staged (number, place, {columns}) VALUES (%s, %s, {placeholders})"
COPY: Final = "COPY staged (number, place, {columns}) FROM STDIN"
# They have no place, because nothing will be said about them.
INSERT_KNOWN: Final = "INSERT INTO staged (number, identifier) VALUES (%s, %s)"
COPY_KNOWN: Final = "COPY staged (number, identifier) FROM STDIN"
# Neighbours in one order, which takes less time than an index and a look into it for each row.
DROP_REPEATED: Final = """
    DELETE FROM staged WHERE number IN (
        SELECT number FROM (
            SELECT number, LEAD(number) OVER (PARTITION BY identifier ORDER BY number) AS later
            FROM staged) AS neighbours
        WHERE later IS NOT NULL)"""
DROP_KNOWN: Final = "DELETE FROM staged WHERE place IS NULL"
DROP_UNCHANGED: Final = """
    DELETE FROM staged WHERE EXISTS (
        SELECT 1 FROM {table} kept
        WHERE kept.organizer_id = %(organizer)s AND kept.identifier = staged.identifier
        AND {unchanged})"""
# A customer keeps its email when no staged row changes it. A refused row changes nothing, so
# whoever wants the email that its customer has is refused as well, and so on.
REFUSE_KEPT: Final = """
    WITH RECURSIVE refused (number, identifier) AS (
        SELECT staged.number, staged.identifier FROM staged
        JOIN {table} kept ON kept.organizer_id = %(organizer)s
            AND kept.email_key = staged.email_key AND kept.identifier <> staged.identifier
        LEFT JOIN staged own ON own.identifier = kept.identifier
        WHERE own.identifier IS NULL OR own.email_key = kept.email_key
        UNION
        SELECT staged.number, staged.identifier FROM refused
        JOIN {table} kept ON kept.organizer_id = %(organizer)s
            AND kept.identifier = refused.identifier
        JOIN staged ON staged.email_key = kept.email_key
            AND staged.identifier <> kept.identifier)
    DELETE FROM staged WHERE number IN (SELECT refused.number FROM refused)
    RETURNING number, place, email"""
REFUSE_SHARED: Final = """
    DELETE FROM staged WHERE number IN (
        SELECT number FROM (
            SELECT number, LAG(number) OVER (PARTITION BY email_key ORDER BY number) AS earlier
            FROM staged WHERE email_key IS NOT NULL) AS neighbours
        WHERE earlier IS NOT NULL)
    RETURNING number, place, email"""
COUNT: Final = "SELECT COUNT(*) FROM staged"
# Two customers may swap their emails, and each row is checked as it is written.
FREE_EMAILS: Final = """
    UPDATE {table} SET email_key = NULL
    WHERE organizer_id = %(organizer)s AND email_key IS NOT NULL AND EXISTS (
        SELECT 1 FROM staged WHERE staged.identifier = {table}.identifier
        AND NOT (staged.email_key {same} {table}.email_key))"""
UPDATE: Final = """
    UPDATE {table} SET {assignments} FROM staged
    WHERE {table}.organizer_id = %(organizer)s AND {table}.identifier = staged.identifier"""
INSERT_NEW: Final = """
    INSERT INTO {table} (organizer_id, {columns}) SELECT %(organizer)s, {columns} FROM staged
    WHERE NOT EXISTS (
        SELECT 1 FROM {table} kept
        WHERE kept.organizer_id = %(organizer)s AND kept.identifier = staged.identifier)
    ORDER BY number"""


class Staging:
    """One load of one organizer. Lives within a transaction, which takes it back on errors."""

    def __init__(self, organizer: Organizer) -> None:
        self._organizer = organizer
        self._execute(CREATE)

    def add(self, batch: Batch) -> None:
        """Stage rows, whose numbers no other batch has."""
        _write(COPY, INSERT, batch.placed)
        _write(COPY_KNOWN, INSERT_KNOWN, batch.known)

    def drop_repeated(self) -> int:
        """Of several rows with one identifier the last one stays. How many went."""
        return self._execute(DROP_REPEATED)

    def drop_known(self) -> int:
        """Rows that were known to change nothing. How many went; the others can be compared."""
        return self._execute(DROP_KNOWN)

    def make_indexes(self) -> None:
        """Before rows are compared with customers. Quicker now, that no more rows come."""
        self._execute("CREATE INDEX staged_by_identifier ON staged (identifier)")
        self._execute("CREATE INDEX staged_by_email ON staged (email_key)")
        # Of the other columns nobody needs to know anything. SQLite looks at indexes only.
        columns = " (number, identifier, email_key)" if connection.vendor == "postgresql" else ""
        self._execute(f"ANALYZE staged{columns}")

    def drop_unchanged(self) -> int:
        """Rows that the table has already, value by value. How many went."""
        return self._execute(DROP_UNCHANGED)

    def refuse_taken_emails(self) -> list[Rejection]:
        """Take out rows whose email another customer keeps, or an earlier row brings."""
        return self._refuse(REFUSE_KEPT, REFUSE_SHARED, REFUSE_KEPT)

    def count(self) -> int:
        """How many rows are left."""
        [(total,)] = self._fetch(COUNT)
        return int(total)

    def update(self) -> int:
        """Write the rows that have a customer already. How many they are.

        A customer whom another transaction has saved since the comparison may have an email of
        these rows, or an identifier: then this or insert() raises IntegrityError.
        """
        self._execute(FREE_EMAILS)
        return self._execute(UPDATE)

    def insert(self) -> int:
        """Write the rows that have no customer yet. How many they are."""
        return self._execute(INSERT_NEW)

    def drop(self) -> None:
        """The next load of this connection makes its own."""
        self._execute("DROP TABLE staged")

    def _refuse(self, *statements: str) -> list[Rejection]:
        refused = [row for statement in statements for row in self._fetch(statement)]
        return [
            Rejection(place, f"email: {email} belongs to another customer")
            for _number, place, email in sorted(refused, key=itemgetter(0))
        ]

    def _execute(self, statement: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_spelled_out(statement), {"organizer": self._organizer.pk})
            count: int = cursor.rowcount
            return count

    def _fetch(self, statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_spelled_out(statement), {"organizer": self._organizer.pk})
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows


def _spelled_out(statement: str) -> str:
    same = "IS NOT DISTINCT FROM" if connection.vendor == "postgresql" else "IS"
    return statement.format(
        table=Customer._meta.db_table,
        columns=", ".join(COLUMNS),
        definitions=column_definitions(),
        placeholders=", ".join(["%s"] * len(COLUMNS)),
        same=same,
        unchanged=" AND ".join(f"kept.{name} {same} staged.{name}" for name in COLUMNS),
        assignments=", ".join(f"{name} = staged.{name}" for name in COLUMNS),
    )


def _write(copy_in: str, insert: str, content: Content) -> None:
    if not content:
        return
    with connection.cursor() as cursor:
        if isinstance(content, list):
            cursor.executemany(_spelled_out(insert), content)
            return
        with connection.wrap_database_errors, cursor.copy(_spelled_out(copy_in)) as copy:
            copy.write(content)
