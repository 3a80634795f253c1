"""Filters by time: whether few or many customers meet them, so that a list is read accordingly.

Few are sorted; where there are many, an order is walked until a page is full. SQLite knows how many
values of an index differ, and nothing of the values: it takes each range for a quarter of all, and
those without a value for a few. So it walked through everybody for ten customers, or sorted a tenth
of all for a page. PostgreSQL knows the values, but thinks little of what it takes to walk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import BooleanField, ExpressionWrapper, Func, Q

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# Parts of all customers, as far as the choice of a plan needs them.
FEW: Final = 0.0001
MANY: Final = 0.9
# Of a page, about.
SHOWN: Final = 50


def likelihood_of(number: int, total: int) -> float:
    """FEW where it is quicker to sort so many of all than to walk an order until a page is full."""
    return FEW if number * number < SHOWN * total else MANY


class Likely(Func):
    """A condition, and which part of all customers meets it, for SQLite."""

    template = "%(expressions)s"
    output_field = BooleanField()

    def __init__(self, condition: Q, likelihood: float) -> None:
        super().__init__(ExpressionWrapper(condition, BooleanField()))
        self._likelihood = likelihood

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        template = f"likelihood(%(expressions)s, {self._likelihood})"
        return self.as_sql(compiler, connection, template=template, **extra)
