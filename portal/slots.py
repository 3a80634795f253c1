"""SQL that is kept without its values, to be asked again with others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from django.db.models import Field, Value

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class Slot(Value):
    """A value with a name: the name says which one it is, whatever it is this time."""

    def __init__(self, name: str, value: Any, output_field: Field[Any, Any] | None = None) -> None:
        super().__init__(value, output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        if _open.get():
            # What it is this time must not stay in memory with the SQL.
            return "%s", [Slot(self.name, None, self.output_field)]
        return super().as_sql(compiler, connection)

    def prepared(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Another value, as the driver wants it in this place."""
        return self.output_field.get_db_prep_value(value, connection)


_open: Final[ContextVar[bool]] = ContextVar("open", default=False)


@contextmanager
def slots_left_open() -> Iterator[None]:
    """SQL that is written meanwhile has slots among its parameters, not their values."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


Kept = TypeVar("Kept")
# Whoever asks for ever other things cannot fill the memory.
MOST_KEPT: Final = 500


class KeptByShape(threading.local, Generic[Kept]):
    """What was made of SQL by its shape: whatever it depends on. Each thread has its own.

    Composing it takes longer than reading a page.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, Kept] = {}

    def get(self, shape: Hashable, make: Callable[[], Kept]) -> Kept:
        """Made with slots left open, where it is not there yet."""
        if shape in self._kept:
            kept = self._kept.pop(shape)
        else:
            with slots_left_open():
                kept = make()
        # The last one asked for is the last one to go.
        self._kept[shape] = kept
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return kept


def require_slots(parameters: Sequence[Any]) -> None:
    """Raises TypeError where a parameter would be kept that belongs to one request.

    Truths may: they are few, and who keeps SQL knows which it was asked with.
    """
    if any(not isinstance(each, Slot | bool) for each in parameters):
        raise TypeError(f"SQL with a value that is in no slot: {parameters}")


def fill(
    parameters: Sequence[Any], given: Mapping[str, Any], connection: BaseDatabaseWrapper
) -> list[Any]:
    """The parameters, with the given values in their slots."""
    return [
        each.prepared(given[each.name], connection) if isinstance(each, Slot) else each
        for each in parameters
    ]
