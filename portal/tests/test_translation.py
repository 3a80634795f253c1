"""Templates mark every text for translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
TRANSLATED = re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", re.DOTALL)
TEMPLATE_CODE = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
TEXT_ATTRIBUTE = re.compile(r"""\b(?:aria-label|placeholder|title|alt)=["']([^"']*)["']""")
CODE = re.compile(r"<code>.*?</code>|<svg.*?</svg>|<!doctype.*?>", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
# Texts that need no translation: the product's name, a key, HTTP statuses, an example in JSON.
ALLOWED = {"Portal", "K", "400", "403", "404", "413", "414", "500", "503", "locale", "de"}


def _untranslated(path: Path) -> set[str]:
    """The words of a template that are outside of translation tags."""
    text = TEMPLATE_CODE.sub("", TRANSLATED.sub("", path.read_text()))
    attributes = " ".join(TEXT_ATTRIBUTE.findall(text))
    return set(re.findall(r"\w+", f"{TAG.sub(' ', CODE.sub('', text))} {attributes}"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_untranslated_text(path: Path) -> None:
    assert _untranslated(path) <= ALLOWED


def test_the_check_finds_an_untranslated_text(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text('<p title="Hint">{% translate "Fine" %} Forgotten {{ value }}</p>')

    assert _untranslated(path) == {"Hint", "Forgotten"}
