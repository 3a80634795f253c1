"""Keys of API tokens: format, checksum and hash."""

from __future__ import annotations

import re

import pytest

from portal.organizers.keys import (
    KEY_ALPHABET,
    KEY_PREFIX,
    has_wrong_checksum,
    hash_token_key,
    make_token_key,
)


def test_a_key_has_a_prefix_and_42_letters_and_digits() -> None:
    assert re.fullmatch(f"{KEY_PREFIX}[{KEY_ALPHABET}]{{42}}", make_token_key())


def test_keys_are_unique() -> None:
    assert len({make_token_key() for _ in range(1_000)}) == 1_000


def test_the_checksum_finds_each_changed_character() -> None:
    key = make_token_key()

    assert not has_wrong_checksum(key)
    for index in range(len(KEY_PREFIX), len(key)):
        other = "0" if key[index] != "0" else "1"
        assert has_wrong_checksum(key[:index] + other + key[index + 1 :])


def test_a_key_of_zeros_has_a_wrong_checksum() -> None:
    assert has_wrong_checksum(KEY_PREFIX + "0" * 42)


@pytest.mark.parametrize("key", ["", "a" * 64, "portal_x", KEY_PREFIX + "a-_" * 14 + "x"])
def test_a_key_of_another_format_has_no_checksum(key: str) -> None:
    assert not has_wrong_checksum(key)


def test_the_hash_is_sha256() -> None:
    assert hash_token_key("abc").startswith("ba7816bf8f01cfea")
