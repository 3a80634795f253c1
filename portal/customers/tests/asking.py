"""What a query string asks for, without a request around it."""

from __future__ import annotations

from django.http import QueryDict

from portal.customers import services
from portal.customers.search import CustomerSearch
from portal.organizers.models import Organizer


def asked(organizer: Organizer, query: str) -> CustomerSearch:
    return services.search_customers(organizer, query=QueryDict(query))
