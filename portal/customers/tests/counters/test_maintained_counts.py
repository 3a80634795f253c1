"""The maintained counts equal COUNT(*) after any sequence of writes."""
# ruff: noqa: S608  Nothing in this SQL comes from outside.

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, models, transaction
from django_scopes import scope, scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.customers.counters.maintained_counts import (
    FACETS,
    FacetCombination,
    read_maintained_counts,
)
from portal.customers.importing.indexes import REBUILD_FROM
from portal.customers.importing.load import load_customers
from portal.customers.models import Customer, State
from portal.customers.tests.rows import make_row
from portal.organizers.models import Organizer


def counted(organizer: Organizer) -> dict[FacetCombination, int]:
    """The numbers of customers by facets, from COUNT(*)."""
    with scope(organizer=organizer):
        rows = Customer.objects.order_by().values_list(*FACETS).annotate(n=models.Count("pk"))
        return {FacetCombination(*values): number for *values, number in rows}


def maintained(organizer: Organizer) -> dict[FacetCombination, int]:
    """The numbers of customers by facets, from the counts that triggers maintain."""
    with scope(organizer=organizer):
        return dict(read_maintained_counts(organizer).numbers)


class RollBack(Exception):
    """Raised to roll back a transaction."""


class Person(NamedTuple):
    """The values of a customer that determine its facets."""

    is_active: bool
    is_verified: bool
    locale: str
    notes: str | None


IDENTIFIERS = st.sampled_from([f"C{number}" for number in range(8)])
LOCALES = st.sampled_from(["de", "en", "fr"])
NOTES = st.sampled_from([None, "", "VIP"])
PEOPLE = st.builds(Person, st.booleans(), st.booleans(), LOCALES, NOTES)
CROWDS = st.dictionaries(IDENTIFIERS, PEOPLE, max_size=6)
Step = Callable[[Organizer, Organizer], Any]


def put(identifier: str, values: Person, has_email: bool) -> Step:
    email = f"{identifier}@example.org" if has_email else None
    return lambda organizer, _rival: Customer.objects.update_or_create(
        organizer=organizer,
        identifier=identifier,
        defaults={**values._asdict(), "email": email},
    )


def load(crowd: dict[str, Person], rebuild_from: int = REBUILD_FROM) -> Step:
    rows = [
        make_row(name, None, name_parts={}, **values._asdict()) for name, values in crowd.items()
    ]
    return lambda organizer, _rival: load_customers(organizer, rows, rebuild_from=rebuild_from)


def load_without_triggers(crowd: dict[str, Person]) -> Step:
    """On SQLite a large import into a table with few customers drops the triggers."""
    return load(crowd, rebuild_from=1)


def create_missing(crowd: dict[str, Person]) -> Step:
    def step(organizer: Organizer, _rival: Organizer) -> None:
        customers = [
            Customer(organizer=organizer, identifier=identifier, **values._asdict())
            for identifier, values in crowd.items()
        ]
        Customer.objects.bulk_create(customers, ignore_conflicts=True)

    return step


def update_some(old: Person, new: Person) -> Step:
    """Update rows by one statement, as another program may do, without saving each customer."""
    state = State.from_values(
        [None, new.notes], is_active=new.is_active, is_verified=new.is_verified
    )
    return lambda organizer, _rival: sql(
        f"UPDATE {TABLE} SET is_active = %s, is_verified = %s, locale = %s, notes = %s, state = %s"
        " WHERE organizer_id = %s AND is_active = %s AND name = '' AND email IS NULL",
        *new,
        state.value,
        organizer.pk,
        old.is_active,
    )


def move_to_rival(values: Person) -> Step:
    return lambda organizer, rival: sql(
        f"UPDATE {TABLE} SET organizer_id = %s, locale = 'nl', identifier = identifier || 'x'"
        " WHERE organizer_id = %s AND is_verified = %s",
        rival.pk,
        organizer.pk,
        values.is_verified,
    )


def delete_some(values: Person) -> Step:
    return lambda organizer, _rival: Customer.objects.filter(locale=values.locale).delete()


def delete_all(_organizer: Organizer, _rival: Organizer) -> None:
    sql(f"DELETE FROM {TABLE}")


def truncate(_organizer: Organizer, _rival: Organizer) -> None:
    if connection.vendor == "postgresql":
        # TRUNCATE fails while deferred constraints are not checked yet.
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql(f"TRUNCATE {TABLE} CASCADE")


TABLE = Customer._meta.db_table


def sql(statement: str, *values: str | int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


STEPS = st.one_of(
    st.builds(put, IDENTIFIERS, PEOPLE, st.booleans()),
    st.builds(load, CROWDS),
    st.builds(load_without_triggers, CROWDS),
    st.builds(create_missing, CROWDS),
    st.builds(update_some, PEOPLE, PEOPLE),
    st.builds(move_to_rival, PEOPLE),
    st.builds(delete_some, PEOPLE),
    st.sampled_from([delete_all, truncate]),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parts=st.lists(st.tuples(st.lists(STEPS, max_size=4), st.booleans()), max_size=4))
def test_the_maintained_counts_equal_the_counted_ones(
    organizer: Organizer, rival: Organizer, parts: list[tuple[list[Step], bool]]
) -> None:
    for steps, is_rolled_back in parts:
        with suppress(RollBack), transaction.atomic():
            for step in steps:
                with suppress(IntegrityError), transaction.atomic(), scopes_disabled():
                    step(organizer, rival)
            if is_rolled_back:
                raise RollBack
        for each in (organizer, rival):
            assert maintained(each) == counted(each)
