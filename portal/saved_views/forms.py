"""The form of a saved view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.organizers.permissions import Permission
from portal.saved_views import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import QueryDict

    from portal.accounts.models import User
    from portal.organizers.access import Access
    from portal.saved_views.models import SavedView


class ViewForm(forms.Form):
    """The name of a view. Members who may share views also choose whether the view is shared."""

    name = forms.CharField(
        max_length=80, label=_("Name"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    is_shared = forms.BooleanField(
        required=False,
        label=_("Shared"),
        help_text=_("All members see the view, and API clients can use it."),
    )

    def __init__(
        self, access: Access, data: QueryDict | None = None, *, view: SavedView | None = None
    ) -> None:
        initial = {"name": view.name, "is_shared": view.is_shared} if view else None
        super().__init__(data, initial=initial)
        self._access = access
        if not access.may(Permission.SHARE_VIEWS):
            del self.fields["is_shared"]

    def create_view(self, parameters: QueryDict, *, member: User) -> SavedView | None:
        """Saves a new view. Returns None if the form is invalid.

        Raises InvalidQuery if `parameters`, the parameters of the list, are invalid.
        """
        return self._save(
            lambda values: services.create_view(
                self._access, member=member, parameters=parameters, **values
            )
        )

    def change_view(self, view: SavedView, *, member: User) -> SavedView | None:
        """Renames the view, and shares it or makes it private. Returns None for an invalid form."""
        return self._save(
            lambda values: services.change_view(self._access, view.slug, member=member, **values)
        )

    def _save(self, save: Callable[[dict[str, Any]], SavedView]) -> SavedView | None:
        if not self.is_valid():
            return None
        values = {"is_shared": False, **self.cleaned_data}
        try:
            return save(values)
        except ValidationError as error:
            self.add_error(None, error)
            return None
