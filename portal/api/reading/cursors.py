"""Encrypts cursors, for the links to other pages of a list."""

from __future__ import annotations

from typing import NamedTuple

import orjson

from portal.customers.query.cursor import Cursor
from portal.web.encryption import InvalidEncryptedText, decrypt_from_url, encrypt_for_url


class InvalidCursor(Exception):
    """The text is not a cursor of this list."""


class PageLink(NamedTuple):
    """The number of a page, and the cursor at which the page starts or ends."""

    number: int
    cursor: Cursor


def encrypt_cursor(link: PageLink, *, list_key: str) -> str:
    """The number and the cursor of a page as URL-safe text. Equal arguments give equal text.

    `list_key` identifies the list. The text is invalid for other lists.
    """
    cursor = link.cursor
    content = orjson.dumps([link.number, cursor.values, cursor.backwards, cursor.inclusive])
    return encrypt_for_url(content, context=list_key)


def decrypt_cursor(text: str, *, list_key: str) -> PageLink:
    """The reverse of `encrypt_cursor`. Raises InvalidCursor."""
    try:
        content = decrypt_from_url(text, context=list_key)
    except InvalidEncryptedText:
        raise InvalidCursor from None
    number, values, backwards, inclusive = orjson.loads(content)
    return PageLink(number, Cursor(values, backwards=backwards, inclusive=inclusive))
