"""The one door to customers. HTML, JSON and commands all come through here."""

from __future__ import annotations

import re
from typing import Final

from django.http import QueryDict

from portal.customers.models import IDENTIFIER, Customer, require_scope
from portal.customers.search import CustomerSearch
from portal.kept import KeptQuery
from portal.organizers.models import Organizer


class CustomerNotFound(Exception):
    """The organizer has no customer with this identifier."""


def search_customers(organizer: Organizer, *, query: QueryDict) -> CustomerSearch:
    """The customers of the organizer that the query string asks for."""
    return CustomerSearch(organizer, query)


def get_customer(organizer: Organizer, identifier: str) -> Customer:
    """The customer with exactly this identifier. Raises CustomerNotFound.

    Like every query for customers it raises ScopeError outside of the organizer's scope.
    """
    require_scope(organizer)
    rows = []
    if re.match(IDENTIFIER, identifier):
        rows = _by_identifier.rows(organizer.pk, identifier)
    if not rows:
        raise CustomerNotFound(identifier)
    return Customer.from_db(None, COLUMNS, rows[0])


COLUMNS: Final = tuple(field.attname for field in Customer._meta.concrete_fields)
_by_identifier = KeptQuery(
    lambda organizer, identifier: (
        Customer.objects.filter(organizer_id=organizer)
        .filter(identifier=identifier)
        .values_list(*COLUMNS)
    )
)
