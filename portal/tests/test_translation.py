"""Every text of the pages can be translated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
TRANSLATED = re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", re.DOTALL)
TEMPLATE_CODE = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r"""\b(?:aria-label|placeholder|title|alt)=["']([^"']*)["']""")
CODE = re.compile(r"<code>.*?</code>|<svg.*?</svg>|<!doctype.*?>", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
# The name of the product, and the number that it shares with every other web site.
UNTRANSLATED = {"Portal", "400", "403", "404", "413", "500", "503"}


def _words(path: Path) -> set[str]:
    """The words in a template that no translation reaches."""
    text = TEMPLATE_CODE.sub("", TRANSLATED.sub("", path.read_text()))
    spoken = " ".join(SPOKEN_ATTRIBUTE.findall(text))
    return set(re.findall(r"\w+", f"{TAG.sub(' ', CODE.sub('', text))} {spoken}"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_text_of_its_own(path: Path) -> None:
    assert _words(path) <= UNTRANSLATED


def test_the_check_sees_a_text_that_was_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text('<p title="Hint">{% translate "Fine" %} Forgotten {{ value }}</p>')

    assert _words(path) == {"Hint", "Forgotten"}
