"""Whose data it is: organizers, their teams, and the tokens of their programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from portal.organizers.fields import PermissionsField, TimeZoneField
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Organizer(models.Model):
    """A company that sells tickets. Everything else belongs to one."""

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

    class Meta:
        verbose_name = _("organizer")
        verbose_name_plural = _("organizers")

    def __str__(self) -> str:
        return self.name


# As queries that are kept read one.
ORGANIZER: Final = tuple(field.attname for field in Organizer._meta.concrete_fields)


class Team(models.Model):
    """Members of one organizer who may do the same things."""

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


class TokenState(models.TextChoices):
    """Whether a token still opens anything, and why not."""

    WORKING = "working", _("Working")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


LOOKS: Final = {
    TokenState.WORKING: "active",
    TokenState.EXPIRED: "unverified",
    TokenState.REVOKED: "inactive",
}


class ApiToken(models.Model):
    """What a program signs in with. Only the hash is kept; a token never exceeds its team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=190)
    permissions = PermissionsField(_("permissions"), default=list, blank=True)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    # To tell tokens apart; too little to guess the rest.
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

    @property
    def state(self) -> TokenState:
        if self.revoked:
            return TokenState.REVOKED
        is_over = self.expires is not None and self.expires <= timezone.now()
        return TokenState.EXPIRED if is_over else TokenState.WORKING

    @property
    def state_look(self) -> str:
        """The icon and the tint of the same meaning that customers have."""
        return LOOKS[self.state]

    @property
    def permission_labels(self) -> list[StrOrPromise]:
        """What it may do, in words."""
        return [Permission(value).label for value in Permission.values if value in self.permissions]

    @property
    def is_working(self) -> bool:
        return self.state is TokenState.WORKING
