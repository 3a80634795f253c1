"""Customers of every kind, a low limit for counts, and a list for query plans."""

from __future__ import annotations

from itertools import product

import pytest
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers.tests.plans import Plan


@pytest.fixture
def crowd(make_customer: CustomerMaker) -> None:
    """Twenty-four customers: one of each combination of these values."""
    for kind in product((True, False), (True, False), ("de", "fr", "en"), (True, False)):
        is_active, is_verified, locale, has_signed_in = kind
        make_customer(
            is_active=is_active,
            is_verified=is_verified,
            locale=locale,
            last_login="2026-01-01T12:00:00Z" if has_signed_in else None,
        )


@pytest.fixture
def low_cap(settings: Settings) -> None:
    """Counts are exact up to ten customers."""
    settings.COUNT_CAP = 10


@pytest.fixture
def plans() -> list[Plan]:
    return []
