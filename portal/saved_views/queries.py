"""How a saved view and the parameters of a request make one query string."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import QueryDict

from portal.saved_views.models import SavedView

VIEW: Final = "view"


def apply_view(view: SavedView, parameters: QueryDict) -> QueryDict:
    """The parameters of the view, and those of the request, which replace the view's own.

    An empty parameter of the request removes that of the view.
    """
    applied = view.query.copy()
    for name, values in parameters.lists():
        if name != VIEW:
            applied.setlist(name, [*filter(None, values)])
    for name in [name for name, values in applied.lists() if not values]:
        del applied[name]
    return applied


def difference(view: SavedView, query: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The shortest query string that leads to this query by the view, as lists of values.

    `query` has no empty values. `apply_view()` of the view and the result has its values again.
    """
    own = dict(view.query.lists())
    changed = {name: values for name, values in query.items() if own.get(name) != values}
    removed = {name: [""] for name in own.keys() - query.keys()}
    return {VIEW: [view.slug], **changed, **removed}
