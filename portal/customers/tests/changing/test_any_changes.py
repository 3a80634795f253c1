"""Random changes by members, API clients and imports are completely recorded in the history."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pytest
from django.db import transaction
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.customers import services
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.models import Customer
from portal.customers.normalization import DERIVED_COLUMNS
from portal.customers.tests.changing.replay import untrue_fields
from portal.customers.tests.counters.test_maintained_counts import counted, maintained
from portal.customers.tests.rows import make_row
from portal.history.actors import Actor, ActorKind
from portal.history.models import Event
from portal.organizers.models import Organizer

ACTORS: Final = st.sampled_from(
    [
        Actor(ActorKind.MEMBER, 1, "member@example.org", "r1"),
        Actor(ActorKind.TOKEN, 2, "program", "r2"),
    ]
)
# Few different values, valid and invalid, so that changes collide and are reversed.
VALUES: Final = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from([None, "a@x.org", "A@x.org", "b@x.org", "no email"]),
        "phone": st.sampled_from([None, "", "+493023125", "7"]),
        "name_parts": st.sampled_from([{}, {"full_name": "Ann"}, {"_scheme": "bogus"}]),
        "external_identifier": st.sampled_from([None, "E-1"]),
        "locale": st.sampled_from(["de", "en", "xx"]),
        "is_active": st.booleans(),
        "is_verified": st.sampled_from([True, False, "perhaps"]),
        "notes": st.sampled_from([None, "", "called"]),
    },
)
IMPORT: Final = Actor.from_import("files")
PERSON: Final = st.fixed_dictionaries(
    {
        "email": st.sampled_from([None, "a@x.org", "A@x.org", "b@x.org", "c@x.org"]),
        "name_parts": st.sampled_from([{}, {"_scheme": "full", "full_name": 'B "ü\\'}]),
        "phone": st.sampled_from([None, "", "+493023125"]),
        "notes": st.sampled_from([None, "", "a\nb"]),
        "locale": st.sampled_from(["de", "fr"]),
        "is_active": st.booleans(),
        "is_verified": st.booleans(),
        "last_login": st.sampled_from([None, "2026-01-01T00:00:00.5Z"]),
        "last_modified": st.sampled_from([f"202{year}-01-01T00:00:00Z" for year in (1, 2, 3)]),
    }
)
# The values of a customer that its source has anonymised.
ANONYMISED: Final[st.SearchStrategy[dict[str, Any]]] = st.fixed_dictionaries(
    {
        "email": st.none(),
        "name_parts": st.just({}),
        "is_active": st.just(False),
        "is_verified": st.booleans(),
        "locale": st.sampled_from(["de", "fr"]),
        "last_modified": st.just("2024-01-01T00:00:00Z"),
    }
)
ROWS: Final = st.one_of(PERSON, ANONYMISED)
REJECTIONS: Final = (
    services.InvalidValues,
    services.EditConflict,
    services.VersionMismatch,
    services.UndoConflict,
    services.CannotUndo,
)
Step = Callable[[Organizer], Any]
NUMBERS: Final = st.integers(0, 3)


def _customer(number: int) -> Customer:
    customers = Customer.objects.order_by("pk")
    return customers[number % len(customers)]


def create(values: dict[str, Any], actor: Actor) -> Step:
    return lambda organizer: services.create_customer(organizer, values, actor=actor)


def change(number: int, values: dict[str, Any], actor: Actor, age: int, touch: bool) -> Step:
    """A change by an editor who saw an older version, by `age` versions."""

    def step(organizer: Organizer) -> Customer:
        customer = _customer(number)
        return services.change_customer(
            organizer,
            customer.identifier,
            values,
            actor=actor,
            since=customer.version - age if age else None,
            touch=touch,
        )

    return step


def erase(number: int, actor: Actor) -> Step:
    return lambda organizer: services.erase_customer(
        organizer, _customer(number).identifier, actor=actor
    )


def undo(number: int, age: int, actor: Actor) -> Step:
    def step(organizer: Organizer) -> Customer:
        customer = _customer(number)
        events = Event.objects.filter(customer=customer).order_by("-pk")
        event = events[age % len(events)]
        return services.undo_event(organizer, customer.identifier, event.pk, actor=actor)

    return step


def load(number: int, rows: list[dict[str, Any]], overwrite: bool) -> Step:
    """Import rows of existing customers and of new ones."""

    def step(organizer: Organizer) -> LoadReport:
        known = [_customer(number + step).identifier for step in range(2)]
        identifiers = [*dict.fromkeys([*known, "NEW1", "NEW2"])]
        made = [make_row(each, **row) for each, row in zip(identifiers, rows, strict=False)]
        return load_customers(
            organizer, made, overwrite=overwrite, actor=IMPORT, rebuild_from=2 + number
        )

    return step


STEPS: Final = st.one_of(
    st.builds(create, VALUES, ACTORS),
    st.builds(change, NUMBERS, VALUES, ACTORS, NUMBERS, st.booleans()),
    st.builds(erase, NUMBERS, ACTORS),
    st.builds(undo, NUMBERS, NUMBERS, ACTORS),
    st.builds(load, NUMBERS, st.lists(ROWS, max_size=4), st.booleans()),
)


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, max_size=12))
def test_replaying_the_history_gives_the_present_values(
    organizer: Organizer, steps: list[Step]
) -> None:
    with transaction.atomic(), scope(organizer=organizer):
        versions: dict[int, int] = {}
        for step in [create({}, Actor.from_command("test")), *steps]:
            with suppress(*REJECTIONS), transaction.atomic():
                step(organizer)
            versions = _check(organizer, versions)
        transaction.set_rollback(True)


def _check(organizer: Organizer, before: dict[int, int]) -> dict[int, int]:
    """Check all customers after a step.

    `before` has their versions before the step. Returns the new versions.
    """
    for customer in Customer.objects.all():
        events = [*Event.objects.filter(customer=customer).order_by("pk")]
        assert untrue_fields(customer, events) == []
        assert before.get(customer.pk, 0) <= customer.version
        assert events[-1].version <= customer.version
        assert sorted({event.version for event in events}) == [event.version for event in events]
        derived = {name: getattr(customer, name) for name in DERIVED_COLUMNS}
        customer.set_derived_columns()
        assert derived == {name: getattr(customer, name) for name in DERIVED_COLUMNS}
    assert maintained(organizer) == counted(organizer)
    return dict(Customer.objects.values_list("pk", "version"))
