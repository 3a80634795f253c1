"""Compiled queries return the rows that their querysets would return."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.databases.compiled import CompiledQuery, read_union_all, stream_union_all
from portal.organizers.models import Organizer

FIELDS = ("identifier", "name_parts", "is_active", "last_login", "date_joined")


def test_a_compiled_query_returns_the_rows_of_its_queryset(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    query = CompiledQuery(
        lambda identifier: [Customer.objects.filter(identifier=identifier).values_list(*FIELDS)],
        str,
    )
    for number in range(3):
        customer = make_customer(
            identifier=f"K{number}", last_login="2026-01-01T00:00:00.5Z" if number else None
        )

        with scope(organizer=organizer):
            rows = list(Customer.objects.filter(pk=customer.pk).values_list(*FIELDS))
        assert query.read_rows(f"K{number}") == rows

    assert query.read_rows("UNKNOWN") == []


def test_parameters_may_have_any_order_and_occur_several_times(
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

    assert query.read_rows(organizer.pk, "BOB") == [(bob.pk,), (ann.pk,)]
    assert query.read_rows(organizer.pk, "ANN") == [(ann.pk,), (bob.pk,)]
    assert query.read_rows(organizer.pk + 1, "ANN") == []


@pytest.mark.django_db
def test_a_parameter_that_the_sql_does_not_use_is_an_error() -> None:
    query = CompiledQuery(lambda _name: [Customer.objects.values_list("pk")], str)

    with pytest.raises(TypeError, match="no parameter for 1"):
        query.read_rows("Jane")


def test_a_query_is_compiled_once(organizer: Organizer, make_customer: CustomerMaker) -> None:
    customer = make_customer()
    arguments = []

    def build(organizer: int) -> list[object]:
        arguments.append(organizer)
        return [Customer.objects.filter(organizer_id=organizer).values_list("pk")]

    query = CompiledQuery(build, int)  # type: ignore[arg-type]  # `build` returns a list of one queryset.
    before = [query.read_rows(organizer.pk), len(arguments)]
    after = [query.read_rows(organizer.pk), len(arguments)]

    assert before == after
    assert before[0] == [(customer.pk,)]
    assert organizer.pk not in arguments


def test_a_union_all_has_the_order_of_its_querysets_and_stops_at_the_limit(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    keys = [make_customer(is_active=bool(number % 2)).pk for number in range(6)]
    with scope(organizer=organizer):
        rows = Customer.objects.order_by("pk").values_list("pk")
        inactive, active = rows.filter(is_active=False), rows.filter(is_active=True)
        empty = rows.filter(pk__in=[])
        expected = [(key,) for key in [*keys[::2], *keys[1::2]]]

        with CaptureQueriesContext(connection) as queries:
            assert read_union_all([inactive, active], 4) == expected[:4]
        assert len(queries) == 1
        assert read_union_all([empty, inactive, active], 4, start=2) == expected[2:]
        assert read_union_all([empty], 4) == []
        assert [*stream_union_all([inactive, empty, active], 2)] == expected
        assert [*stream_union_all([empty], 2)] == []
