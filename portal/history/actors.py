"""Actors, which change customers: a member, a token, a command or an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.accounts.models import User
from portal.organizers.models import ApiToken


class ActorKind(models.TextChoices):
    """The kind of an actor."""

    MEMBER = "member", _("Member")
    TOKEN = "token", _("API token")
    COMMAND = "command", _("Command")
    IMPORT = "import", _("Import")


# Their names, stored in English and translated where they are shown.
IMPORTS: Final[Mapping[str, str]] = {
    "files": gettext_noop("Import from files"),
    "service": gettext_noop("Import from another service"),
}


@dataclass(frozen=True)
class Actor:
    """The actor of a change. The history stores names, because accounts may be deleted later."""

    kind: ActorKind
    id: int | None  # the primary key of the user or the token
    name: str
    request_id: str = ""

    @classmethod
    def member(cls, user: User, *, request_id: str) -> Actor:
        """A member who is signed in."""
        return cls(ActorKind.MEMBER, user.pk, user.email, request_id)

    @classmethod
    def token(cls, token: ApiToken, *, request_id: str) -> Actor:
        """An API client."""
        return cls(ActorKind.TOKEN, token.pk, token.name, request_id)

    @classmethod
    def command(cls, name: str) -> Actor:
        """A management command."""
        return cls(ActorKind.COMMAND, None, name)

    @classmethod
    def of_import(cls, source: str) -> Actor:
        """An import of customers from this source, a key of IMPORTS."""
        return cls(ActorKind.IMPORT, None, IMPORTS[source])
