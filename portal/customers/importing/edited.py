"""Merges imported rows into customers with fields that were edited in Portal.

Edited fields keep their values. The module source_values describes how the values of the source are
stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from portal.customers import names
from portal.customers.fields import JsonbEncoder
from portal.customers.importing.comparison import StoredCustomer, api_values, fetch_customers
from portal.customers.importing.encode import encode_numbered_rows
from portal.customers.importing.merging import FIELDS, NAME, PARTS, TIME_FIELDS
from portal.customers.importing.rows import GivenFields, InventedRow, StagedRow
from portal.customers.importing.staging import Staging, StagingTableRow
from portal.customers.source_values import MergedValues, Values, merge_edited, store_source_values

CUSTOMERS_PER_BATCH: Final = 1_000
BOOLEAN_FIELDS: Final = ("is_active", "is_verified")
# A customer without a name and without values in these fields has no personal data.
PERSONAL_TEXTS: Final = ("email", "phone", "external_identifier", "notes")
_encode = JsonbEncoder().encode


@dataclass(frozen=True)
class ImportConflict:
    """A field that was changed both in Portal and at the source.

    The field keeps the value of Portal.
    """

    position: str
    identifier: str
    field: str

    def __str__(self) -> str:
        return (
            f"{self.position} ({self.identifier}): {self.field} was changed here and at the "
            "source: ours stays"
        )


def keep_edited_fields(
    staging: Staging, identifiers: Sequence[str], *, overwrite: bool
) -> Iterator[ImportConflict]:
    """Merge the staged rows of these customers, so that edited fields keep their values.

    Each of the customers has one row. With `overwrite`, edited fields get the values of the row.
    """
    organizer = staging.organizer
    staging.index_numbers()
    for start in range(0, len(identifiers), CUSTOMERS_PER_BATCH):
        batch = identifiers[start : start + CUSTOMERS_PER_BATCH]
        customers = fetch_customers(organizer, batch)
        staged = []
        for identifier, [row] in staging.rows_of(batch).items():
            merged = _merge_into_customer(row, customers[identifier], overwrite=overwrite)
            staged.append((row.number, _make_staged_row(row, merged)))
            # A row without a source time changes no customer, so it has no conflicts.
            fields = merged.conflicts if row.last_modified else []
            yield from (ImportConflict(row.position or "", identifier, each) for each in fields)
        completed = encode_numbered_rows(staged, country=organizer.country)
        staging.replace(completed, [number for number, _row in staged])


def _merge_into_customer(
    row: StagingTableRow, customer: StoredCustomer, *, overwrite: bool
) -> MergedValues:
    """Merge one row into its customer. A row without personal data also removes edited values."""
    values = _with_booleans(api_values(row.values))
    is_removed = not _has_personal_data(values) and _has_personal_data(customer.values_at_source)
    return merge_edited(
        customer.source_values,
        _with_booleans(customer.values),
        values,
        row_fields=_fields_in_row(row.given),
        overwrites_edits=overwrite or is_removed,
    )


def _has_personal_data(values: Values) -> bool:
    return any(values[name] for name in PERSONAL_TEXTS) or bool(
        names.compose_name(values["name_parts"])
    )


def _fields_in_row(given: GivenFields) -> set[str]:
    """The fields that the file had for a row, without those that were filled in later."""
    if not isinstance(given, dict):
        return {*FIELDS} - {*given}
    return {*given} | ({"name_parts"} if {NAME, PARTS} & {*given} else set())


def _with_booleans(values: Values) -> dict[str, Any]:
    """Convert booleans, which SQLite returns as numbers."""
    return {**values, **{name: bool(values[name]) for name in BOOLEAN_FIELDS}}


def _make_staged_row(row: StagingTableRow, merged: MergedValues) -> StagedRow:
    """A merged row for the staging table.

    The values need no validation: each comes from a valid row or from the customer.
    """
    times = {
        name: merged.values[name] and datetime.fromisoformat(merged.values[name])
        for name in TIME_FIELDS
    }
    values = InventedRow(**{**merged.values, **times})
    stored = store_source_values(merged.source_values)
    return StagedRow(row.position or "", values, source_values=_encode(stored) if stored else None)
