"""An answer as lines that can be compared: what people see of a page, what a program reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Final

from benchmarks.compare.asking import Answer

HEADERS: Final = (
    *("Location", "HX-Redirect", "HX-Push-Url", "HX-Replace-Url"),
    *("Content-Type", "Cache-Control", "Vary"),
)
# What is said to people who do not see the page, what leads elsewhere, what a form sends.
ATTRIBUTES: Final = (
    *("aria-current", "aria-label", "aria-sort", "checked", "datetime", "href", "title", "value"),
)
SILENT: Final = ("script", "style")
# Its name has a hash, which changes with every line of a stylesheet.
STATIC: Final = "/static/"
CSRF: Final = "csrfmiddlewaretoken"
# Both versions are asked at once, and still a minute may end in between.
MINUTES: Final = re.compile(r"just now|\b1 minute ago|\b\d+ minutes ago")


class _Page(HTMLParser):
    """Texts and attributes in the order of the document."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        values = dict(attrs)
        if values.get("name") == CSRF:
            return
        for name in ATTRIBUTES:
            value = values.get(name) or ""
            if name in values and not value.startswith(STATIC):
                self.lines.append(f"[{name}] {MINUTES.sub('moments ago', value)}")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._silent:
            self.lines.append(MINUTES.sub("moments ago", text))


def read_lines(answer: Answer) -> list[str]:
    """Status and headers first, then the body by its type."""
    heads = [f"{name}: {value}" for name in HEADERS for value in answer.headers.get_all(name) or ()]
    text = answer.body.decode(errors="backslashreplace")
    if request := answer.headers.get("X-Request-ID"):
        # Failures show it.
        text = text.replace(request, "REQUEST")
    read = READERS.get(answer.headers.get_content_type(), _plain)
    return [f"status {answer.status}", *heads, *read(text)]


def page_lines(text: str) -> list[str]:
    """Of a page, or of a part of one."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.lines


def _json(text: str) -> list[str]:
    return _canonical(text, indent=1).split("\n")


def _ndjson(text: str) -> list[str]:
    # splitlines() would part a text at signs that JSON leaves as they are.
    return [_canonical(line) for line in text.split("\n") if line]


def _canonical(text: str, indent: int | None = None) -> str:
    """Written once more, because for Python 1, 1.0 and True would be equal."""
    try:
        value = json.loads(text)
    except ValueError:
        return f"no JSON: {text}"
    return json.dumps(value, indent=indent, sort_keys=True, ensure_ascii=False)


def _plain(text: str) -> Sequence[str]:
    """As it is; a line keeps what it ends with."""
    return text.split("\n")


READERS: Final[Mapping[str, Callable[[str], Sequence[str]]]] = {
    "text/html": page_lines,
    "application/json": _json,
    "application/x-ndjson": _ndjson,
}
