"""The values of a customer as its events say, to compare with the row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from portal.customers.changing.erase import ERASED_VALUES
from portal.customers.changing.write import NEW_CUSTOMER
from portal.customers.models import Customer
from portal.history.actors import ActorKind
from portal.history.models import Event, Kind

EMPTY: Final[dict[str, Any]] = {**dict.fromkeys(NEW_CUSTOMER), "name_parts": {}}

UNSAID: Final = ("locale", "is_active", "is_verified")


def untrue_fields(customer: Customer, events: Iterable[Event]) -> list[str]:
    """The writable fields that are not as the events say; the oldest event comes first.

    Emptied events do not say the language, which erasing leaves as it is; nor, before an erasure
    by an import, these states, of which that says only those that it changed.
    """
    told = _replay(events)
    return [
        name
        for name in NEW_CUSTOMER
        if told[name] != getattr(customer, name) and not (name in UNSAID and told[name] is None)
    ]


def _replay(events: Iterable[Event]) -> dict[str, Any]:
    values: dict[str, Any] = dict(EMPTY)
    for event in events:
        if event.kind == Kind.ERASED:
            values |= ERASED_VALUES
            if event.actor_kind == ActorKind.IMPORT:
                values |= dict.fromkeys(UNSAID)
        for name, (_before, after) in (event.changes or {}).items():
            values[name] = after
    return values
