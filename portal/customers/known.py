"""Reading a list of which is known who is in it, in its order: customers who are searched for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from portal.customers.asked import Asked
from portal.customers.stretches import Stretch, Walk

# So many more are looked at: some may be gone by now.
SPARE: Final = 10


@dataclass(frozen=True)
class KnownWalk(Walk):
    """A walk that looks at nobody but whom it shows, where it goes by number."""

    known: Sequence[int]  # their primary keys
    among: Callable[[Sequence[int]], Asked]

    def read_from(self, start: int, size: int) -> Stretch:
        """From the customer with this number on. The count is 0 past the end."""
        # One before them, if any, tells that there is one.
        first = max(start - 1, 0)
        some = self.known[first : start + size + SPARE]
        walk = Walk(self.among(some), self.keys, self.fields, count=None, number=None)
        found = walk.read_from(start - first, size)
        return replace(found, count=len(self.known) if found else 0)
