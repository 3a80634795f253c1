"""The numbers that the database keeps are those of COUNT(*), whatever was written and how."""
# ruff: noqa: S608  Nothing in this SQL comes from outside.

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django_scopes import scope, scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.customers.counters.counts import FACETS, Combination, maintained_counts
from portal.customers.importing import indexes as indexing
from portal.customers.importing.load import load_customers
from portal.customers.models import Customer
from portal.customers.tests.rows import make_row
from portal.organizers.models import Organizer


def counted(organizer: Organizer) -> dict[Combination, int]:
    """What counting says."""
    with scope(organizer=organizer):
        rows = Customer.objects.order_by().values_list(*FACETS).annotate(n=models.Count("pk"))
        return {Combination(*values): number for *values, number in rows}


def kept(organizer: Organizer) -> dict[Combination, int]:
    """What the database has kept."""
    with scope(organizer=organizer):
        return dict(maintained_counts(organizer).numbers)


class TakenBack(Exception):
    """Ends a transaction that is to leave nothing behind."""


IDENTIFIERS = st.sampled_from([f"C{number}" for number in range(8)])
LOCALES = st.sampled_from(["de", "en", "fr"])
COMBINATIONS = st.builds(Combination, st.booleans(), st.booleans(), LOCALES)
CROWDS = st.dictionaries(IDENTIFIERS, COMBINATIONS, max_size=6)
Step = Callable[[Organizer, Organizer], Any]


def put(identifier: str, values: Combination) -> Step:
    return lambda organizer, _rival: Customer.objects.update_or_create(
        organizer=organizer,
        identifier=identifier,
        defaults={**values._asdict(), "email": f"{identifier}@example.org"},
    )


def load(crowd: dict[str, Combination]) -> Step:
    rows = [make_row(name, None, **values._asdict()) for name, values in crowd.items()]
    return lambda organizer, _rival: load_customers(organizer, rows)


def load_many(crowd: dict[str, Combination]) -> Step:
    """As a large load: on SQLite without the triggers, where the table has hardly any yet."""

    def step(organizer: Organizer, rival: Organizer) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(indexing, "FEW", 1)
            load(crowd)(organizer, rival)

    return step


def create_unless_there(crowd: dict[str, Combination]) -> Step:
    def step(organizer: Organizer, _rival: Organizer) -> None:
        customers = [
            Customer(organizer=organizer, identifier=identifier, **values._asdict())
            for identifier, values in crowd.items()
        ]
        Customer.objects.bulk_create(customers, ignore_conflicts=True)

    return step


def update_some(few: Combination, to: Combination) -> Step:
    return lambda organizer, _rival: Customer.objects.filter(
        organizer=organizer, is_active=few.is_active
    ).update(**to._asdict())


def hand_over(values: Combination) -> Step:
    return lambda organizer, rival: sql(
        f"UPDATE {TABLE} SET organizer_id = %s, locale = 'nl', identifier = identifier || 'x'"
        " WHERE organizer_id = %s AND is_verified = %s",
        rival.pk,
        organizer.pk,
        values.is_verified,
    )


def delete_some(values: Combination) -> Step:
    return lambda organizer, _rival: Customer.objects.filter(locale=values.locale).delete()


def delete_all(_organizer: Organizer, _rival: Organizer) -> None:
    sql(f"DELETE FROM {TABLE}")


def truncate(_organizer: Organizer, _rival: Organizer) -> None:
    if connection.vendor == "postgresql":
        # What waits to be checked at the end stands in the way.
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql(f"TRUNCATE {TABLE}")


TABLE = Customer._meta.db_table


def sql(statement: str, *values: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


STEPS = st.one_of(
    st.builds(put, IDENTIFIERS, COMBINATIONS),
    st.builds(load, CROWDS),
    st.builds(load_many, CROWDS),
    st.builds(create_unless_there, CROWDS),
    st.builds(update_some, COMBINATIONS, COMBINATIONS),
    st.builds(hand_over, COMBINATIONS),
    st.builds(delete_some, COMBINATIONS),
    st.sampled_from([delete_all, truncate]),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parts=st.lists(st.tuples(st.lists(STEPS, max_size=4), st.booleans()), max_size=4))
def test_what_is_kept_is_what_is_there(
    organizer: Organizer, rival: Organizer, parts: list[tuple[list[Step], bool]]
) -> None:
    for steps, is_taken_back in parts:
        with suppress(TakenBack), transaction.atomic():
            for step in steps:
                with suppress(IntegrityError), transaction.atomic(), scopes_disabled():
                    step(organizer, rival)
            if is_taken_back:
                raise TakenBack
        for each in (organizer, rival):
            assert kept(each) == counted(each)
