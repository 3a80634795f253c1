"""Creating and changing customers, in one transaction with an event."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.models import Customer, State
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer

pytestmark = pytest.mark.django_db

ACTOR = Actor.from_command("test")
FULL = {"_scheme": "full", "full_name": "Ann Lee"}


@pytest.fixture(autouse=True)
def _in_scope(organizer: Organizer) -> Iterator[None]:
    with scope(organizer=organizer):
        yield


@pytest.fixture
def ann(make_customer: CustomerMaker) -> Customer:
    return make_customer(identifier="ANN2345", email="ann@example.org", locale="de")


def create(organizer: Organizer, **values: Any) -> Customer:
    return services.create_customer(organizer, values, actor=ACTOR)


def change(customer: Customer, since: int | None = None, **values: Any) -> Customer:
    return services.change_customer(
        customer.organizer, customer.identifier, values, actor=ACTOR, since=since
    )


def events() -> list[Event]:
    return [*Event.objects.order_by("pk")]


def test_a_new_customer_has_the_defaults_of_the_api(organizer: Organizer) -> None:
    customer = create(organizer)

    assert re.fullmatch("[A-HJ-NP-Z2-9]{7}", customer.identifier)
    assert (customer.email, customer.name_parts, customer.locale) == (None, {}, "en")
    assert customer.state == State.ACTIVE
    assert customer.date_joined == customer.last_modified
    assert customer.version == 1


def test_a_new_customer_is_found_by_its_derived_columns(organizer: Organizer) -> None:
    create(organizer, email="Ann@Example.org", name_parts=FULL)

    stored = Customer.objects.get()

    assert (stored.email, stored.name) == ("ann@example.org", "Ann Lee")
    assert "ann lee" in stored.search_text


def test_a_creation_records_an_event_with_the_values(organizer: Organizer) -> None:
    customer = create(organizer, email="ann@example.org")

    [event] = events()

    assert (event.kind, event.customer, event.version) == ("created", customer, 1)
    assert event.changes == {
        "email": [None, "ann@example.org"],
        "is_active": [None, True],
        "is_verified": [None, True],
        "locale": [None, "en"],
    }


def test_a_change_saves_only_the_fields_that_it_has(ann: Customer) -> None:
    change(ann, locale="fr")

    stored = Customer.objects.get()

    assert (stored.locale, stored.email) == ("fr", "ann@example.org")


def test_a_change_raises_the_version_and_the_time(ann: Customer) -> None:
    changed = change(ann, locale="fr")

    assert changed.version == ann.version + 1
    assert changed.last_modified > ann.last_modified
    assert Customer.objects.get().version == changed.version


def test_a_change_is_later_than_the_one_before_even_if_the_clock_was_set_back(
    make_customer: CustomerMaker,
) -> None:
    ahead = datetime(2199, 1, 1, tzinfo=UTC)

    changed = change(make_customer(last_modified=ahead), locale="fr")

    assert changed.last_modified > ahead


def test_a_change_records_an_event_with_the_differences(ann: Customer) -> None:
    changed = change(ann, locale="fr", email="ANN@example.org")

    [event] = events()

    assert event.kind == "changed"
    assert event.changes == {"locale": ["de", "fr"]}
    assert (event.version, event.time) == (changed.version, changed.last_modified)


def test_a_change_without_a_difference_records_no_event(ann: Customer) -> None:
    changed = change(ann, locale="de")

    assert (changed.version, changed.last_modified) == (ann.version, ann.last_modified)
    assert events() == []


def test_a_touch_without_a_difference_moves_the_time(ann: Customer) -> None:
    changed = services.change_customer(ann.organizer, ann.identifier, {}, actor=ACTOR, touch=True)

    assert changed.version == ann.version + 1
    assert changed.last_modified > ann.last_modified
    assert events() == []


def test_an_invalid_change_changes_nothing(ann: Customer) -> None:
    with pytest.raises(services.InvalidValues) as error:
        change(ann, locale="fr", email="no email", is_active="perhaps")

    assert error.value.errors.keys() == {"email", "is_active"}
    assert Customer.objects.get().locale == "de"
    assert events() == []


def test_a_taken_email_is_rejected_with_the_customer_who_has_it(
    organizer: Organizer, ann: Customer
) -> None:
    with pytest.raises(services.InvalidValues) as error:
        create(organizer, email="ANN@example.org", locale="xx")

    assert error.value.taken_by == ann
    assert error.value.errors.keys() == {"email", "locale"}


def test_the_email_of_another_organizers_customer_is_not_taken(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(of=rival, email="ann@example.org")

    assert create(organizer, email="ann@example.org").email == "ann@example.org"


def test_several_customers_have_no_email(organizer: Organizer) -> None:
    create(organizer, email=None)

    assert create(organizer, email=None).email is None


@pytest.mark.parametrize("identifier", ["NOBODY", "ann2345", "", "a\x00b"])
def test_an_unknown_customer_is_not_found(
    organizer: Organizer, ann: Customer, identifier: str
) -> None:
    with pytest.raises(services.CustomerNotFound):
        services.change_customer(organizer, identifier, {"locale": "fr"}, actor=ACTOR)


def test_a_customer_of_another_organizer_is_not_found(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    foreign = make_customer(of=rival)

    with pytest.raises(services.CustomerNotFound):
        services.change_customer(organizer, foreign.identifier, {"locale": "fr"}, actor=ACTOR)


def test_changes_need_the_scope_of_the_organizer(rival: Organizer) -> None:
    with pytest.raises(ScopeError):
        create(rival)
    with pytest.raises(ScopeError):
        services.change_customer(rival, "ANN2345", {}, actor=ACTOR)


def test_a_change_that_requires_another_version_is_rejected(ann: Customer) -> None:
    with pytest.raises(services.VersionMismatch):
        services.change_customer(
            ann.organizer,
            ann.identifier,
            {"locale": "fr"},
            actor=ACTOR,
            version=ann.version + 1,
        )

    assert Customer.objects.get().locale == "de"


def test_a_field_that_changed_since_is_a_conflict(ann: Customer) -> None:
    change(ann, locale="fr")

    with pytest.raises(services.EditConflict) as conflict:
        change(ann, since=ann.version, locale="it")

    assert conflict.value.customer.locale == "fr"
    assert [event.changes for event in conflict.value.events] == [{"locale": ["de", "fr"]}]


def test_changes_of_other_fields_are_no_conflict(ann: Customer) -> None:
    change(ann, locale="fr")

    changed = change(ann, since=ann.version, notes="called")

    assert (changed.locale, changed.notes) == ("fr", "called")


def test_a_field_that_the_editor_did_not_change_is_not_changed_back(ann: Customer) -> None:
    """A form sends all fields, also fields that the editor did not change."""
    change(ann, locale="fr")

    changed = change(ann, since=ann.version, locale="de", notes="called")

    assert (changed.locale, changed.notes) == ("fr", "called")


def test_an_equal_later_change_is_no_conflict(ann: Customer) -> None:
    change(ann, locale="fr")

    assert change(ann, since=ann.version, locale="fr").locale == "fr"


def test_a_change_reads_and_writes_each_row_once(ann: Customer) -> None:
    with CaptureQueriesContext(connection) as queries:
        change(ann, since=ann.version, email="lee@example.org", locale="fr")

    statements = [query["sql"].split()[0] for query in queries]
    # Reads the customer, the owner of the email, later events, and the events of imports; writes
    # the customer and the event.
    assert [each for each in statements if each in {"SELECT", "UPDATE", "INSERT"}] == [
        *("SELECT", "SELECT", "SELECT", "SELECT", "UPDATE", "INSERT")
    ]
