"""The one door to customers. HTML, JSON and commands all come through here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import QueryDict

from portal.customers.counts import kept_counts
from portal.customers.models import IDENTIFIER, Customer
from portal.customers.search import CustomerSearch
from portal.kept import KeptQuery, Row
from portal.organizers.models import Organizer
from portal.organizers.scopes import require_scope


class CustomerNotFound(Exception):
    """The organizer has no customer with this identifier."""


def search_customers(organizer: Organizer, *, query: QueryDict) -> CustomerSearch:
    """The customers of the organizer that the query string asks for."""
    return CustomerSearch(organizer, query)


def count_by_locale(organizer: Organizer) -> Mapping[str, int]:
    """All customers of the organizer by locale."""
    return kept_counts(organizer).by("locale", {})


def get_customer(organizer: Organizer, identifier: str) -> Customer:
    """The customer with exactly this identifier. Raises CustomerNotFound.

    Like every query for customers it raises ScopeError outside of the organizer's scope.
    """
    return Customer.from_db(None, COLUMNS, _find(_by_identifier.rows, organizer, identifier))


def read_customer(organizer: Organizer, identifier: str) -> Mapping[str, Any]:
    """The same by column, as the driver returns it, which is quicker. Raises CustomerNotFound."""
    return dict(zip(COLUMNS, _find(_by_identifier.raw, organizer, identifier), strict=True))


def _find(read: Callable[..., list[Row]], organizer: Organizer, identifier: str) -> Row:
    require_scope(organizer)
    rows = read(organizer.pk, identifier) if re.match(IDENTIFIER, identifier) else []
    if not rows:
        raise CustomerNotFound(identifier)
    return rows[0]


COLUMNS: Final = tuple(field.attname for field in Customer._meta.concrete_fields)
_by_identifier = KeptQuery(
    lambda organizer, identifier: (
        Customer.objects.filter(organizer_id=organizer)
        .filter(identifier=identifier)
        .values_list(*COLUMNS)
    )
)
