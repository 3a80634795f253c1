"""The door to API tokens: who made which, what they may do, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled

from portal.accounts.models import User
from portal.databases.compiled import CompiledQuery
from portal.organizers.access import Access
from portal.organizers.keys import (
    LONGEST,
    SHORTEST,
    hash_key,
    is_mistyped,
    make_key,
)
from portal.organizers.models import ORGANIZER, ApiToken, Organizer, Team

LAST_USED_PRECISION: Final = timedelta(minutes=1)
PROGRAMS: Final = "Programs"


class UnknownToken(Exception):
    """No token has this key, or this number."""


class RevokedToken(Exception):
    """The token was revoked, or its time is over."""


def authenticate_token(key: str) -> Access:
    """What the token with this key may do: never more than its team. One query.

    The key is looked up by its hash, so the time taken says nothing about other keys. Raises
    UnknownToken or RevokedToken.
    """
    rows = [] if is_mistyped(key) else _by_hash.rows(hash_key(key))
    if not rows:
        raise UnknownToken
    [(pk, permissions, of_team, revoked, expires, last_used, *organizer)] = rows
    now = timezone.now()
    if revoked or (expires and expires <= now):
        raise RevokedToken
    if last_used is None or now - last_used > LAST_USED_PRECISION:
        with scopes_disabled():
            ApiToken.objects.filter(pk=pk).update(last_used=now)
    granted = frozenset(permissions) & frozenset(of_team)
    return Access(Organizer.from_db(None, ORGANIZER, organizer), granted)


_by_hash = CompiledQuery(
    lambda key_hash: [
        ApiToken.objects.filter(key_hash=key_hash).values_list(
            "pk",
            "permissions",
            "team__permissions",
            "revoked",
            "expires",
            "last_used",
            *(f"team__organizer__{field}" for field in ORGANIZER),
        )
    ],
    str,
)


def list_tokens(organizer: Organizer) -> Sequence[ApiToken]:
    """The newest first, with who made them: one query."""
    with scope(organizer=organizer):
        return list(ApiToken.objects.select_related("made_by").order_by("-created", "-pk"))


def get_token(organizer: Organizer, number: int) -> ApiToken:
    """The organizer's token with this primary key. Raises UnknownToken."""
    with scope(organizer=organizer):
        token = ApiToken.objects.filter(pk=number).first()
    if token is None:
        raise UnknownToken
    return token


@transaction.atomic
def create_token(  # all but the organizer by name
    organizer: Organizer,
    *,
    name: str,
    permissions: Iterable[str],
    expires: datetime | None = None,
    made_by: User | None = None,
    key: str | None = None,
) -> str:
    """The key of a new token, which is not stored and cannot be shown again.

    A key that programs have already can be given. Who makes a token passes on what a team of
    theirs may do, so that the token ends with the rights of that team; commands have a team of
    their own. Raises ValidationError.
    """
    # Two who make a token of one name queue here.
    Organizer.objects.select_for_update().get(pk=organizer.pk)
    key = make_key() if key is None else _checked_key(key)
    wanted = sorted(set(permissions))
    with scope(organizer=organizer):
        _refuse_taken_name(name.strip())
        team = _team_of(made_by, wanted) if made_by else _team_of_programs(organizer, wanted)
        token = ApiToken(
            team=team, name=name.strip(), permissions=wanted, expires=expires, made_by=made_by
        )
        token.key_hash, token.last_four = hash_key(key), key[-4:]
        token.full_clean(validate_unique=False)
        token.save()
    return key


def _refuse_taken_name(name: str) -> None:
    if any(token.is_working for token in ApiToken.objects.filter(name=name)):
        raise ValidationError({"name": _("A token with this name is in use: revoke it first.")})


def _team_of(user: User, wanted: Sequence[str]) -> Team:
    """The one with the fewest rights of those that have all that is wanted."""
    teams = Team.objects.filter(members=user).order_by("name")
    for team in sorted(teams, key=lambda team: len(team.permissions)):
        if set(wanted) <= set(team.permissions):
            return team
    raise ValidationError({"permissions": _("No team of yours may do all of this.")})


def _team_of_programs(organizer: Organizer, wanted: Sequence[str]) -> Team:
    team, _created = Team.objects.get_or_create(organizer=organizer, name=PROGRAMS)
    # What was taken from the team comes back for the new token only.
    for token in ApiToken.objects.filter(team=team):
        ApiToken.objects.filter(pk=token.pk).update(
            permissions=[each for each in token.permissions if each in team.permissions]
        )
    team.permissions = sorted({*team.permissions, *wanted})
    team.full_clean()
    team.save()
    return team


def _checked_key(key: str) -> str:
    is_plain = key.isascii() and key.isprintable() and " " not in key
    if not (is_plain and SHORTEST <= len(key) <= LONGEST) or is_mistyped(key):
        raise ValidationError(
            _("A key has %(shortest)d to %(longest)d letters and digits, as it was shown once."),
            params={"shortest": SHORTEST, "longest": LONGEST},
        )
    with scopes_disabled():
        if ApiToken.objects.filter(key_hash=hash_key(key)).exists():
            raise ValidationError(_("This key is known already."))
    return key


def revoke_token(organizer: Organizer, *, number: int) -> None:
    """From the next request on the key is refused. Raises UnknownToken; twice is fine."""
    token = get_token(organizer, number)
    if token.revoked is None:
        with scope(organizer=organizer):
            ApiToken.objects.filter(pk=token.pk).update(revoked=timezone.now())


def revoke_key(organizer: Organizer, *, key: str) -> None:
    """The same, for whoever has the key. Raises UnknownToken."""
    with scope(organizer=organizer):
        token = ApiToken.objects.filter(key_hash=hash_key(key), revoked=None).first()
    if token is None:
        raise UnknownToken
    revoke_token(organizer, number=token.pk)


def revoke_named(organizer: Organizer, *, name: str) -> None:
    """All tokens of this name: for a key that got lost."""
    with scope(organizer=organizer):
        ApiToken.objects.filter(name=name, revoked=None).update(revoked=timezone.now())
