"""Names composed from their parts, with all samples of pretix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from portal.customers.names import UnknownScheme, compose_name

SAMPLES = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"] or "no name")
def test_a_name_is_composed_as_in_the_real_service(sample: dict[str, Any]) -> None:
    assert compose_name(sample["name_parts"]) == sample["name"]


@pytest.mark.parametrize("scheme", ["new", "", None])
def test_an_unknown_scheme_is_rejected(scheme: str | None) -> None:
    with pytest.raises(UnknownScheme):
        compose_name({"_scheme": scheme, "full_name": "John Doe"})
