"""Cursors, sealed, so that links can carry them."""

from __future__ import annotations

import base64
import hashlib
from binascii import Error as NotBase64
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from portal.customers.query.cursor import Cursor

# With a number for the form of the cursors, so that old ones are told apart.
PURPOSE: Final = b"portal.cursor.2"
LONGEST: Final = 4_000


class InvalidCursor(Exception):
    """Not a cursor that we made, or one of another list."""


class PageLink(NamedTuple):
    """The page with this number, which begins, or ends, at the cursor."""

    number: int
    cursor: Cursor


def write_cursor(link: PageLink, *, of: str) -> str:
    """For links of the list that `of` tells from all others. The same each time."""
    cursor = link.cursor
    content = orjson.dumps([link.number, cursor.values, cursor.backwards, cursor.inclusive])
    sealed = _seals()[0].encrypt(content, [of.encode()])
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def read_cursor(text: str, *, of: str) -> PageLink:
    """The cursor as it was written for this list. Raises InvalidCursor."""
    number, values, backwards, inclusive = orjson.loads(_unsealed(text, of.encode()))
    return PageLink(number, Cursor(values, backwards=backwards, inclusive=inclusive))


def _unsealed(text: str, of: bytes) -> bytes:
    if not text.isascii() or len(text) > LONGEST:
        raise InvalidCursor
    for seal in _seals():
        try:
            return seal.decrypt(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), [of])
        except (InvalidTag, NotBase64):
            continue
    raise InvalidCursor


def _seals() -> Sequence[AESSIV]:
    """Cursors hold emails and names, and addresses end up in logs: nobody else can read them.

    SIV needs no random number, so that the same page has the same links each time.
    """
    return _seals_from((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _seals_from(secrets: tuple[str, ...]) -> Sequence[AESSIV]:
    return [
        AESSIV(hashlib.blake2b(secret.encode(), digest_size=64, person=PURPOSE).digest())
        for secret in secrets
    ]
