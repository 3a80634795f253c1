"""A check that a query for an organizer runs in the scope of that organizer (django-scopes)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_scopes import get_scope
from django_scopes.exceptions import ScopeError

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


def require_scope(organizer: Organizer) -> None:
    """Raises ScopeError outside of the organizer's scope."""
    if get_scope().get("organizer") != organizer:
        raise ScopeError(f"Not in the scope of {organizer.slug}.")
