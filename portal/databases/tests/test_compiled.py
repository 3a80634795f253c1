"""Compiled queries: the rows that Django would return, for the values of each call."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.databases.compiled import CompiledQuery, read_in_turn, stream_in_turn
from portal.organizers.models import Organizer

FIELDS = ("identifier", "name_parts", "is_active", "last_login", "date_joined")


def test_the_rows_are_those_of_django(organizer: Organizer, make_customer: CustomerMaker) -> None:
    query = CompiledQuery(
        lambda identifier: [Customer.objects.filter(identifier=identifier).values_list(*FIELDS)],
        str,
    )
    for number in range(3):
        made = make_customer(
            identifier=f"K{number}", last_login="2026-01-01T00:00:00.5Z" if number else None
        )

        with scope(organizer=organizer):
            rows = list(Customer.objects.filter(pk=made.pk).values_list(*FIELDS))
        assert query.rows(f"K{number}") == rows

    assert query.rows("nobody") == []


def test_values_may_stand_in_any_order_and_more_than_once(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    ann, bob = (make_customer(identifier=name) for name in ("ANN", "BOB"))
    query = CompiledQuery(
        lambda organizer, identifier: [
            Customer.objects.filter(identifier=identifier, organizer_id=organizer).values_list(
                "pk"
            ),
            Customer.objects.exclude(identifier=identifier)
            .filter(organizer_id=organizer)
            .values_list("pk"),
        ],
        int,
        str,
    )

    assert query.rows(organizer.pk, "BOB") == [(bob.pk,), (ann.pk,)]
    assert query.rows(organizer.pk, "ANN") == [(ann.pk,), (bob.pk,)]
    assert query.rows(organizer.pk + 1, "ANN") == []


@pytest.mark.django_db
def test_a_value_that_is_not_in_the_sql_is_an_error() -> None:
    query = CompiledQuery(lambda _name: [Customer.objects.values_list("pk")], str)

    with pytest.raises(TypeError, match="no parameter for 1"):
        query.rows("Jane")


def test_a_query_is_composed_once(organizer: Organizer, make_customer: CustomerMaker) -> None:
    made = make_customer()
    composed = []

    def build(organizer: int) -> list[object]:
        composed.append(organizer)
        return [Customer.objects.filter(organizer_id=organizer).values_list("pk")]

    query = CompiledQuery(build, int)  # type: ignore[arg-type]  # a list of one queryset
    before = [query.rows(organizer.pk), len(composed)]
    after = [query.rows(organizer.pk), len(composed)]

    assert before == after
    assert before[0] == [(made.pk,)]
    assert organizer.pk not in composed


def test_rows_in_turn_stop_at_the_limit(organizer: Organizer, make_customer: CustomerMaker) -> None:
    keys = [make_customer(is_active=bool(number % 2)).pk for number in range(6)]
    with scope(organizer=organizer):
        rows = Customer.objects.order_by("pk").values_list("pk")
        inactive, active = rows.filter(is_active=False), rows.filter(is_active=True)
        nobody = rows.filter(pk__in=[])
        in_turn = [(key,) for key in [*keys[::2], *keys[1::2]]]

        with CaptureQueriesContext(connection) as queries:
            assert read_in_turn([inactive, active], 4) == in_turn[:4]
        assert len(queries) == 1
        assert read_in_turn([nobody, inactive, active], 4, start=2) == in_turn[2:]
        assert read_in_turn([nobody], 4) == []
        assert [*stream_in_turn([inactive, nobody, active], 2)] == in_turn
        assert [*stream_in_turn([nobody], 2)] == []
