"""The address of an organizer in the control panel of pretix."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

PRETIX_URL: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/control/organizer/[A-Za-z0-9.-]+/"
)


def validate_pretix_url(value: str) -> None:
    """Raise ValidationError unless the value is the page of an organizer in pretix's control panel.

    Only http and https: the value becomes a link.
    """
    if not PRETIX_URL.fullmatch(value):
        raise ValidationError(
            _(
                "Use the address of the organizer in pretix, like"
                " https://pretix.eu/control/organizer/bigevents/, not %(value)s"
            ),
            params={"value": value},
        )
