"""Keys of API tokens: their format, checksum and hash."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from typing import Final

# Secret scanners find keys in logs and repositories by this prefix.
KEY_PREFIX: Final = "portal_"
KEY_ALPHABET: Final = string.digits + string.ascii_letters
RANDOM_LENGTH: Final = 36  # 214 bits
CHECKSUM_LENGTH: Final = 6  # enough for the 32 bits of CRC32
KEY_PATTERN: Final = re.compile(
    f"{KEY_PREFIX}[{KEY_ALPHABET}]{{{RANDOM_LENGTH + CHECKSUM_LENGTH}}}"
)
MIN_LENGTH: Final = 32
MAX_LENGTH: Final = 255


def make_token_key() -> str:
    """A new key: `portal_`, 36 random letters and digits, and a checksum of both."""
    body = KEY_PREFIX + "".join(secrets.choice(KEY_ALPHABET) for _index in range(RANDOM_LENGTH))
    return body + _compute_checksum(body)


def has_wrong_checksum(key: str) -> bool:
    """Whether the key has Portal's format and a wrong checksum. False for keys of other formats."""
    body, checksum = key[:-CHECKSUM_LENGTH], key[-CHECKSUM_LENGTH:]
    return bool(KEY_PATTERN.fullmatch(key)) and _compute_checksum(body) != checksum


def hash_token_key(key: str) -> str:
    """The hash of a key, for the database. SHA-256 is enough, because keys are long and random."""
    return hashlib.sha256(key.encode()).hexdigest()


def _compute_checksum(body: str) -> str:
    number, checksum = zlib.crc32(body.encode()), ""
    for _index in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(KEY_ALPHABET))
        checksum = KEY_ALPHABET[digit] + checksum
    return checksum
