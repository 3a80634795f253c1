"""Normalization: which texts are equal for search and ordering."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.customers.normalization import normalize


@pytest.mark.parametrize(
    ("text", "normalized"),
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
def test_case_and_accents_are_ignored(text: str, normalized: str) -> None:
    assert normalize(text) == normalized


@given(st.text())
def test_normalizing_twice_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(st.text(), st.text())
def test_a_normalized_text_contains_its_normalized_parts(before: str, part: str) -> None:
    assert normalize(part.strip()) in normalize(f"{before} {part.strip()} {before}")
