"""Who has exactly what is searched for as email, identifier or external identifier.

A short one is part of many others' texts. Each of the three has an index of its own, which finds
its customer wherever in the list, or outside of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from django.db.models import F, Q
from django.db.models.lookups import Exact

from portal.customers.asked import database_to_read
from portal.customers.fields import IgnoringCase
from portal.customers.filters import LOOKUPS, CustomerFilter
from portal.customers.models import Customer, customers_of
from portal.customers.sections import Statement, compile_sections
from portal.organizers.scopes import require_scope
from portal.slots import KeptByShape, Slot

if TYPE_CHECKING:
    from portal.customers.filter_kinds import TextFilter
    from portal.organizers.models import Organizer

# Any number of customers may have the same external identifier.
MOST: Final = 5
# What is shown of them, and what their state follows from.
SHOWN: Final = frozenset(
    {"id", "identifier", "external_identifier", "email", "name_parts", "name"}
    | {"is_active", "is_verified"}
)
# from_db() wants them as the model has them.
COLUMNS: Final = tuple(
    field.attname for field in Customer._meta.concrete_fields if field.attname in SHOWN
)
FILTERS: Final = [cast("TextFilter", CustomerFilter.base_filters[name]) for name in LOOKUPS]
kept = KeptByShape[Statement | None]()


def find_exact(organizer: Organizer, search: str) -> list[Customer]:
    """Some of them: up to MOST, with COLUMNS. Case counts in external identifiers only.

    Raises ScopeError outside of the organizer's scope.
    """
    require_scope(organizer)
    identifier = Slot("identifier", search.lower())
    slots = [identifier, *(slot for each in FILTERS for slot in each.slots(search))]
    given = {"organizer": organizer.pk, **{slot.name: slot.value for slot in slots}}

    def build() -> Statement | None:
        everybody = customers_of(organizer)
        by_identifier = everybody.filter(Q(Exact(IgnoringCase(F("identifier")), identifier)))
        found = [by_identifier, *(each.filter(everybody, search) for each in FILTERS)]
        return compile_sections([each.order_by("pk").values_list(*COLUMNS) for each in found])

    statement = kept.get(database_to_read(), build)
    rows = statement.convert(statement.read(given, 0, MOST).raw) if statement else []
    # One customer may have the same email and external identifier.
    customers = [Customer.from_db(None, COLUMNS, row) for row in rows]
    return [*{customer.pk: customer for customer in customers}.values()]
