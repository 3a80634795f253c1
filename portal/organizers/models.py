"""Organizers, their teams, and the tokens of their API clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from portal.organizers.fields import CountryField, PermissionsField, PretixUrlField, TimeZoneField
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Organizer(models.Model):
    """A company that sells tickets. Teams, tokens and customers belong to an organizer."""

    slug = models.CharField(
        _("short name"),
        max_length=50,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-zA-Z0-9][a-zA-Z0-9.-]*$", _("Use letters, digits, dots and dashes.")
            )
        ],
    )
    name = models.CharField(_("name"), max_length=200)
    timezone = TimeZoneField(_("time zone"), max_length=64, default="UTC")
    # The country of phone numbers without a country code. Some columns of customers depend on the
    # country, so the command set_country updates the customers too.
    country = CountryField(_("country"), max_length=2, blank=True, default="", db_default="")
    pretix_url = PretixUrlField(
        _("address in pretix"), max_length=500, blank=True, default="", db_default=""
    )
    # The fields of the name of a new customer: a key of SCHEMES in portal/customers/names.py.
    name_scheme = models.CharField(
        _("name scheme"), max_length=50, default="full", db_default="full"
    )
    # After how many days the command expire_history deletes values; null for never.
    history_days = models.PositiveIntegerField(
        _("days of values in the history"), null=True, blank=True, default=730, db_default=730
    )

    class Meta:
        verbose_name = _("organizer")
        verbose_name_plural = _("organizers")

    def __str__(self) -> str:
        return self.name

    def pretix_customer_url(self, identifier: str) -> str:
        """The URL of a customer in the control panel of pretix; "" if pretix_url is empty."""
        return f"{self.pretix_url}customer/{identifier}/" if self.pretix_url else ""


# Column names for compiled queries, in the order of the arguments of Organizer.from_db().
ORGANIZER_COLUMNS: Final = tuple(field.attname for field in Organizer._meta.concrete_fields)


class Team(models.Model):
    """A team of an organizer. All members of a team have the permissions of the team."""

    organizer = models.ForeignKey(Organizer, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=190)
    permissions = PermissionsField(_("permissions"), default=list, blank=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)

    objects: ClassVar[models.Manager[Team]] = ScopedManager(organizer="organizer")

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.UniqueConstraint(fields=["organizer", "name"], name="team_name_in_organizer")
        ]

    def __str__(self) -> str:
        return self.name


class DefaultLayout(models.Model):
    """The columns and the row height that a member has chosen for the list of customers."""

    organizer = models.ForeignKey(Organizer, models.CASCADE, related_name="+")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    # The parameters of the list's URL, never empty: the standard layout is not stored.
    query_string = models.CharField(max_length=300)

    objects: ClassVar[models.Manager[DefaultLayout]] = ScopedManager(organizer="organizer")

    class Meta:
        verbose_name = _("default layout")
        verbose_name_plural = _("default layouts")
        constraints = [
            models.UniqueConstraint(fields=["organizer", "member"], name="layout_of_member")
        ]

    def __str__(self) -> str:
        return str(self.query_string)


class TokenStatus(models.TextChoices):
    """The status of a token. The API accepts active tokens only."""

    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


# For each status of a token, the state of a customer that has the same icon and CSS class.
STATUS_STYLE_NAMES: Final = {
    TokenStatus.ACTIVE: "active",
    TokenStatus.EXPIRED: "unverified",
    TokenStatus.REVOKED: "inactive",
}


class ApiToken(models.Model):
    """A token of an API client, stored as a hash. A token has no permission that its team lacks."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=190)
    permissions = PermissionsField(_("permissions"), default=list, blank=True)
    # Whether the JSON of a customer has the thirteen fields of current versions of pretix instead
    # of ten. Requires READ_NOTES: a client that got null instead of notes could send the customer
    # back, which would delete the notes.
    has_all_fields = models.BooleanField(_("all fields"), default=False, db_default=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    # The last four characters of the key, by which members recognize the token.
    last_four = models.CharField(max_length=4, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True)
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects: ClassVar[models.Manager[ApiToken]] = ScopedManager(organizer="team__organizer")

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.has_all_fields and Permission.READ_NOTES not in self.permissions:
            raise ValidationError(
                {"permissions": _("All fields include notes: add “Read notes on customers”.")}
            )

    @property
    def status(self) -> TokenStatus:
        if self.revoked:
            return TokenStatus.REVOKED
        is_expired = self.expires is not None and self.expires <= timezone.now()
        return TokenStatus.EXPIRED if is_expired else TokenStatus.ACTIVE

    @property
    def status_style(self) -> str:
        return STATUS_STYLE_NAMES[self.status]

    @property
    def permission_labels(self) -> list[StrOrPromise]:
        return [Permission(value).label for value in Permission.values if value in self.permissions]

    @property
    def is_active(self) -> bool:
        return self.status is TokenStatus.ACTIVE
