"""Authentication: API clients by a token, members by their session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.accounts.models import User
from portal.organizers import services, tokens
from portal.organizers.access import Access
from portal.web.metrics import TOKEN_AUTHENTICATIONS


@dataclass(frozen=True)
class AccessList:
    """The organizers that the caller may access, with permissions. A token has one organizer."""

    accesses: Sequence[Access]

    def for_organizer(self, slug: str) -> Access | None:
        """The access to the organizer with this slug, or None. Slugs are case-sensitive."""
        return next((access for access in self.accesses if access.organizer.slug == slug), None)


def get_access_list(request: Request) -> AccessList | None:
    """The caller's access list; None for a request without authentication."""
    access_list: AccessList | None = request.auth  # type: ignore[assignment]  # The stub declares Token.
    return access_list


class TokenAuthentication(authentication.TokenAuthentication):
    """Authenticates `Authorization: Token ...`. Sets no user, because API clients have none."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        return super().authenticate(request) or DEVICE_AUTHENTICATION.authenticate(request)

    def authenticate_credentials(self, key: str) -> tuple[None, AccessList]:
        try:
            access = tokens.authenticate_token(key)
        except tokens.UnknownToken:
            TOKEN_AUTHENTICATIONS.labels("unknown").inc()
            raise AuthenticationFailed("Invalid token.") from None
        except tokens.InactiveToken:
            TOKEN_AUTHENTICATIONS.labels("inactive").inc()
            raise AuthenticationFailed("Token inactive or deleted.") from None
        TOKEN_AUTHENTICATIONS.labels("accepted").inc()
        return None, AccessList([access])


class _DeviceAuthentication(authentication.TokenAuthentication):
    """Rejects `Authorization: Device ...`, which devices send to pretix. Portal has no devices."""

    keyword = "Device"

    def authenticate_credentials(self, key: str) -> NoReturn:
        raise AuthenticationFailed("Invalid token.")


DEVICE_AUTHENTICATION: Final = _DeviceAuthentication()


class SessionAuthentication(authentication.SessionAuthentication):
    """Authenticates members who open the API in their browser, by the session of the pages.

    A request with an Authorization header never uses the session. Otherwise a request could have
    both the permissions of a token and the permissions of a member.
    """

    def authenticate(self, request: Request) -> tuple[User, AccessList] | None:
        signed_in = None if "Authorization" in request.headers else super().authenticate(request)
        if signed_in is None:
            return None
        user: User = signed_in[0]
        return user, AccessList(services.list_access(user))
