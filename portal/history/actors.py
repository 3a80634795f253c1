"""The actors that change customers: members, API tokens, management commands and imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.accounts.models import User


class ActorKind(models.TextChoices):
    """The kind of an actor."""

    MEMBER = "member", _("Member")
    TOKEN = "token", _("API token")
    COMMAND = "command", _("Command")
    IMPORT = "import", _("Import")


# The name of each kind of import. The history stores the name in English; pages translate the name.
IMPORTS: Final[Mapping[str, str]] = {
    "files": gettext_noop("Import from files"),
    "service": gettext_noop("Import from another service"),
}


@dataclass(frozen=True)
class Actor:
    """The actor of a change.

    The history stores the name of the actor, because an account may be deleted.
    """

    kind: ActorKind
    id: int | None  # the primary key of the user or the token
    name: str
    request_id: str = ""

    @classmethod
    def from_member(cls, user: User, *, request_id: str) -> Actor:
        """The actor for a change by a member."""
        return cls(ActorKind.MEMBER, user.pk, user.email, request_id)

    @classmethod
    def from_command(cls, name: str) -> Actor:
        """The actor for a change by a management command."""
        return cls(ActorKind.COMMAND, None, name)

    @classmethod
    def from_import(cls, source: str) -> Actor:
        """The actor for a change by an import. `source` is a key of IMPORTS."""
        return cls(ActorKind.IMPORT, None, IMPORTS[source])
