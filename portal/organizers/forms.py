"""The form that creates a token."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.organizers import tokens
from portal.organizers.access import Access
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from django.http import QueryDict

    from portal.accounts.models import User

NEVER: Final = "never"
EXPIRATIONS: Final = (
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In a year")),
    (NEVER, _("Never")),
)


class TokenForm(forms.Form):
    """Name, permissions, fields and expiry of a token.

    A member can choose only permissions that the member has.
    """

    name = forms.CharField(
        max_length=190,
        label=_("Name"),
        help_text=_(
            "The API client that will use the token. It loses access when you revoke the token."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    permissions = forms.MultipleChoiceField(
        label=_("Permissions"),
        initial=[Permission.READ_CUSTOMERS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one permission.")},
    )
    has_all_fields = forms.BooleanField(
        required=False,
        label=_("Return all thirteen fields"),
        help_text=_(
            "For API clients that were made for a current version of pretix: every customer also"
            " has external_identifier, phone and notes. The token must be able to read notes."
        ),
    )
    expires = forms.ChoiceField(
        label=_("Expires"), choices=EXPIRATIONS, initial="90", widget=forms.RadioSelect
    )

    def __init__(self, access: Access, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._organizer = access.organizer
        choices = [each for each in Permission.choices if each[0] in access.permissions]
        self.fields["permissions"].choices = choices  # type: ignore[attr-defined]  # a choice field
        if not access.may(Permission.READ_NOTES):
            del self.fields["has_all_fields"]

    def save(self, *, made_by: User) -> str | None:
        """Creates the token and returns its key. Returns None if the form has errors."""
        if not self.is_valid():
            return None
        try:
            return tokens.create_token(
                self._organizer,
                name=self.cleaned_data["name"],
                permissions=self.cleaned_data["permissions"],
                has_all_fields=self.cleaned_data.get("has_all_fields", False),
                expires=self._expiry_time(),
                made_by=made_by,
            )
        except ValidationError as error:
            self.add_error(None, error)
            return None

    def _expiry_time(self) -> datetime | None:
        days = self.cleaned_data["expires"]
        return None if days == NEVER else timezone.now() + timedelta(days=int(days))
