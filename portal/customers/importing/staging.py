"""The staging table of an import: a temporary table, and its SQL for both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django_scopes import scope

from portal.customers.importing.comparison import (
    IS_ANY,
    SELECTED_FIELDS,
    format_stored_time,
    list_parameter,
)
from portal.customers.importing.encode import COLUMNS, Content, EncodedBatch, sql_column_definitions
from portal.customers.importing.events import (
    RECORD_CHANGED,
    RECORD_CREATED,
    actor_parameters,
    sql_placeholders,
)
from portal.customers.importing.merging import FIELDS
from portal.customers.importing.rows import GivenFields, Rejection
from portal.customers.models import (
    SEARCH_INDEXES_ON_SQLITE,
    Customer,
    State,
    customers_of_organizer,
)
from portal.customers.related_rows import erase_related_rows
from portal.databases.deleted_texts import remove_deleted_texts
from portal.history.actors import Actor
from portal.organizers.models import Organizer

# `given` is described at `GivenFields` in rows.py, and is NULL for a complete row. `owner` is the
# identifier of another customer that has the email of the row.
CREATE: Final = """
    CREATE TEMPORARY TABLE staged (
        number BIGINT, position TEXT, given TEXT, owner TEXT, {definitions})"""
INSERT: Final = """
    INSERT INTO staged (number, position, given, {columns}) VALUES (%s, %s, %s, {placeholders})"""
COPY: Final = "COPY staged (number, position, given, {columns}) FROM STDIN"
# Unchanged rows have no position, because an unchanged row is never rejected.
INSERT_UNCHANGED: Final = """
    INSERT INTO staged (number, identifier, last_modified, given) VALUES (%s, %s, %s, %s)"""
COPY_UNCHANGED: Final = "COPY staged (number, identifier, last_modified, given) FROM STDIN"
# Finds customers with several rows, at least one of which lacks keys.
REPEATED_WITH_GAPS: Final = """
    SELECT identifier FROM staged
    GROUP BY identifier HAVING COUNT(*) > 1 AND COUNT(given) > 0"""
# A row without a source time sorts before every row with a source time.
ROWS_OF: Final = """
    SELECT number, position, given, {selected} FROM staged WHERE identifier {is_any}
    ORDER BY identifier, last_modified NULLS FIRST, number"""
DELETE: Final = "DELETE FROM staged WHERE number {is_any}"
# Sorting all rows once takes less time than an index lookup for each row.
DROP_REPEATED: Final = """
    DELETE FROM staged WHERE number IN (
        SELECT number FROM (
            SELECT number, LEAD(number) OVER (
                PARTITION BY identifier ORDER BY last_modified NULLS FIRST, number) AS later
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
DROP_UNDATED: Final = """
    DELETE FROM staged WHERE last_modified IS NULL AND EXISTS (
        SELECT 1 FROM {table} existing
        WHERE existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier)"""
# After this lock, no other transaction changes these customers until the import ends. Rows that
# change nothing have been deleted, so the lock affects few customers beside those of the UPDATE.
LOCK_CUSTOMERS: Final = """
    WITH locked AS MATERIALIZED (
        SELECT existing.identifier, existing.source_values
        FROM staged JOIN {table} existing
        ON existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier
        {lock})
    SELECT identifier FROM locked WHERE source_values IS NOT NULL"""
# An email is taken if another customer has the email, unless a staged row changes the email of that
# customer. A rejected row changes nothing, so its customer keeps the email. The query is recursive:
# each rejected row may therefore cause further rejections.
MARK_TAKEN_EMAILS: Final = """
    WITH RECURSIVE rejected (number, identifier, owner) AS (
        SELECT staged.number, staged.identifier, existing.identifier FROM staged
        JOIN {table} existing ON existing.organizer_id = %(organizer)s
            AND existing.email_key = staged.email_key AND existing.identifier <> staged.identifier
        LEFT JOIN staged own ON own.identifier = existing.identifier
        WHERE own.identifier IS NULL OR own.email_key = existing.email_key
        UNION
        SELECT staged.number, staged.identifier, existing.identifier FROM rejected
        JOIN {table} existing ON existing.organizer_id = %(organizer)s
            AND existing.identifier = rejected.identifier
        JOIN staged ON staged.email_key = existing.email_key
            AND staged.identifier <> existing.identifier)
    UPDATE staged SET owner = rejected.owner FROM rejected WHERE staged.number = rejected.number"""
MARK_SHARED_EMAILS: Final = """
    UPDATE staged SET owner = first.identifier
    FROM (
        SELECT number, FIRST_VALUE(number) OVER rows AS first_number,
            FIRST_VALUE(identifier) OVER rows AS identifier
        FROM staged WHERE email_key IS NOT NULL
        WINDOW rows AS (PARTITION BY email_key ORDER BY number)) AS first
    WHERE staged.number = first.number AND first.number <> first.first_number"""
REJECT_MARKED: Final = """
    DELETE FROM staged WHERE owner IS NOT NULL
    RETURNING number, position, identifier, email, owner"""
# A row without personal data is not rejected: the source has erased the customer, too.
REJECT_ERASED: Final = """
    DELETE FROM staged WHERE state <> {anonymised} AND EXISTS (
        SELECT 1 FROM {table} existing
        WHERE existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier
        AND existing.erased IS NOT NULL)
    RETURNING number, position, identifier"""
COUNT: Final = "SELECT COUNT(*) FROM staged"
# Sets changed emails to NULL before the UPDATE. The unique constraint is checked for each row, and
# would reject two customers that swap their emails.
FREE_EMAILS: Final = """
    UPDATE {table} SET email_key = NULL
    WHERE organizer_id = %(organizer)s AND email_key IS NOT NULL AND EXISTS (
        SELECT 1 FROM staged WHERE staged.identifier = {table}.identifier
        AND NOT (staged.email_key {equals} {table}.email_key))"""
UPDATE: Final = """
    UPDATE {table} SET {assignments}, version = {table}.version + 1 FROM staged
    WHERE {table}.organizer_id = %(organizer)s AND {table}.identifier = staged.identifier"""
# Finds the customers whose personal data the UPDATE will remove.
LOSING_PERSON: Final = """
    SELECT existing.id FROM staged JOIN {table} existing
    ON existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier
    WHERE {erases}"""
COUNT_EXISTING: Final = """
    SELECT COUNT(*) FROM staged JOIN {table} existing
    ON existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier"""
INSERT_NEW: Final = """
    INSERT INTO {table} (organizer_id, source_modified, {columns})
    SELECT %(organizer)s, last_modified, {inserted} FROM staged
    WHERE NOT EXISTS (
        SELECT 1 FROM {table} existing
        WHERE existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier)
    ORDER BY number"""


IDENTIFIER, LAST_MODIFIED = map(FIELDS.index, ("identifier", "last_modified"))
# The new `last_modified` of a customer is that of the row. If the customer has edited fields and
# its own `last_modified` is later, the customer keeps its own.
LATEST_CHANGE: Final = """
    CASE WHEN staged.source_values IS NOT NULL AND {table}.last_modified > staged.last_modified
    THEN {table}.last_modified ELSE staged.last_modified END"""
ASSIGNED: Final[Mapping[str, str]] = {
    **{column: f"staged.{column}" for column in COLUMNS},
    "source_modified": "staged.last_modified",
    "last_modified": LATEST_CHANGE,
}
# The columns that decide whether a row changes a customer. `last_modified` is not compared, because
# changes in Portal set it.
COMPARED: Final = tuple(column for column in COLUMNS if column != "last_modified")
UNCHANGED_TIME: Final = (
    "(staged.last_modified IS NULL OR existing.source_modified = staged.last_modified)"
)
INSERTED: Final = {"last_modified": "COALESCE(last_modified, %(now)s)"}


class StagingTableRow(NamedTuple):
    """A row of the staging table. `values` has the columns SELECTED_FIELDS.

    A row that was added as unchanged has no position, and its only values are the identifier and
    `last_modified`.
    """

    number: int
    position: str | None
    given: GivenFields
    last_modified: str | None
    values: list[Any]


class ChangeCounts(NamedTuple):
    """The number of customers that an import updates, and the number that it creates."""

    updated: int
    created: int


class Staging:
    """The staging table of an import, which is one transaction.

    With an actor, update() and insert() record an event for each customer.
    """

    def __init__(self, organizer: Organizer, actor: Actor | None = None) -> None:
        self.organizer = organizer
        self._actor = actor
        self._has_gaps = False
        self._execute(CREATE)

    def add(self, batch: EncodedBatch) -> None:
        """Insert the rows of a batch. The numbers of rows are unique across batches."""
        self._has_gaps |= batch.has_given
        _write_rows(COPY, INSERT, batch.staged)
        _write_rows(COPY_UNCHANGED, INSERT_UNCHANGED, batch.unchanged)

    def repeated_with_gaps(self) -> list[str]:
        """The identifiers of customers with several rows, at least one of which lacks keys."""
        if not self._has_gaps:
            return []
        return [identifier for (identifier,) in self._fetch(REPEATED_WITH_GAPS)]

    def rows_of(self, identifiers: Sequence[str]) -> dict[str, list[StagingTableRow]]:
        """The rows of these customers by identifier, ordered by source time."""
        rows: dict[str, list[StagingTableRow]] = {}
        for number, position, given, *values in self._fetch(ROWS_OF, list_parameter(identifiers)):
            last_modified = format_stored_time(values[LAST_MODIFIED])
            row = StagingTableRow(
                number, position, orjson.loads(given or "[]"), last_modified, values
            )
            rows.setdefault(values[IDENTIFIER], []).append(row)
        return rows

    def replace(self, batch: EncodedBatch, numbers: Sequence[int]) -> None:
        """Replace the rows with these numbers by the rows of a batch."""
        self._execute(DELETE, list_parameter(numbers))
        self.add(batch)

    def drop_repeated(self) -> int:
        """Delete all rows of each identifier except the one with the latest source time.

        If source times are equal, the last row remains. Returns the number of deleted rows.
        """
        return self._execute(DROP_REPEATED)

    def drop_marked_unchanged(self) -> int:
        """Delete the rows that were added as unchanged. Returns the number of deleted rows."""
        return self._execute(DROP_MARKED_UNCHANGED)

    def index_identifiers(self) -> None:
        """Create the index of identifiers unless it exists."""
        self._execute("CREATE INDEX IF NOT EXISTS staged_by_identifier ON staged (identifier)")

    def index_numbers(self) -> None:
        """Create the index for replace() unless it exists. Few imports replace rows."""
        self._execute("CREATE INDEX IF NOT EXISTS staged_by_number ON staged (number)")

    def make_indexes(self) -> None:
        """Create the indexes for the comparison, after all rows have been added."""
        self.index_identifiers()
        self._execute("CREATE INDEX staged_by_email ON staged (email_key)")
        # Conditions and joins use only these columns. SQLite has no statistics of columns.
        columns = " (number, identifier, email_key)" if connection.vendor == "postgresql" else ""
        self._execute(f"ANALYZE staged{columns}")

    def lock_customers(self) -> list[str]:
        """Lock the customers of the rows. Returns the identifiers of customers with edited fields.

        A field counts as edited while its values in Portal and at the source differ.
        """
        return sorted(identifier for (identifier,) in self._fetch(LOCK_CUSTOMERS))

    def drop_outdated(self) -> int:
        """Delete rows with an older source time than the customer.

        Returns the number of deleted rows.
        """
        return self._execute(DROP_OUTDATED)

    def drop_unchanged(self) -> int:
        """Delete rows that would change nothing. Returns the number of deleted rows."""
        return self._execute(DROP_UNCHANGED)

    def drop_undated(self) -> int:
        """Delete rows of existing customers without a source time.

        Returns the number of deleted rows.
        """
        return self._execute(DROP_UNDATED)

    def reject_erased(self) -> list[Rejection]:
        """Delete the rows of customers that were erased in Portal but not at the source."""
        rejected = sorted(self._fetch(REJECT_ERASED))
        return [
            Rejection(position, "is erased here, not at the source", identifier)
            for _number, position, identifier in rejected
        ]

    def reject_taken_emails(self) -> list[Rejection]:
        """Delete the rows whose email is that of another customer or of an earlier row."""
        rejected: list[tuple[Any, ...]] = []
        for statement in (MARK_TAKEN_EMAILS, MARK_SHARED_EMAILS, MARK_TAKEN_EMAILS):
            if self._execute(statement):
                rejected += self._fetch(REJECT_MARKED)
        return [
            Rejection(position, f"email: {email} belongs to customer {owner}", identifier)
            for _number, position, identifier, email, owner in sorted(rejected, key=itemgetter(0))
        ]

    def count(self) -> int:
        """The number of rows in the staging table."""
        [(total,)] = self._fetch(COUNT)
        return int(total)

    def count_changes(self) -> ChangeCounts:
        """The numbers of customers that update() and insert() would write."""
        [(updated,)] = self._fetch(COUNT_EXISTING)
        return ChangeCounts(updated, created=self.count() - updated)

    def update(self) -> int:
        """Update existing customers. Returns the number of updated customers.

        Raises IntegrityError, like insert(), if another transaction has saved a customer with an
        email or an identifier of the rows since the comparison.
        """
        has_erased = self._erase_related_rows()
        if self._actor:
            self._execute(RECORD_CHANGED)
        self._execute(FREE_EMAILS)
        updated = self._execute(UPDATE)
        if has_erased:
            remove_deleted_texts(SEARCH_INDEXES_ON_SQLITE)
        return updated

    def _erase_related_rows(self) -> bool:
        """Erase rows of other tables for customers whose personal data the UPDATE will remove.

        Returns whether there were rows to erase.
        """
        keys = [key for (key,) in self._fetch(LOSING_PERSON)]
        with scope(organizer=self.organizer):
            for key in keys:
                customer = customers_of_organizer(self.organizer).get(pk=key)
                customer.organizer = self.organizer
                erase_related_rows(customer)
        return bool(keys)

    def insert(self) -> int:
        """Create the customers that do not exist yet. Returns the number of new customers."""
        created = self._execute(INSERT_NEW)
        if self._actor and created:
            self._execute(RECORD_CREATED)
        return created

    def drop(self) -> None:
        """Drop the staging table, so that another import on this connection can create it again."""
        self._execute("DROP TABLE staged")

    def _execute(self, statement: str, listed: Any = None) -> int:
        with self._cursor(statement, listed) as cursor:
            count: int = cursor.rowcount
            return count

    def _fetch(self, statement: str, listed: Any = None) -> list[tuple[Any, ...]]:
        with self._cursor(statement, listed) as cursor:
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    @contextmanager
    def _cursor(self, statement: str, listed: Any) -> Iterator[CursorWrapper]:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        parameters = {"organizer": self.organizer.pk, "now": now, "listed": listed}
        parameters |= actor_parameters(self._actor) if self._actor else {}
        with connection.cursor() as cursor:
            cursor.execute(_format(statement), parameters)
            yield cursor


def _format(statement: str) -> str:
    is_postgresql = connection.vendor == "postgresql"
    equals = "IS NOT DISTINCT FROM" if is_postgresql else "IS"
    return statement.format(
        # SQLite needs no row locks, because it has one writer at a time.
        lock="FOR NO KEY UPDATE OF existing" if is_postgresql else "",
        table=Customer._meta.db_table,
        columns=", ".join(COLUMNS),
        definitions=sql_column_definitions(),
        placeholders=", ".join(["%s"] * len(COLUMNS)),
        equals=equals,
        unchanged=" AND ".join(
            [UNCHANGED_TIME, *(f"existing.{each} {equals} staged.{each}" for each in COMPARED)]
        ),
        is_any=IS_ANY[connection.vendor],
        anonymised=State.ANONYMISED.value,
        selected=SELECTED_FIELDS,
        inserted=", ".join(INSERTED.get(each, each) for each in COLUMNS),
        assignments=", ".join(f"{column} = {value}" for column, value in ASSIGNED.items()).format(
            table=Customer._meta.db_table
        ),
        **sql_placeholders(equals=equals, anonymised=State.ANONYMISED.value),
    )


def _write_rows(copy_in: str, insert: str, content: Content) -> None:
    if not content:
        return
    with connection.cursor() as cursor:
        if isinstance(content, list):
            cursor.executemany(_format(insert), content)
            return
        with connection.wrap_database_errors, cursor.copy(_format(copy_in)) as copy:
            copy.write(content)
