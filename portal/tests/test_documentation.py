"""The files and link targets in the documentation exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
DOCUMENTS: Final = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")]
# A path in the documentation is relative to one of these folders.
FOLDERS: Final = ("", "portal", "portal/customers", "docs")
FILE: Final = re.compile(r"`([\w.-]+/[\w./-]*(?:/|\.(?:py|html|css|js|conf|txt|json)))`")
LINK: Final = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)


def _anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@documents
def test_every_file_that_a_page_names_exists(document: Path) -> None:
    names = set(FILE.findall(document.read_text()))

    missing = [name for name in names if not any((ROOT / at / name).exists() for at in FOLDERS)]

    assert missing == []


@documents
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    links = LINK.findall(document.read_text())

    targets = [((document.parent / path) if path else document, anchor) for path, anchor in links]

    assert [path for path, _anchor in targets if not path.exists()] == []
    assert [anchor for path, anchor in targets if anchor and anchor not in _anchors(path)] == []


def test_the_readme_is_read_in_five_minutes() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= 1_000
