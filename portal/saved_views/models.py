"""A saved view: the filters, the order and the columns of a list, under a name."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from portal.organizers.models import Organizer


def make_slug() -> str:
    """Random, so that the address of a view reveals nothing about others and cannot be guessed."""
    return secrets.token_hex(8)


class SavedView(models.Model):
    """A list of one organizer. A private view is for its owner; a shared one for all members."""

    organizer = models.ForeignKey(Organizer, models.CASCADE, related_name="+")
    # The views of a deleted account stay if they are shared: API clients may use them.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    slug = models.CharField(max_length=40, editable=False)
    name = models.CharField(_("name"), max_length=80)
    is_shared = models.BooleanField(_("shared"), default=False)
    # As in a URL. Days like `-7d` stay relative: they are resolved when the view is opened.
    query_string = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[SavedView]] = ScopedManager(organizer="organizer")

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(fields=["organizer", "slug"], name="view_slug_in_organizer")
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def query(self) -> QueryDict:
        """The parameters of the list."""
        return QueryDict(self.query_string)

    @property
    def is_built_in(self) -> bool:
        """Whether the view comes with every organizer: no row has it."""
        return self.pk is None
