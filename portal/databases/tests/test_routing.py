"""The database router and its middleware. e2e/postgres/ tests them with a real replica."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.db import models
from django.http import HttpResponse

from portal.customers.models import Customer
from portal.databases.routing import ReplicaMiddleware, Router, allow_replica
from portal.settings.databases import replica_from_url

OTHER_MODELS = [model for model in apps.get_models() if model._meta.app_label != "customers"]


@pytest.mark.parametrize("model", OTHER_MODELS, ids=lambda model: model.__name__)
def test_users_teams_and_tokens_are_read_from_the_primary(model: type[models.Model]) -> None:
    with allow_replica():
        assert Router().db_for_read(model) == "default"


def test_customers_are_read_from_the_primary_outside_of_safe_requests() -> None:
    assert Router().db_for_read(Customer) == "default"


def test_writes_and_migrations_never_use_the_replica() -> None:
    with allow_replica():
        assert Router().db_for_write(Customer) == "default"
    assert not Router().allow_migrate("replica", "customers")


def test_the_middleware_is_not_used_without_a_replica() -> None:
    with pytest.raises(MiddlewareNotUsed):
        ReplicaMiddleware(lambda _request: HttpResponse())


def test_connecting_to_the_replica_fails_soon_in_an_outage() -> None:
    options = replica_from_url("postgres://portal@replica/portal")["OPTIONS"]

    assert (options["connect_timeout"], options["pool"]) == (2, False)


def test_a_replica_cannot_be_sqlite() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URL"):
        replica_from_url("sqlite:///copy.sqlite3")
