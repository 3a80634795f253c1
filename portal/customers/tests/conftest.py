"""Customers of every kind, lists that are long with few of them, and room for plans."""

from __future__ import annotations

from itertools import product

import pytest

from portal.conftest import CustomerMaker
from portal.customers import numbers, pages, searching
from portal.customers.tests.plans import Plan


@pytest.fixture
def crowd(make_customer: CustomerMaker) -> None:
    """Twenty-four, two of every kind."""
    for kind in product((True, False), (True, False), ("de", "fr", "en"), (True, False)):
        is_active, is_verified, locale, has_signed_in = kind
        make_customer(
            is_active=is_active,
            is_verified=is_verified,
            locale=locale,
            last_login="2026-01-01T12:00:00Z" if has_signed_in else None,
        )


@pytest.fixture
def low_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten are many."""
    for module in (pages, numbers):
        monkeypatch.setattr(module, "CAP", 10)
    monkeypatch.setattr(searching, "MOST", 10)


@pytest.fixture
def plans() -> list[Plan]:
    return []
