"""Pages of a list: which one is asked for, and the links to its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.conf import settings
from django.http import QueryDict
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

PAGE_SIZE: Final = 50
# Databases count rows in 64 bits; a number beyond this is past the end of any list.
LARGEST_PAGE: Final = 10**9

Rows = Sequence[object]
# From the first row and the number of rows to how many there are in all, and the rows.
# The total matters only where there are rows, or where they are asked for from the start.
Read = Callable[[int, int], tuple[int, Rows]]


def paginate(request: Request, read: Read) -> dict[str, object]:
    """The page that the query string asks for. Raises NotFound where the list is not that long."""
    size = _page_size(request.query_params)
    number = _page_number(request.query_params, read, size)
    count, rows = read((number - 1) * size, size)
    if number > 1 and not rows:
        raise _invalid_page()
    return {
        "count": count,
        "next": _link(request, number + 1) if number * size < count else None,
        "previous": _link(request, number - 1) if number > 1 else None,
        "results": rows,
    }


def absolute_url(request: Request, path: str) -> str:
    """With the public address in front, or else the one that was asked; no proxy may tell it."""
    public: str = settings.PUBLIC_URL
    return f"{public}{path}" if public else request.build_absolute_uri(path)


def _page_size(query: QueryDict) -> int:
    try:
        size = int(query.get("page_size", PAGE_SIZE))
    except ValueError:
        return PAGE_SIZE
    return min(size, PAGE_SIZE) if size > 0 else PAGE_SIZE


def _page_number(query: QueryDict, read: Read, size: int) -> int:
    wanted = query.get("page") or "1"
    if wanted == "last":
        count, _first = read(0, 1)
        return max(1, -(-count // size))
    try:
        number = int(wanted)
    except ValueError:
        raise _invalid_page() from None
    if not 1 <= number <= LARGEST_PAGE:
        raise _invalid_page()
    return number


def _link(request: Request, number: int) -> str:
    here = absolute_url(request, request.get_full_path())
    if number == 1:
        return remove_query_param(here, "page")
    return replace_query_param(here, "page", number)


def _invalid_page() -> NotFound:
    return NotFound("Invalid page.")
