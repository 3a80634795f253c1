"""The key of a form, by which a repeated submission of the form is recognized."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from django import template
from django.utils.crypto import get_random_string
from django.utils.html import format_html

from portal.customers import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.safestring import SafeString

    from portal.organizers.models import Organizer
    from portal.web.http import PortalRequest

FORM_KEY: Final = "form_key"

register = template.Library()


@register.simple_tag(takes_context=True)
def form_key(context: dict[str, Any]) -> SafeString:
    """A hidden input with the key of a form.

    A form that is shown again after an error keeps its key.
    """
    key = context["request"].POST.get(FORM_KEY) or get_random_string(22)
    return format_html('<input type="hidden" name="{}" value="{}">', FORM_KEY, key)


def submit_form_once(request: PortalRequest, organizer: Organizer, write: Callable[[], str]) -> str:
    """Call `write` unless the same form was carried out before. Returns the identifier of `write`.

    A form with the same key and other values is a different form. Raises the exceptions of `write`.
    """
    if not request.POST.get(FORM_KEY):
        return write()
    values = sorted((name, *texts) for name, texts in request.POST.lists())
    sent = [row for row in values if row[0] != "csrfmiddlewaretoken"]
    content = repr((request.user.pk, request.path, sent))
    return services.submit_form_once(organizer, sha256(content.encode()).hexdigest(), write)
