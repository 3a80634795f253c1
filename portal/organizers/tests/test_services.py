"""Organizers, staff and tokens: who gets in, and how far."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from portal.accounts.models import User
from portal.conftest import PASSWORD
from portal.organizers import services
from portal.organizers.models import ApiToken, Organizer, Team
from portal.organizers.permissions import Permission

READ = Permission.READ_CUSTOMERS


def test_a_member_has_access_to_their_organizers_only(
    organizer: Organizer, rival: Organizer, member: User
) -> None:
    [access] = services.list_access(member)

    assert access.organizer == organizer
    assert access.may(READ)


def test_the_rights_of_several_teams_add_up(organizer: Organizer, member: User) -> None:
    with scope(organizer=organizer):
        Team.objects.update(permissions=[READ])
        second = Team.objects.create(
            organizer=organizer, name="Export", permissions=[Permission.EXPORT_CUSTOMERS]
        )
        second.members.add(member)

    [access] = services.list_access(member)

    assert access.permissions == {READ, Permission.EXPORT_CUSTOMERS}


@pytest.mark.parametrize("slug", ["", "with space", "a/b", "ünicode", "bigevents"])
def test_a_slug_that_is_taken_or_no_slug_is_refused(organizer: Organizer, slug: str) -> None:
    with pytest.raises(ValidationError):
        services.create_organizer(slug=slug, name="Other")


def test_an_unknown_time_zone_is_refused(db: None) -> None:
    with pytest.raises(ValidationError, match="Not a time zone"):
        services.create_organizer(slug="x", name="X", timezone="Mars/Olympus")


@pytest.mark.parametrize(("email", "password"), [("no email", PASSWORD), ("a@b.org", "password")])
def test_staff_with_a_bad_email_or_password_is_refused(
    organizer: Organizer, email: str, password: str
) -> None:
    with pytest.raises(ValidationError):
        services.create_staff(organizer, email=email, password=password)


def test_staff_of_two_organizers_has_one_account_and_one_password(
    rival: Organizer, member: User
) -> None:
    again = services.create_staff(rival, email="MEMBER@example.org", password="another one 123")

    assert again == member
    assert again.check_password(PASSWORD)
    assert len(services.list_access(member)) == 2


def test_a_token_may_do_what_it_was_made_for(organizer: Organizer, token: str) -> None:
    access = services.authenticate_token(token)

    assert access == services.Access(organizer, frozenset({READ}))


def test_a_token_never_exceeds_its_team(organizer: Organizer, token: str) -> None:
    with scope(organizer=organizer):
        Team.objects.update(permissions=[])

    assert services.authenticate_token(token).permissions == frozenset()


def test_a_second_token_does_not_widen_the_first(organizer: Organizer, token: str) -> None:
    services.create_token(organizer, name="writer", permissions=[Permission.WRITE_CUSTOMERS])

    assert services.authenticate_token(token).permissions == {READ}


def test_an_unknown_permission_is_refused(organizer: Organizer) -> None:
    with pytest.raises(ValidationError, match="Not a list of permissions"):
        services.create_token(organizer, name="x", permissions=["organizer.everything"])


def test_only_the_hash_of_a_key_is_stored(organizer: Organizer, token: str) -> None:
    with scope(organizer=organizer):
        stored = str(ApiToken.objects.values().get())

    assert token not in stored
    assert services.hash_key(token) in stored


@pytest.mark.parametrize("key", ["", "x", "ü", "portal_" + "a" * 43])
def test_an_unknown_key_is_refused(token: str, key: str) -> None:
    with pytest.raises(services.UnknownToken):
        services.authenticate_token(key)


def test_a_revoked_token_is_refused_at_once(organizer: Organizer, token: str) -> None:
    services.authenticate_token(token)
    services.revoke_token(organizer, key=token)

    with pytest.raises(services.RevokedToken):
        services.authenticate_token(token)


def test_a_token_of_another_organizer_cannot_be_revoked(rival: Organizer, token: str) -> None:
    with pytest.raises(services.UnknownToken):
        services.revoke_token(rival, key=token)


def test_the_last_use_is_noted_at_most_once_a_minute(token: str) -> None:
    services.authenticate_token(token)
    first = _last_used()
    services.authenticate_token(token)

    assert first is not None
    assert _last_used() == first


def test_a_later_use_is_noted_again(token: str) -> None:
    long_ago = timezone.now() - timedelta(minutes=2)
    services.authenticate_token(token)
    with scopes_disabled():
        ApiToken.objects.update(last_used=long_ago)

    services.authenticate_token(token)

    assert _last_used() != long_ago


def _last_used() -> datetime | None:
    with scopes_disabled():
        return ApiToken.objects.get().last_used
