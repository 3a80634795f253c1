"""The colours of theme.css have the contrast of WCAG 2.2 AA, in both colour schemes."""

from __future__ import annotations

import re

import pytest
from coloraide import Color
from django.conf import settings

THEME = (settings.BASE_DIR / "static" / "css" / "theme.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\((oklch\([^)]+\)), (oklch\([^)]+\))\);")
COLOURS = {name: (light, dark) for name, light, dark in PAIR.findall(THEME)}
SURFACES = ["surface", "surface-raised", "surface-sunken"]

TEXT = [
    *((text, surface) for text in ("text", "text-quiet", "accent") for surface in SURFACES),
    ("text-quiet", "accent-tint"),
    ("text", "accent-tint"),
    ("accent", "accent-tint"),
    ("accent-text", "accent"),
    ("text-quiet", "neutral-tint"),
    ("positive", "positive-tint"),
    ("caution", "caution-tint"),
    ("critical", "critical-tint"),
    ("critical", "surface-raised"),
    ("text", "caution-tint"),
    ("accent", "critical-tint"),
]
LINES = [(line, surface) for line in ("line-control", "focus") for surface in SURFACES[:2]]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), TEXT)
def test_text_has_enough_contrast(text: str, surface: str, scheme: int) -> None:
    assert _contrast_between(text, surface, scheme) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("line", "surface"), LINES)
def test_controls_and_focus_have_enough_contrast(line: str, surface: str, scheme: int) -> None:
    assert _contrast_between(line, surface, scheme) >= 3


def _contrast_between(one: str, other: str, scheme: int) -> float:
    return Color(COLOURS[one][scheme]).contrast(Color(COLOURS[other][scheme]))
