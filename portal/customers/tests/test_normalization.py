"""Folding: what search and order take for the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.customers.normalization import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("José", "jose"),
        ("MÜLLER", "muller"),
        ("Straße", "strasse"),
        ("Łukasz Øster", "lukasz oster"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Ｆｕｌｌｗｉｄｔｈ", "fullwidth"),
        ("山田", "山田"),
        ("محمد", "محمد"),
    ],
)
def test_case_and_accents_are_ignored(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_a_part_of_a_text_is_found_in_it(before: str, part: str) -> None:
    assert fold(part.strip()) in fold(f"{before} {part.strip()} {before}")
