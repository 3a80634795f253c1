"""Programs to start from, complete: with the site's address and the organizer in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string

TITLES: Final = {"curl": "curl", "python": "Python (httpx)", "javascript": "JavaScript (Node)"}


@dataclass(frozen=True)
class Example:
    """A program that runs as it stands, given a token in PORTAL_TOKEN."""

    name: str
    title: str
    code: str


def write_examples(customers: str) -> list[Example]:
    """One for each tool; they read the customers at this address."""
    return [Example(name, title, _write(name, customers)) for name, title in TITLES.items()]


def _write(name: str, customers: str) -> str:
    # Stripped, it is plain text again: a page that shows it has to escape it.
    return render_to_string(f"api/examples/{name}.txt", {"customers": customers}).strip()
