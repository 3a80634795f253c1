"""Services for organizers and their members. The services for tokens are in tokens.py."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django_scopes import scope

from portal.accounts.models import User, account_email
from portal.databases.compiled import CompiledQuery
from portal.organizers.access import Access
from portal.organizers.countries import country_of_timezone
from portal.organizers.models import ORGANIZER_COLUMNS, DefaultLayout, Organizer, Team
from portal.organizers.permissions import Permission


class UnknownOrganizer(Exception):
    """No organizer has this short name."""


class UnknownMember(Exception):
    """No member of the organizer has this email."""


def list_access(user: User) -> list[Access]:
    """The organizers of the user, by name, with the permissions of all teams of the user.

    Runs one query.
    """
    accesses: dict[Organizer, Access] = {}
    for permissions, layout, *values in _member_teams.read_rows(user.pk):
        organizer = Organizer.from_db(None, ORGANIZER_COLUMNS, values)
        access = accesses.get(organizer, Access(organizer, frozenset(), layout=layout or ""))
        granted = access.permissions | frozenset(permissions)
        accesses[organizer] = replace(access, permissions=granted)
    return [*accesses.values()]


def _member_layouts(user: int) -> QuerySet[DefaultLayout]:
    return DefaultLayout.objects.filter(organizer=OuterRef("organizer"), member=user)


_member_teams = CompiledQuery(
    lambda user: [
        Team.objects.filter(members=user)
        .order_by("organizer__name", "organizer_id", "pk")
        .values_list(
            "permissions",
            Subquery(_member_layouts(user).values("query_string")),
            *(f"organizer__{field}" for field in ORGANIZER_COLUMNS),
        )
    ],
    int,
)


def store_layout(organizer: Organizer, *, member: User, query_string: str) -> None:
    """Stores the layout with which the list of customers opens for the member.

    `query_string` has the parameters of the layout; "" restores the standard layout.
    """
    layouts = DefaultLayout.objects.filter(organizer=organizer, member=member)
    if query_string:
        layouts.update_or_create(
            organizer=organizer, member=member, defaults={"query_string": query_string}
        )
    else:
        layouts.delete()


def get_organizer(slug: str) -> Organizer:
    """The organizer with this slug, for management commands. Raises UnknownOrganizer.

    Does not check permissions.
    """
    organizer = Organizer.objects.filter(slug=slug).first()
    if organizer is None:
        raise UnknownOrganizer(slug)
    return organizer


def create_organizer(
    *, slug: str, name: str, timezone: str = "UTC", country: str | None = None
) -> Organizer:
    """Creates an organizer. The default country is the country of the time zone.

    Raises ValidationError for a slug that exists, and for an invalid value.
    """
    country = country_of_timezone(timezone) if country is None else country
    organizer = Organizer(slug=slug, name=name, timezone=timezone, country=country)
    organizer.full_clean()
    organizer.save()
    return organizer


def set_country(organizer: Organizer, country: str) -> None:
    """Sets the country of phone numbers without a country code: an ISO code, or "".

    The caller must normalize the customers afterwards. Raises ValidationError.
    """
    organizer.country = country
    organizer.full_clean()
    organizer.save(update_fields=["country"])


def set_pretix_url(organizer: Organizer, *, url: str) -> None:
    """Sets the URL of the organizer in pretix; "" removes the URL. Raises ValidationError."""
    organizer.pretix_url = url
    organizer.full_clean()
    organizer.save(update_fields=["pretix_url"])


def set_name_scheme(organizer: Organizer, scheme: str) -> None:
    """Sets the name scheme of new customers. The caller must validate the scheme."""
    organizer.name_scheme = scheme
    organizer.save(update_fields=["name_scheme"])


def set_history_days(organizer: Organizer, days: int | None) -> None:
    """Sets for how many days the history stores values; None for always. Raises ValidationError."""
    organizer.history_days = days
    organizer.full_clean()
    organizer.save(update_fields=["history_days"])


@transaction.atomic
def create_staff(organizer: Organizer, *, email: str, password: str) -> User:
    """Creates a member with every permission at the organizer.

    The password of an existing account does not change. Raises ValidationError for an invalid email
    or password.
    """
    user = User.objects.filter(email=account_email(email)).first() or _create_user(email, password)
    with scope(organizer=organizer):
        team, _created = Team.objects.update_or_create(
            organizer=organizer, name="Staff", defaults={"permissions": Permission.values}
        )
        team.members.add(user)
    return user


def _create_user(email: str, password: str) -> User:
    user = User(email=account_email(email))
    user.set_password(password)
    user.full_clean()
    validate_password(password, user)
    user.save()
    return user


def remove_staff(organizer: Organizer, *, email: str) -> None:
    """Removes a member from all teams of the organizer, effective from the next request.

    The account and the tokens of the member are not deleted. Raises UnknownMember.
    """
    memberships = Team.members.through.objects.filter(
        team__organizer=organizer, user__email=account_email(email)
    )
    deleted, _by_model = memberships.delete()
    if not deleted:
        raise UnknownMember(email)
