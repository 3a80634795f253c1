"""Fixtures of all tests: organizers, a member, a stranger, API clients and customers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scope

from portal.accounts.models import User
from portal.customers.models import Customer
from portal.organizers import services, tokens
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

PASSWORD = "correct horse battery"  # noqa: S105

CustomerMaker = Callable[..., Customer]


@pytest.fixture(scope="session", autouse=True)
def erasure_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the journal of erasures, which all tests share."""
    journal = tmp_path_factory.mktemp("erasures") / "erasures.ndjson"
    settings.ERASURE_JOURNAL = journal
    return journal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that depend on the database, which `make test` also runs on PostgreSQL."""
    for item in items:
        uses_one = "db" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db")
        if uses_one and not item.get_closest_marker("any_database"):
            item.add_marker("database")


@pytest.fixture
def organizer(db: None) -> Organizer:
    return services.create_organizer(
        slug="bigevents", name="Big Events LLC", timezone="Europe/Berlin"
    )


@pytest.fixture
def rival(db: None) -> Organizer:
    return services.create_organizer(slug="rival", name="Rival Shows")


@pytest.fixture
def member(organizer: Organizer) -> User:
    return services.create_staff(organizer, email="member@example.org", password=PASSWORD)


@pytest.fixture
def stranger(rival: Organizer) -> User:
    return services.create_staff(rival, email="stranger@example.org", password=PASSWORD)


@pytest.fixture
def member_client(member: User) -> Client:
    return _signed_in(member)


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    return _signed_in(stranger)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def token(organizer: Organizer) -> str:
    return tokens.create_token(organizer, name="program", permissions=[Permission.READ_CUSTOMERS])


@pytest.fixture
def api_client(token: str) -> Client:
    return Client(headers={"Authorization": f"Token {token}"})


@pytest.fixture
def export_client(organizer: Organizer) -> Client:
    """An API client that may read and export customers."""
    permissions = [Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS]
    key = tokens.create_token(organizer, name="export", permissions=permissions)
    return Client(headers={"Authorization": f"Token {key}"})


@pytest.fixture
def writer_client(organizer: Organizer) -> Client:
    """An API client that may read and change customers."""
    permissions = [Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS]
    key = tokens.create_token(organizer, name="writer", permissions=permissions)
    return Client(headers={"Authorization": f"Token {key}"})


@pytest.fixture
def build_customer(organizer: Organizer) -> CustomerMaker:
    """Builds an unsaved customer with these fields. `of` is another organizer than the default."""
    count = 0

    def build(*, of: Organizer = organizer, **fields: Any) -> Customer:
        nonlocal count
        count += 1
        defaults = {
            "identifier": f"C{count:06}",
            "email": f"customer{count}@example.org",
            "name_parts": {"_scheme": "full", "full_name": f"Customer {count}"},
        }
        return Customer(organizer=of, **{**defaults, **fields})

    return build


@pytest.fixture
def make_customer(build_customer: CustomerMaker) -> CustomerMaker:
    """Creates a customer with these fields. `of` is another organizer than the default."""

    def make(**fields: Any) -> Customer:
        customer = build_customer(**fields)
        with scope(organizer=customer.organizer):
            customer.save(force_insert=True)
        return customer

    return make


@pytest.fixture
def without_permissions(organizer: Organizer, member: User) -> None:
    """Removes all permissions from the member's team."""
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[])
