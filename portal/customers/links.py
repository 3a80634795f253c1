"""Addresses of the list: one query string is its whole state, and there is one way to write it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from django.http import QueryDict

LAST: Final = "last"


@dataclass(frozen=True)
class ListLinks:
    """Addresses beside the list that a canonical query asks for.

    The page number is left out wherever anything else changes, and so is what is the default.
    """

    path: str
    query: QueryDict
    page_size: int
    default_size: int
    page: int = field(default=1)

    @property
    def here(self) -> str:
        """This very page."""
        return self.to_page(self.page)

    @property
    def here_query(self) -> str:
        """The query string of this very page, to come back to it."""
        return self.here.partition("?")[2]

    @property
    def everything(self) -> str:
        """Without any filter, in the same order."""
        ordering = self.query.get("ordering")
        return self._address({"ordering": [ordering]} if ordering else {})

    def to_page(self, number: int | str) -> str:
        return self._address(dict(self.query.lists()), page=number)

    def sized(self, size: int) -> str:
        return replace(self, page_size=size).to_page(1)

    def ordered_by(self, key: str) -> str:
        return self._address({**dict(self.query.lists()), "ordering": [key]})

    def without(self, name: str, value: str | None = None) -> str:
        """Without a filter, or without one of its several values."""
        kept = [other for other in self.query.getlist(name) if value not in (None, other)]
        return self._address({**dict(self.query.lists()), name: kept})

    def _address(self, lists: dict[str, list[str]], *, page: int | str = 1) -> str:
        query = QueryDict(mutable=True)
        for name, values in lists.items():
            if values:
                query.setlist(name, values)
        if self.page_size != self.default_size:
            query["page_size"] = str(self.page_size)
        if page != 1:
            query["page"] = str(page)
        return f"{self.path}?{query.urlencode()}" if query else self.path
