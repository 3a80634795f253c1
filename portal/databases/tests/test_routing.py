"""Which database is asked, where there is a replica. With a real one: e2e/postgres/."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.db import models
from django.http import HttpResponse

from portal.customers.models import Customer
from portal.databases.routing import ReplicaMiddleware, Router, reads_may_be_old
from portal.settings.data import replica_from

OTHERS = [model for model in apps.get_models() if model._meta.app_label != "customers"]


@pytest.mark.parametrize("model", OTHERS, ids=lambda model: model.__name__)
def test_who_may_come_in_is_read_from_the_primary(model: type[models.Model]) -> None:
    with reads_may_be_old():
        assert Router().db_for_read(model) == "default"


def test_outside_of_a_request_that_only_reads_everything_is() -> None:
    assert Router().db_for_read(Customer) == "default"


def test_whatever_was_read_is_written_to_the_primary() -> None:
    with reads_may_be_old():
        assert Router().db_for_write(Customer) == "default"
    assert not Router().allow_migrate("replica", "customers")


def test_without_a_replica_no_request_does_anything_for_it() -> None:
    with pytest.raises(MiddlewareNotUsed):
        ReplicaMiddleware(lambda _request: HttpResponse())


def test_a_replica_that_is_away_is_noticed_soon() -> None:
    options = replica_from("postgres://portal@replica/portal")["OPTIONS"]

    assert (options["connect_timeout"], options["pool"]) == (2, False)


def test_a_file_is_no_replica() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URL"):
        replica_from("sqlite:///copy.sqlite3")
