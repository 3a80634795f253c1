"""The staging table of a load: a temporary table, and its SQL for both databases."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

from django.db import connection

from portal.customers.importing.encode import COLUMNS, Batch, Content, column_definitions
from portal.customers.importing.rows import Rejection
from portal.customers.models import Customer
from portal.organizers.models import Organizer

CREATE: Final = "CREATE TEMPORARY TABLE staged (number BIGINT, position TEXT, {definitions})"
INSERT: Final = "INSERT INTO staged (number, position, {columns}) VALUES (%s, %s, {placeholders})"
COPY: Final = "COPY staged (number, position, {columns}) FROM STDIN"
# Unchanged rows have no position, because they are never rejected.
INSERT_UNCHANGED: Final = """
    INSERT INTO staged (number, identifier, last_modified) VALUES (%s, %s, %s)"""
COPY_UNCHANGED: Final = "COPY staged (number, identifier, last_modified) FROM STDIN"
# One sort of all rows takes less time than an index lookup for each of them.
DROP_REPEATED: Final = """
    DELETE FROM staged WHERE number IN (
        SELECT number FROM (
            SELECT number, LEAD(number) OVER (
                PARTITION BY identifier ORDER BY last_modified, number) AS later
            FROM staged) AS neighbours
        WHERE later IS NOT NULL)"""
DROP_MARKED_UNCHANGED: Final = "DELETE FROM staged WHERE position IS NULL"
DROP_OUTDATED: Final = """
    DELETE FROM staged WHERE EXISTS (
        SELECT 1 FROM {table} existing
        WHERE existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier
        AND existing.source_modified > staged.last_modified)"""
DROP_UNCHANGED: Final = """
    DELETE FROM staged WHERE EXISTS (
        SELECT 1 FROM {table} existing
        WHERE existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier
        AND {unchanged})"""
# An email is taken if another customer has it whose email no staged row changes. A rejected row
# changes nothing: its customer keeps the email, and another row with that email is rejected, too.
REJECT_TAKEN_EMAILS: Final = """
    WITH RECURSIVE rejected (number, identifier) AS (
        SELECT staged.number, staged.identifier FROM staged
        JOIN {table} existing ON existing.organizer_id = %(organizer)s
            AND existing.email_key = staged.email_key AND existing.identifier <> staged.identifier
        LEFT JOIN staged own ON own.identifier = existing.identifier
        WHERE own.identifier IS NULL OR own.email_key = existing.email_key
        UNION
        SELECT staged.number, staged.identifier FROM rejected
        JOIN {table} existing ON existing.organizer_id = %(organizer)s
            AND existing.identifier = rejected.identifier
        JOIN staged ON staged.email_key = existing.email_key
            AND staged.identifier <> existing.identifier)
    DELETE FROM staged WHERE number IN (SELECT rejected.number FROM rejected)
    RETURNING number, position, email"""
REJECT_SHARED_EMAILS: Final = """
    DELETE FROM staged WHERE number IN (
        SELECT number FROM (
            SELECT number, LAG(number) OVER (PARTITION BY email_key ORDER BY number) AS earlier
            FROM staged WHERE email_key IS NOT NULL) AS neighbours
        WHERE earlier IS NOT NULL)
    RETURNING number, position, email"""
COUNT: Final = "SELECT COUNT(*) FROM staged"
# Emails that change are NULL for a moment: the unique constraint is checked for each row, and would
# reject two customers who swap their emails.
FREE_EMAILS: Final = """
    UPDATE {table} SET email_key = NULL
    WHERE organizer_id = %(organizer)s AND email_key IS NOT NULL AND EXISTS (
        SELECT 1 FROM staged WHERE staged.identifier = {table}.identifier
        AND NOT (staged.email_key {equals} {table}.email_key))"""
UPDATE: Final = """
    UPDATE {table} SET {assignments} FROM staged
    WHERE {table}.organizer_id = %(organizer)s AND {table}.identifier = staged.identifier"""
INSERT_NEW: Final = """
    INSERT INTO {table} (organizer_id, source_modified, {columns})
    SELECT %(organizer)s, last_modified, {columns} FROM staged
    WHERE NOT EXISTS (
        SELECT 1 FROM {table} existing
        WHERE existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier)
    ORDER BY number"""


# Pairs of a customer's and a staged column.
ASSIGNED: Final = (*zip(COLUMNS, COLUMNS, strict=True), ("source_modified", "last_modified"))
# A customer that was changed in Portal has a later `last_modified` than its source.
COMPARED: Final = tuple(pair for pair in ASSIGNED if pair[0] != "last_modified")


class Staging:
    """The staging table of one load of one organizer, within a transaction."""

    def __init__(self, organizer: Organizer) -> None:
        self._organizer = organizer
        self._execute(CREATE)

    def add(self, batch: Batch) -> None:
        """Insert the rows of a batch. Numbers are unique across batches."""
        _write(COPY, INSERT, batch.staged)
        _write(COPY_UNCHANGED, INSERT_UNCHANGED, batch.unchanged)

    def drop_repeated(self) -> int:
        """Delete all rows of each identifier but the one that was changed last at the source.

        Of rows with equal times the last is kept. Returns how many were deleted.
        """
        return self._execute(DROP_REPEATED)

    def drop_marked_unchanged(self) -> int:
        """Delete the rows that were added as unchanged. Returns how many were deleted."""
        return self._execute(DROP_MARKED_UNCHANGED)

    def make_indexes(self) -> None:
        """Create the indexes of the comparison, after all rows: that is faster than before."""
        self._execute("CREATE INDEX staged_by_identifier ON staged (identifier)")
        self._execute("CREATE INDEX staged_by_email ON staged (email_key)")
        # Conditions and joins use no other columns. SQLite has statistics of indexes only.
        columns = " (number, identifier, email_key)" if connection.vendor == "postgresql" else ""
        self._execute(f"ANALYZE staged{columns}")

    def drop_outdated(self) -> int:
        """Delete the rows older than the customer's last row. Returns how many were deleted."""
        return self._execute(DROP_OUTDATED)

    def drop_unchanged(self) -> int:
        """Delete the staged rows that would change nothing. Returns how many were deleted."""
        return self._execute(DROP_UNCHANGED)

    def reject_taken_emails(self) -> list[Rejection]:
        """Delete the rows whose email belongs to another customer or to an earlier row."""
        return self._reject(REJECT_TAKEN_EMAILS, REJECT_SHARED_EMAILS, REJECT_TAKEN_EMAILS)

    def count(self) -> int:
        """The number of rows in the table."""
        [(total,)] = self._fetch(COUNT)
        return int(total)

    def update(self) -> int:
        """Update existing customers. Returns how many.

        This and insert() raise IntegrityError if another transaction has saved a customer with an
        identifier or an email of these rows since the comparison.
        """
        self._execute(FREE_EMAILS)
        return self._execute(UPDATE)

    def insert(self) -> int:
        """Create the customers that do not exist yet. Returns how many."""
        return self._execute(INSERT_NEW)

    def drop(self) -> None:
        """Drop the table, so that the next load of this connection can create it."""
        self._execute("DROP TABLE staged")

    def _reject(self, *statements: str) -> list[Rejection]:
        rejected = [row for statement in statements for row in self._fetch(statement)]
        return [
            Rejection(position, f"email: {email} belongs to another customer")
            for _number, position, email in sorted(rejected, key=itemgetter(0))
        ]

    def _execute(self, statement: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_format(statement), {"organizer": self._organizer.pk})
            count: int = cursor.rowcount
            return count

    def _fetch(self, statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_format(statement), {"organizer": self._organizer.pk})
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows


def _format(statement: str) -> str:
    equals = "IS NOT DISTINCT FROM" if connection.vendor == "postgresql" else "IS"
    return statement.format(
        table=Customer._meta.db_table,
        columns=", ".join(COLUMNS),
        definitions=column_definitions(),
        placeholders=", ".join(["%s"] * len(COLUMNS)),
        equals=equals,
        unchanged=" AND ".join(f"existing.{old} {equals} staged.{new}" for old, new in COMPARED),
        assignments=", ".join(f"{old} = staged.{new}" for old, new in ASSIGNED),
    )


def _write(copy_in: str, insert: str, content: Content) -> None:
    if not content:
        return
    with connection.cursor() as cursor:
        if isinstance(content, list):
            cursor.executemany(_format(insert), content)
            return
        with connection.wrap_database_errors, cursor.copy(_format(copy_in)) as copy:
            copy.write(content)
