"""Pagination: the page that the query string names, and the links to other pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.http import QueryDict
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from portal.api.reading.cursors import InvalidCursor, PageLink, decrypt_cursor, encrypt_cursor
from portal.customers import services
from portal.customers.query.cursor import Cursor
from portal.customers.query.page import MAX_PAGE_NUMBER, PAGE_SIZE, last_page_number
from portal.customers.query.query import CustomerQuery, list_key
from portal.web.http import absolute_url

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

LAST_PAGE: Final = "last"
PAGING_PARAMETERS: Final = ("page", "page_size", "cursor")

Page = dict[str, object]


def paginate_items(request: Request, items: Sequence[object]) -> Page:
    """The page of `items` that the query string names. Raises NotFound after the last page."""
    size = _page_size(request.query_params)
    number = _page_number(request.query_params, lambda: len(items), size)
    results = items[(number - 1) * size : number * size]
    if number > 1 and not results:
        raise _invalid_page()
    return {
        "count": len(items),
        "next": _page_url(request, number + 1) if number * size < len(items) else None,
        "previous": _page_url(request, number - 1) if number > 1 else None,
        "results": results,
    }


def paginate_customers(
    request: Request, organizer: Organizer, query: CustomerQuery, fields: Sequence[str]
) -> Page:
    """The page of customers that the query string names, by a cursor or by a page number.

    Raises NotFound after the last page, and ValidationError for a cursor of another list.
    """
    parameters = request.query_params
    size = _page_size(parameters)
    key = list_key(organizer, query)
    link = _page_link(parameters, key)
    is_last = parameters.get("page") == LAST_PAGE
    total = services.count_customers(organizer, query=query) if is_last else None
    number = _page_number(parameters, lambda: total or 0, size)
    page: services.AfterCursor | services.PageNumber = services.PageNumber(number, size, total)
    # Some clients change the page number in a link. The cursor then belongs to another page, and
    # has no effect.
    if link is not None and link.number == number:
        page = services.AfterCursor(link.cursor, size)
    customers = services.read_api_page(organizer, query=query, page=page, fields=fields)
    if number > 1 and not customers.rows and isinstance(page, services.PageNumber):
        raise _invalid_page()
    return {
        "count": customers.count,
        "next": _cursor_link(request, query, number + 1, customers.after, key),
        "previous": _cursor_link(request, query, max(1, number - 1), customers.before, key),
        "results": [dict(zip(fields, row, strict=True)) for row in customers.rows],
    }


def _cursor_link(
    request: Request, query: CustomerQuery, number: int, cursor: Cursor | None, key: str
) -> str | None:
    if cursor is None:
        return None
    text = encrypt_cursor(PageLink(number, cursor), list_key=key)
    return _page_url(request, number, cursor=[text], **query.as_of)


def _page_size(query: QueryDict) -> int:
    try:
        size = int(query.get("page_size", PAGE_SIZE))
    except ValueError:
        return PAGE_SIZE
    return min(size, PAGE_SIZE) if size > 0 else PAGE_SIZE


def _page_number(query: QueryDict, count: Callable[[], int], size: int) -> int:
    text = query.get("page") or "1"
    if text == LAST_PAGE:
        return last_page_number(count(), size)
    try:
        number = int(text)
    except ValueError:
        raise _invalid_page() from None
    if not 1 <= number <= MAX_PAGE_NUMBER:
        raise _invalid_page()
    return number


def _page_link(query: QueryDict, key: str) -> PageLink | None:
    text = query.get("cursor", "").strip()
    try:
        return decrypt_cursor(text, list_key=key) if text else None
    except InvalidCursor:
        raise ValidationError({"cursor": ["Invalid cursor for this list."]}) from None


def _page_url(request: Request, number: int, **others: list[str]) -> str:
    """The URL of the request with another page and cursor. Parameters are sorted by name."""
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    query |= {"cursor": [], "page": [str(number)] if number > 1 else [], **others}
    url = absolute_url(request, request.path)
    query_string = urlencode(sorted(query.items()), doseq=True)
    return f"{url}?{query_string}" if query_string else url


def _invalid_page() -> NotFound:
    return NotFound("Invalid page.")
