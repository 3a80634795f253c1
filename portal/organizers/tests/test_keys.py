"""Keys: what they look like, and which mistakes they show."""

from __future__ import annotations

import re

import pytest

from portal.organizers.keys import ALPHABET, PREFIX, hash_key, is_mistyped, make_key


def test_a_key_is_recognised_and_long() -> None:
    assert re.fullmatch(f"{PREFIX}[{ALPHABET}]{{42}}", make_key())


def test_no_two_keys_are_alike() -> None:
    assert len({make_key() for _ in range(1_000)}) == 1_000


def test_a_key_is_what_was_made_and_nothing_else() -> None:
    key = make_key()

    assert not is_mistyped(key)
    for place in range(len(PREFIX), len(key)):
        other = "0" if key[place] != "0" else "1"
        assert is_mistyped(key[:place] + other + key[place + 1 :])


def test_letters_in_the_form_of_a_key_are_mistyped() -> None:
    assert is_mistyped(PREFIX + "0" * 42)


@pytest.mark.parametrize("key", ["", "a" * 64, "portal_x", PREFIX + "a-_" * 14 + "x"])
def test_keys_of_another_form_are_not_ours_to_judge(key: str) -> None:
    assert not is_mistyped(key)


def test_the_hash_is_sha256() -> None:
    assert hash_key("abc").startswith("ba7816bf8f01cfea")
