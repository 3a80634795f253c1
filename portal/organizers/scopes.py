"""A check that a query of an organizer's rows runs in the organizer's scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_scopes import get_scope
from django_scopes.exceptions import ScopeError

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


def require_scope(organizer: Organizer) -> None:
    """Raise ScopeError outside of the organizer's scope."""
    if get_scope().get("organizer") != organizer:
        raise ScopeError(f"Not in the scope of {organizer.slug}.")
