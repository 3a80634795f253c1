"""The length of query strings is measured as encoded in a link."""

from __future__ import annotations

import pytest

from portal.web.query_strings import MAX_QUERY_LENGTH, is_query_string_too_long

MAX_SEARCH_LENGTH = MAX_QUERY_LENGTH - len("search=")


@pytest.mark.parametrize(
    ("character", "encoded"),
    [("x", "x"), (":", "%3A"), ("%C3%BC", "%C3%BC"), ("%FF", "%EF%BF%BD")],
)
def test_characters_count_as_encoded_in_a_link(character: str, encoded: str) -> None:
    most = MAX_SEARCH_LENGTH // len(encoded)

    assert not is_query_string_too_long(f"search={character * most}")
    assert is_query_string_too_long(f"search={character * (most + 1)}")


@pytest.mark.parametrize("name", ["cursor", "at"])
def test_encrypted_parameters_do_not_count(name: str) -> None:
    assert not is_query_string_too_long(f"search=doe&{name}={'x' * MAX_QUERY_LENGTH}")


def test_all_parameters_count_together() -> None:
    assert is_query_string_too_long("&".join(f"locale=x{number}" for number in range(500)))


def test_too_many_parameters_do_not_count_as_too_long() -> None:
    assert not is_query_string_too_long("a=1&" * 1001)
