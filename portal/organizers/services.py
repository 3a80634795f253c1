"""The door to organizers: who may see which, and how people and programs get in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from portal.accounts.models import User
from portal.organizers.models import ApiToken, Organizer, Team
from portal.organizers.permissions import Permission

LAST_USED_PRECISION = timedelta(minutes=1)


class UnknownOrganizer(Exception):
    """No organizer has this short name."""


class UnknownToken(Exception):
    """No token has this key."""


class RevokedToken(Exception):
    """The token was revoked, or its use has ended."""


@dataclass(frozen=True)
class Access:
    """What somebody, a person or a program, may do at one organizer."""

    organizer: Organizer
    permissions: frozenset[str]

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


def list_access(user: User) -> list[Access]:
    """The organizers that the user is a member of, by name, with their rights: one query."""
    with scopes_disabled():
        teams = list(
            Team.objects.filter(members=user)
            .select_related("organizer")
            .order_by("organizer__name", "organizer_id", "pk")
        )
    rights: dict[Organizer, frozenset[str]] = {}
    for team in teams:
        rights[team.organizer] = rights.get(team.organizer, frozenset()) | frozenset(
            team.permissions
        )
    return [Access(organizer, permissions) for organizer, permissions in rights.items()]


def authenticate_token(key: str) -> Access:
    """What the token with this key may do. Raises UnknownToken or RevokedToken.

    The key is looked up by its hash, so the time taken says nothing about other keys.
    """
    with scopes_disabled():
        token = (
            ApiToken.objects.filter(key_hash=hash_key(key))
            .select_related("team__organizer")
            .first()
        )
        if token is None:
            raise UnknownToken
        if token.revoked is not None:
            raise RevokedToken
        _note_use(token)
    granted = frozenset(token.permissions) & frozenset(token.team.permissions)
    return Access(token.team.organizer, granted)


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used is None or now - token.last_used > LAST_USED_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used=now)


def hash_key(key: str) -> str:
    """What is stored of a token. The key is random and long, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def get_organizer(slug: str) -> Organizer:
    """Raises UnknownOrganizer. For commands: it asks nobody whether they may see it."""
    organizer = Organizer.objects.filter(slug=slug).first()
    if organizer is None:
        raise UnknownOrganizer(slug)
    return organizer


def create_organizer(*, slug: str, name: str, timezone: str = "UTC") -> Organizer:
    """Raises ValidationError where the slug is taken or a value is not allowed."""
    organizer = Organizer(slug=slug, name=name, timezone=timezone)
    organizer.full_clean()
    organizer.save()
    return organizer


@transaction.atomic
def create_staff(organizer: Organizer, *, email: str, password: str) -> User:
    """A person who may do everything at the organizer. One who has an account keeps its password.

    Raises ValidationError where the email or the password is not acceptable.
    """
    user = User.objects.filter(email__iexact=email).first() or _create_user(email, password)
    with scope(organizer=organizer):
        team, _created = Team.objects.update_or_create(
            organizer=organizer, name="Staff", defaults={"permissions": Permission.values}
        )
        team.members.add(user)
    return user


def _create_user(email: str, password: str) -> User:
    user = User(email=email.strip().lower())
    user.set_password(password)
    user.full_clean()
    validate_password(password, user)
    user.save()
    return user


@transaction.atomic
def create_token(organizer: Organizer, *, name: str, permissions: Iterable[str]) -> str:
    """The key of a new token, which is not stored and cannot be shown again."""
    key = f"portal_{secrets.token_urlsafe(32)}"
    with scope(organizer=organizer):
        team, _created = Team.objects.get_or_create(organizer=organizer, name="Programs")
        wanted = sorted(set(permissions))
        team.permissions = sorted({*team.permissions, *wanted})
        team.full_clean()
        team.save()
        ApiToken.objects.create(team=team, name=name, permissions=wanted, key_hash=hash_key(key))
    return key


def revoke_token(organizer: Organizer, *, key: str) -> None:
    """From the next request on the key is refused. Raises UnknownToken."""
    with scope(organizer=organizer):
        tokens = ApiToken.objects.filter(key_hash=hash_key(key), revoked=None)
        if not tokens.update(revoked=timezone.now()):
            raise UnknownToken
