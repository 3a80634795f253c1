"""Creating and revoking API tokens: keys, names, teams and status."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from portal.accounts.models import User
from portal.organizers import tokens
from portal.organizers.models import ApiToken, Organizer, Team, TokenStatus
from portal.organizers.permissions import Permission

READ_CUSTOMERS = Permission.READ_CUSTOMERS
FROM_PRETIX = "0f2b7c9d1e3a5f7081928374650abcdefghijklmnopqrstuvwxyz0123456789a"


def test_a_token_can_be_created_with_an_existing_key(organizer: Organizer) -> None:
    tokens.create_token(organizer, name="old shop", permissions=[READ_CUSTOMERS], key=FROM_PRETIX)

    assert tokens.authenticate_token(FROM_PRETIX).permissions == {READ_CUSTOMERS}
    [token] = tokens.list_tokens(organizer)
    assert token.last_four == "789a"


@pytest.mark.parametrize("key", ["", "short", "with space" * 4, "ü" * 40, "portal_" + "a" * 42])
def test_an_invalid_key_is_rejected(organizer: Organizer, key: str) -> None:
    with pytest.raises(ValidationError, match="letters and digits"):
        tokens.create_token(organizer, name="x", permissions=[READ_CUSTOMERS], key=key)


def test_a_key_that_another_organizer_has_is_rejected(rival: Organizer, token: str) -> None:
    with pytest.raises(ValidationError, match="already exists"):
        tokens.create_token(rival, name="x", permissions=[READ_CUSTOMERS], key=token)


def test_a_token_with_all_fields_must_be_able_to_read_notes(organizer: Organizer) -> None:
    with pytest.raises(ValidationError, match="add “Read notes on customers”"):
        tokens.create_token(organizer, name="x", permissions=[READ_CUSTOMERS], has_all_fields=True)

    key = tokens.create_token(
        organizer,
        name="x",
        permissions=[READ_CUSTOMERS, Permission.READ_NOTES],
        has_all_fields=True,
    )
    assert tokens.authenticate_token(key).has_all_fields


def test_a_name_is_unique_among_active_tokens(organizer: Organizer, rival: Organizer) -> None:
    key = tokens.create_token(organizer, name="shop", permissions=[READ_CUSTOMERS])
    tokens.create_token(rival, name="shop", permissions=[READ_CUSTOMERS])

    with pytest.raises(ValidationError, match="Revoke it first"):
        tokens.create_token(organizer, name=" shop ", permissions=[READ_CUSTOMERS])

    tokens.revoke_token_by_key(organizer, key=key)
    assert tokens.create_token(organizer, name="shop", permissions=[READ_CUSTOMERS])


def test_a_token_loses_permissions_with_the_team_of_its_creator(
    organizer: Organizer, member: User
) -> None:
    key = tokens.create_token(organizer, name="x", permissions=[READ_CUSTOMERS], made_by=member)
    assert tokens.authenticate_token(key).permissions == {READ_CUSTOMERS}

    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[])

    assert tokens.authenticate_token(key).permissions == frozenset()


def test_a_token_belongs_to_the_team_with_the_fewest_sufficient_permissions(
    organizer: Organizer, member: User
) -> None:
    with scope(organizer=organizer):
        narrow = Team.objects.create(organizer=organizer, name="Z", permissions=[READ_CUSTOMERS])
        narrow.members.add(member)

    tokens.create_token(organizer, name="x", permissions=[READ_CUSTOMERS], made_by=member)

    assert tokens.list_tokens(organizer)[0].team_id == narrow.pk


def test_a_new_token_does_not_restore_permissions_of_older_tokens(
    organizer: Organizer, token: str
) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(name=tokens.COMMANDS_TEAM_NAME).update(permissions=[])

    new = tokens.create_token(organizer, name="new", permissions=[READ_CUSTOMERS])

    assert tokens.authenticate_token(token).permissions == frozenset()
    assert tokens.authenticate_token(new).permissions == {READ_CUSTOMERS}


def test_a_member_cannot_grant_permissions_that_they_lack(
    organizer: Organizer, member: User
) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[Permission.WRITE_TEAMS])

    with pytest.raises(ValidationError, match="None of your teams"):
        tokens.create_token(organizer, name="x", permissions=[READ_CUSTOMERS], made_by=member)


def test_a_token_of_another_organizer_is_not_found(rival: Organizer, token: str) -> None:
    with scopes_disabled():
        pk = ApiToken.objects.get().pk

    for service in (tokens.get_token, lambda of, pk: tokens.revoke_token(of, pk=pk)):
        with pytest.raises(tokens.UnknownToken):
            service(rival, pk)
    assert tokens.authenticate_token(token)


def test_a_token_is_active_expired_or_revoked(organizer: Organizer) -> None:
    for name in ("first", "second", "third"):
        tokens.create_token(organizer, name=name, permissions=[READ_CUSTOMERS])
    newest, middle, _oldest = tokens.list_tokens(organizer)
    tokens.revoke_token(organizer, pk=newest.pk)
    with scope(organizer=organizer):
        ApiToken.objects.filter(pk=middle.pk).update(expires=timezone.now())

    statuses = {token.name: token.status for token in tokens.list_tokens(organizer)}

    assert statuses == {
        "third": TokenStatus.REVOKED,
        "second": TokenStatus.EXPIRED,
        "first": TokenStatus.ACTIVE,
    }


def test_a_token_can_be_revoked_by_its_name(organizer: Organizer, token: str) -> None:
    tokens.revoke_tokens_by_name(organizer, name="program")

    with pytest.raises(tokens.InactiveToken):
        tokens.authenticate_token(token)
