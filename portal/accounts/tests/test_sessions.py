"""Sessions: what is read from Django's table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    """The key of a stored session."""
    store = SessionStore()
    store["color"] = "blue"
    store.save()
    return str(store.session_key)


def test_the_values_of_a_session_are_read_by_one_query(
    key: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store = SessionStore(key)

    with django_assert_num_queries(1):
        values = dict(store.items())

    assert (values, store.session_key) == ({"color": "blue"}, key)


def test_an_expired_session_is_empty_and_its_key_is_not_used_for_a_new_one(key: str) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    store = SessionStore(key)

    assert (dict(store.items()), store.session_key) == ({}, None)


def test_an_unknown_key_is_not_used_for_a_new_session() -> None:
    store = SessionStore("a" * 32)

    assert (dict(store.items()), store.session_key) == ({}, None)
