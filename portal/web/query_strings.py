"""How long a query string may be, so that the links of a page are not too long for the server."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict

# The server accepts 8,190 characters (portal/server.py). Links add encrypted parameters to the
# query string of a request: a position in a list, of at most 4,000 characters (encryption.py).
LONGEST_QUERY: Final = 4_000
ENCRYPTED: Final = ("cursor", "at")
# A character of a URL is at most three in a link: `:` is `%3A` there, and `%FF`, which is no UTF-8,
# is `%EF%BF%BD`.
MOST_GROWTH: Final = 3


def is_too_long(query_string: str) -> bool:
    """Whether it has more than LONGEST_QUERY characters, encoded as in links, without ENCRYPTED.

    Too many parameters are left to those who read them, who respond with status 400.
    """
    if len(query_string) * MOST_GROWTH <= LONGEST_QUERY:
        return False
    try:
        parameters = QueryDict(query_string, mutable=True)
    except TooManyFieldsSent:
        return False
    for name in ENCRYPTED:
        parameters.pop(name, None)
    return len(parameters.urlencode()) > LONGEST_QUERY
