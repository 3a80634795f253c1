"""The page that erases the personal data of a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.customers import services
from portal.customers.html.changing.edit import actor_of_request, get_customer_or_404
from portal.customers.html.changing.notice import detail_url
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.forms import focus_first_error
from portal.web.http import PortalRequest, render_page

if TYPE_CHECKING:
    from portal.customers.models import Customer
    from portal.organizers.models import Organizer


class EraseForm(forms.Form):
    """A confirmation: the member types the email of the customer, or else the identifier."""

    confirmation = forms.CharField(
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )

    def __init__(self, customer: Customer, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # POST or None
        self._expected = customer.email or customer.identifier
        label = _("Type the email to confirm") if customer.email else ""
        self.fields["confirmation"].label = label or _("Type the identifier to confirm")

    def clean_confirmation(self) -> str:
        """Return the typed text. Raises ValidationError for another text; case is ignored."""
        typed: str = self.cleaned_data["confirmation"]
        if typed.casefold() != self._expected.casefold():
            raise forms.ValidationError(
                _("Type %(expected)s. Nothing was erased.") % {"expected": self._expected}
            )
        return typed


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS, Permission.ERASE_CUSTOMERS)
def customer_erase(request: PortalRequest, organizer: Organizer, identifier: str) -> HttpResponse:
    """A page that describes the erasure. A POST with the confirmation erases the customer."""
    customer = get_customer_or_404(organizer, identifier)
    form = EraseForm(customer, request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            erased = services.erase_customer(organizer, identifier, actor=actor_of_request(request))
        except services.JournalUnavailable:
            form.add_error(None, _("The erasure cannot be recorded now. Try again later."))
            status = 503
        else:
            return redirect(detail_url(request, identifier, saved=erased.version))
    elif form.errors:
        status = 422
    focus_first_error(form)
    context = {"form": form, "customer": customer, "back": detail_url(request, identifier)}
    return render_page(request, "customers/edit/erase.html", context, status=status)
