"""The values of a customer as its events say, to compare with the row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from portal.customers.changing.erase import ERASED
from portal.customers.changing.write import NEW
from portal.customers.models import Customer
from portal.history.models import Event, Kind

EMPTY: Final[dict[str, Any]] = {**dict.fromkeys(NEW), "name_parts": {}}


def untrue_fields(customer: Customer, events: Iterable[Event]) -> list[str]:
    """The writable fields that are not as the events say; the oldest event comes first.

    An emptied event does not say the language, which erasing leaves as it is.
    """
    told = _replay(events)
    return [
        name
        for name in NEW
        if told[name] != getattr(customer, name) and not (name == "locale" and told[name] is None)
    ]


def _replay(events: Iterable[Event]) -> dict[str, Any]:
    values: dict[str, Any] = dict(EMPTY)
    for event in events:
        for name, (_before, after) in (event.changes or {}).items():
            values[name] = after
        if event.kind == Kind.ERASED:
            values |= ERASED
    return values
