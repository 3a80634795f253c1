"""Who asks: a program with a token, or a member with a session. Both end as rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.accounts.models import User
from portal.organizers import services, tokens
from portal.organizers.access import Access


@dataclass(frozen=True)
class Rights:
    """What the caller may do: a program at one organizer, a member at several."""

    accesses: Sequence[Access]

    def at(self, slug: str) -> Access | None:
        """The rights at the organizer with exactly this slug, if there are any."""
        return next((access for access in self.accesses if access.organizer.slug == slug), None)


def rights_of(request: Request) -> Rights | None:
    """The rights of the caller; None for somebody whom we do not know."""
    rights: Rights | None = request.auth  # type: ignore[assignment]  # the stub knows tokens only
    return rights


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token ...`. A program is nobody's user: `request.user` is None."""

    def authenticate_credentials(self, key: str) -> tuple[None, Rights]:
        try:
            return None, Rights([tokens.authenticate_token(key)])
        except tokens.UnknownToken:
            raise AuthenticationFailed("Invalid token.") from None
        except tokens.RevokedToken:
            raise AuthenticationFailed("Token inactive or deleted.") from None


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the pages, for members who open the API in their browser.

    With an Authorization header it is not even looked at: a session never widens a token.
    """

    def authenticate(self, request: Request) -> tuple[User, Rights] | None:
        signed_in = None if "Authorization" in request.headers else super().authenticate(request)
        if signed_in is None:
            return None
        user: User = signed_in[0]
        return user, Rights(services.list_access(user))
