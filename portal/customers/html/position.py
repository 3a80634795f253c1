"""The links on a customer's page to the list from which it was opened, and to neighbours."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.http import QueryDict

from portal.customers import services
from portal.customers.html.paging import (
    BACK_PARAMETER,
    DEFAULT_SIZE,
    POSITION_PARAMETER,
    ListLinks,
    ListPosition,
    PageForm,
    customer_url,
    decrypt_position,
)
from portal.customers.query.filters import AS_OF, PARAMETERS
from portal.customers.query.query import InvalidQuery, list_key
from portal.saved_views import services as saved_views
from portal.saved_views.queries import VIEW

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.customers.models import Customer
    from portal.customers.query.query import CustomerQuery
    from portal.organizers.access import Access
    from portal.organizers.models import Organizer

# Parameters that limit a list. `search` is missing, because a new search replaces the old one.
LIMITING_PARAMETERS: Final = frozenset({*PARAMETERS, VIEW} - {"search", "ordering", AS_OF})


@dataclass(frozen=True)
class CustomerPosition:
    """The position of a customer in the list from which the page was opened, with links."""

    back: str  # the URL of the list page that has the customer
    is_narrowed: bool = False  # whether the list has filters, a search or another order
    number: int | None = None
    total: int | None = None
    previous: str = ""  # the URLs of the neighbours; "" at an end of the list
    next: str = ""
    is_known: bool = False  # whether the position and the neighbours are known
    is_match: bool = True  # whether the customer is still in the list

    @property
    def list_query(self) -> str:
        """The query string of a filtered list, for a search within the list; "" without filters."""
        query = self.back.partition("?")[2].partition("#")[0]
        return query if QueryDict(query).keys() & LIMITING_PARAMETERS else ""


def find_position(
    access: Access, customer: Customer, *, parameters: QueryDict, list_path: str, member: User
) -> CustomerPosition:
    """The position that the URL of a customer's page has, with links to the current neighbours."""
    organizer, back = access.organizer, QueryDict(parameters.get(BACK_PARAMETER, ""))
    paging, view, query = PageForm(back), None, None
    with suppress(InvalidQuery, saved_views.UnknownView):
        view, applied = saved_views.resolve_view(organizer, back, member=member)
        query = services.parse_query(organizer, applied, reads_notes=access.reads_notes)
    if query is None or not paging.is_valid():
        return CustomerPosition(f"{list_path}?{back.urlencode()}", is_narrowed=True)
    links = ListLinks(
        list_path, query.canonical, paging.size, DEFAULT_SIZE, paging.number or 1, query.as_of
    )
    links = replace(links, view=view, layout=paging.layout)
    if back:
        links = replace(links, has_stored_layout=bool(access.layout))
    key = list_key(organizer, query)
    position = decrypt_position(parameters.get(POSITION_PARAMETER, ""), key)
    if position is None:
        return CustomerPosition(links.current_url, is_narrowed=bool(query.canonical))
    return _NeighbourLinks(organizer, query, links, position, key).find(customer)


@dataclass(frozen=True)
class _NeighbourLinks:
    """Makes the links from a position in a list to its neighbours."""

    organizer: Organizer
    query: CustomerQuery
    links: ListLinks
    position: ListPosition
    key: str  # the list_key() of the list

    def find(self, customer: Customer) -> CustomerPosition:
        """Find the neighbours of the position, and whether the customer is still in the list."""
        neighbours = services.find_neighbours(
            self.organizer, query=self.query, keys=self.position.keys
        )
        return CustomerPosition(
            back=f"{self._links_at(self.position).current_url}#customer-{customer.identifier}",
            is_narrowed=bool(self.query.canonical),
            number=self.position.number,
            total=self.position.total,
            previous=self._neighbour_url(neighbours.previous, -1),
            next=self._neighbour_url(neighbours.next, 1),
            is_known=True,
            is_match=services.matches_query(self.organizer, query=self.query, customer=customer),
        )

    def _neighbour_url(self, neighbour: services.Neighbour | None, by: int) -> str:
        if neighbour is None:
            return ""
        position = self.position.step(neighbour.keys, by)
        text = position.encrypt(self.key)
        return customer_url(self._links_at(position), neighbour.identifier, text)

    def _links_at(self, position: ListPosition) -> ListLinks:
        """The links of the list page that has the position, if its row number is known."""
        if position.number is None:
            return self.links
        return replace(self.links, page=(position.number - 1) // self.links.page_size + 1)
