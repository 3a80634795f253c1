"""Fixtures: customers of every kind, a low limit of counts, and a list with its query plans."""

from __future__ import annotations

from itertools import product

import pytest
from django_scopes import scope
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.tests.plans import Plan
from portal.organizers.models import Organizer


@pytest.fixture
def crowd(organizer: Organizer, build_customer: CustomerMaker) -> None:
    """Twenty-four customers: one for each combination of the values below."""
    kinds = product((True, False), (True, False), ("de", "fr", "en"), (True, False))
    customers = [
        build_customer(
            is_active=is_active,
            is_verified=is_verified,
            locale=locale,
            last_login="2026-01-01T12:00:00Z" if has_signed_in else None,
        )
        for is_active, is_verified, locale, has_signed_in in kinds
    ]
    with scope(organizer=organizer):
        Customer.objects.bulk_create(customers)


@pytest.fixture
def low_cap(settings: Settings) -> None:
    """Set COUNT_CAP to ten, so that counts are exact up to ten customers."""
    settings.COUNT_CAP = 10


@pytest.fixture
def plans() -> list[Plan]:
    return []
