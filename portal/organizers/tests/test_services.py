"""Services for organizers and their members."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django_scopes import scope

from portal.accounts.models import User
from portal.conftest import PASSWORD
from portal.organizers import services
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

READ_CUSTOMERS = Permission.READ_CUSTOMERS


def test_a_member_has_access_to_their_organizers_only(
    organizer: Organizer, rival: Organizer, member: User
) -> None:
    [access] = services.list_access(member)

    assert access.organizer == organizer
    assert access.may(READ_CUSTOMERS)


def test_a_member_has_the_permissions_of_all_their_teams(
    organizer: Organizer, member: User
) -> None:
    with scope(organizer=organizer):
        Team.objects.update(permissions=[READ_CUSTOMERS])
        second = Team.objects.create(
            organizer=organizer, name="Export", permissions=[Permission.EXPORT_CUSTOMERS]
        )
        second.members.add(member)

    [access] = services.list_access(member)

    assert access.permissions == {READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS}


@pytest.mark.parametrize("slug", ["", "with space", "a/b", "ünicode", "bigevents"])
def test_an_invalid_or_existing_slug_is_rejected(organizer: Organizer, slug: str) -> None:
    with pytest.raises(ValidationError):
        services.create_organizer(slug=slug, name="Other")


def test_an_unknown_time_zone_is_rejected(db: None) -> None:
    with pytest.raises(ValidationError, match="Not a time zone"):
        services.create_organizer(slug="x", name="X", timezone="Mars/Olympus")


@pytest.mark.parametrize(("email", "password"), [("no email", PASSWORD), ("a@b.org", "password")])
def test_a_member_with_an_invalid_email_or_password_is_rejected(
    organizer: Organizer, email: str, password: str
) -> None:
    with pytest.raises(ValidationError):
        services.create_staff(organizer, email=email, password=password)


def test_a_member_of_two_organizers_has_one_account_and_one_password(
    rival: Organizer, member: User
) -> None:
    again = services.create_staff(rival, email="MEMBER@example.org", password="another one 123")

    assert again == member
    assert again.check_password(PASSWORD)
    assert len(services.list_access(member)) == 2
