"""Example programs of the API reference, with the URL of the site and the organizer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string

EXAMPLE_TITLES: Final = {
    "curl": "curl",
    "python": "Python (httpx)",
    "javascript": "JavaScript (Node)",
}


@dataclass(frozen=True)
class Example:
    """A complete program that reads its token from the environment variable PORTAL_TOKEN."""

    name: str
    title: str
    code: str


def render_examples(customers_url: str) -> list[Example]:
    """One example for each tool. Every example reads the customers at this URL."""
    return [
        Example(name, title, _render(name, customers_url)) for name, title in EXAMPLE_TITLES.items()
    ]


def _render(name: str, customers_url: str) -> str:
    # strip() turns Django's SafeString into a str, so that the page escapes the code.
    return render_to_string(f"api/examples/{name}.txt", {"customers_url": customers_url}).strip()
