"""Making and revoking API tokens: who may, and what they become."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from portal.accounts.models import User
from portal.organizers import tokens
from portal.organizers.models import ApiToken, Organizer, Team, TokenState
from portal.organizers.permissions import Permission

READ = Permission.READ_CUSTOMERS
FROM_PRETIX = "0f2b7c9d1e3a5f7081928374650abcdefghijklmnopqrstuvwxyz0123456789a"


def test_a_key_that_programs_have_already_goes_on_working(organizer: Organizer) -> None:
    tokens.create_token(organizer, name="old shop", permissions=[READ], key=FROM_PRETIX)

    assert tokens.authenticate_token(FROM_PRETIX).permissions == {READ}
    [token] = tokens.list_tokens(organizer)
    assert token.last_four == "789a"


@pytest.mark.parametrize("key", ["", "short", "with space" * 4, "ü" * 40, "portal_" + "a" * 42])
def test_a_key_that_is_none_is_refused(organizer: Organizer, key: str) -> None:
    with pytest.raises(ValidationError, match="letters and digits"):
        tokens.create_token(organizer, name="x", permissions=[READ], key=key)


def test_a_key_that_is_known_is_refused_at_every_organizer(rival: Organizer, token: str) -> None:
    with pytest.raises(ValidationError, match="known already"):
        tokens.create_token(rival, name="x", permissions=[READ], key=token)


def test_a_name_is_used_once_while_its_token_works(organizer: Organizer, rival: Organizer) -> None:
    key = tokens.create_token(organizer, name="shop", permissions=[READ])
    tokens.create_token(rival, name="shop", permissions=[READ])

    with pytest.raises(ValidationError, match="revoke it first"):
        tokens.create_token(organizer, name=" shop ", permissions=[READ])

    tokens.revoke_key(organizer, key=key)
    assert tokens.create_token(organizer, name="shop", permissions=[READ])


def test_who_makes_a_token_passes_on_the_rights_of_a_team(
    organizer: Organizer, member: User
) -> None:
    key = tokens.create_token(organizer, name="x", permissions=[READ], made_by=member)
    assert tokens.authenticate_token(key).permissions == {READ}

    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[])

    assert tokens.authenticate_token(key).permissions == frozenset()


def test_a_token_belongs_to_the_narrowest_team_that_will_do(
    organizer: Organizer, member: User
) -> None:
    with scope(organizer=organizer):
        narrow = Team.objects.create(organizer=organizer, name="Z", permissions=[READ])
        narrow.members.add(member)

    tokens.create_token(organizer, name="x", permissions=[READ], made_by=member)

    assert tokens.list_tokens(organizer)[0].team_id == narrow.pk


def test_what_was_taken_from_a_team_comes_back_for_a_new_token_only(
    organizer: Organizer, token: str
) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(name=tokens.PROGRAMS).update(permissions=[])

    new = tokens.create_token(organizer, name="new", permissions=[READ])

    assert tokens.authenticate_token(token).permissions == frozenset()
    assert tokens.authenticate_token(new).permissions == {READ}


def test_nobody_passes_on_what_they_may_not_do(organizer: Organizer, member: User) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[Permission.WRITE_TEAMS])

    with pytest.raises(ValidationError, match="No team of yours"):
        tokens.create_token(organizer, name="x", permissions=[READ], made_by=member)


def test_a_token_of_another_organizer_is_not_there(rival: Organizer, token: str) -> None:
    with scopes_disabled():
        number = ApiToken.objects.get().pk

    for ask in (tokens.get_token, lambda of, n: tokens.revoke_token(of, number=n)):
        with pytest.raises(tokens.UnknownToken):
            ask(rival, number)
    assert tokens.authenticate_token(token)


def test_tokens_tell_what_became_of_them(organizer: Organizer) -> None:
    for name in ("first", "second", "third"):
        tokens.create_token(organizer, name=name, permissions=[READ])
    newest, middle, _oldest = tokens.list_tokens(organizer)
    tokens.revoke_token(organizer, number=newest.pk)
    with scope(organizer=organizer):
        ApiToken.objects.filter(pk=middle.pk).update(expires=timezone.now())

    states = {token.name: token.state for token in tokens.list_tokens(organizer)}

    assert states == {
        "third": TokenState.REVOKED,
        "second": TokenState.EXPIRED,
        "first": TokenState.WORKING,
    }


def test_a_lost_token_is_revoked_by_its_name(organizer: Organizer, token: str) -> None:
    tokens.revoke_named(organizer, name="program")

    with pytest.raises(tokens.RevokedToken):
        tokens.authenticate_token(token)
