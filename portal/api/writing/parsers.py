"""Parsers of request bodies: forms, and JSON as lenient as in pretix."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any, Final

from rest_framework import parsers
from rest_framework.exceptions import ParseError

# The values of a customer have two levels. The limit protects recursive code from deeper values.
MAX_LEVELS: Final = 50
TOO_DEEP_MESSAGE: Final = f"JSON parse error - More than {MAX_LEVELS} levels of nested values"


class JsonParser(parsers.JSONParser):
    """Parses JSON as pretix does: accepts NaN, Infinity and repeated keys (the last value applies).

    Raises ParseError for malformed JSON, and for more than MAX_LEVELS levels of nested values.
    """

    strict = False

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        try:
            content = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(TOO_DEEP_MESSAGE) from None
        if _is_deeper(content, MAX_LEVELS):
            raise ParseError(TOO_DEEP_MESSAGE)
        return content


CUSTOMER_PARSERS: Final = [JsonParser, parsers.FormParser, parsers.MultiPartParser]


def _is_deeper(content: object, levels: int) -> bool:
    nested: list[Any] = [content]
    for _level in range(levels + 1):
        nested = [child for value in nested for child in _child_values(value)]
    return bool(nested)


def _child_values(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
