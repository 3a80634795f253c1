"""Merges several staged rows of one customer: earlier rows complete the last one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from portal.customers.importing.comparison import StoredCustomer, api_values, fetch_customers
from portal.customers.importing.encode import encode_numbered_rows
from portal.customers.importing.merging import merge_row, new_customer
from portal.customers.importing.rows import ParsedRow, Rejection, check_rows
from portal.customers.importing.staging import Staging, StagingTableRow

CUSTOMERS_PER_BATCH: Final = 1_000


def merge_repeated_rows(staging: Staging, *, overwrite: bool) -> Iterator[Rejection]:
    """Complete the last row of each customer by its earlier rows.

    Reads only customers with several rows, at least one of which lacks keys.

    Yields a rejection for each row that is not valid after the merge.
    """
    organizer, identifiers = staging.organizer, staging.repeated_with_gaps()
    zone = ZoneInfo(organizer.timezone)
    if identifiers:
        staging.index_identifiers()
        staging.index_numbers()
    for start in range(0, len(identifiers), CUSTOMERS_PER_BATCH):
        batch = identifiers[start : start + CUSTOMERS_PER_BATCH]
        customers = fetch_customers(organizer, batch)
        merged = {}
        for identifier, rows in staging.rows_of(batch).items():
            customer = customers.get(identifier)
            if applied := [
                each for each in rows if _may_change_customer(each, customer, overwrite=overwrite)
            ]:
                merged[rows[-1].number] = _merge_rows(applied, customer, zone)
        numbered = [*zip(merged, check_rows(merged.values()), strict=True)]
        completed = encode_numbered_rows(numbered, country=organizer.country)
        staging.replace(completed, [*merged])
        yield from completed.rejections


def _may_change_customer(
    row: StagingTableRow, customer: StoredCustomer | None, *, overwrite: bool
) -> bool:
    """Whether the row may change the customer.

    The conditions are those of Staging.drop_outdated() and drop_undated().
    """
    if customer is None:
        return True
    if row.last_modified is None:
        return False
    last_modified = customer.values["last_modified"]
    if overwrite or last_modified is None:
        return True
    before = datetime.fromisoformat(last_modified)
    return datetime.fromisoformat(row.last_modified) >= before


def _merge_rows(
    rows: Sequence[StagingTableRow], customer: StoredCustomer | None, zone: tzinfo
) -> ParsedRow:
    content = customer.values_at_source if customer else new_customer()
    given_values: dict[str, Any] = {}
    for row in rows:
        given = _values_in_file(row, customer)
        content = merge_row(content, given, zone)
        given_values |= given
    # The position is never None, because a staged row without a position counts as unchanged.
    return ParsedRow(rows[-1].position or "", content, is_partial=True, given=given_values)


def _values_in_file(row: StagingTableRow, customer: StoredCustomer | None) -> dict[str, Any]:
    """The values that the file has for the row.

    The staging table stores no values of an unchanged row. They are equal to those of its customer
    (`values_at_source`).
    """
    if isinstance(row.given, dict):
        return row.given
    is_unchanged = row.position is None
    values = customer.values_at_source if customer and is_unchanged else api_values(row.values)
    return {key: value for key, value in values.items() if key not in row.given}
