"""Who is asked for: the same shape means the same SQL, and only that."""

from __future__ import annotations

import itertools

import pytest
from django.db import connection
from django.http import QueryDict
from django_scopes import scope

from portal.customers.search import CustomerSearch
from portal.organizers.models import Organizer
from portal.slots import Slot, slots_left_open

QUERIES = [
    "&".join(filter(None, parts))
    for parts in itertools.product(
        ("", "email=a@example.org", "email=b@example.org", "external_identifier=X"),
        ("", "is_active=true", "is_active=false"),
        ("", "locale=de", "locale=fr", "locale=de&locale=fr"),
        ("", "date_joined_since=2025-01-01", "date_joined_until=2025-01-01"),
        ("", "search=ann", "search=a", "search=a%25b", "search=ann%20ann", "search=ann@a.org"),
    )
]


@pytest.mark.django_db
def test_those_of_one_shape_have_one_sql(organizer: Organizer) -> None:
    sql_of: dict[object, str] = {}
    with scope(organizer=organizer):
        for query in QUERIES:
            search = CustomerSearch(organizer, QueryDict(query))
            asked = search.numbers.asked()
            with slots_left_open():
                sql, parameters = asked.compose().order_by("pk").query.sql_with_params()

            assert sql_of.setdefault(asked.shape, sql) == sql
            named = {each.name for each in parameters if isinstance(each, Slot)}
            assert named == set(asked.given)

    assert len(set(sql_of.values())) == len(sql_of)


@pytest.mark.django_db
def test_a_mistake_has_a_shape_of_its_own_and_finds_nobody(organizer: Organizer) -> None:
    with scope(organizer=organizer):
        wrong = CustomerSearch(organizer, QueryDict("is_active=perhaps")).numbers.asked()
        right = CustomerSearch(organizer, QueryDict("")).numbers.asked()

        assert wrong.shape != right.shape
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(connection, "cursor", None)
            assert list(wrong.compose()) == []
