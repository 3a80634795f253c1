"""What the source of a customer said last about the fields that were edited in Portal.

A customer stores it beside its own values: {field: [value, changed]}, as JSON. The history cannot
say it, because its values expire and it has no events of what an import did not apply. An edit
stays until the values agree again; if the source changes the field meanwhile, `changed` says when.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from portal.customers.local_times import api_time
from portal.customers.normalization import email_key

# Times that only imports change.
TIMES: Final = ("date_joined", "last_login")

Values = Mapping[str, Any]  # as in the JSON of the API


class SourceValue(NamedTuple):
    """The value of a field at the source, as in the JSON of the API.

    `changed` is the time at the source of the row that changed it after the edit, if one did.
    """

    value: Any
    changed: str | None = None


SourceValues = dict[str, SourceValue]


@dataclass(frozen=True)
class Merged:
    """A customer after a row: its values, what is stored of the source, and where both changed."""

    values: dict[str, Any]
    source_values: SourceValues
    conflicts: list[str]


def read_source_values(stored: Mapping[str, Any] | None) -> SourceValues:
    """The column of a customer, which is null where every field is as the source said."""
    return {name: SourceValue(*pair) for name, pair in (stored or {}).items()}


def store_source_values(source_values: SourceValues) -> dict[str, list[Any]] | None:
    """The column of a customer with these."""
    return {name: [*pair] for name, pair in source_values.items()} or None


def after_edit(before: SourceValues, changes: Mapping[str, tuple[Any, Any]]) -> SourceValues:
    """After an edit in Portal: {field: (value before, value after)}, as a customer has them."""
    after = dict(before)
    for name, (old, new) in changes.items():
        source = after.pop(name).value if name in after else _as_json(old)
        if source != _as_json(new):
            after[name] = SourceValue(source)
    return after


def merge(
    source_values: SourceValues, ours: Values, row: Values, *, said: Collection[str], takes: bool
) -> Merged:
    """Edits stay, whatever the row says; with `takes`, the row takes back what it says.

    `ours` are the values of the customer, `said` the fields of which the row says anything.
    """
    values, after, conflicts = dict(row), dict(source_values), []
    for name, (before, _changed) in source_values.items():
        own, new = ours[name], row[name]
        if name not in said:
            values[name] = own
        elif takes or new == own:
            del after[name]
        elif _is_same(name, new, before):
            values[name], after[name] = own, after[name]._replace(value=new)
        elif _is_same(name, new, own):
            del after[name]
        else:
            values[name], after[name] = own, SourceValue(new, row["last_modified"])
            conflicts.append(name)
    return Merged(values, after, conflicts)


def _is_same(field: str, one: Any, other: Any) -> bool:
    """Whether the values are equal but for case, or for the notation of a time or of nothing."""
    if field == "email" and one and other:
        return email_key(one) == email_key(other)
    if field in TIMES and one and other:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    return (one or None) == (other or None)


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return api_time(value)
    return value
