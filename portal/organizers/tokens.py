"""Services for API tokens: authenticate, list, create, revoke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import DatabaseError, router, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled

from portal.accounts.models import User
from portal.databases.compiled import CompiledQuery
from portal.databases.failures import is_temporary_error
from portal.databases.time_limits import fail_if_locked
from portal.organizers.access import Access
from portal.organizers.keys import (
    MAX_LENGTH,
    MIN_LENGTH,
    has_wrong_checksum,
    hash_token_key,
    make_token_key,
)
from portal.organizers.models import ORGANIZER_COLUMNS, ApiToken, Organizer, Team

MIN_LAST_USED_INTERVAL: Final = timedelta(minutes=1)
# The name of the team for tokens that management commands create.
COMMANDS_TEAM_NAME: Final = "Programs"


class UnknownToken(Exception):
    """No token has this key or this primary key."""


class InactiveToken(Exception):
    """The token has expired or is revoked."""


def authenticate_token(key: str) -> Access:
    """The organizer, and the permissions that both the token and its team have. Runs one query.

    The token is looked up by a hash, so that response times do not help to guess a key. Raises
    UnknownToken and InactiveToken.
    """
    rows = [] if has_wrong_checksum(key) else _token_by_hash.read_rows(hash_token_key(key))
    if not rows:
        raise UnknownToken
    [
        (pk, name, permissions, team_permissions, all_fields, revoked, expires, last_used, *columns)
    ] = rows
    now = timezone.now()
    if revoked or (expires and expires <= now):
        raise InactiveToken
    if last_used is None or now - last_used > MIN_LAST_USED_INTERVAL:
        _store_last_use(pk, now)
    granted = frozenset(permissions) & frozenset(team_permissions)
    organizer = Organizer.from_db(None, ORGANIZER_COLUMNS, columns)
    return Access(organizer, granted, all_fields, token_id=pk, token_name=name)


def _store_last_use(pk: int, now: datetime) -> None:
    """Stores the time of last use, unless the database is locked or unavailable.

    A request never waits for the lock and never fails: the next request stores the time again.
    """
    try:
        with scopes_disabled(), fail_if_locked(router.db_for_write(ApiToken)):
            ApiToken.objects.filter(pk=pk).update(last_used=now)
    except DatabaseError as error:
        if not is_temporary_error(error):
            raise


_token_by_hash = CompiledQuery(
    lambda key_hash: [
        ApiToken.objects.filter(key_hash=key_hash).values_list(
            "pk",
            "name",
            "permissions",
            "team__permissions",
            "has_all_fields",
            "revoked",
            "expires",
            "last_used",
            *(f"team__organizer__{field}" for field in ORGANIZER_COLUMNS),
        )
    ],
    str,
)


def list_tokens(organizer: Organizer) -> Sequence[ApiToken]:
    """All tokens of the organizer, newest first, with their creators loaded. Runs one query."""
    with scope(organizer=organizer):
        return list(ApiToken.objects.select_related("made_by").order_by("-created", "-pk"))


def get_token(organizer: Organizer, pk: int) -> ApiToken:
    """The organizer's token with this primary key. Raises UnknownToken."""
    with scope(organizer=organizer):
        token = ApiToken.objects.filter(pk=pk).first()
    if token is None:
        raise UnknownToken
    return token


@transaction.atomic
def create_token(
    organizer: Organizer,
    *,
    name: str,
    permissions: Iterable[str],
    has_all_fields: bool = False,
    expires: datetime | None = None,
    made_by: User | None = None,
    key: str | None = None,
) -> str:
    """Creates a token and returns its key. Only the hash of the key is stored.

    With `key`, the token gets this existing key instead of a new key. The token belongs to a team
    of `made_by`, and cannot use a permission that the team has lost. Without `made_by`, as in
    management commands, the token belongs to the team COMMANDS_TEAM_NAME. Raises ValidationError.
    """
    # Without the lock, two transactions could create tokens with the same name.
    Organizer.objects.select_for_update().get(pk=organizer.pk)
    key = make_token_key() if key is None else _validate_key(key)
    wanted = sorted(set(permissions))
    with scope(organizer=organizer):
        _validate_name(name.strip())
        team = _find_team(made_by, wanted) if made_by else _extend_commands_team(organizer, wanted)
        token = ApiToken(team=team, name=name.strip(), permissions=wanted, made_by=made_by)
        token.has_all_fields, token.expires = has_all_fields, expires
        token.key_hash, token.last_four = hash_token_key(key), key[-4:]
        token.full_clean(validate_unique=False)
        token.save()
    return key


def _validate_name(name: str) -> None:
    if any(token.is_active for token in ApiToken.objects.filter(name=name)):
        raise ValidationError({"name": _("An active token has this name. Revoke it first.")})


def _find_team(user: User, wanted: Sequence[str]) -> Team:
    """The team of the user that has all wanted permissions, and the fewest permissions in all."""
    teams = Team.objects.filter(members=user).order_by("name")
    for team in sorted(teams, key=lambda team: len(team.permissions)):
        if set(wanted) <= set(team.permissions):
            return team
    raise ValidationError({"permissions": _("None of your teams has all these permissions.")})


def _extend_commands_team(organizer: Organizer, wanted: Sequence[str]) -> Team:
    team, _created = Team.objects.get_or_create(organizer=organizer, name=COMMANDS_TEAM_NAME)
    # The new token may add a permission that was removed from the team. Older tokens must not get
    # this permission back.
    for token in ApiToken.objects.filter(team=team):
        ApiToken.objects.filter(pk=token.pk).update(
            permissions=[each for each in token.permissions if each in team.permissions]
        )
    team.permissions = sorted({*team.permissions, *wanted})
    team.full_clean()
    team.save()
    return team


def _validate_key(key: str) -> str:
    is_plain = key.isascii() and key.isprintable() and " " not in key
    if not (is_plain and MIN_LENGTH <= len(key) <= MAX_LENGTH) or has_wrong_checksum(key):
        raise ValidationError(
            _("A key has %(min)d to %(max)d letters and digits. Copy it without changes."),
            params={"min": MIN_LENGTH, "max": MAX_LENGTH},
        )
    with scopes_disabled():
        if ApiToken.objects.filter(key_hash=hash_token_key(key)).exists():
            raise ValidationError(_("A token with this key already exists."))
    return key


def revoke_token(organizer: Organizer, *, pk: int) -> None:
    """Revokes a token, effective from the next request. A revoked token does not change.

    Raises UnknownToken.
    """
    token = get_token(organizer, pk)
    if token.revoked is None:
        with scope(organizer=organizer):
            ApiToken.objects.filter(pk=token.pk).update(revoked=timezone.now())


def revoke_token_by_key(organizer: Organizer, *, key: str) -> None:
    """Revokes the token with this key. Raises UnknownToken."""
    with scope(organizer=organizer):
        token = ApiToken.objects.filter(key_hash=hash_token_key(key), revoked=None).first()
    if token is None:
        raise UnknownToken
    revoke_token(organizer, pk=token.pk)


def revoke_tokens_by_name(organizer: Organizer, *, name: str) -> None:
    """Revokes all tokens with this name, in case the key of a token is lost."""
    with scope(organizer=organizer):
        ApiToken.objects.filter(name=name, revoked=None).update(revoked=timezone.now())
