"""Keys of API tokens: what they look like, and how one is told from a slip of the hand."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from typing import Final

# Whoever finds one in a log or a repository knows where it belongs.
PREFIX: Final = "portal_"
ALPHABET: Final = string.digits + string.ascii_letters
RANDOM: Final = 36  # letters of the alphabet, 214 bits
CHECKSUM: Final = 6  # letters, enough for the 32 bits of CRC32
FORM: Final = re.compile(f"{PREFIX}[{ALPHABET}]{{{RANDOM + CHECKSUM}}}")
SHORTEST: Final = 32
LONGEST: Final = 255


def make_key() -> str:
    """`portal_`, random letters, and a checksum of both."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _letter in range(RANDOM))
    return body + _checksum(body)


def is_mistyped(key: str) -> bool:
    """Whether it has the form of ours and was not made here. Keys of other forms pass."""
    body, checksum = key[:-CHECKSUM], key[-CHECKSUM:]
    return bool(FORM.fullmatch(key)) and _checksum(body) != checksum


def hash_key(key: str) -> str:
    """What is stored of a key. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(body: str) -> str:
    number, letters = zlib.crc32(body.encode()), ""
    for _letter in range(CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    return letters
