"""Creates and changes customers. A change and its event are one transaction."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.customers.changing.fields import check_email, clean_values
from portal.customers.models import IDENTIFIER, Customer, CustomerNotFound, customers_of
from portal.customers.source_values import after_edit, read_source_values, store_source_values
from portal.databases.deadlocks import retry_deadlocks
from portal.history.actors import ActorKind
from portal.history.models import Event, Kind
from portal.history.queries import events_of
from portal.history.record import record_event
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from portal.history.actors import Actor
    from portal.organizers.models import Organizer

# As in pretix: without I, O, 0 and 1, which are easily confused.
IDENTIFIER_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
IDENTIFIER_LENGTH: Final = 7
NEW_CUSTOMER: Final[Mapping[str, Any]] = {
    "external_identifier": None,
    "email": None,
    "phone": None,
    "name_parts": {},
    "is_active": True,
    "is_verified": True,
    "locale": "en",
    "notes": None,
}
# If one of these gets a value, the customer no longer counts as erased.
PERSONAL_FIELDS: Final = ("external_identifier", "email", "phone", "name_parts", "notes")
MICROSECOND: Final = timedelta(microseconds=1)


class VersionMismatch(Exception):
    """The customer no longer has the version that the caller requires."""


class EditConflict(Exception):
    """The editor changed fields that others have changed meanwhile, in `events`.

    `changes` has all fields that the editor changed: {field: (current value, editor's value)}.
    """

    def __init__(
        self, customer: Customer, events: Sequence[Event], changes: Mapping[str, tuple[Any, Any]]
    ) -> None:
        super().__init__(customer.identifier)
        self.customer = customer
        self.events = events
        self.changes = changes

    def event_of(self, field: str) -> Event | None:
        """The last event that changed the field. An erasure changes every field."""
        matching = [event for event in self.events if event.may_have_changed([field])]
        return max(matching, key=attrgetter("pk"), default=None)


@retry_deadlocks
@transaction.atomic
def create_customer(
    organizer: Organizer, values: Mapping[str, object], *, actor: Actor
) -> Customer:
    """Create a customer; fields without a value get those of NEW_CUSTOMER. Raises InvalidValues."""
    require_scope(organizer)
    cleaned = {**NEW_CUSTOMER, **clean_values(organizer, values)}
    customer = _insert(organizer, cleaned)
    changes = {name: (None, value) for name, value in cleaned.items() if value not in (None, {})}
    record_event(customer, Kind.CREATED, changes, actor=actor)
    return customer


def _insert(organizer: Organizer, cleaned: Mapping[str, Any]) -> Customer:
    """Save with a random identifier, and another one if it exists already.

    Another transaction may also have saved the email meanwhile: raises InvalidValues.
    """
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
def change_customer(
    organizer: Organizer,
    identifier: str,
    values: Mapping[str, object],
    *,
    actor: Actor,
    version: int | None = None,
    since: int | None = None,
    touch: bool = False,
) -> Customer:
    """Change the fields in `values`. Raises InvalidValues and CustomerNotFound.

    Raises VersionMismatch unless the customer has the `version`. `since` is the version that the
    editor saw: raises EditConflict if a later event changed one of the fields. `touch` sets the
    time of the last change even if no value differs, as in pretix.
    """
    customer = lock_customer(organizer, identifier, version=version)
    cleaned = clean_values(organizer, values, customer=customer)
    changes = find_differences(customer, cleaned)
    if since is not None:
        changes = _changes_of_editor(customer, changes, since)
    if changes or touch:
        save_changes(customer, changes)
    if changes:
        record_event(customer, Kind.CHANGED, changes, actor=actor)
    return customer


def _changes_of_editor(
    customer: Customer, changes: Mapping[str, tuple[Any, Any]], since: int
) -> dict[str, tuple[Any, Any]]:
    """The changes of an editor who saw version `since`. Raises EditConflict.

    A form sends all fields. A field with the value that the editor saw is no change of the editor.
    """
    later = [*events_of(customer.organizer, customer=customer).filter(version__gt=since)]
    seen: dict[str, Any] = {}
    for event in sorted(later, key=attrgetter("pk")):
        for name, (before, _after) in (event.changes or {}).items():
            seen.setdefault(name, before)
    edited = {
        name: (before, after)
        for name, (before, after) in changes.items()
        if name not in seen or after != seen[name]
    }
    conflicting = [event for event in later if event.may_have_changed(edited)]
    if edited and conflicting:
        raise EditConflict(customer, conflicting, edited)
    return edited


def lock_customer(organizer: Organizer, identifier: str, *, version: int | None = None) -> Customer:
    """The customer, locked until the end of the transaction. Raises CustomerNotFound.

    Raises VersionMismatch unless the customer has the `version`.
    """
    require_scope(organizer)
    rows = customers_of(organizer).select_for_update().filter(identifier=identifier)
    customer = rows.first() if re.match(IDENTIFIER, identifier) else None
    if customer is None:
        raise CustomerNotFound(identifier)
    if version not in (None, customer.version):
        raise VersionMismatch(customer.version)
    customer.organizer = organizer
    return customer


def find_differences(customer: Customer, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields that these values change: {field: (value before, value after)}."""
    pairs = {name: (getattr(customer, name), value) for name, value in values.items()}
    return {name: (before, after) for name, (before, after) in pairs.items() if before != after}


def save_changes(customer: Customer, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Save the new values. Raises InvalidValues if another customer got the email meanwhile."""
    if any(changes[name][1] for name in PERSONAL_FIELDS if name in changes):
        customer.erased = None
    _remember_source(customer, {name: after for name, (_before, after) in changes.items()})
    for name, (_before, after) in changes.items():
        setattr(customer, name, after)
    customer.last_modified = next_change_time(customer.last_modified)
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError:
        check_email(customer.organizer, customer.email, customer=customer)
        raise


def _remember_source(customer: Customer, values: Mapping[str, Any]) -> None:
    """Before the customer gets the values: let the next import know what its source said last.

    An erased customer has nothing that an import could overwrite.
    """
    before = read_source_values(customer.source_values)
    if customer.erased:
        customer.source_values = None
    elif values and (before or _has_source(customer)):
        changes = find_differences(customer, values)
        customer.source_values = store_source_values(after_edit(before, changes))


def _has_source(customer: Customer) -> bool:
    """Whether it was imported; the rows of a spreadsheet may have no time of their source."""
    if customer.source_modified:
        return True
    events = events_of(customer.organizer, customer=customer)
    return events.filter(actor_kind=ActorKind.IMPORT).exists()


def next_change_time(before: datetime) -> datetime:
    """Now, or just after the last change if the clock was set back."""
    return max(timezone.now(), before + MICROSECOND)
