"""What a member fills in to make a token."""

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
ENDS: Final = (
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In a year")),
    (NEVER, _("Never")),
)


class TokenForm(forms.Form):
    """Offers the permissions that its maker has, reading first, and an end."""

    name = forms.CharField(
        max_length=190,
        label=_("Name"),
        help_text=_(
            "The program that will use it, so that you know what stops when you revoke it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    permissions = forms.MultipleChoiceField(
        label=_("It may"),
        initial=[Permission.READ_CUSTOMERS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what it may do.")},
    )
    expires = forms.ChoiceField(
        label=_("It ends"), choices=ENDS, initial="90", widget=forms.RadioSelect
    )

    def __init__(self, access: Access, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._organizer = access.organizer
        choices = [each for each in Permission.choices if each[0] in access.permissions]
        self.fields["permissions"].choices = choices  # type: ignore[attr-defined]  # it has some

    def save(self, *, made_by: User) -> str | None:
        """The key of the new token; None where there is a mistake, which the form then shows."""
        if not self.is_valid():
            return None
        try:
            return tokens.create_token(
                self._organizer,
                name=self.cleaned_data["name"],
                permissions=self.cleaned_data["permissions"],
                expires=self._end(),
                made_by=made_by,
            )
        except ValidationError as error:
            self.add_error(None, error)
            return None

    def _end(self) -> datetime | None:
        days = self.cleaned_data["expires"]
        return None if days == NEVER else timezone.now() + timedelta(days=int(days))
