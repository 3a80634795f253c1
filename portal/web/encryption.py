"""Encrypts values that contain emails and names, for URLs, which logs and browsers store."""

from __future__ import annotations

import base64
import hashlib
from binascii import Error as Base64Error
from collections.abc import Sequence
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

KEY_PURPOSE: Final = b"portal.cursor.2"
MAX_LENGTH: Final = 4_000


class InvalidEncryptedText(Exception):
    """The text was not encrypted by Portal for this context."""


def encrypt_for_url(content: bytes, *, context: str) -> str:
    """Encrypts the content as URL-safe text. Equal arguments give equal text.

    Decrypting the text requires the same `context`, which identifies a list, for example.
    """
    encrypted = _ciphers_of_all_keys()[0].encrypt(content, [context.encode()])
    return base64.urlsafe_b64encode(encrypted).rstrip(b"=").decode()


def decrypt_from_url(text: str, *, context: str) -> bytes:
    """The reverse of `encrypt_for_url`. Raises InvalidEncryptedText."""
    if not text.isascii() or len(text) > MAX_LENGTH:
        raise InvalidEncryptedText
    for cipher in _ciphers_of_all_keys():
        try:
            encrypted = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return cipher.decrypt(encrypted, [context.encode()])
        except (InvalidTag, Base64Error):
            continue
    raise InvalidEncryptedText


def _ciphers_of_all_keys() -> Sequence[AESSIV]:
    """A cipher for each secret key. The cipher of the current key comes first.

    AES-SIV needs no nonce, so that the links of a page do not change between requests.
    """
    return _derive_ciphers((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _derive_ciphers(secrets: tuple[str, ...]) -> Sequence[AESSIV]:
    return [
        AESSIV(hashlib.blake2b(secret.encode(), digest_size=64, person=KEY_PURPOSE).digest())
        for secret in secrets
    ]
