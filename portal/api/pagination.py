"""Pages of a list: which one is asked for, and the links to its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from portal.api.cursors import Cursor, InvalidCursor, read_cursor, write_cursor
from portal.api.fields import as_object
from portal.customers.pages import LARGEST, last_page
from portal.customers.places import Place
from portal.customers.search import CustomerSearch
from portal.http import absolute_url

PAGE_SIZE: Final = 50
PARAMETERS: Final = ("page", "page_size", "cursor")

Page = dict[str, object]


def paginate(request: Request, items: Sequence[object]) -> Page:
    """The page of items that the query string asks for. Raises NotFound past the end."""
    size = _page_size(request.query_params)
    number = _page_number(request.query_params, lambda: len(items), size)
    rows = items[(number - 1) * size : number * size]
    if number > 1 and not rows:
        raise _invalid_page()
    return {
        "count": len(items),
        "next": _link(request, number + 1) if number * size < len(items) else None,
        "previous": _link(request, number - 1) if number > 1 else None,
        "results": rows,
    }


def paginate_search(request: Request, search: CustomerSearch, fields: Sequence[str]) -> Page:
    """The page of customers that the query string asks for, by its cursor or else by its number.

    Raises NotFound past the end, and ValidationError for a cursor of another list.
    """
    size = _page_size(request.query_params)
    number = _page_number(request.query_params, search.numbers.exact, size)
    cursor = _cursor(request.query_params, search)
    # Whoever counts pages has put another number into a link of ours.
    is_followed = cursor is not None and cursor.number == number
    if cursor is not None and is_followed:
        stretch = search.read_beyond(fields, cursor.place, size)
    else:
        stretch = search.read_page(fields, number, size)
    if number > 1 and not stretch and not is_followed:
        raise _invalid_page()

    def link(to: int, place: Place | None) -> str | None:
        if place is None:
            return None
        return _link(request, to, write_cursor(Cursor(to, place), of=search.fingerprint))

    return {
        "count": stretch.count,
        "next": link(number + 1, stretch.after),
        "previous": link(max(1, number - 1), stretch.before),
        "results": [as_object(fields, values) for values in stretch.raw],
    }


def _page_size(query: QueryDict) -> int:
    try:
        size = int(query.get("page_size", PAGE_SIZE))
    except ValueError:
        return PAGE_SIZE
    return min(size, PAGE_SIZE) if size > 0 else PAGE_SIZE


def _page_number(query: QueryDict, count: Callable[[], int], size: int) -> int:
    wanted = query.get("page") or "1"
    if wanted == "last":
        return last_page(count(), size)
    try:
        number = int(wanted)
    except ValueError:
        raise _invalid_page() from None
    if not 1 <= number <= LARGEST:
        raise _invalid_page()
    return number


def _cursor(query: QueryDict, search: CustomerSearch) -> Cursor | None:
    text = query.get("cursor", "").strip()
    try:
        return read_cursor(text, of=search.fingerprint) if text else None
    except InvalidCursor:
        raise ValidationError({"cursor": ["Not a cursor from a link of this list."]}) from None


def _link(request: Request, number: int, cursor: str = "") -> str:
    """The address that was asked for, with others of these two, and its parameters in order."""
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    query |= {"cursor": [cursor] if cursor else [], "page": [str(number)] if number > 1 else []}
    address = absolute_url(request, request.path)
    words = urlencode(sorted(query.items()), doseq=True)
    return f"{address}?{words}" if words else address


def _invalid_page() -> NotFound:
    return NotFound("Invalid page.")
