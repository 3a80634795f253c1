"""The door to organizers: who may see which, and how people get in. Tokens have their own."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django_scopes import scope

from portal.accounts.models import User
from portal.databases.compiled import CompiledQuery
from portal.organizers.access import Access
from portal.organizers.models import ORGANIZER, Organizer, Team
from portal.organizers.permissions import Permission


class UnknownOrganizer(Exception):
    """No organizer has this short name."""


class UnknownMember(Exception):
    """Nobody in the organizer's teams has this email."""


def list_access(user: User) -> list[Access]:
    """The organizers that the user is a member of, by name, with their rights: one query."""
    rights: dict[Organizer, frozenset[str]] = {}
    for permissions, *values in _teams_of.rows(user.pk):
        organizer = Organizer.from_db(None, ORGANIZER, values)
        rights[organizer] = rights.get(organizer, frozenset()) | frozenset(permissions)
    return [Access(organizer, permissions) for organizer, permissions in rights.items()]


_teams_of = CompiledQuery(
    lambda user: [
        Team.objects.filter(members=user)
        .order_by("organizer__name", "organizer_id", "pk")
        .values_list("permissions", *(f"organizer__{field}" for field in ORGANIZER))
    ],
    int,
)


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


def remove_staff(organizer: Organizer, *, email: str) -> None:
    """Take the person out of the organizer's teams: the next request sees nothing of it any more.

    Raises UnknownMember. The account stays, and so do the tokens that the person made.
    """
    memberships = Team.members.through.objects.filter(
        team__organizer=organizer, user__email__iexact=email
    )
    left, _by_model = memberships.delete()
    if not left:
        raise UnknownMember(email)
