"""Cursors: what a link carries comes back as it was, and nobody else can read or make one."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from portal.api.cursors import InvalidCursor, PageLink, read_cursor, write_cursor
from portal.customers.query.cursor import Cursor

CURSOR = Cursor([False, "zoë@example.org", 7], backwards=True, inclusive=True)


def test_a_cursor_comes_back_as_it_was_written() -> None:
    text = write_cursor(PageLink(20_000, CURSOR), of="1?locale=de")

    assert read_cursor(text, of="1?locale=de") == PageLink(20_000, CURSOR)


def test_the_same_position_has_the_same_cursor() -> None:
    assert write_cursor(PageLink(2, CURSOR), of="1?") == write_cursor(PageLink(2, CURSOR), of="1?")


def test_a_cursor_does_not_show_what_it_holds() -> None:
    assert "example" not in write_cursor(PageLink(2, CURSOR), of="1?")


@pytest.mark.parametrize("text", ["x", "é", "A" * 40, "A" * 5_000, "=", "\0", "cD0yMDI2"])
def test_what_we_did_not_write_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        read_cursor(text, of="1?")


def test_a_cursor_belongs_to_one_list_of_one_organizer() -> None:
    text = write_cursor(PageLink(2, CURSOR), of="1?locale=de")

    for other in ("1?", "2?locale=de", "1?locale=fr"):
        with pytest.raises(InvalidCursor):
            read_cursor(text, of=other)


def test_a_cursor_outlives_a_new_secret_key(settings: Settings) -> None:
    text = write_cursor(PageLink(2, CURSOR), of="1?")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50

    assert read_cursor(text, of="1?").number == 2
