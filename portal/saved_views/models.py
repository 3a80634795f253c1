"""The model of saved views. A view has the filters, the order and the columns of a list."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from portal.organizers.models import Organizer


def make_view_slug() -> str:
    """A random slug, so that the URLs of views cannot be guessed."""
    return secrets.token_hex(8)


class SavedView(models.Model):
    """A saved list of customers.

    Only the owner can use a private view. All members and API clients can use a shared view.
    """

    organizer = models.ForeignKey(Organizer, models.CASCADE, related_name="+")
    # Null if the account of the owner is deleted. Other members can still use a shared view.
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
    # A relative day such as `-7d` is stored unchanged, and resolved on the day of opening the view.
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
    def list_parameters(self) -> QueryDict:
        """The parameters of the list that is saved as the view."""
        return QueryDict(self.query_string)

    @property
    def is_built_in(self) -> bool:
        """Whether the view is built-in. Built-in views are not stored in the database."""
        return self.pk is None
