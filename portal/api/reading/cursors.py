"""Cursors as text for the links of a list, encrypted."""

from __future__ import annotations

from typing import NamedTuple

import orjson

from portal.customers.query.cursor import Cursor
from portal.web.encryption import InvalidText, decrypt, encrypt


class InvalidCursor(Exception):
    """The text is not a cursor that Portal made for this list."""


class PageLink(NamedTuple):
    """The number of a page, and the cursor that the page starts after or ends before."""

    number: int
    cursor: Cursor


def encrypt_cursor(link: PageLink, *, list_key: str) -> str:
    """The cursor as URL-safe text. Equal arguments give equal text.

    `list_key` identifies the list; the cursor is invalid for every other list.
    """
    cursor = link.cursor
    content = orjson.dumps([link.number, cursor.values, cursor.backwards, cursor.inclusive])
    return encrypt(content, context=list_key)


def decrypt_cursor(text: str, *, list_key: str) -> PageLink:
    """The reverse of `encrypt_cursor`. Raises InvalidCursor."""
    try:
        content = decrypt(text, context=list_key)
    except InvalidText:
        raise InvalidCursor from None
    number, values, backwards, inclusive = orjson.loads(content)
    return PageLink(number, Cursor(values, backwards=backwards, inclusive=inclusive))
