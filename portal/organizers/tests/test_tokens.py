"""Authentication by API tokens: permissions, expiry, revocation and last use."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from pytest_django import DjangoAssertNumQueries

from portal.organizers import keys, tokens
from portal.organizers.models import ApiToken, Organizer, Team
from portal.organizers.permissions import Permission

READ_CUSTOMERS = Permission.READ_CUSTOMERS


def test_a_token_has_its_organizer_and_permissions(organizer: Organizer, token: str) -> None:
    access = tokens.authenticate_token(token)

    assert (access.organizer, access.permissions) == (organizer, frozenset({READ_CUSTOMERS}))


def test_a_token_is_shown_with_its_name(organizer: Organizer, token: str) -> None:
    access = tokens.authenticate_token(token)

    with scope(organizer=organizer):
        stored = ApiToken.objects.get()
    assert (access.token_id, access.token_name) == (stored.pk, "program")


def test_a_token_has_no_permission_that_its_team_lacks(organizer: Organizer, token: str) -> None:
    with scope(organizer=organizer):
        Team.objects.update(permissions=[])

    assert tokens.authenticate_token(token).permissions == frozenset()


def test_a_second_token_adds_no_permission_to_the_first(organizer: Organizer, token: str) -> None:
    tokens.create_token(organizer, name="writer", permissions=[Permission.WRITE_CUSTOMERS])

    assert tokens.authenticate_token(token).permissions == {READ_CUSTOMERS}


def test_an_unknown_permission_is_rejected(organizer: Organizer) -> None:
    with pytest.raises(ValidationError, match="Not a list of permissions"):
        tokens.create_token(organizer, name="x", permissions=["organizer.everything"])


def test_only_the_hash_of_a_key_is_stored(organizer: Organizer, token: str) -> None:
    with scope(organizer=organizer):
        stored = str(ApiToken.objects.values().get())

    assert token not in stored
    assert keys.hash_token_key(token) in stored


@pytest.mark.parametrize("key", ["", "x", "ü", "portal_" + "a" * 43])
def test_an_unknown_key_is_rejected(token: str, key: str) -> None:
    with pytest.raises(tokens.UnknownToken):
        tokens.authenticate_token(key)


def test_a_revoked_token_is_rejected_at_once(organizer: Organizer, token: str) -> None:
    tokens.authenticate_token(token)
    tokens.revoke_token_by_key(organizer, key=token)

    with pytest.raises(tokens.InactiveToken):
        tokens.authenticate_token(token)


def test_a_token_of_another_organizer_cannot_be_revoked(rival: Organizer, token: str) -> None:
    with pytest.raises(tokens.UnknownToken):
        tokens.revoke_token_by_key(rival, key=token)


def test_the_last_use_is_stored_at_most_once_a_minute(token: str) -> None:
    tokens.authenticate_token(token)
    first = _last_used()
    tokens.authenticate_token(token)

    assert first is not None
    assert _last_used() == first


def test_a_use_after_a_minute_is_stored(token: str) -> None:
    long_ago = timezone.now() - timedelta(minutes=2)
    tokens.authenticate_token(token)
    with scopes_disabled():
        ApiToken.objects.update(last_used=long_ago)

    tokens.authenticate_token(token)

    assert _last_used() != long_ago


def _last_used() -> datetime | None:
    with scopes_disabled():
        return ApiToken.objects.get().last_used


def test_authentication_takes_one_query(
    token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tokens.authenticate_token(token)

    with django_assert_num_queries(1):
        tokens.authenticate_token(token)


def test_a_key_with_a_wrong_checksum_is_rejected_without_a_query(
    token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    swapped = token[:-8] + token[-8:].swapcase()

    with django_assert_num_queries(0), pytest.raises(tokens.UnknownToken):
        tokens.authenticate_token(swapped)


def test_an_expired_token_is_rejected(organizer: Organizer) -> None:
    soon = timezone.now() + timedelta(hours=1)
    key = tokens.create_token(organizer, name="x", permissions=[READ_CUSTOMERS], expires=soon)
    tokens.authenticate_token(key)

    with scopes_disabled():
        ApiToken.objects.update(expires=timezone.now())

    with pytest.raises(tokens.InactiveToken):
        tokens.authenticate_token(key)
