"""Django's SQLite, which takes each statement apart only once to find where its values belong."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from django.db.backends.sqlite3 import base

# What is longer has been written for many rows, and is not asked again.
LONGEST: Final = 8_000
KEPT: Final = 500


class Cursor(base.SQLiteCursorWrapper):
    """SQL in the words of Django, with `%s` for a value; SQLite has `?`."""

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is None and len(query) <= LONGEST:
            return _converted(query)
        return _convert(self, query, param_names=param_names)


class DatabaseWrapper(base.DatabaseWrapper):
    """Its cursors are ours."""

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)


_convert: Final = base.SQLiteCursorWrapper.convert_query


@lru_cache(KEPT)
def _converted(query: str) -> str:
    return _convert(None, query)  # type: ignore[arg-type]  # it makes no use of the cursor
