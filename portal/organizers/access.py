"""What somebody may do at one organizer."""

from __future__ import annotations

from dataclasses import dataclass

from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission


@dataclass(frozen=True)
class Access:
    """What somebody, a person or a program, may do at one organizer."""

    organizer: Organizer
    permissions: frozenset[str]

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def manages_tokens(self) -> bool:
        """For templates, which cannot ask for a permission by name."""
        return self.may(Permission.WRITE_TEAMS)
