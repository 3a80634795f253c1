"""Reads the form of a page, with the values that a browser would send."""

from __future__ import annotations

from html.parser import HTMLParser


class _FormReader(HTMLParser):
    """The successful controls of all forms within <main>."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._is_main = False
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = values.get("name", "")
        if tag == "main":
            self._is_main = True
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in values:
            self.values[self._select] = values["value"]
        elif tag == "textarea":
            self._textarea = name
        elif tag == "input" and name and self._is_main and _is_successful_control(values):
            self.values[name] = values.get("value", "on")

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._is_main = False
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] = self.values.get(self._textarea, "") + data


def _is_successful_control(attributes: dict[str, str]) -> bool:
    return attributes.get("type") not in ("checkbox", "radio") or "checked" in attributes


def read_form(page: str) -> dict[str, str]:
    """The names and values of the inputs of the page."""
    inputs = _FormReader()
    inputs.feed(page)
    inputs.close()
    return inputs.values
