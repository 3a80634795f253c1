"""Replays the events of a customer, to compare the resulting values with the stored customer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from portal.customers.changing.erase import ERASED_VALUES
from portal.customers.changing.write import NEW_CUSTOMER
from portal.customers.models import Customer
from portal.history.actors import ActorKind
from portal.history.models import Event, EventKind

EMPTY: Final[dict[str, Any]] = {**dict.fromkeys(NEW_CUSTOMER), "name_parts": {}}

# Fields whose values an erasure does not record.
NOT_RECORDED: Final = ("locale", "is_active", "is_verified")


def untrue_fields(customer: Customer, events: Iterable[Event]) -> list[str]:
    """The writable fields whose values differ from the replayed values.

    `events` begins with the oldest one. A field of NOT_RECORDED is compared only if the events have
    a value for it.
    """
    replayed = _replay(events)
    return [
        name
        for name in NEW_CUSTOMER
        if replayed[name] != getattr(customer, name)
        and not (name in NOT_RECORDED and replayed[name] is None)
    ]


def _replay(events: Iterable[Event]) -> dict[str, Any]:
    values: dict[str, Any] = dict(EMPTY)
    for event in events:
        if event.kind == EventKind.ERASED:
            values |= ERASED_VALUES
            if event.actor_kind == ActorKind.IMPORT:
                values |= dict.fromkeys(NOT_RECORDED)
        for name, (_before, after) in (event.changes or {}).items():
            values[name] = after
    return values
