"""Limits the length of query strings, so that links of a page are not too long for the server."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict

# The server accepts URLs of 8,190 characters (portal/server.py). Links contain the query string of
# the request and an encrypted position, which has at most 4,000 characters (encryption.py).
MAX_QUERY_LENGTH: Final = 4_000
ENCRYPTED_PARAMETERS: Final = ("cursor", "at")
# Links encode a character of the request's URL as at most three characters: `:` becomes `%3A`, and
# `%FF`, which is not UTF-8, becomes `%EF%BF%BD`.
MAX_ENCODED_LENGTH: Final = 3


def is_query_string_too_long(query_string: str) -> bool:
    """Whether a query string has more than MAX_QUERY_LENGTH characters, encoded as in links.

    ENCRYPTED_PARAMETERS do not count. False for too many parameters: the view responds with 400.
    """
    if len(query_string) * MAX_ENCODED_LENGTH <= MAX_QUERY_LENGTH:
        return False
    try:
        parameters = QueryDict(query_string, mutable=True)
    except TooManyFieldsSent:
        return False
    for name in ENCRYPTED_PARAMETERS:
        parameters.pop(name, None)
    return len(parameters.urlencode()) > MAX_QUERY_LENGTH
