"""The last imported values of fields that were edited in Portal.

The source of a customer is the service or the file from which the customer was imported.
`Customer.source_values` stores the values of the source as JSON: {field: [value, changed]}.

Imports do not overwrite an edited field until the source has the edited value, too. If the source
changes the field after the edit, `changed` is the time of that change. The history cannot replace
this column: values of the history expire, and an import records no event for a value that it did
not apply.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from portal.customers.local_times import format_api_time
from portal.customers.normalization import email_key

# The fields with times that only imports change.
TIMES: Final = ("date_joined", "last_login")

Values = Mapping[str, Any]  # the values of a customer by field, as in the JSON of the API


class SourceValue(NamedTuple):
    """The value of a field at the source, with the type that it has in the JSON of the API.

    If the source changed the field after the edit, `changed` is the `last_modified` of that
    imported row.
    """

    value: Any
    changed: str | None = None


SourceValues = dict[str, SourceValue]


@dataclass(frozen=True)
class MergedValues:
    """The result of merging a row: new values, new source values, fields with conflicts."""

    values: dict[str, Any]
    source_values: SourceValues
    conflicts: list[str]


def read_source_values(stored: Mapping[str, Any] | None) -> SourceValues:
    """Read `Customer.source_values`, which is null if no field was edited."""
    return {name: SourceValue(*pair) for name, pair in (stored or {}).items()}


def store_source_values(source_values: SourceValues) -> dict[str, list[Any]] | None:
    """The JSON for `Customer.source_values`, or None without source values."""
    return {name: [*pair] for name, pair in source_values.items()} or None


def source_values_after_edit(
    before: SourceValues, changes: Mapping[str, tuple[Any, Any]]
) -> SourceValues:
    """The source values after an edit in Portal.

    `changes` is {field: (value before, value after)}.
    """
    after = dict(before)
    for name, (old, new) in changes.items():
        source = after.pop(name).value if name in after else _as_json(old)
        if source != _as_json(new):
            after[name] = SourceValue(source)
    return after


def merge_edited(
    source_values: SourceValues,
    ours: Values,
    row: Values,
    *,
    row_fields: Collection[str],
    overwrites_edits: bool,
) -> MergedValues:
    """Merge an imported row into an edited customer.

    Edited fields keep their values. With `overwrites_edits`, they get the values of the row.
    `ours` has the values of the customer. `row_fields` has the fields that the row contains.
    """
    values, after, conflicts = dict(row), dict(source_values), []
    for name, (before, _changed) in source_values.items():
        own, new = ours[name], row[name]
        if name not in row_fields:
            values[name] = own
        elif overwrites_edits or new == own:
            del after[name]
        elif _are_equal(name, new, before):
            values[name], after[name] = own, after[name]._replace(value=new)
        elif _are_equal(name, new, own):
            del after[name]
        else:
            values[name], after[name] = own, SourceValue(new, row["last_modified"])
            conflicts.append(name)
    return MergedValues(values, after, conflicts)


def _are_equal(field: str, one: Any, other: Any) -> bool:
    """Whether two values of a field are equal.

    The case of emails and the time zone of times do not matter. null equals an empty text.
    """
    if field == "email" and one and other:
        return email_key(one) == email_key(other)
    if field in TIMES and one and other:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    return (one or None) == (other or None)


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_api_time(value)
    return value
