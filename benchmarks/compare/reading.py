"""Converts responses to lines for the comparison: visible text of a page, or values of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Final

from benchmarks.compare.client import Response

HEADERS: Final = (
    *("Location", "HX-Redirect", "HX-Push-Url", "HX-Replace-Url"),
    *("Content-Type", "Cache-Control", "Vary"),
)
# Attributes that users see or hear, links, and values of visible controls.
ATTRIBUTES: Final = (
    *("aria-current", "aria-label", "aria-sort", "checked", "datetime", "href", "title", "value"),
)
SILENT: Final = ("script", "style")
# The hash in the name of a static file.
STATIC: Final = "/static/"
# A relative time may change between the two responses.
MINUTES: Final = re.compile(r"just now|\b1 minute ago|\b\d+ minutes ago")


class _PageReader(HTMLParser):
    """The texts and attributes of a page, in document order."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._silent = 0
        self._hidden = 0  # the number of open <div> elements in a hidden <div>

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        values = dict(attrs)
        if tag == "div" and (self._hidden or "hidden" in values):
            self._hidden += 1
        # Hidden controls and the search box are not compared, because fragments may omit such
        # controls.
        is_hidden = self._hidden or values.get("type") == "hidden" or values.get("name") == "search"
        if tag == "input" and is_hidden:
            return
        for name in ATTRIBUTES:
            value = values.get(name) or ""
            if name in values and not value.startswith(STATIC):
                self.lines.append(f"[{name}] {MINUTES.sub('moments ago', value)}")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        self._hidden -= tag == "div" and self._hidden > 0

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._silent:
            self.lines.append(MINUTES.sub("moments ago", text))


def read_response_lines(response: Response) -> list[str]:
    """The lines of a response: status and headers, then the body."""
    heads = [
        f"{name}: {value}" for name in HEADERS for value in response.headers.get_all(name) or ()
    ]
    text = response.body.decode(errors="backslashreplace")
    if request := response.headers.get("X-Request-ID"):
        # Error pages show this id.
        text = text.replace(request, "REQUEST")
    read = READERS.get(response.headers.get_content_type(), _text_lines)
    return [f"status {response.status}", *heads, *read(text)]


def page_lines(text: str) -> list[str]:
    """The visible lines of a page or a fragment."""
    page = _PageReader()
    page.feed(text)
    page.close()
    return page.lines


def _json_lines(text: str) -> list[str]:
    return _encode_again(text, indent=1).split("\n")


def _ndjson_lines(text: str) -> list[str]:
    # splitlines() would split at characters that JSON does not escape.
    return [_encode_again(line) for line in text.split("\n") if line]


def _encode_again(text: str, indent: int | None = None) -> str:
    """Encode values as text, because 1, 1.0 and True are equal in Python."""
    try:
        value = json.loads(text)
    except ValueError:
        return f"invalid JSON: {text}"
    return json.dumps(value, indent=indent, sort_keys=True, ensure_ascii=False)


def _text_lines(text: str) -> Sequence[str]:
    """The lines of a text, with their carriage returns."""
    return text.split("\n")


READERS: Final[Mapping[str, Callable[[str], Sequence[str]]]] = {
    "text/html": page_lines,
    "application/json": _json_lines,
    "application/x-ndjson": _ndjson_lines,
}
