"""The staging table of a load: a temporary table, and its SQL for both databases."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

from django.db import connection

from portal.customers.importing.encode import COLUMNS, Batch, Content, column_definitions
from portal.customers.importing.rows import Rejection
from portal.customers.models import Customer
from portal.organizers.models import Organizer

CREATE: Final = "CREATE TEMPORARY TABLE staged (number BIGINT, place TEXT, {definitions})"
INSERT: Final = "INSERT INTO staged (number, place, {columns}) VALUES (%s, %s, {placeholders})"
COPY: Final = "COPY staged (number, place, {columns}) FROM STDIN"
# Rows that are known to be unchanged have no place, because no rejection will name them.
INSERT_KNOWN: Final = "INSERT INTO staged (number, identifier) VALUES (%s, %s)"
COPY_KNOWN: Final = "COPY staged (number, identifier) FROM STDIN"
# One sort of all rows takes less time than an index lookup for each of them.
DROP_REPEATED: Final = """
    DELETE FROM staged WHERE number IN (
        SELECT number FROM (
            SELECT number, LEAD(number) OVER (PARTITION BY identifier ORDER BY number) AS later
            FROM staged) AS neighbours
        WHERE later IS NOT NULL)"""
DROP_KNOWN: Final = "DELETE FROM staged WHERE place IS NULL"
DROP_UNCHANGED: Final = """
    DELETE FROM staged WHERE EXISTS (
        SELECT 1 FROM {table} existing
        WHERE existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier
        AND {unchanged})"""
# An email is taken where its customer has no staged row that changes it. A refused row changes
# nothing, so other rows with the email of its customer are refused as well, and so on.
REFUSE_TAKEN: Final = """
    WITH RECURSIVE refused (number, identifier) AS (
        SELECT staged.number, staged.identifier FROM staged
        JOIN {table} existing ON existing.organizer_id = %(organizer)s
            AND existing.email_key = staged.email_key AND existing.identifier <> staged.identifier
        LEFT JOIN staged own ON own.identifier = existing.identifier
        WHERE own.identifier IS NULL OR own.email_key = existing.email_key
        UNION
        SELECT staged.number, staged.identifier FROM refused
        JOIN {table} existing ON existing.organizer_id = %(organizer)s
            AND existing.identifier = refused.identifier
        JOIN staged ON staged.email_key = existing.email_key
            AND staged.identifier <> existing.identifier)
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
# Two customers may swap their emails, and the unique constraint is checked for each row.
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
        SELECT 1 FROM {table} existing
        WHERE existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier)
    ORDER BY number"""


class Staging:
    """The rows of one load of one organizer, within a transaction."""

    def __init__(self, organizer: Organizer) -> None:
        self._organizer = organizer
        self._execute(CREATE)

    def add(self, batch: Batch) -> None:
        """Insert rows, whose numbers no other batch has."""
        _write(COPY, INSERT, batch.placed)
        _write(COPY_KNOWN, INSERT_KNOWN, batch.known)

    def drop_repeated(self) -> int:
        """Delete all but the last row of each identifier. Returns how many."""
        return self._execute(DROP_REPEATED)

    def drop_known(self) -> int:
        """Delete the rows that are known to be unchanged. Returns how many."""
        return self._execute(DROP_KNOWN)

    def make_indexes(self) -> None:
        """Before rows are compared: to build them once is quicker than to update them by row."""
        self._execute("CREATE INDEX staged_by_identifier ON staged (identifier)")
        self._execute("CREATE INDEX staged_by_email ON staged (email_key)")
        # The statements above use no other columns. SQLite has statistics of indexes only.
        columns = " (number, identifier, email_key)" if connection.vendor == "postgresql" else ""
        self._execute(f"ANALYZE staged{columns}")

    def drop_unchanged(self) -> int:
        """Delete the rows whose customer has the same values. Returns how many."""
        return self._execute(DROP_UNCHANGED)

    def refuse_taken_emails(self) -> list[Rejection]:
        """Delete the rows whose email belongs to another customer or to an earlier row."""
        return self._refuse(REFUSE_TAKEN, REFUSE_SHARED, REFUSE_TAKEN)

    def count(self) -> int:
        """How many rows are still in it."""
        [(total,)] = self._fetch(COUNT)
        return int(total)

    def update(self) -> int:
        """Write the rows of customers that exist. Returns how many.

        Another transaction may have saved a customer with an email or an identifier of these rows
        since the comparison: then this or insert() raises IntegrityError.
        """
        self._execute(FREE_EMAILS)
        return self._execute(UPDATE)

    def insert(self) -> int:
        """Write the rows of customers that do not exist yet. Returns how many."""
        return self._execute(INSERT_NEW)

    def drop(self) -> None:
        """The next load of this connection creates its own."""
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
        unchanged=" AND ".join(f"existing.{name} {same} staged.{name}" for name in COLUMNS),
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
