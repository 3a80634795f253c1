"""Parsers for the bodies of requests: JSON, with pretix's deviations, and forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any, Final

from rest_framework import parsers
from rest_framework.exceptions import ParseError

# A customer has two levels. A limit protects code that reads nested values recursively.
DEEPEST: Final = 50
TOO_DEEP: Final = f"JSON parse error - More than {DEEPEST} levels of nested values"


class JsonParser(parsers.JSONParser):
    """JSON that pretix accepts: with NaN, Infinity and repeated keys, of which the last one counts.

    Raises ParseError for malformed JSON and for nested values that are too deep.
    """

    strict = False

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        try:
            content = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(TOO_DEEP) from None
        if _is_deeper(content, DEEPEST):
            raise ParseError(TOO_DEEP)
        return content


FOR_CUSTOMERS: Final = [JsonParser, parsers.FormParser, parsers.MultiPartParser]


def _is_deeper(content: object, levels: int) -> bool:
    nested: list[Any] = [content]
    for _level in range(levels + 1):
        nested = [child for value in nested for child in _children(value)]
    return bool(nested)


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
