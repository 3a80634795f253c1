"""The temporary table that customers pass on their way in, and its SQL for both databases."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

from django.db import connection

from portal.customers.copying import add_column
from portal.customers.models import Customer
from portal.customers.prepared import COLUMNS, Batch, Ready, Values, column_definitions
from portal.customers.rows import Rejection
from portal.organizers.models import Organizer

CREATE: Final = "CREATE TEMPORARY TABLE staged (number BIGINT, place TEXT, {definitions})"
INSERT: Final = "INSERT INTO staged (number, place, {columns}) VALUES (%s, %s, {placeholders})"
COPY: Final = "COPY staged (number, place, {columns}) FROM STDIN"
# They have no place, because nothing will be said about them.
INSERT_KNOWN: Final = "INSERT INTO staged (number, identifier) VALUES (%s, %s)"
COPY_KNOWN: Final = "COPY staged (number, identifier) FROM STDIN"
INSERT_AT_ONCE: Final = """
    INSERT INTO {table} ({columns}, organizer_id) VALUES ({placeholders}, :organizer)"""
COPY_AT_ONCE: Final = "COPY {table} ({columns}, organizer_id) FROM STDIN"
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
COUNT_NEW: Final = """
    SELECT COUNT(*) FROM staged WHERE NOT EXISTS (
        SELECT 1 FROM {table} kept
        WHERE kept.organizer_id = %(organizer)s AND kept.identifier = staged.identifier)"""
COUNT: Final = "SELECT COUNT(*) FROM staged"
# Two customers may swap their emails, and each row is checked as it is written.
FREE_EMAILS: Final = """
    UPDATE {table} SET email_key = NULL
    WHERE organizer_id = %(organizer)s AND email_key IS NOT NULL AND EXISTS (
        SELECT 1 FROM staged WHERE staged.identifier = {table}.identifier
        AND NOT (staged.email_key {same} {table}.email_key))"""
ADD: Final = """
    INSERT INTO {table} (organizer_id, {columns}) SELECT %(organizer)s, {columns} FROM staged"""
# SQLite would take ON for a join if nothing stood before it.
MERGE: Final = f"""{ADD} WHERE 1 = 1 ORDER BY number
    ON CONFLICT (organizer_id, identifier) DO UPDATE SET {{assignments}}"""


class Staging:
    """One load of one organizer. Lives within a transaction, which takes it back on errors."""

    def __init__(self, organizer: Organizer) -> None:
        self._organizer = organizer
        self._execute(CREATE)

    def add(self, batch: Batch) -> None:
        """Stage rows, whose numbers no other batch has."""
        _write(COPY, INSERT, batch.placed.content)
        _write(COPY_KNOWN, INSERT_KNOWN, batch.known.content)

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

    def refuse_shared_emails(self) -> list[Rejection]:
        """The same where there are no other customers yet."""
        return self._refuse(REFUSE_SHARED)

    def count(self) -> int:
        """How many rows are left."""
        [(total,)] = self._fetch(COUNT)
        return int(total)

    def count_new(self) -> int:
        """How many of them are no customers yet."""
        [(new,)] = self._fetch(COUNT_NEW)
        return int(new)

    def merge(self) -> None:
        """Write what is staged. Nothing that is left may be refused by the database."""
        self._execute(FREE_EMAILS)
        self._execute(MERGE)

    def add_all(self) -> None:
        """Write what is staged, for an organizer that has no customers yet."""
        self._execute(ADD)

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


def write_at_once(organizer: Organizer, rows: Ready) -> None:
    """Past the staging table. Raises IntegrityError for whatever is there already."""
    content = rows.content
    if isinstance(content, bytes):
        content = add_column(content, organizer.pk)
    insert = INSERT_AT_ONCE.replace(":organizer", str(organizer.pk))
    _write(COPY_AT_ONCE, insert, content)


def _spelled_out(statement: str) -> str:
    same = "IS NOT DISTINCT FROM" if connection.vendor == "postgresql" else "IS"
    return statement.format(
        table=Customer._meta.db_table,
        columns=", ".join(COLUMNS),
        definitions=column_definitions(),
        placeholders=", ".join(["%s"] * len(COLUMNS)),
        same=same,
        unchanged=" AND ".join(f"kept.{name} {same} staged.{name}" for name in COLUMNS),
        assignments=", ".join(f"{name} = excluded.{name}" for name in COLUMNS),
    )


def _write(copy_in: str, insert: str, content: bytes | list[Values]) -> None:
    if not content:
        return
    with connection.cursor() as cursor:
        if isinstance(content, list):
            cursor.executemany(_spelled_out(insert), content)
            return
        with connection.wrap_database_errors, cursor.copy(_spelled_out(copy_in)) as copy:
            copy.write(content)
