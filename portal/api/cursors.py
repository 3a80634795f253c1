"""Cursors as text for the links of a list, encrypted."""

from __future__ import annotations

import base64
import hashlib
from binascii import Error as Base64Error
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from portal.customers.query.cursor import Cursor

# The number is the version of the cursor's content: a cursor of another version is invalid.
PURPOSE: Final = b"portal.cursor.2"
MAX_LENGTH: Final = 4_000


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
    encrypted = _ciphers()[0].encrypt(content, [list_key.encode()])
    return base64.urlsafe_b64encode(encrypted).rstrip(b"=").decode()


def decrypt_cursor(text: str, *, list_key: str) -> PageLink:
    """The reverse of `encrypt_cursor`. Raises InvalidCursor."""
    number, values, backwards, inclusive = orjson.loads(_decrypt(text, list_key.encode()))
    return PageLink(number, Cursor(values, backwards=backwards, inclusive=inclusive))


def _decrypt(text: str, list_key: bytes) -> bytes:
    if not text.isascii() or len(text) > MAX_LENGTH:
        raise InvalidCursor
    for cipher in _ciphers():
        try:
            encrypted = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return cipher.decrypt(encrypted, [list_key])
        except (InvalidTag, Base64Error):
            continue
    raise InvalidCursor


def _ciphers() -> Sequence[AESSIV]:
    """One for each secret key, the current one first.

    Cursors contain emails and names, and URLs appear in logs, so a signature is not enough. The
    SIV mode needs no nonce, so that the links of a page do not change between requests.
    """
    return _ciphers_for((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _ciphers_for(secrets: tuple[str, ...]) -> Sequence[AESSIV]:
    return [
        AESSIV(hashlib.blake2b(secret.encode(), digest_size=64, person=PURPOSE).digest())
        for secret in secrets
    ]
