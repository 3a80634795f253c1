"""Creates and changes a customer: each in one transaction with its event."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.customers.changing.fields import check_email, clean
from portal.customers.models import IDENTIFIER, Customer, CustomerNotFound, customers_of
from portal.databases.deadlocks import retry_deadlocks
from portal.history.models import Event, Kind
from portal.history.queries import events_of
from portal.history.record import record
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from portal.history.actors import Actor
    from portal.organizers.models import Organizer

# As in pretix: none of these is mistaken for another one.
IDENTIFIER_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
IDENTIFIER_LENGTH: Final = 7
NEW: Final[Mapping[str, Any]] = {
    "external_identifier": None,
    "email": None,
    "phone": None,
    "name_parts": {},
    "is_active": True,
    "is_verified": True,
    "locale": "en",
    "notes": None,
}
# A value that gives an erased account a person again.
PERSONAL: Final = ("external_identifier", "email", "phone", "name_parts", "notes")
TICK: Final = timedelta(microseconds=1)


class VersionMismatch(Exception):
    """The customer has another version than the change is meant for."""


class EditConflict(Exception):
    """Events after the version that the editor saw have changed these fields, too.

    `changes` has all fields that the editor changed: {field: (present value, the editor's)}.
    """

    def __init__(
        self, customer: Customer, events: Sequence[Event], changes: Mapping[str, tuple[Any, Any]]
    ) -> None:
        super().__init__(customer.identifier)
        self.customer = customer
        self.events = events
        self.changes = changes

    def event_of(self, field: str) -> Event | None:
        """The last event that changed the field, or erased it with all others."""
        found = [each for each in self.events if each.may_have_changed([field])]
        return max(found, key=attrgetter("pk"), default=None)


@retry_deadlocks
@transaction.atomic
def create(organizer: Organizer, values: Mapping[str, object], *, actor: Actor) -> Customer:
    """A new customer; fields without a value have those of NEW. Raises InvalidValues."""
    require_scope(organizer)
    cleaned = {**NEW, **clean(organizer, values)}
    customer = _insert(organizer, cleaned)
    changes = {name: (None, value) for name, value in cleaned.items() if value not in (None, {})}
    record(customer, Kind.CREATED, changes, actor=actor)
    return customer


def _insert(organizer: Organizer, cleaned: Mapping[str, Any]) -> Customer:
    """Save with a new identifier. Another transaction may save the same one, or the email."""
    now = timezone.now()
    while True:
        identifier = "".join(secrets.choice(IDENTIFIER_LETTERS) for _ in range(IDENTIFIER_LENGTH))
        customer = Customer(organizer=organizer, identifier=identifier, **cleaned)
        customer.date_joined = customer.last_modified = now
        try:
            with transaction.atomic():
                customer.save()
        except IntegrityError:
            check_email(organizer, cleaned["email"], customer=None)
            if not customers_of(organizer).filter(identifier=identifier).exists():
                raise
        else:
            return customer


@retry_deadlocks
@transaction.atomic
def change(
    organizer: Organizer,
    identifier: str,
    values: Mapping[str, object],
    *,
    actor: Actor,
    version: int | None = None,
    since: int | None = None,
    touch: bool = False,
) -> Customer:
    """Change the fields that have a value; with `touch`, also without a difference, as in pretix.

    `version` is the only one that the change is meant for: raises VersionMismatch. `since` is the
    version that the editor saw: raises EditConflict if a later event changed one of the fields.
    Raises InvalidValues and CustomerNotFound.
    """
    customer = lock(organizer, identifier)
    if version is not None and version != customer.version:
        raise VersionMismatch(customer.version)
    cleaned = clean(organizer, values, customer=customer)
    changes = differences(customer, cleaned)
    if since is not None:
        changes = _merge(customer, changes, since)
    if changes or touch:
        apply(customer, changes)
    if changes:
        record(customer, Kind.CHANGED, changes, actor=actor)
    return customer


def _merge(
    customer: Customer, changes: Mapping[str, tuple[Any, Any]], since: int
) -> dict[str, tuple[Any, Any]]:
    """The changes that an editor made who saw version `since`. Raises EditConflict.

    A field that has the value that the editor saw is not one of them: a form sends all fields.
    """
    later = [*events_of(customer.organizer, customer=customer).filter(version__gt=since)]
    seen: dict[str, Any] = {}
    for event in sorted(later, key=attrgetter("pk")):
        for name, (before, _after) in (event.changes or {}).items():
            seen.setdefault(name, before)
    made = {
        name: (before, after)
        for name, (before, after) in changes.items()
        if name not in seen or after != seen[name]
    }
    conflicting = [event for event in later if event.may_have_changed(made)]
    if made and conflicting:
        raise EditConflict(customer, conflicting, made)
    return made


def lock(organizer: Organizer, identifier: str) -> Customer:
    """The customer, which no other transaction changes before the end of this one.

    Raises CustomerNotFound.
    """
    require_scope(organizer)
    rows = customers_of(organizer).select_for_update().filter(identifier=identifier)
    customer = rows.first() if re.match(IDENTIFIER, identifier) else None
    if customer is None:
        raise CustomerNotFound(identifier)
    customer.organizer = organizer
    return customer


def differences(customer: Customer, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields that these values change: {field: (value before, value after)}."""
    pairs = {name: (getattr(customer, name), value) for name, value in values.items()}
    return {name: (before, after) for name, (before, after) in pairs.items() if before != after}


def apply(customer: Customer, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Save the values after the changes. Raises InvalidValues for an email that was just taken."""
    for name, (_before, after) in changes.items():
        setattr(customer, name, after)
    if any(changes[name][1] for name in PERSONAL if name in changes):
        customer.erased = None
    customer.last_modified = next_time(customer.last_modified)
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError:
        check_email(customer.organizer, customer.email, customer=customer)
        raise


def next_time(before: datetime) -> datetime:
    """Now, but later than the last change, whatever the clock says."""
    return max(timezone.now(), before + TICK)
