"""Combines the parameters of a saved view with the parameters of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import QueryDict

from portal.saved_views.models import SavedView

VIEW: Final = "view"


def apply_view(view: SavedView, parameters: QueryDict) -> QueryDict:
    """The parameters of the view, overridden by `parameters`, which come from a request.

    An empty parameter of the request removes the parameter of the view with that name.
    """
    applied = view.list_parameters.copy()
    for name, values in parameters.lists():
        if name != VIEW:
            applied.setlist(name, [*filter(None, values)])
    for name in [name for name, values in applied.lists() if not values]:
        del applied[name]
    return applied


def subtract_view(view: SavedView, query: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The reverse of apply_view(): the parameters of a link that opens `query` with the view.

    `query` must not have empty values.
    """
    own = dict(view.list_parameters.lists())
    changed = {name: values for name, values in query.items() if own.get(name) != values}
    removed = {name: [""] for name in own.keys() - query.keys()}
    return {VIEW: [view.slug], **changed, **removed}
