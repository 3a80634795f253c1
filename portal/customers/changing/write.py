"""Creates and changes customers. The change and the event that records it are one transaction."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.customers.changing.fields import InvalidValues, check_email, clean_values
from portal.customers.models import IDENTIFIER, Customer, CustomerNotFound, customers_of_organizer
from portal.customers.source_values import (
    read_source_values,
    source_values_after_edit,
    store_source_values,
)
from portal.databases.deadlocks import retry_deadlocks
from portal.history.actors import ActorKind
from portal.history.models import Event, EventKind
from portal.history.queries import events_of_organizer
from portal.history.record import record_event
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from portal.history.actors import Actor
    from portal.organizers.models import Organizer

# The characters of identifiers in pretix: without I, O, 0 and 1, which are easily confused.
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
# If an erased customer gets a value in one of these fields, it no longer counts as erased.
PERSONAL_FIELDS: Final = ("external_identifier", "email", "phone", "name_parts", "notes")
MICROSECOND: Final = timedelta(microseconds=1)


class VersionMismatch(Exception):
    """The version of the customer is not the one that the caller requires."""


class EditConflict(Exception):
    """The editor changed a field that another actor changed meanwhile.

    `events` has the changes of the other actors.

    `changes` has all fields that the editor changed: {field: (current value, value of the editor)}.
    """

    def __init__(
        self, customer: Customer, events: Sequence[Event], changes: Mapping[str, tuple[Any, Any]]
    ) -> None:
        super().__init__(customer.identifier)
        self.customer = customer
        self.events = events
        self.changes = changes

    def event_of_field(self, field: str) -> Event | None:
        """The last event that changed the field. An erasure counts as a change of every field."""
        matching = [event for event in self.events if event.may_have_changed([field])]
        return max(matching, key=attrgetter("pk"), default=None)


@retry_deadlocks
@transaction.atomic
def create_customer(
    organizer: Organizer, values: Mapping[str, object], *, actor: Actor
) -> Customer:
    """Create a customer. NEW_CUSTOMER has the values of missing fields. Raises InvalidValues."""
    require_scope(organizer)
    cleaned = {**NEW_CUSTOMER, **clean_values(organizer, values)}
    customer = _insert_customer(organizer, cleaned)
    changes = {name: (None, value) for name, value in cleaned.items() if value not in (None, {})}
    record_event(customer, EventKind.CREATED, changes, actor=actor)
    return customer


def _insert_customer(organizer: Organizer, cleaned: Mapping[str, Any]) -> Customer:
    """Save a new customer with a random identifier.

    If the identifier exists already, another one is tried. Raises InvalidValues if another
    transaction has saved a customer with this email meanwhile.
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
            if not customers_of_organizer(organizer).filter(identifier=identifier).exists():
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

    Raises VersionMismatch if the customer has another version than `version`. `since` is the
    version that the editor saw. Raises EditConflict if an event after `since` changed one of the
    fields. `touch` sets `last_modified` even if no value differs, as in pretix.
    """
    customer = lock_customer(organizer, identifier, version=version)
    cleaned = clean_values(organizer, values, customer=customer)
    changes = find_differences(customer, cleaned)
    if since is not None:
        changes = _changes_of_editor(customer, changes, since)
    _check_that_erased_stays_unverified(customer, changes)
    if changes or touch:
        save_changes(customer, changes)
    if changes:
        record_event(customer, EventKind.CHANGED, changes, actor=actor)
    return customer


def _changes_of_editor(
    customer: Customer, changes: Mapping[str, tuple[Any, Any]], since: int
) -> dict[str, tuple[Any, Any]]:
    """The fields that were changed by an editor who saw version `since`. Raises EditConflict.

    A form sends all fields. A field that still has the value which the editor saw was not edited.
    """
    later = [*events_of_organizer(customer.organizer, customer=customer).filter(version__gt=since)]
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


def _check_that_erased_stays_unverified(
    customer: Customer, changes: Mapping[str, tuple[Any, Any]]
) -> None:
    """Raises InvalidValues if an erased customer, who has no email, would become verified."""
    _before, is_verified = changes.get("is_verified", (False, False))
    if customer.erased and is_verified and not _has_personal_value(changes):
        message = _("The personal data was erased: there is no email that could be verified.")
        raise InvalidValues({"is_verified": [message]})


def _has_personal_value(changes: Mapping[str, tuple[Any, Any]]) -> bool:
    """Whether a personal field gets a value."""
    return any(changes[name][1] for name in PERSONAL_FIELDS if name in changes)


def lock_customer(organizer: Organizer, identifier: str, *, version: int | None = None) -> Customer:
    """Read a customer and lock its row until the end of the transaction. Raises CustomerNotFound.

    Raises VersionMismatch if the customer has another version than `version`.
    """
    require_scope(organizer)
    rows = customers_of_organizer(organizer).select_for_update().filter(identifier=identifier)
    customer = rows.first() if re.match(IDENTIFIER, identifier) else None
    if customer is None:
        raise CustomerNotFound(identifier)
    if version not in (None, customer.version):
        raise VersionMismatch(customer.version)
    customer.organizer = organizer
    return customer


def find_differences(customer: Customer, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields that `values` would change: {field: (value before, value after)}."""
    pairs = {name: (getattr(customer, name), value) for name, value in values.items()}
    return {name: (before, after) for name, (before, after) in pairs.items() if before != after}


def save_changes(customer: Customer, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Save changed values. Raises InvalidValues if another customer got the email meanwhile."""
    if _has_personal_value(changes):
        customer.erased = None
    _update_source_values(customer, {name: after for name, (_before, after) in changes.items()})
    for name, (_before, after) in changes.items():
        setattr(customer, name, after)
    customer.last_modified = next_change_time(customer.last_modified)
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError:
        check_email(customer.organizer, customer.email, customer=customer)
        raise


def _update_source_values(customer: Customer, values: Mapping[str, Any]) -> None:
    """Store the value of the source for each edited field, for the next import.

    Call this before the customer gets the new values.

    An erased customer stores no values of its source, because no import changes it.
    """
    before = read_source_values(customer.source_values)
    if customer.erased:
        customer.source_values = None
    elif values and (before or _was_imported(customer)):
        changes = find_differences(customer, values)
        customer.source_values = store_source_values(source_values_after_edit(before, changes))


def _was_imported(customer: Customer) -> bool:
    """Whether the customer was imported.

    The history is searched for an import, too, because a row of a spreadsheet may have set no
    `source_modified`.
    """
    if customer.source_modified:
        return True
    events = events_of_organizer(customer.organizer, customer=customer)
    return events.filter(actor_kind=ActorKind.IMPORT).exists()


def next_change_time(before: datetime) -> datetime:
    """The current time, or one microsecond after `before` if the clock was set back."""
    return max(timezone.now(), before + MICROSECOND)
