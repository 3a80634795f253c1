"""Cursors in links are encrypted, and valid for one list only."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from portal.api.reading.cursors import InvalidCursor, PageLink, decrypt_cursor, encrypt_cursor
from portal.customers.query.cursor import Cursor

CURSOR = Cursor([False, "zoë@example.org", 7], backwards=True, inclusive=True)


def test_decrypting_a_text_returns_its_cursor() -> None:
    text = encrypt_cursor(PageLink(20_000, CURSOR), list_key="1?locale=de")

    assert decrypt_cursor(text, list_key="1?locale=de") == PageLink(20_000, CURSOR)


def test_equal_cursors_have_equal_texts() -> None:
    assert encrypt_cursor(PageLink(2, CURSOR), list_key="1?") == encrypt_cursor(
        PageLink(2, CURSOR), list_key="1?"
    )


def test_an_encrypted_cursor_does_not_show_its_values() -> None:
    assert "example" not in encrypt_cursor(PageLink(2, CURSOR), list_key="1?")


@pytest.mark.parametrize("text", ["x", "é", "A" * 40, "A" * 5_000, "=", "\0", "cD0yMDI2"])
def test_a_text_that_is_not_a_cursor_is_invalid(text: str) -> None:
    with pytest.raises(InvalidCursor):
        decrypt_cursor(text, list_key="1?")


def test_a_cursor_is_invalid_for_another_list_or_organizer() -> None:
    text = encrypt_cursor(PageLink(2, CURSOR), list_key="1?locale=de")

    for other in ("1?", "2?locale=de", "1?locale=fr"):
        with pytest.raises(InvalidCursor):
            decrypt_cursor(text, list_key=other)


def test_a_cursor_is_valid_after_a_change_of_the_secret_key(settings: Settings) -> None:
    text = encrypt_cursor(PageLink(2, CURSOR), list_key="1?")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50

    assert decrypt_cursor(text, list_key="1?").number == 2
